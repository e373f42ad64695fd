// Philox 4x32-10 for many elements at once (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011), compiled
// once per target. The loops over elements are what the compiler vectorises.
#if defined(SY_CPU_LOOPS_PHILOX_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SY_CPU_LOOPS_PHILOX_INL_H_
#undef SY_CPU_LOOPS_PHILOX_INL_H_
#else
#define SY_CPU_LOOPS_PHILOX_INL_H_
#endif

#include "loops/math-inl.h"
#include "loops/parallel.h"
#include "switchyard/sdk/philox.h"

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {

// The four words of kSize consecutive elements.
struct PhiloxBlock {
  static constexpr int kSize = 64;
  HWY_ALIGN std::uint32_t w[4][kSize];

  HWY_INLINE std::uint64_t high(int k) const { return std::uint64_t{w[0][k]} << 32 | w[1][k]; }
  HWY_INLINE std::uint64_t low(int k) const { return std::uint64_t{w[2][k]} << 32 | w[3][k]; }

  void fill(std::uint64_t seed, std::uint64_t offset, std::uint64_t first) {
    for (int k = 0; k < kSize; ++k) {
      const std::uint64_t index = first + static_cast<std::uint64_t>(k);
      w[0][k] = static_cast<std::uint32_t>(index);
      w[1][k] = static_cast<std::uint32_t>(index >> 32);
      w[2][k] = static_cast<std::uint32_t>(offset);
      w[3][k] = static_cast<std::uint32_t>(offset >> 32);
    }
    std::uint32_t key0 = static_cast<std::uint32_t>(seed);
    std::uint32_t key1 = static_cast<std::uint32_t>(seed >> 32);
    for (int round = 0; round < 10; ++round) {
      for (int k = 0; k < kSize; ++k) {
        const std::uint64_t a = std::uint64_t{0xD2511F53u} * w[0][k];
        const std::uint64_t b = std::uint64_t{0xCD9E8D57u} * w[2][k];
        w[0][k] = static_cast<std::uint32_t>(b >> 32) ^ w[1][k] ^ key0;
        w[1][k] = static_cast<std::uint32_t>(b);
        w[2][k] = static_cast<std::uint32_t>(a >> 32) ^ w[3][k] ^ key1;
        w[3][k] = static_cast<std::uint32_t>(a);
      }
      key0 += 0x9E3779B9u;
      key1 += 0xBB67AE85u;
    }
  }
};

// use(block, first element, count) for all elements of [0, n), concurrently.
template <class Use>
void philox_for(const sdk::Rng& rng, std::int64_t n, const Use& use) {
  const std::uint64_t seed = rng.seed();
  const std::uint64_t offset = sdk::resolved_offset(rng);
  parallel_for(
      n, 4096,
      [&](std::int64_t begin, std::int64_t end) {
        PhiloxBlock block;
        for (std::int64_t i = begin; i < end; i += PhiloxBlock::kSize) {
          block.fill(seed, offset, static_cast<std::uint64_t>(i));
          use(block, i, static_cast<int>(std::min<std::int64_t>(PhiloxBlock::kSize, end - i)));
        }
      },
      PhiloxBlock::kSize);
}

}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
