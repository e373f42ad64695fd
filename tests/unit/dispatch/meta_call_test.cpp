#include "switchyard/dispatch/meta_call.h"

#include <gtest/gtest.h>

namespace sy {
namespace {

std::string broadcast(IntArray a, IntArray b) {
  Shape out;
  return broadcast_shapes(a, b, &out) ? shape_str(out) : "no";
}

TEST(BroadcastShapes, NumPysRule) {
  EXPECT_EQ(broadcast({2, 3}, {3}), "[2, 3]");
  EXPECT_EQ(broadcast({2, 1, 4}, {3, 1}), "[2, 3, 4]");
  EXPECT_EQ(broadcast({}, {2}), "[2]");
  EXPECT_EQ(broadcast({}, {}), "[]");
  EXPECT_EQ(broadcast({2, 3}, {2}), "no");
  EXPECT_EQ(broadcast({0}, {1}), "[0]");
  EXPECT_EQ(broadcast({1, 3}, {0, 1}), "[0, 3]");
  EXPECT_EQ(broadcast({0}, {2}), "no");
}

TEST(WrapDim, CountsFromTheEnd) {
  std::int64_t d = 99;
  EXPECT_TRUE(wrap_dim("op", "dim", 0, 3, &d).ok());
  EXPECT_EQ(d, 0);
  EXPECT_TRUE(wrap_dim("op", "dim", -3, 3, &d).ok());
  EXPECT_EQ(d, 0);
  EXPECT_TRUE(wrap_dim("op", "dim", -1, 3, &d).ok());
  EXPECT_EQ(d, 2);
}

TEST(WrapDim, ZeroDimensionsCountAsOne) {
  std::int64_t d = 99;
  EXPECT_TRUE(wrap_dim("op", "dim", -1, 0, &d).ok());
  EXPECT_EQ(d, 0);
  EXPECT_FALSE(wrap_dim("op", "dim", 1, 0, &d).ok());
}

TEST(WrapDim, ErrorNamesOperatorAndParameter) {
  std::int64_t d = 0;
  for (std::int64_t dim : {3, -4}) {
    absl::Status status = wrap_dim("sort", "dim", dim, 3, &d);
    EXPECT_EQ(error_code(status), ErrorCode::kOutOfRange);
    EXPECT_EQ(status.message(),
              str_cat("sort: argument dim: dimension ", dim, " is out of range for a tensor of 3 dimension(s)"));
  }
}

}  // namespace
}  // namespace sy
