// A tensor as nothing but a shape and a list of values: the model that the property tests compare with.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "switchyard/ops/operators.h"

namespace sy::testing {

struct Naive {
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> values;  // row-major

  std::size_t ndim() const { return shape.size(); }
  /// The position of an index in row-major order.
  std::int64_t position(const std::vector<std::int64_t>& index) const {
    std::int64_t p = 0;
    for (std::size_t d = 0; d < shape.size(); ++d) p = p * shape[d] + index[d];
    return p;
  }
  std::int64_t at(const std::vector<std::int64_t>& index) const {
    return values[static_cast<std::size_t>(position(index))];
  }
};

inline std::int64_t numel(const std::vector<std::int64_t>& shape) {
  std::int64_t n = 1;
  for (std::int64_t size : shape) n *= size;
  return n;
}

/// Calls fn(index) for every index of a shape, in row-major order.
template <typename Fn>
void for_each_index(const std::vector<std::int64_t>& shape, Fn&& fn) {
  std::vector<std::int64_t> index(shape.size(), 0);
  for (std::int64_t i = numel(shape); i > 0; --i) {
    fn(index);
    for (std::size_t d = shape.size(); d-- > 0;) {
      if (++index[d] < shape[d]) break;
      index[d] = 0;
    }
  }
}

/// The model whose value at each index is fn(index).
template <typename Fn>
Naive build(std::vector<std::int64_t> shape, Fn&& fn) {
  Naive n{std::move(shape), {}};
  for_each_index(n.shape, [&](const std::vector<std::int64_t>& index) { n.values.push_back(fn(index)); });
  return n;
}

/// The i64 tensor of a model, contiguous on the CPU.
inline Tensor to_tensor(const Naive& n) {
  Tensor t = empty(n.shape, kI64);
  if (!n.values.empty()) copy_from_host(t, n.values.data());
  return t;
}

/// Reads an i64 CPU tensor through its strides; runs no operator.
inline Naive read(const Tensor& t) {
  const std::int64_t* data = t.numel() != 0 ? t.data<std::int64_t>() : nullptr;
  return build(t.shape().vec(), [&](const std::vector<std::int64_t>& index) {
    std::int64_t offset = 0;
    for (std::size_t d = 0; d < index.size(); ++d) offset += index[d] * t.strides()[d];
    return data[offset];
  });
}

/// Random numbers of one test.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  /// In [low, high].
  std::int64_t in(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(high - low + 1));
  }
  bool coin() { return (engine_() & 1) != 0; }
  std::vector<std::int64_t> shape(std::int64_t max_ndim, std::int64_t min_size, std::int64_t max_size) {
    std::vector<std::int64_t> s(static_cast<std::size_t>(in(0, max_ndim)));
    for (std::int64_t& size : s) size = in(min_size, max_size);
    return s;
  }
  Naive tensor(std::vector<std::int64_t> shape) {
    return build(std::move(shape), [&](const auto&) { return in(-9, 9); });
  }
  std::vector<std::int64_t> permutation(std::size_t n) {
    std::vector<std::int64_t> p(n);
    for (std::size_t i = 0; i < n; ++i) p[i] = static_cast<std::int64_t>(i);
    std::shuffle(p.begin(), p.end(), engine_);
    return p;
  }

 private:
  std::mt19937_64 engine_;
};

inline void expect_same(const Naive& actual, const Naive& expected, const std::string& what) {
  ASSERT_EQ(actual.shape, expected.shape) << what;
  ASSERT_EQ(actual.values, expected.values) << what;
}

}  // namespace sy::testing
