// Shape rules of factories, joins and products, at their edges.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "../../message_of.h"
#include "switchyard/ops/operators.h"

namespace sy {
namespace {

const Device kMeta("meta");
Tensor meta(IntArray shape) { return empty(shape, kF32, kMeta); }

std::string ranged(const Scalar& start, const Scalar& end, const Scalar& step) {
  return message_of([&] {
    Tensor t = arange(start, end, step, std::nullopt, kMeta);
    throw Error(ErrorCode::kInternal, str_cat(t.dtype().name(), " ", t.numel()));
  });
}

TEST(Arange, CountsExactly) {
  EXPECT_EQ(ranged(0, 5, 1), "i64 5");
  EXPECT_EQ(ranged(0, 5, 2), "i64 3");
  EXPECT_EQ(ranged(5, 0, -2), "i64 3");
  EXPECT_EQ(ranged(3, 3, 1), "i64 0");
  EXPECT_EQ(ranged(0, 1, 0.1), "f32 10");
  EXPECT_EQ(ranged(0.0, 5, 1), "f32 5");
  EXPECT_EQ(ranged(0, 5.5, 1), "f32 6");
  EXPECT_EQ(ranged(true, 4, 1), "i64 3");
}

TEST(Arange, LargeIntsAreExact) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max(),
                         kMin = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(ranged(kMax - 3, kMax, 1), "i64 3") << "doubles would not tell the ends apart";
  EXPECT_EQ(ranged(kMin, kMin + 5, 2), "i64 3");
  EXPECT_EQ(ranged(kMin, kMax, kMax), "i64 3");
  EXPECT_EQ(ranged(kMin, kMax, 1), "arange: argument end: too many elements");
}

TEST(Arange, Mistakes) {
  EXPECT_EQ(ranged(0, 5, 0), "arange: argument step: must not be 0 or NaN");
  EXPECT_EQ(ranged(0, 5, std::nan("")), "arange: argument step: must not be 0 or NaN");
  EXPECT_EQ(ranged(0, 5, -1), "arange: argument step: -1 leads away from end (0 to 5)");
  EXPECT_EQ(ranged(0, INFINITY, 1), "arange: argument end: start and end must be finite");
  EXPECT_EQ(ranged(0, 1, 1e-300), "arange: argument end: too many elements");
}

TEST(Full, HasTheDtypeOfItsValue) {
  EXPECT_EQ(full({2}, true, std::nullopt, kMeta).dtype(), kBool);
  EXPECT_EQ(full({2}, 3, std::nullopt, kMeta).dtype(), kI64);
  EXPECT_EQ(full({2}, 0.5, std::nullopt, kMeta).dtype(), kF32);
  EXPECT_EQ(full({2}, 0.5, kI8, kMeta).dtype(), kI8);
}

TEST(Randint, NeedsARange) {
  EXPECT_EQ(randint(-1, 0, {2}, std::nullopt, std::nullopt, kMeta).dtype(), kI64);
  EXPECT_EQ(message_of([] { randint(3, 3, {2}, std::nullopt, std::nullopt, kMeta); }),
            "randint: argument low: expected less than high, got low 3 and high 3");
}

TEST(Cat, SizesOffTheDimensionAgree) {
  EXPECT_EQ(shape_str(cat({meta({2, 3}), meta({0, 3}), meta({4, 3})}, -2).shape()), "[6, 3]");
  EXPECT_EQ(message_of([] {
              cat({meta({2, 3}), meta({2, 4})}, 0);
            }),
            "cat: argument tensors[1]: sizes off dimension 0 must agree: got [2, 4], expected as [2, 3]");
  EXPECT_THROW(cat({meta({2, 3}), meta({2})}, 0), Error);
  EXPECT_EQ(message_of([] { cat({meta({})}, 0); }), "cat: argument tensors: 0-d tensors cannot be joined; use stack");
  EXPECT_EQ(message_of([] { cat({}, 0); }), "cat: argument tensors: the list is empty");
}

TEST(Products, SizesMatch) {
  EXPECT_EQ(shape_str(mm(meta({2, 0}), meta({0, 3})).shape()), "[2, 3]");
  EXPECT_EQ(message_of([] {
              mm(meta({2, 3}), meta({2, 3}));
            }),
            "mm: argument mat2: expected 3 rows to match [2, 3], got shape [2, 3]");
  EXPECT_EQ(message_of([] { mm(meta({3}), meta({3, 2})); }), "mm: argument self: expected a 2-d tensor, got shape [3]");
  EXPECT_EQ(message_of([] {
              bmm(meta({2, 3, 4}), meta({1, 4, 5}));
            }),
            "bmm: argument mat2: expected batch size 2, got shape [1, 4, 5]");
  EXPECT_EQ(shape_str(addmm(meta({5}), meta({2, 3}), meta({3, 5})).shape()), "[2, 5]");
  EXPECT_EQ(message_of([] {
              addmm(meta({2}), meta({2, 3}), meta({3, 5}));
            }),
            "addmm: argument self: cannot broadcast shape [2] to [2, 5]");
  EXPECT_EQ(shape_str(linear(meta({7, 0, 3}), meta({5, 3})).shape()), "[7, 0, 5]");
  EXPECT_EQ(message_of([] {
              linear(meta({3}), meta({5, 4}));
            }),
            "linear: argument weight: expected (out, 3) to match input [3], got [5, 4]");
  EXPECT_EQ(message_of([] {
              linear(meta({3}), meta({5, 3}), meta({3}));
            }),
            "linear: argument bias: expected shape [5], got [3]");
}

TEST(Clamp, NeedsABound) {
  EXPECT_EQ(message_of([] { clamp(meta({2})); }), "clamp: at least one of min and max must be given");
}

TEST(Reductions, OfNothing) {
  EXPECT_EQ(message_of([] {
              amax(meta({2, 0}), 1);
            }),
            "amax: cannot reduce over dimension 1 of shape [2, 0]: it is empty");
  EXPECT_EQ(shape_str(amax(meta({2, 0}), 0).shape()), "[0]") << "nothing kept, nothing reduced";
}

}  // namespace
}  // namespace sy
