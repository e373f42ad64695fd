// Conversions on every instruction set that this processor has; the SDK's own, tested by value, are the model.
#include "loops/convert.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "switchyard/sdk/dtype.h"

namespace sy::cpu {
namespace {

/// Runs fn once per target, then lets the best one be chosen again.
template <class Fn>
void on_every_target(const Fn& fn) {
  for (std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    fn(hwy::TargetName(target));
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

float model(std::uint32_t dtype, std::uint16_t bits) {
  return dtype == SY_F16 ? static_cast<float>(sdk::f16::from_bits(bits))
                         : static_cast<float>(sdk::bf16::from_bits(bits));
}
std::uint16_t model(std::uint32_t dtype, float v) { return dtype == SY_F16 ? sdk::f16(v).bits : sdk::bf16(v).bits; }

TEST(Convert, EveryHalfToFloat) {
  std::vector<std::uint16_t> bits(0x10000);
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = static_cast<std::uint16_t>(i);
  std::vector<float> got(bits.size());
  on_every_target([&](const char* target) {
    for (std::uint32_t dtype : {SY_F16, SY_BF16}) {
      half_to_float(dtype, bits.data(), got.data(), static_cast<std::int64_t>(bits.size()));
      int wrong = 0;
      for (std::size_t i = 0; i < bits.size(); ++i) {
        float want = model(dtype, bits[i]);
        wrong += std::isnan(want) ? !std::isnan(got[i]) : std::memcmp(&want, &got[i], 4) != 0;
      }
      EXPECT_EQ(wrong, 0) << target << " dtype " << dtype;
    }
  });
}

TEST(Convert, FloatsRoundToNearestEven) {
  std::vector<float> values;
  for (std::uint32_t exponent = 0; exponent < 256; ++exponent) {  // every exponent, mantissas at and around ties
    for (std::uint32_t mantissa :
         {0u, 1u, 0xfffu, 0x1000u, 0x1001u, 0x2fffu, 0x3000u, 0x7fffu, 0x8000u, 0x8001u, 0x18000u, 0x7fffffu}) {
      for (std::uint32_t sign : {0u, 1u}) {
        std::uint32_t bits = sign << 31 | exponent << 23 | mantissa;
        float v;
        std::memcpy(&v, &bits, 4);
        values.push_back(v);
      }
    }
  }
  std::vector<std::uint16_t> got(values.size());
  on_every_target([&](const char* target) {
    for (std::uint32_t dtype : {SY_F16, SY_BF16}) {
      float_to_half(dtype, values.data(), got.data(), static_cast<std::int64_t>(values.size()));
      int wrong = 0;
      for (std::size_t i = 0; i < values.size(); ++i) {
        bool right = std::isnan(values[i]) ? std::isnan(model(dtype, got[i])) : got[i] == model(dtype, values[i]);
        if (!right && ++wrong == 1)
          ADD_FAILURE() << target << " dtype " << dtype << " value " << values[i] << " gave " << got[i];
      }
      EXPECT_EQ(wrong, 0);
    }
  });
}

TEST(Convert, AnyLengthAndNoFurther) {
  on_every_target([&](const char* target) {
    for (std::int64_t n = 0; n < 70; ++n) {
      std::vector<float> in(static_cast<std::size_t>(n) + 1, 1.5f), back(in.size(), -1);
      std::vector<std::uint16_t> half(in.size(), 7);
      float_to_half(SY_F16, in.data(), half.data(), n);
      half_to_float(SY_F16, half.data(), back.data(), n);
      for (std::int64_t i = 0; i < n; ++i) ASSERT_EQ(back[static_cast<std::size_t>(i)], 1.5f) << target;
      ASSERT_EQ(half[static_cast<std::size_t>(n)], 7) << target;
      ASSERT_EQ(back[static_cast<std::size_t>(n)], -1) << target;
    }
  });
}

}  // namespace
}  // namespace sy::cpu
