#include "switchyard/sdk/reduce.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tensor_builder.h"

namespace sy::sdk {
namespace {

using ::testing::ElementsAre;

/// Writes the elements as decimal digits, so that their order shows too.
std::int64_t digits(const Reduced<std::int32_t>& elements) {
  std::int64_t number = 0;
  elements.for_each([&](std::int32_t x) { number = number * 10 + x; });
  return number;
}

class Reduce : public ::testing::Test {
 protected:
  std::vector<std::int64_t> over(const Built& self, std::vector<std::int64_t> dims, std::vector<std::int64_t> shape,
                                 std::size_t size) {
    std::vector<std::int64_t> out(size, -1);
    std::vector<std::int64_t> strides(shape.size());
    std::int64_t step = 1;
    for (std::size_t d = shape.size(); d-- > 0;) {
      strides[d] = step;
      step *= shape[d];
    }
    Built result(out.data(), shape, strides);
    reduce<std::int32_t, std::int64_t>(self.tensor(), result.tensor(), Ints(dims.data(), dims.size()), digits);
    return out;
  }

  std::vector<std::int32_t> data_ = {1, 2, 3, 4, 5, 6, 7, 8};
  Built cube_{data_.data(), {2, 2, 2}, {4, 2, 1}};
};

TEST_F(Reduce, EachDim) {
  EXPECT_THAT(over(cube_, {0}, {1, 2, 2}, 4), ElementsAre(15, 26, 37, 48));
  EXPECT_THAT(over(cube_, {1}, {2, 1, 2}, 4), ElementsAre(13, 24, 57, 68));
  EXPECT_THAT(over(cube_, {2}, {2, 2, 1}, 4), ElementsAre(12, 34, 56, 78));
  EXPECT_THAT(over(cube_, {-1}, {2, 2, 1}, 4), ElementsAre(12, 34, 56, 78));
}

TEST_F(Reduce, SeveralDims) {
  EXPECT_THAT(over(cube_, {0, 2}, {1, 2, 1}, 2), ElementsAre(1256, 3478));
  EXPECT_THAT(over(cube_, {0, 1, 2}, {1, 1, 1}, 1), ElementsAre(12345678));
  EXPECT_THAT(over(cube_, {}, {2, 2, 2}, 8), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
}

TEST_F(Reduce, NegativeAndZeroStrides) {
  Built reversed(data_.data() + 3, {2, 2}, {-2, -1});
  EXPECT_THAT(over(reversed, {1}, {2, 1}, 2), ElementsAre(43, 21));
  Built repeated(data_.data() + 1, {3, 2}, {0, 1});
  EXPECT_THAT(over(repeated, {0}, {1, 2}, 2), ElementsAre(222, 333));
}

TEST_F(Reduce, EmptyDimGivesTheIdentity) {
  Built empty(data_.data(), {2, 0}, {0, 1});
  EXPECT_THAT(over(empty, {1}, {2, 1}, 2), ElementsAre(0, 0));
}

TEST_F(Reduce, EmptyTensorsMayHaveNoMemory) {
  Built reversed(static_cast<std::int32_t*>(nullptr), {3, 2, 0}, {-2, -1, 1});
  EXPECT_THAT(over(reversed, {1, 2}, {3, 1, 1}, 3), ElementsAre(0, 0, 0));
  Built result(static_cast<std::int64_t*>(nullptr), {3, 1, 0}, {1, 1, 1});
  const std::int64_t dim = 1;
  reduce<std::int32_t, std::int64_t>(reversed.tensor(), result.tensor(), Ints(&dim, 1), digits);
}

TEST_F(Reduce, ZeroDimensional) {
  Built one(data_.data() + 4, {}, {});
  EXPECT_THAT(over(one, {}, {}, 1), ElementsAre(5));
}

TEST_F(Reduce, CountsElements) {
  std::vector<std::int64_t> out(2);
  Built result(out.data(), {1, 2, 1}, {2, 1, 1});
  reduce<std::int32_t, std::int64_t>(cube_.tensor(), result.tensor(), Ints(std::vector<std::int64_t>{0, 2}.data(), 2),
                                     [](const Reduced<std::int32_t>& e) { return e.size(); });
  EXPECT_THAT(out, ElementsAre(4, 4));
}

}  // namespace
}  // namespace sy::sdk
