// Copies whose source runs along another dimension than the target.
#pragma once

#include "loops/grid.h"

namespace sy::cpu {

/// Copies operand 0 of the grid into operand 1, both of one element size, where each is contiguous along a dimension of
/// its own, tile by tile. False, with nothing done, for any other layout.
bool copy_transposed(const Grid& grid);

}  // namespace sy::cpu
