// The dimensions of a loop over several operands, as few as their strides allow.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "launch.h"

namespace sy::opencl {

using Dims = std::vector<std::int64_t>;

/// shape, and per operand its strides. Dimensions of size 1 are dropped, neighbours that every operand walks as one are
/// merged; their order stays.
struct Iteration {
  Dims shape;
  std::vector<Dims> strides;

  Iteration(sdk::Ints shape, const std::vector<sdk::Ints>& strides);
  /// Over some dimensions alone.
  Iteration(sdk::Ints shape, const std::vector<sdk::Ints>& strides, const std::vector<int>& dims);

  std::int64_t size() const;
  int rank() const { return static_cast<int>(shape.size()); }
  /// Every operand is one run of neighbours.
  bool is_flat() const;

  /// Puts dimensions of size 1 in front until there are so many: fewer ranks are fewer programs to build.
  void pad_to(int rank);

  /// Adds sizes (all but the outermost) and strides to a launch, in the order that parameters() declares.
  void add_to(Launch& launch) const;
};

/// ", const idx d1, const idx s0_0, ..." for a loop of that rank over so many operands; names begin with prefix.
std::string iteration_parameters(int rank, int operands, const std::string& prefix);
/// Statements that set idx `<prefix>at0` ... from the position `<prefix>rest`, which they use up.
std::string iteration_positions(int rank, int operands, const std::string& prefix);

}  // namespace sy::opencl
