// CLBlast, opened at the first product that goes through it.
#pragma once

#include <cstddef>

#include "opencl.h"
// Its enums and types need OpenCL's.
#include <clblast_c.h>

namespace sy::opencl {

/// The functions of CLBlast's C interface that are used here; what they are compiled against is what clblast_c.h says of
/// version 1.
struct ClblastLibrary {
  decltype(&CLBlastSgemm) sgemm = nullptr;
  decltype(&CLBlastDgemm) dgemm = nullptr;
  decltype(&CLBlastSgemmStridedBatched) sgemm_batched = nullptr;
  decltype(&CLBlastDgemmStridedBatched) dgemm_batched = nullptr;

  /// Throws sdk::Error, which says what to install, where it cannot be opened. Thread-safe.
  static const ClblastLibrary& get();
};

}  // namespace sy::opencl
