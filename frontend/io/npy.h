// NumPy's .npy files, versions 1 to 3. Format: the NumPy documentation, numpy.lib.format.
#pragma once

#include <string>

#include "switchyard/ops/tensor.h"

namespace sy {

/// Reads a little-endian array in C or Fortran order onto cpu. Throws sy::Error, naming the path, for anything damaged,
/// truncated or of a dtype that no tensor has.
Tensor load_npy(const std::string& path);
/// Writes t in C order, from any device; bf16 is widened to f32, which NumPy knows.
void save_npy(const std::string& path, const Tensor& t);

}  // namespace sy
