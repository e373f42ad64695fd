#include <stdexcept>

#include "switchyard/testing/outcome.h"
#include "switchyard/testing/suite.h"

namespace sy::testing {
namespace {

bool strided(const Case& c) {
  for (Layout layout : c.layouts) {
    if (layout != Layout::kContiguous) return true;
  }
  return false;
}

/// Whether the oracle refuses the very same layout: view does where it would have to copy.
bool oracle_refuses_layout(const OperatorSamples& op, const Inputs& inputs, const Options& options) {
  PlacedInputs placed = place(inputs, options.oracle);
  return run_function(op, placed, options.oracle).threw;
}

std::string run_case(const Case& c, const Inputs& inputs, const Options& options) {
  const OperatorSamples& op = *c.op;
  PlacedInputs on_oracle = place(inputs, options.oracle, true);
  Outcome expected = run_function(op, on_oracle, options.oracle);
  if (expected.threw && !c.may_refuse) return str_cat("the oracle refuses: ", expected.message);
  if (!expected.fault.empty()) return str_cat("the oracle: ", expected.fault);
  PlacedInputs on_device = place(inputs, options.device);
  Outcome actual = run_function(op, on_device, options.device);
  if (expected.threw) {
    if (!actual.fault.empty()) return actual.fault;
    return actual.threw ? "" : str_cat("accepted, though the oracle refuses: ", expected.message);
  }
  if (actual.threw && op.kind == "view" && strided(c) && oracle_refuses_layout(op, inputs, options)) return "";
  return difference(op, actual, expected);
}

}  // namespace

void run_forward(const OperatorSamples& op, const Options& options, Report& report) {
  for (const Case& c : make_cases(op, options.tier)) {
    report.run(c, [&] {
      Inputs inputs;
      try {
        inputs = make_inputs(c);
      } catch (const std::invalid_argument&) {
        if (c.may_refuse) throw NoCase();
        throw;
      }
      return run_case(c, inputs, options);
    });
  }
}

}  // namespace sy::testing
