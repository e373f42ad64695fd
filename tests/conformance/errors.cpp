#include <algorithm>
#include <stdexcept>

#include "switchyard/testing/outcome.h"
#include "switchyard/testing/suite.h"

namespace sy::testing {
namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

Outcome run_case(const Case& c, const Options& options) {
  PlacedInputs inputs = place(make_inputs(c), options.device);
  return run_function(*c.op, inputs, options.device);
}

std::string refusal(const Outcome& outcome, const std::string& op, const std::string& text) {
  if (!outcome.fault.empty()) return outcome.fault;
  if (!outcome.threw) return str_cat("was accepted, expected an error that says \"", text, "\"");
  if (!contains(outcome.message, op)) return str_cat("the error does not name the operator: ", outcome.message);
  if (!contains(outcome.message, text)) return str_cat("the error does not say \"", text, "\": ", outcome.message);
  return "";
}

std::optional<Dtype> usual_dtype(const OperatorSamples& op) {
  std::vector<Dtype> set = dtype_set(op, 0);
  if (set.empty()) return std::nullopt;
  return std::find(set.begin(), set.end(), kF32) != set.end() ? kF32 : set[0];
}

/// Whether some tensor or argument really has that dtype.
bool uses(const Case& c, Dtype dtype) {
  bool used = false;
  for (const Inputs::Argument& a : make_inputs(c).arguments) {
    if (auto* t = std::get_if<Inputs::Tensor>(&a.value)) used |= t->values && t->values->dtype == dtype;
    if (auto* list = std::get_if<std::vector<Inputs::Tensor>>(&a.value)) {
      for (const Inputs::Tensor& t : *list) used |= t.values && t.values->dtype == dtype;
    }
    if (auto* v = std::get_if<Value>(&a.value))
      used |= std::holds_alternative<Dtype>(*v) && std::get<Dtype>(*v) == dtype;
  }
  return used;
}

}  // namespace

void run_errors(const OperatorSamples& op, const Options& options, Report& report) {
  OperatorSamples wrong = op;
  wrong.samples.clear();
  for (const ErrorSample& e : op.errors) wrong.samples.push_back(e.args);
  std::vector<Case> cases = plain_cases(wrong, usual_dtype(op));
  std::vector<Case> good = plain_cases(op, usual_dtype(op));
  for (std::size_t i = 0; i < cases.size(); ++i) {
    cases[i].variation = str_cat("error ", i);
    report.run(cases[i], [&] { return refusal(run_case(cases[i], options), op.name, op.errors[i].message); });
    if (good.empty()) continue;
    Case again = good[0];
    again.variation = str_cat("a good call after error ", i);
    report.run(again, [&] {
      Outcome after = run_case(again, options);
      return after.threw ? after.message : after.fault;
    });
  }
}

void run_dtypes(const OperatorSamples& op, const Options& options, Report& report) {
  constexpr Dtype kTen[] = {kBool, kU8, kI8, kI16, kI32, kI64, kF16, kBF16, kF32, kF64};
  std::vector<Dtype> set = dtype_set(op, 0);
  if (set.empty()) return;
  for (Dtype dtype : kTen) {
    bool declared = std::find(set.begin(), set.end(), dtype) != set.end();
    if (declared || op.samples.empty()) continue;
    if (op.promotion == "float" && !dtype.is_floating()) continue;  // goes to a floating dtype
    Case c = plain_cases(op, dtype)[0];
    c.variation += ", not declared";
    report.run(c, [&] {
      if (!uses(c, dtype)) throw NoCase();
      return refusal(run_case(c, options), op.name, std::string(dtype.name()));
    });
  }
}

}  // namespace sy::testing
