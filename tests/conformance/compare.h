// Whether two arrays agree.
#pragma once

#include <string>

#include "switchyard/testing/array.h"
#include "switchyard/testing/sample.h"

namespace sy::testing {

struct Tolerance {
  double relative = 0;
  double absolute = 0;
};

/// The standard one of a dtype, or what the schema says for the operator.
Tolerance tolerance_of(const OperatorSamples& op, Dtype dtype);
/// "" when dtype, shape and all elements agree within the tolerance (NaN with NaN, infinities exactly), else the first
/// difference and how many there are.
std::string difference(const Array& actual, const Array& expected, Tolerance tolerance);

}  // namespace sy::testing
