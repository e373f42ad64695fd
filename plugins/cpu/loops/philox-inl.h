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

// The four words of kSize consecutive elements.
struct PhiloxBlock {
  static constexpr int kSize = 64;
  HWY_ALIGN std::uint32_t w[4][kSize];

  HWY_INLINE std::uint64_t high(int k) const { return std::uint64_t{w[0][k]} << 32 | w[1][k]; }
  HWY_INLINE std::uint64_t low(int k) const { return std::uint64_t{w[2][k]} << 32 | w[3][k]; }

  /// The first kWords words of elements from `first` on, a multiple of kSize. The others are undefined.
  template <int kWords = 4>
  void fill(std::uint64_t seed, std::uint64_t offset, std::uint64_t first);
};

#if HWY_TARGET == HWY_SCALAR

template <int kWords>
void PhiloxBlock::fill(std::uint64_t seed, std::uint64_t offset, std::uint64_t first) {
  for (int k = 0; k < kSize; ++k) {
    const sdk::PhiloxWords words = sdk::philox(seed, offset, first + static_cast<std::uint64_t>(k));
    for (int i = 0; i < kWords; ++i) w[i][k] = words[static_cast<std::size_t>(i)];
  }
}

#else

// The words of one element per 64 bits: each in the lower half, with anything in the upper one, which is where products
// leave them.
using PhiloxWord = hn::VFromD<hn::ScalableTag<std::uint32_t>>;

HWY_INLINE PhiloxWord philox_word(std::uint64_t w) {
  return hn::Set(hn::ScalableTag<std::uint32_t>(), static_cast<std::uint32_t>(w));
}

// Ten rounds. Of the last one the compiler drops what the caller does not read.
HWY_INLINE void philox_rounds(std::uint64_t seed, PhiloxWord (&c)[4]) {
  const hn::ScalableTag<std::uint32_t> d;
  std::uint32_t key0 = static_cast<std::uint32_t>(seed);
  std::uint32_t key1 = static_cast<std::uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    const auto a = hn::MulEven(c[0], hn::Set(d, 0xD2511F53u));
    const auto b = hn::MulEven(c[2], hn::Set(d, 0xCD9E8D57u));
    c[0] = hn::Xor(hn::Xor(hn::BitCast(d, hn::ShiftRight<32>(b)), c[1]), hn::Set(d, key0));
    c[1] = hn::BitCast(d, b);
    c[2] = hn::Xor(hn::Xor(hn::BitCast(d, hn::ShiftRight<32>(a)), c[3]), hn::Set(d, key1));
    c[3] = hn::BitCast(d, a);
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
}

template <int kWords>
void PhiloxBlock::fill(std::uint64_t seed, std::uint64_t offset, std::uint64_t first) {
  const hn::ScalableTag<std::uint32_t> d;
  const hn::ScalableTag<std::uint64_t> d64;
  const std::uint64_t lanes = hn::Lanes(d);
  const auto pairs = hn::Add(hn::Iota(d64, 0), hn::Iota(d64, 0));
  for (std::uint64_t k = 0; k < kSize; k += lanes) {
    PhiloxWord words[2][4];  // of even elements, of odd ones
    for (std::uint64_t odd = 0; odd < 2; ++odd) {
      PhiloxWord(&c)[4] = words[odd];
      c[0] = hn::BitCast(d, hn::Add(pairs, hn::Set(d64, first + k + odd)));
      c[1] = philox_word(first >> 32);
      c[2] = philox_word(offset);
      c[3] = philox_word(offset >> 32);
      philox_rounds(seed, c);
    }
    for (int i = 0; i < kWords; ++i) {
      const auto above = hn::ShiftLeft<32>(hn::BitCast(d64, words[1][i]));
      hn::Store(hn::OddEven(hn::BitCast(d, above), words[0][i]), d, w[i] + k);
    }
  }
}

#endif

// use(block, first element, count) for all elements of [0, n), concurrently, on blocks of kWords words.
template <int kWords = 4, class Use>
void philox_for(const sdk::Rng& rng, std::int64_t n, const Use& use) {
  const sdk::Rng now = sdk::resolved(rng);
  parallel_for(
      n, 4096,
      [&](std::int64_t begin, std::int64_t end) {
        PhiloxBlock block;
        for (std::int64_t i = begin; i < end; i += PhiloxBlock::kSize) {
          block.template fill<kWords>(now.seed(), now.offset(), static_cast<std::uint64_t>(i));
          use(block, i, static_cast<int>(std::min<std::int64_t>(PhiloxBlock::kSize, end - i)));
        }
      },
      PhiloxBlock::kSize);
}

}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
