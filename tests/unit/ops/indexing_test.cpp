// Advanced indexing against loops.
#include <optional>

#include "naive.h"

namespace sy::testing {
namespace {

/// One random advanced index: null, integers, or a mask, per dimension (a mask may take two).
struct Indices {
  std::vector<std::optional<Naive>> entries;  // integer indices per dimension of self; nullopt keeps it
  std::vector<Tensor> tensors;                // what is passed
  std::vector<std::int64_t> shape;            // that the index tensors broadcast to
  bool adjacent = true;
  std::size_t first = 0;  // indexed dimension
};

std::int64_t at_broadcast(const Naive& t, const std::vector<std::int64_t>& index) {
  std::vector<std::int64_t> own(t.ndim());
  for (std::size_t k = 1; k <= t.ndim(); ++k)
    own[t.ndim() - k] = t.shape[t.ndim() - k] == 1 ? 0 : index[index.size() - k];
  return t.at(own);
}

Indices random_indices(const Naive& self, Random& random, bool distinct) {
  Indices out;
  out.shape = random.shape(2, 1, 3);
  std::size_t last = 0;
  bool any = false;
  bool masked = false;
  for (std::size_t d = 0; d < self.ndim(); ++d) {
    bool take = random.coin() || (d + 1 == self.ndim() && !any);
    if (!take) {
      out.entries.emplace_back();
      out.tensors.emplace_back();
      continue;
    }
    if (any && last + 1 != d) out.adjacent = false;
    if (!any) out.first = d;
    any = true;
    last = d;
    std::int64_t n = self.shape[d];
    if (!masked && (out.shape.empty() || distinct) &&
        random.in(0, 2) == 0) {  // a mask: its nonzero positions, one dimension
      Tensor mask = empty({n}, kBool);
      Naive positions{{0}, {}};
      for (std::int64_t i = 0; i < n; ++i) {
        bool on = random.coin();
        mask.data<bool>()[i] = on;
        if (on) positions.values.push_back(i);
      }
      positions.shape[0] = static_cast<std::int64_t>(positions.values.size());
      out.tensors.push_back(mask);
      out.entries.emplace_back(positions);
      masked = true;
      continue;
    }
    std::vector<std::int64_t> shape = out.shape;
    for (std::int64_t& size : shape) {
      if (random.in(0, 3) == 0) size = 1;
    }
    Naive index = build(shape, [&](const auto&) { return random.in(-n, n - 1); });
    Tensor t = to_tensor(index);
    out.tensors.push_back(random.coin() ? t.to(kI32) : t);
    for (std::int64_t& v : index.values) v = v < 0 ? v + n : v;
    out.entries.emplace_back(index);
  }
  // The shape they really broadcast to.
  out.shape.clear();
  for (const auto& e : out.entries) {
    if (!e) continue;
    std::vector<std::int64_t> joined(std::max(out.shape.size(), e->ndim()), 1);
    for (std::size_t k = 1; k <= joined.size(); ++k) {
      std::int64_t x = k <= out.shape.size() ? out.shape[out.shape.size() - k] : 1;
      std::int64_t y = k <= e->ndim() ? e->shape[e->ndim() - k] : 1;
      if (x != y && x != 1 && y != 1) return random_indices(self, random, distinct);  // a mask of another length
      joined[joined.size() - k] = x == 1 ? y : x;
    }
    out.shape = joined;
  }
  return out;
}

/// Calls fn(index of the result, index of self).
template <typename Fn>
void for_each_pair(const Naive& self, const Indices& indices, Fn&& fn, std::vector<std::int64_t>* result_shape) {
  std::vector<std::int64_t> kept_before, kept_after, before_dims, after_dims;
  for (std::size_t d = 0; d < self.ndim(); ++d) {
    if (indices.entries[d]) continue;
    bool before = indices.adjacent && d < indices.first;
    (before ? kept_before : kept_after).push_back(self.shape[d]);
    (before ? before_dims : after_dims).push_back(static_cast<std::int64_t>(d));
  }
  std::vector<std::int64_t> shape = kept_before;
  shape.insert(shape.end(), indices.shape.begin(), indices.shape.end());
  shape.insert(shape.end(), kept_after.begin(), kept_after.end());
  *result_shape = shape;
  for_each_index(shape, [&](const std::vector<std::int64_t>& index) {
    std::vector<std::int64_t> from(self.ndim());
    auto middle = index.begin() + static_cast<std::ptrdiff_t>(kept_before.size());
    std::vector<std::int64_t> b(middle, middle + static_cast<std::ptrdiff_t>(indices.shape.size()));
    auto rest = middle + static_cast<std::ptrdiff_t>(indices.shape.size());
    for (std::size_t i = 0; i < before_dims.size(); ++i) from[static_cast<std::size_t>(before_dims[i])] = index[i];
    for (std::size_t i = 0; i < after_dims.size(); ++i) {
      from[static_cast<std::size_t>(after_dims[i])] = *(rest + static_cast<std::ptrdiff_t>(i));
    }
    for (std::size_t d = 0; d < self.ndim(); ++d) {
      if (indices.entries[d]) from[d] = at_broadcast(*indices.entries[d], b);
    }
    fn(index, from);
  });
}

Naive random_self(Random& random) {
  std::vector<std::int64_t> shape;
  do shape = random.shape(4, 1, 4);
  while (shape.empty());
  return random.tensor(shape);
}

TEST(Indexing, ReadsAgreeWithLoops) {
  Random random(3);
  for (int i = 0; i < 3000; ++i) {
    Naive self = random_self(random);
    Indices indices = random_indices(self, random, false);
    Naive expected;
    for_each_pair(
        self, indices, [&](const auto&, const auto& from) { expected.values.push_back(self.at(from)); },
        &expected.shape);
    expect_same(read(index(to_tensor(self), indices.tensors)), expected,
                str_cat("case ", i, ": ", shape_str(self.shape)));
    if (::testing::Test::HasFatalFailure()) return;
  }
}

TEST(Indexing, AccumulatingWritesAgreeWithLoops) {
  Random random(4);
  for (int i = 0; i < 3000; ++i) {
    Naive self = random_self(random), expected = self;
    Indices indices = random_indices(self, random, false);
    std::vector<std::int64_t> shape;
    for_each_pair(
        self, indices, [](const auto&, const auto&) {}, &shape);
    // Values broadcast to the indexed shape.
    std::vector<std::int64_t> small = shape;
    for (std::int64_t& size : small) {
      if (random.in(0, 4) == 0) size = 1;
    }
    Naive values = random.tensor(small);
    for_each_pair(
        self, indices,
        [&](const auto& to, const auto& from) {
          expected.values[static_cast<std::size_t>(expected.position(from))] += at_broadcast(values, to);
        },
        &shape);
    Tensor t = to_tensor(self);
    Tensor result = index_put(t, indices.tensors, to_tensor(values), true);
    expect_same(read(result), expected, str_cat("case ", i, ": ", shape_str(self.shape)));
    expect_same(read(t), self, "the input");
    t.index_put_(indices.tensors, to_tensor(values), true);
    expect_same(read(t), expected, str_cat("case ", i, ", in place"));
    if (::testing::Test::HasFatalFailure()) return;
  }
}

TEST(Indexing, WritesOfOneValueAgreeWithLoops) {
  Random random(5);
  for (int i = 0; i < 2000; ++i) {
    Naive self = random_self(random), expected = self;
    Indices indices = random_indices(self, random, true);
    std::vector<std::int64_t> shape;
    std::int64_t v = random.in(100, 200);
    for_each_pair(
        self, indices,
        [&](const auto&, const auto& from) { expected.values[static_cast<std::size_t>(expected.position(from))] = v; },
        &shape);
    Tensor result = index_put(to_tensor(self), indices.tensors, to_tensor(Naive{{}, {v}}));
    expect_same(read(result), expected, str_cat("case ", i, ": ", shape_str(self.shape)));
    if (::testing::Test::HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace sy::testing
