// max_pool2d beyond the schema's samples.
#include <gtest/gtest.h>

#include <limits>

#include "../autograd/values.h"

namespace sy {
namespace {

TEST(MaxPool2d, WindowsOfPaddingAlone) {
  const double none = -std::numeric_limits<double>::infinity();
  for (Dtype dtype : {kF64, kF32, kBF16}) {
    for (const Shape& shape : {Shape{1, 1, 0, 3}, Shape{1, 2, 3, 0}}) {
      auto [y, indices] = max_pool2d_with_indices(zeros(IntArray(shape), dtype), 2, 1, 1, 1);
      EXPECT_EQ(values(y), std::vector<double>(static_cast<std::size_t>(y.numel()), none)) << dtype.name();
      EXPECT_EQ(values(indices), std::vector<double>(static_cast<std::size_t>(y.numel()), 0)) << dtype.name();
    }
  }
}

}  // namespace
}  // namespace sy
