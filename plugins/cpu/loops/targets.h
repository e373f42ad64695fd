// Self-inclusion of a source file once per instruction set. Usage, at the top of a kernel file:
//
//   #undef HWY_TARGET_INCLUDE
//   #define HWY_TARGET_INCLUDE "kernels/add.cpp"   // the file itself, relative to plugins/cpu
//   // clang-format off
//   #include "loops/targets.h"  // comes first
//
// No include guard: foreach_target.h re-enters the file. On x86 three targets are built: baseline, AVX2 and AVX-512;
// the rest would only cost compile time. The running CPU's best is chosen at the first call.
#ifndef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)
#endif
#include "hwy/foreach_target.h"  // NOLINT: re-enters HWY_TARGET_INCLUDE
