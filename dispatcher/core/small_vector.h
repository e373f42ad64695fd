// A vector of trivially copyable elements that keeps the first N inline.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <type_traits>
#include <vector>

namespace sy {

/// One by one for the few elements there usually are: a call of memmove would cost more, and a wide load of what was
/// just stored element by element makes the processor wait.
template <typename T>
void copy_few(T* to, const T* from, std::size_t n) {
  switch (n) {
    case 6:
      to[5] = from[5];
      [[fallthrough]];
    case 5:
      to[4] = from[4];
      [[fallthrough]];
    case 4:
      to[3] = from[3];
      [[fallthrough]];
    case 3:
      to[2] = from[2];
      [[fallthrough]];
    case 2:
      to[1] = from[1];
      [[fallthrough]];
    case 1:
      to[0] = from[0];
      [[fallthrough]];
    case 0:
      return;
    default:
      std::memmove(to, from, n * sizeof(T));
  }
}

/// As std::vector for the operations it has. Not thread-safe.
template <typename T, std::size_t N>
class SmallVector {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  SmallVector() = default;
  explicit SmallVector(std::size_t size, T value = T()) { resize(size, value); }
  SmallVector(std::initializer_list<T> v) { assign(v.begin(), v.end()); }
  template <typename It>
  requires(!std::is_integral_v<It>) SmallVector(It first, It last) { assign(first, last); }
  SmallVector(const SmallVector& o) { assign(o.begin(), o.end()); }
  SmallVector(SmallVector&& o) noexcept { take(o); }
  SmallVector& operator=(const SmallVector& o) {
    if (this != &o) assign(o.begin(), o.end());
    return *this;
  }
  SmallVector& operator=(SmallVector&& o) noexcept {
    if (this != &o) {
      release();
      take(o);
    }
    return *this;
  }
  ~SmallVector() { release(); }

  template <typename It>
  void assign(It first, It last) {
    std::size_t n = static_cast<std::size_t>(std::distance(first, last));
    size_ = 0;
    reserve(n);
    if constexpr (std::is_same_v<It, T*> || std::is_same_v<It, const T*>) {
      copy_few(data_, first, n);
    } else {
      std::copy(first, last, data_);
    }
    size_ = n;
  }

  void reserve(std::size_t n) {
    if (n <= capacity_) return;
    std::size_t grown = std::max(n, capacity_ * 2);
    T* data = static_cast<T*>(::operator new(grown * sizeof(T)));
    if (size_ != 0) std::memcpy(data, data_, size_ * sizeof(T));
    release();
    data_ = data;
    capacity_ = grown;
  }
  void resize(std::size_t n, T value = T()) {
    reserve(n);
    for (std::size_t i = size_; i < n; ++i) data_[i] = value;
    size_ = n;
  }
  void push_back(T value) {
    reserve(size_ + 1);
    data_[size_++] = value;
  }
  void pop_back() { --size_; }
  void clear() { size_ = 0; }
  void insert(std::size_t at, T value) {
    push_back(value);
    std::rotate(data_ + at, data_ + size_ - 1, data_ + size_);
  }
  void erase(std::size_t at) {
    std::copy(data_ + at + 1, data_ + size_, data_ + at);
    --size_;
  }

  T* data() { return data_; }
  const T* data() const { return data_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  T& back() { return data_[size_ - 1]; }
  const T& back() const { return data_[size_ - 1]; }
  friend bool operator==(const SmallVector& a, const SmallVector& b) {
    return a.size_ == b.size_ && std::equal(a.begin(), a.end(), b.begin());
  }

 private:
  void release() {
    if (data_ != inline_) ::operator delete(data_);
    data_ = inline_;
    capacity_ = N;
  }
  void take(SmallVector& o) {
    if (o.data_ == o.inline_) {
      copy_few(inline_, o.inline_, o.size_);
    } else {
      data_ = o.data_;
      capacity_ = o.capacity_;
      o.data_ = o.inline_;
      o.capacity_ = N;
    }
    size_ = o.size_;
    o.size_ = 0;
  }

  T* data_ = inline_;
  std::size_t size_ = 0;
  std::size_t capacity_ = N;
  T inline_[N];
};

/// One size of a shape. Meta rules are written over it, so that it can become symbolic.
using Dim = std::int64_t;
/// Sizes or strides.
using Shape = SmallVector<Dim, 6>;

}  // namespace sy
