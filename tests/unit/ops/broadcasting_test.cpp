// Broadcasting against loops.
#include "naive.h"

namespace sy::testing {
namespace {

/// NumPy's rule, or false.
bool broadcast(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b, std::vector<std::int64_t>* out) {
  std::size_t n = std::max(a.size(), b.size());
  out->assign(n, 1);
  for (std::size_t k = 1; k <= n; ++k) {
    std::int64_t x = k <= a.size() ? a[a.size() - k] : 1;
    std::int64_t y = k <= b.size() ? b[b.size() - k] : 1;
    if (x != y && x != 1 && y != 1) return false;
    (*out)[n - k] = x == 1 ? y : x;
  }
  return true;
}

std::int64_t at_broadcast(const Naive& t, const std::vector<std::int64_t>& index) {
  std::vector<std::int64_t> own(t.ndim());
  for (std::size_t k = 1; k <= t.ndim(); ++k) {
    own[t.ndim() - k] = t.shape[t.ndim() - k] == 1 ? 0 : index[index.size() - k];
  }
  return t.at(own);
}

/// The same elements behind other strides.
Tensor relaid(const Naive& n, Random& random) {
  std::vector<std::int64_t> order = random.permutation(n.ndim()), back(n.ndim());
  for (std::size_t d = 0; d < order.size(); ++d)
    back[static_cast<std::size_t>(order[d])] = static_cast<std::int64_t>(d);
  Tensor t = to_tensor(n).permute(order).contiguous().permute(back);
  if (n.ndim() != 0 && random.coin()) {
    std::int64_t d = random.in(0, static_cast<std::int64_t>(n.ndim()) - 1);
    t = t.flip({d}).contiguous().flip({d});
  }
  return t;
}

std::vector<std::int64_t> partner(const std::vector<std::int64_t>& shape, Random& random) {
  std::vector<std::int64_t> out(shape.end() - random.in(0, static_cast<std::int64_t>(shape.size())), shape.end());
  for (std::int64_t& size : out) {
    if (random.in(0, 2) == 0) size = 1;
    if (random.in(0, 25) == 0) size = random.in(0, 3);  // now and then one that may not fit
  }
  return out;
}

TEST(Broadcasting, PairsAgreeWithLoops) {
  Random random(1);
  int refused = 0;
  for (int i = 0; i < 3000; ++i) {
    Naive a = random.tensor(random.shape(4, 0, 3));
    Naive b = random.tensor(partner(a.shape, random));
    Tensor x = relaid(a, random), y = relaid(b, random);
    bool swap = random.coin();
    std::vector<std::int64_t> shape;
    std::string what = str_cat("case ", i, ": ", shape_str(a.shape), " and ", shape_str(b.shape));
    if (!broadcast(a.shape, b.shape, &shape)) {
      ++refused;
      EXPECT_THROW(swap ? y - x : x - y, Error) << what;
      continue;
    }
    Naive expected = build(shape, [&](const auto& index) {
      std::int64_t difference = at_broadcast(a, index) - at_broadcast(b, index);
      return swap ? -difference : difference;
    });
    expect_same(read(swap ? y - x : x - y), expected, what);
    if (::testing::Test::HasFatalFailure()) return;
  }
  EXPECT_GT(refused, 20);
}

TEST(Broadcasting, ThreeAgreeWithLoops) {
  Random random(2);
  for (int i = 0; i < 2000; ++i) {
    Naive a = random.tensor(random.shape(4, 0, 3));
    Naive b = random.tensor(partner(a.shape, random)), c = random.tensor(partner(a.shape, random));
    Tensor condition = relaid(a, random) > Scalar(0), x = relaid(b, random), y = relaid(c, random);
    std::vector<std::int64_t> both, shape;
    std::string what =
        str_cat("case ", i, ": ", shape_str(a.shape), ", ", shape_str(b.shape), ", ", shape_str(c.shape));
    if (!broadcast(a.shape, b.shape, &both) || !broadcast(both, c.shape, &shape)) {
      EXPECT_THROW(where(condition, x, y), Error) << what;
      continue;
    }
    Naive expected = build(shape, [&](const auto& index) {
      return at_broadcast(a, index) > 0 ? at_broadcast(b, index) : at_broadcast(c, index);
    });
    expect_same(read(where(condition, x, y)), expected, what);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace sy::testing
