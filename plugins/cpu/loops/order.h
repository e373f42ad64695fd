// Ordering along lines: keys whose unsigned order is the order of the schema (NaN largest, -0 equal to 0), paired with
// positions, so that sorting is stable.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace sy::cpu {

/// An unsigned number that compares as x does.
template <class T>
inline auto order_key(T x) {
  if constexpr (std::is_floating_point_v<T>) {
    using U = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    constexpr U kSign = U{1} << (sizeof(U) * 8 - 1);
    if (x != x) return static_cast<U>(~U{0});
    if (x == 0) x = 0;  // -0
    U bits;
    std::memcpy(&bits, &x, sizeof(bits));
    return static_cast<U>((bits & kSign) != 0 ? ~bits : bits | kSign);
  } else if constexpr (sizeof(T) == 8) {
    return static_cast<std::uint64_t>(x) ^ (std::uint64_t{1} << 63);
  } else if constexpr (std::is_signed_v<T>) {
    return static_cast<std::uint32_t>(static_cast<std::int32_t>(x)) ^ 0x80000000u;
  } else {
    return static_cast<std::uint32_t>(x);
  }
}

/// A key of 64 bits and a position.
struct WideEntry {
  std::uint64_t key;
  std::int64_t at;
  std::int64_t position() const { return at; }
  friend bool operator<(const WideEntry& a, const WideEntry& b) { return a.key != b.key ? a.key < b.key : a.at < b.at; }
};

/// A key of 32 bits and a position below 2^32, in one number.
struct NarrowEntry {
  std::uint64_t bits;
  std::int64_t position() const { return static_cast<std::int64_t>(bits & 0xffffffffu); }
  friend bool operator<(const NarrowEntry& a, const NarrowEntry& b) { return a.bits < b.bits; }
};

template <class Entry, class T>
inline Entry make_entry(T x, std::int64_t at, bool descending) {
  auto key = order_key(x);
  if (descending) key = static_cast<decltype(key)>(~key);
  if constexpr (std::is_same_v<Entry, NarrowEntry>) {
    return {static_cast<std::uint64_t>(key) << 32 | static_cast<std::uint64_t>(at)};
  } else {
    // Narrow keys are widened after they were turned around.
    return {static_cast<std::uint64_t>(key), at};
  }
}

/// Calls fn with an Entry type (as a value) that suits T and lines of n.
template <class T, class Fn>
inline void visit_entry(std::int64_t n, const Fn& fn) {
  if constexpr (sizeof(T) < 8) {
    if (n <= std::int64_t{0xffffffff}) return fn(NarrowEntry());
  }
  fn(WideEntry());
}

/// n elements of x, `step` apart, as entries.
template <class Entry, class T>
inline void fill_entries(const T* x, std::int64_t step, std::int64_t n, bool descending, Entry* entries) {
  for (std::int64_t i = 0; i < n; ++i) entries[i] = make_entry<Entry>(x[i * step], i, descending);
}

}  // namespace sy::cpu
