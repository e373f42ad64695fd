// The order in which examples are visited.
#pragma once

#include <cstdint>
#include <vector>

namespace sy::data {

/// 0 .. n-1.
std::vector<std::size_t> sequential_order(std::size_t n);
/// A permutation of 0 .. n-1 that depends on seed and epoch alone: Fisher and Yates's shuffle, driven by splitmix64.
std::vector<std::size_t> random_order(std::size_t n, std::uint64_t seed, std::uint64_t epoch);
/// Consecutive runs of an order; the last may be shorter, or is dropped. Throws sy::Error for a size of 0.
std::vector<std::vector<std::size_t>> batches(const std::vector<std::size_t>& order, std::size_t size, bool drop_last);

}  // namespace sy::data
