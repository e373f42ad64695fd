// What a call gave.
#pragma once

#include <string>
#include <vector>

#include "switchyard/testing/case.h"

namespace sy::testing {

struct Outcome {
  bool threw = false;
  std::string message;  // of the sy::Error
  std::string fault;    // a broken promise besides: another exception, a result elsewhere, an input written to; or ""
  std::vector<Array> results;
  std::vector<Array> mutated;  // arguments that the operator may write to
};

/// Calls the function form, waits for the device and reads everything back.
Outcome run_function(const OperatorSamples& op, PlacedInputs& inputs, Device device);
/// As run_function, of the in-place form: one result.
Outcome run_inplace(const OperatorSamples& op, PlacedInputs& inputs, Device device);
/// As run_function, into outs. What is around their elements must not change.
Outcome run_out(const OperatorSamples& op, PlacedInputs& inputs, std::vector<Placed>& outs, Device device);

/// "" when both gave the same within the operator's tolerance.
std::string difference(const OperatorSamples& op, const Outcome& actual, const Outcome& expected);

}  // namespace sy::testing
