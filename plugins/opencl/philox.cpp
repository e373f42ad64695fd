#include "philox.h"

namespace sy::opencl {

std::string philox_source() {
  return R"(
static inline uint4 philox(ulong seed, ulong offset, ulong index) {
  /* Words, no vectors: a CPU's compiler makes lanes of work-items only from scalars. */
  uint c0 = (uint)index, c1 = (uint)(index >> 32), c2 = (uint)offset, c3 = (uint)(offset >> 32);
  uint k0 = (uint)seed, k1 = (uint)(seed >> 32);
#pragma unroll
  for (int round = 0; round < 10; ++round) {
    const ulong a = (ulong)c0 * 0xD2511F53u, b = (ulong)c2 * 0xCD9E8D57u;
    c0 = (uint)(b >> 32) ^ c1 ^ k0;
    c1 = (uint)b;
    c2 = (uint)(a >> 32) ^ c3 ^ k1;
    c3 = (uint)a;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return (uint4)(c0, c1, c2, c3);
}
#define RNG const ulong seed, const ulong offset
#define WORDS(i) philox(seed, offset, (ulong)(i))
#define HIGH(w) ((ulong)(w).x << 32 | (w).y)
#define LOW(w) ((ulong)(w).z << 32 | (w).w)
)";
}

void random_state(Launch& launch, const sdk::Rng& rng) {
  if (rng.device_state() != nullptr) throw sdk::Error(SY_UNSUPPORTED, "opencl captures nothing");
  launch.value(rng.seed()).value(rng.offset());
}

std::string uniform(std::uint32_t dtype) {
  switch (dtype) {
    case SY_F64:
      return "((double)(HIGH(w) >> 11) * 1.1102230246251565e-16)";
    case SY_F16:
      return "((float)(w.x >> 21) * 4.8828125e-4f)";
    case SY_BF16:
      return "((float)(w.x >> 24) * 3.90625e-3f)";
    default:
      return "((float)(w.x >> 8) * 5.9604644775390625e-8f)";
  }
}

}  // namespace sy::opencl
