#include "switchyard/testing/outcome.h"

#include "switchyard/core/backend.h"
#include "switchyard/testing/compare.h"

namespace sy::testing {
namespace {

/// Runs fn, which returns the results, and reads back.
template <typename Fn>
Outcome observe(PlacedInputs& inputs, Device device, Fn&& fn) {
  Outcome out;
  try {
    std::vector<TensorBase> results = fn();
    synchronize(device);
    for (const TensorBase& t : results) {
      if (t.defined() && t.device() != device) out.fault = str_cat("a result lies on ", t.device().str());
      out.results.push_back(t.defined() ? to_array(t) : Array());
    }
    for (const PlacedInputs::Tensor& t : inputs.tensors) {
      if (t.mutated) out.mutated.push_back(to_array(t.placed.tensor));
    }
  } catch (const Error& e) {
    out.threw = true;
    out.message = e.what();
    try {
      synchronize(device);
    } catch (const Error&) {
      // the same mistake, found by the device as well
    }
  } catch (const std::exception& e) {
    out.fault = str_cat("threw something other than sy::Error: ", e.what());
  }
  if (out.fault.empty()) out.fault = inputs.changes();
  return out;
}

bool exact(const OperatorSamples& op) {
  return op.random && op.group == "random" && op.differentiable.empty() && op.name != "randn";
}

}  // namespace

Outcome run_function(const OperatorSamples& op, PlacedInputs& inputs, Device device) {
  return observe(inputs, device, [&] { return call(op.name, inputs.arguments); });
}

Outcome run_inplace(const OperatorSamples& op, PlacedInputs& inputs, Device device) {
  inputs.tensors.at(0).mutated = true;
  return observe(inputs, device, [&] { return std::vector<TensorBase>{call_inplace(op.name, inputs.arguments)}; });
}

Outcome run_out(const OperatorSamples& op, PlacedInputs& inputs, std::vector<Placed>& outs, Device device) {
  std::vector<TensorBase> tensors;
  for (const Placed& out : outs) tensors.push_back(out.tensor);
  Outcome outcome = observe(inputs, device, [&] {
    call_out(op.name, inputs.arguments, tensors);
    return tensors;
  });
  for (const Placed& out : outs) {
    if (outcome.fault.empty() && !out.changes(false).empty()) outcome.fault = str_cat("output: ", out.changes(false));
  }
  return outcome;
}

std::string difference(const OperatorSamples& op, const Outcome& actual, const Outcome& expected) {
  if (!actual.fault.empty()) return actual.fault;
  if (actual.threw) return str_cat("threw: ", actual.message);
  if (actual.results.size() != expected.results.size()) {
    return str_cat("gave ", actual.results.size(), " results, expected ", expected.results.size());
  }
  for (std::size_t k = 0; k < actual.results.size(); ++k) {
    if (static_cast<int>(k) == op.reserve) continue;
    Array wanted = expected.results[k];
    if (has_tag(op, "uninitialised")) wanted.bytes = actual.results[k].bytes;
    Tolerance t = exact(op) ? Tolerance() : tolerance_of(op, wanted.dtype);
    std::string text = difference(actual.results[k], wanted, t);
    if (!text.empty()) return str_cat("result ", k, ": ", text);
  }
  for (std::size_t k = 0; k < actual.mutated.size() && k < expected.mutated.size(); ++k) {
    std::string text = difference(actual.mutated[k], expected.mutated[k], tolerance_of(op, expected.mutated[k].dtype));
    if (!text.empty()) return str_cat("mutated argument ", k, ": ", text);
  }
  return "";
}

}  // namespace sy::testing
