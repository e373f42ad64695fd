// Reductions over dimensions of a strided tensor: one generated kernel per operator, dtypes and ranks.
#pragma once

#include <cstdint>
#include <vector>

#include "launch.h"

namespace sy::opencl {

/// How elements become one. OpenCL C over C1, the compute type of the elements, and C0, that of the result. Merging
/// must be associative; the order of elements is kept, save that neighbours are dealt out to the items of a group.
struct Fold {
  const char* name;
  const char* state;  // type of an intermediate result; a definition may precede it in `setup`
  const char*
      setup;  // definitions: `inline STATE take(STATE s, C1 x, idx at)` and `inline STATE merge(STATE a, STATE b)`
  const char* start;        // the state of no elements
  const char* result;       // expression over `s`
  std::size_t state_bytes;  // at most
};

/// result = fold of self over dims (non-negative, ascending). The result has self's dimensions, of size 1 at dims, or
/// lacks them; its strides are taken from the dimensions that it keeps. `at` in take counts the reduced elements of
/// one result in row-major order.
void reduce(const sdk::Call& call, const Fold& fold, const sdk::Tensor& self, const sdk::Tensor& result,
            const std::vector<int>& dims);
/// The same where the dims come from the call, and the result has them with size 1.
void reduce(const sdk::Call& call, const Fold& fold, const sdk::Tensor& self, const sdk::Tensor& result,
            sdk::Ints dims);

}  // namespace sy::opencl
