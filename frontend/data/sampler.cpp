#include "switchyard/data/sampler.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "switchyard/core/error.h"

namespace sy::data {
namespace {

/// splitmix64 (Steele, Lea and Flood 2014).
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ull;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ x >> 27) * 0x94d049bb133111ebull;
  return x ^ x >> 31;
}

}  // namespace

std::vector<std::size_t> sequential_order(std::size_t n) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  return order;
}

std::vector<std::size_t> random_order(std::size_t n, std::uint64_t seed, std::uint64_t epoch) {
  std::vector<std::size_t> order = sequential_order(n);
  std::uint64_t stream = mix(mix(seed) ^ epoch);
  for (std::size_t i = n; i > 1; --i) {
    // The high half of a 128-bit product is uniform below i up to a bias of 2^-64 i.
    auto j = static_cast<std::size_t>((static_cast<unsigned __int128>(mix(stream ^ i)) * i) >> 64);
    std::swap(order[i - 1], order[j]);
  }
  return order;
}

std::vector<std::vector<std::size_t>> batches(const std::vector<std::size_t>& order, std::size_t size, bool drop_last) {
  require(size > 0, "batches: the batch size is 0");
  std::vector<std::vector<std::size_t>> out;
  for (std::size_t at = 0; at < order.size(); at += size) {
    std::size_t end = std::min(at + size, order.size());
    if (end - at < size && drop_last) break;
    out.emplace_back(order.begin() + static_cast<std::ptrdiff_t>(at), order.begin() + static_cast<std::ptrdiff_t>(end));
  }
  return out;
}

}  // namespace sy::data
