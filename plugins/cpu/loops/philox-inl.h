// Philox 4x32-10 for many elements at once (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011),
// compiled once per target: each lane works on an element of its own.
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

// The halves of the 64-bit products of each lane with a constant.
template <class V>
HWY_INLINE void wide_multiply(V x, std::uint32_t factor, V& high, V& low) {
  const hn::ScalableTag<std::uint32_t> d;
#if HWY_TARGET == HWY_SCALAR
  const std::uint64_t product = std::uint64_t{hn::GetLane(x)} * factor;
  high = hn::Set(d, static_cast<std::uint32_t>(product >> 32));
  low = hn::Set(d, static_cast<std::uint32_t>(product));
#else
  const auto m = hn::Set(d, factor);
  const auto even = hn::MulEven(x, m);
  const auto odd = hn::MulEven(hn::DupOdd(x), m);
  high = hn::OddEven(hn::BitCast(d, odd), hn::BitCast(d, hn::ShiftRight<32>(even)));
  low = hn::Mul(x, m);
#endif
}

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
    }
    const hn::ScalableTag<std::uint32_t> d;
    for (int k = 0; k < kSize; k += static_cast<int>(hn::Lanes(d))) {
      auto c0 = hn::Load(d, w[0] + k);
      auto c1 = hn::Load(d, w[1] + k);
      auto c2 = hn::Set(d, static_cast<std::uint32_t>(offset));
      auto c3 = hn::Set(d, static_cast<std::uint32_t>(offset >> 32));
      std::uint32_t key0 = static_cast<std::uint32_t>(seed);
      std::uint32_t key1 = static_cast<std::uint32_t>(seed >> 32);
      for (int round = 0; round < 10; ++round) {
        auto high_a = c0, low_a = c0, high_b = c2, low_b = c2;
        wide_multiply(c0, 0xD2511F53u, high_a, low_a);
        wide_multiply(c2, 0xCD9E8D57u, high_b, low_b);
        c0 = hn::Xor(hn::Xor(high_b, c1), hn::Set(d, key0));
        c1 = low_b;
        c2 = hn::Xor(hn::Xor(high_a, c3), hn::Set(d, key1));
        c3 = low_a;
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
      }
      hn::Store(c0, d, w[0] + k);
      hn::Store(c1, d, w[1] + k);
      hn::Store(c2, d, w[2] + k);
      hn::Store(c3, d, w[3] + k);
    }
  }
};

// use(block, first element, count) for all elements of [0, n), concurrently.
template <class Use>
void philox_for(const sdk::Rng& rng, std::int64_t n, const Use& use) {
  const sdk::Rng now = sdk::resolved(rng);
  parallel_for(
      n, 4096,
      [&](std::int64_t begin, std::int64_t end) {
        PhiloxBlock block;
        for (std::int64_t i = begin; i < end; i += PhiloxBlock::kSize) {
          block.fill(now.seed(), now.offset(), static_cast<std::uint64_t>(i));
          use(block, i, static_cast<int>(std::min<std::int64_t>(PhiloxBlock::kSize, end - i)));
        }
      },
      PhiloxBlock::kSize);
}

}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
