#include "loops/pointwise.h"

#include <gtest/gtest.h>

#include "arrays.h"

namespace sy::cpu {
namespace {

void add_row(const void* const* in, void* out, std::int64_t n, const void* context) {
  const float* a = static_cast<const float*>(in[0]);
  const float* b = static_cast<const float*>(in[1]);
  float scale = context != nullptr ? *static_cast<const float*>(context) : 1.0f;
  for (std::int64_t i = 0; i < n; ++i) static_cast<float*>(out)[i] = a[i] + scale * b[i];
}

using Sizes = std::vector<std::int64_t>;

/// Row-major, column-major, stepped, backward and repeated strides of a shape.
std::vector<Sizes> layouts(const Sizes& shape, bool writable) {
  Sizes dense = Array<float>::dense(shape), turned(shape.size()), stepped, backward, repeated;
  std::int64_t step = 1;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    turned[d] = step;
    step *= shape[d];
  }
  for (std::int64_t s : dense) {
    stepped.push_back(3 * s);
    backward.push_back(-s);
    repeated.push_back(s == dense[0] ? 0 : s);
  }
  std::vector<Sizes> all = {dense, turned, stepped, backward};
  if (!writable) {
    all.push_back(repeated);
    all.push_back(Sizes(shape.size(), 0));
  }
  return all;
}

// Lengths around a vector, a long inner row and a block.
const Sizes kShapes[] = {{1}, {7}, {64, 3}, {5, 129}, {2, 3, 700}, {1030, 2}, {3, 0, 2}};

TEST(RunRows, AnyStrides) {
  for (const Sizes& shape : kShapes) {
    for (const Sizes& sa : layouts(shape, false)) {
      for (const Sizes& so : layouts(shape, true)) {
        Array<float> a(shape, sa), b(shape), out(shape, so);
        a.fill([](std::int64_t i) { return i % 97; });
        b.fill([](std::int64_t i) { return 1000 * (i % 31); });
        Operand operands[] = {a.operand(), b.operand(), out.operand()};
        std::vector<float> guard = out.memory;
        run_rows(operands, 3, add_row);
        std::int64_t wrong = 0;
        for (std::int64_t i = 0; i < out.count(); ++i) {
          std::int64_t written = 0;
          wrong += out[i] != a[i] + b[i] + static_cast<float>(written);
        }
        EXPECT_EQ(wrong, 0) << ::testing::PrintToString(shape) << ::testing::PrintToString(sa)
                            << ::testing::PrintToString(so);
        EXPECT_EQ(out.memory.front(), guard.front());
        EXPECT_EQ(out.memory.back(), guard.back());
      }
    }
  }
}

TEST(RunRows, NothingBetweenStridedElementsIsTouched) {
  Array<float> a({600}, {1}), out({600}, {2});
  a.fill([](std::int64_t) { return 1; });
  Operand operands[] = {a.operand(), a.operand(), out.operand()};
  run_rows(operands, 3, add_row);
  for (std::int64_t i = 0; i < 599; ++i) ASSERT_EQ(out.data()[2 * i + 1], 77);
}

TEST(RunRows, HalvesComputeAsFloats) {
  for (std::uint32_t dtype : {SY_F16, SY_BF16}) {
    for (const Sizes& strides : {Sizes{40, 1}, Sizes{80, 2}, Sizes{1, 30}}) {
      Array<std::uint16_t> a({30, 40}, strides), b({30, 40}), out({30, 40}, strides);
      auto bits = [&](float v) { return dtype == SY_F16 ? sdk::f16(v).bits : sdk::bf16(v).bits; };
      a.fill([&](std::int64_t i) { return bits(static_cast<float>(i % 7)); });
      b.fill([&](std::int64_t) { return bits(0.5f); });
      Operand operands[] = {a.operand(dtype), b.operand(dtype), out.operand(dtype)};
      float scale = 2;
      run_rows(operands, 3, add_row, &scale);
      for (std::int64_t i = 0; i < out.count(); ++i) ASSERT_EQ(out[i], bits(static_cast<float>(i % 7) + 1)) << i;
    }
  }
}

TEST(RunRows, ThreadsDoNotMatter) {
  Array<float> a({300, 500}, {1, 300}), out({300, 500});
  a.fill([](std::int64_t i) { return i; });
  Operand operands[] = {a.operand(), a.operand(), out.operand()};
  for (int threads : {1, 2, 3}) {
    set_num_threads(threads);
    std::fill(out.memory.begin(), out.memory.end(), 0.0f);
    run_rows(operands, 3, add_row);
    std::int64_t wrong = 0;
    for (std::int64_t i = 0; i < out.count(); ++i) wrong += out[i] != 2 * a[i];
    EXPECT_EQ(wrong, 0) << threads;
  }
  set_num_threads(1);
}

TEST(RunRows, UnsupportedDtypesAreNamed) {
  Array<float> a({2});
  Operand operands[] = {a.operand(), a.operand()};
  try {
    run_rows(operands, 2, nullptr);
    FAIL() << "expected an error";
  } catch (const sdk::Error& e) {
    EXPECT_STREQ(e.what(), "the cpu kernel does not take f32");
  }
}

template <class T>
void copies_as_bits() {
  Array<T> from({4, 6}, {1, 5}), to({4, 6}, {-13, 2});
  from.fill([](std::int64_t i) { return i + 1; });
  copy_elements(from.operand(), to.operand());
  for (std::int64_t i = 0; i < to.count(); ++i) EXPECT_EQ(to[i], from[i]);
}

TEST(CopyElements, EverySize) {
  copies_as_bits<std::uint8_t>();
  copies_as_bits<std::int16_t>();
  copies_as_bits<std::int32_t>();
  copies_as_bits<double>();
}

TEST(CopyElements, HalvesMoveUnchanged) {
  Array<std::uint16_t> from({3}, {1}), to({3}, {2});
  const std::uint16_t nan = 0x7d01;  // a signalling one, which a conversion would quiet
  from.fill([&](std::int64_t) { return nan; });
  copy_elements(from.operand(SY_F16), to.operand(SY_F16));
  EXPECT_EQ(to[1], nan);
}

}  // namespace
}  // namespace sy::cpu
