// Philox 4x32-10: J. Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011. One seed gives the same
// bits on every device: the counter is the logical element index and the generator's offset.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>

#include "switchyard/sdk/tensor.h"

namespace sy::sdk {

using PhiloxWords = std::array<std::uint32_t, 4>;

/// Ten rounds over counter with key.
inline PhiloxWords philox4x32(PhiloxWords counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53u} * counter[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57u} * counter[2];
    counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
               static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key[0] += 0x9E3779B9u;
    key[1] += 0xBB67AE85u;
  }
  return counter;
}

/// The words w0..w3 of one element: key = seed (low, high), counter = index (low, high), offset (low, high).
inline PhiloxWords philox(std::uint64_t seed, std::uint64_t offset, std::uint64_t index) {
  return philox4x32({static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32),
                     static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(offset >> 32)},
                    {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
}

/// Seed and offset as they are now; for code that runs where device_state can be read, when the work runs.
inline Rng resolved(const Rng& rng) {
  const auto* state = static_cast<const std::uint64_t*>(rng.device_state());
  return state == nullptr ? rng : Rng(state[0], rng.offset() + state[1]);
}

/// w0 and w1 as one number, w0 in front.
inline std::uint64_t philox_high(const PhiloxWords& w) { return std::uint64_t{w[0]} << 32 | w[1]; }
inline std::uint64_t philox_low(const PhiloxWords& w) { return std::uint64_t{w[2]} << 32 | w[3]; }

/// Uniform in [0, 1), as `rand` defines it per dtype: exact in T.
template <typename T>
T uniform(const PhiloxWords& w) {
  if constexpr (std::is_same_v<T, double>) {
    return static_cast<double>(philox_high(w) >> 11) * 0x1p-53;
  } else if constexpr (std::is_same_v<T, f16>) {
    return f16(static_cast<float>(w[0] >> 21) * 0x1p-11f);
  } else if constexpr (std::is_same_v<T, bf16>) {
    return bf16(static_cast<float>(w[0] >> 24) * 0x1p-8f);
  } else {
    return static_cast<float>(w[0] >> 8) * 0x1p-24f;
  }
}

/// Standard normal by Box-Muller, as `randn` defines it: in f64 for f64, else in f32.
template <typename T>
T normal(const PhiloxWords& w) {
  constexpr double kTwoPi = 6.283185307179586477;
  if constexpr (std::is_same_v<T, double>) {
    const double u = static_cast<double>((philox_high(w) >> 11) + 1) * 0x1p-53;
    const double v = static_cast<double>(philox_low(w) >> 11) * 0x1p-53;
    return std::sqrt(-2.0 * std::log(u)) * std::cos(kTwoPi * v);
  } else {
    const float u = static_cast<float>((w[0] >> 8) + 1) * 0x1p-24f;
    const float v = static_cast<float>(w[1] >> 8) * 0x1p-24f;
    return T(std::sqrt(-2.0f * std::log(u)) * std::cos(static_cast<float>(kTwoPi) * v));
  }
}

}  // namespace sy::sdk
