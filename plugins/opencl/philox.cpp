#include "philox.h"

namespace sy::opencl {

std::string philox_source() {
  return R"(
static inline uint4 philox(ulong seed, ulong offset, ulong index) {
  uint4 c = (uint4)((uint)index, (uint)(index >> 32), (uint)offset, (uint)(offset >> 32));
  uint2 k = (uint2)((uint)seed, (uint)(seed >> 32));
  for (int round = 0; round < 10; ++round) {
    const uint a_high = mul_hi(0xD2511F53u, c.x), a_low = 0xD2511F53u * c.x;
    const uint b_high = mul_hi(0xCD9E8D57u, c.z), b_low = 0xCD9E8D57u * c.z;
    c = (uint4)(b_high ^ c.y ^ k.x, b_low, a_high ^ c.w ^ k.y, a_low);
    k += (uint2)(0x9E3779B9u, 0xBB67AE85u);
  }
  return c;
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
