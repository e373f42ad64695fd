// Rows of a matrix by index.
#pragma once

#include "loops/indices.h"

namespace sy::cpu {

/// Row i of `to`, contiguous, becomes row rows[i] of a matrix with any strides.
void pick_rows(const sdk::Call& call, const sdk::Tensor& matrix, const Indices& rows, char* to);

}  // namespace sy::cpu
