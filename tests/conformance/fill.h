// Test values.
#pragma once

#include <cstdint>
#include <random>

#include "switchyard/testing/array.h"
#include "switchyard/testing/sample.h"

namespace sy::testing {

/// How free values are chosen.
enum class Values {
  kExact,    // multiples of 1/8, so that sums and products of a few are exact and the order of a sum does not matter
  kSmooth,   // any, so that no two meet and none lies on a kink
};

/// The values of one tensor. Throws std::invalid_argument where the spec has another number of values than elements.
Array fill(const OperatorSamples& op, const std::string& param, const TensorSpec& spec, Dtype dtype, Values values,
           std::mt19937_64& random);
/// count special values of a dtype, repeated; each value stands `run` times before the next.
Array special_values(Dtype dtype, std::int64_t count, std::int64_t run);
/// How many different special values a dtype has.
std::int64_t num_special_values(Dtype dtype);

}  // namespace sy::testing
