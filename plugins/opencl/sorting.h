// Stable orders, prefix sums and compaction: what sort, unique, nonzero and index_put are made of.
#pragma once

#include <cstdint>

#include "launch.h"

namespace sy::opencl {

/// Fills a new workspace of lines * size indices (OpenCL type long) with, per line of a contiguous tensor, the stable
/// order of its elements along it; NaN is the largest. Element (line, i) lies at line / inner * size * inner + i *
/// inner + line % inner.
void* sorted_order(const sdk::Call& call, const sdk::Tensor& self, std::int64_t lines, std::int64_t size,
                   std::int64_t inner, bool descending);
/// The same for scratch memory with n elements of type long, as one line.
void* sorted_order(const sdk::Call& call, const void* keys, std::int64_t n);

/// Replaces each of the n flags (long) by the sum of those up to and including it. Returns a workspace with the total.
void* inclusive_scan(const sdk::Call& call, void* flags, std::int64_t n);
/// Reads one long back to the host, waits for it and counts it.
std::int64_t read_back(const sdk::Call& call, const void* memory);

}  // namespace sy::opencl
