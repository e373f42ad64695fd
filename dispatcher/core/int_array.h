// List-of-int arguments that take what a caller has at hand.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

#include "absl/types/span.h"
#include "switchyard/core/small_vector.h"

namespace sy {

// A parameter's initializer list outlives the call that it is for.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winit-list-lifetime"

/// A borrowed list of ints: `{2, 3}`, a vector, a shape, or one number for a list of one. Valid only while what it
/// was made from lives; meant for parameters.
class IntArray {
 public:
  IntArray() = default;
  IntArray(std::int64_t value) : one_(value), size_(1), is_one_(true) {}  // NOLINT: implicit by design
  IntArray(int value) : IntArray(std::int64_t{value}) {}                  // NOLINT
  IntArray(std::initializer_list<std::int64_t> v) : data_(v.begin()), size_(v.size()) {}  // NOLINT
  IntArray(const std::vector<std::int64_t>& v) : data_(v.data()), size_(v.size()) {}      // NOLINT
  template <std::size_t N>
  IntArray(const SmallVector<std::int64_t, N>& v) : data_(v.data()), size_(v.size()) {}  // NOLINT
  template <std::size_t N>
  IntArray(const std::array<std::int64_t, N>& v) : data_(v.data()), size_(N) {}              // NOLINT
  IntArray(absl::Span<const std::int64_t> v) : data_(v.data()), size_(v.size()) {}           // NOLINT
  IntArray(std::span<const std::int64_t> v) : data_(v.data()), size_(v.size()) {}            // NOLINT
  IntArray(const std::int64_t* data, std::size_t size) : data_(data), size_(size) {}

  const std::int64_t* data() const { return is_one_ ? &one_ : data_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const std::int64_t* begin() const { return data(); }
  const std::int64_t* end() const { return data() + size_; }
  std::int64_t operator[](std::size_t i) const { return data()[i]; }
  std::vector<std::int64_t> vec() const { return {begin(), end()}; }
  friend bool operator==(const IntArray& a, const IntArray& b) {
    return a.size_ == b.size_ && std::equal(a.begin(), a.end(), b.begin());
  }

 private:
  std::int64_t one_ = 0;
  const std::int64_t* data_ = nullptr;
  std::size_t size_ = 0;
  bool is_one_ = false;
};

#pragma GCC diagnostic pop

/// An IntArray or nothing; a class of its own so that `{0, 1}` converts in one step.
class OptionalIntArray {
 public:
  OptionalIntArray() = default;
  OptionalIntArray(std::nullopt_t) {}  // NOLINT
  OptionalIntArray(std::initializer_list<std::int64_t> v) : value_(v), has_(true) {}  // NOLINT
  template <typename T>
    requires std::convertible_to<T, IntArray>
  OptionalIntArray(const T& v) : value_(v), has_(true) {}  // NOLINT

  bool has_value() const { return has_; }
  explicit operator bool() const { return has_; }
  const IntArray& operator*() const { return value_; }
  const IntArray* operator->() const { return &value_; }

 private:
  IntArray value_;
  bool has_ = false;
};

}  // namespace sy
