// In-place and out forms.
#include <stdexcept>

#include "switchyard/core/backend.h"
#include "switchyard/testing/compare.h"
#include "switchyard/testing/outcome.h"
#include "switchyard/testing/suite.h"

namespace sy::testing {
namespace {

class Forms {
 public:
  Forms(const Case& c, const Options& options, Report& report)
      : case_(c), op_(*c.op), options_(options), report_(report) {}

  void run() {
    if (has_variant(op_, "out")) {
      for (Layout layout : {Layout::kContiguous, Layout::kTransposed, Layout::kStepped, Layout::kNegative}) {
        form(str_cat("out ", layout_name(layout)), [&] { return out(layout); });
      }
      if (op_.results.size() == 1) {
        form("out is the input", [&] { return aliased_out(); });
        form("out overlaps the input", [&] { return overlapping_out(); });
        form("out of another shape", [&] { return wrong_shape(); });
      }
    }
    if (has_variant(op_, "inplace")) form("in place", [&] { return in_place(); });
  }

 private:
  PlacedInputs placed_inputs() { return place(inputs(), options_.device); }

  void form(const std::string& name, const Report::Fn& fn) {
    Case c = case_;
    c.variation += ", " + name;
    report_.run(c, fn);
  }

  const Inputs& inputs() {
    if (!inputs_) inputs_ = make_inputs(case_);
    return *inputs_;
  }

  /// What the function gives. Throws NoCase where it fails, which is the forward suite's business.
  const Outcome& function() {
    if (!function_) {
      PlacedInputs placed = placed_inputs();
      function_ = run_function(op_, placed, options_.device);
    }
    if (function_->threw) throw NoCase();
    return *function_;
  }

  std::string out(Layout layout) {
    std::vector<Placed> outs;
    for (const Array& r : function().results) outs.push_back(place_garbage(r.dtype, r.shape, options_.device, layout));
    PlacedInputs placed = placed_inputs();
    return difference(op_, run_out(op_, placed, outs, options_.device), function());
  }

  /// out is the first tensor argument.
  std::string aliased_out() {
    const Array& wanted = function().results[0];
    PlacedInputs placed = placed_inputs();
    if (placed.tensors.empty()) throw NoCase();
    const TensorBase& self = placed.tensors[0].placed.tensor;
    if (self.dtype() != wanted.dtype || self.shape() != IntArray(wanted.shape)) throw NoCase();
    if (self.impl()->overlapping()) throw NoCase();
    placed.tensors[0].mutated = true;
    std::vector<Placed> outs = {placed.tensors[0].placed};
    Outcome outcome = run_out(op_, placed, outs, options_.device);
    outcome.mutated.clear();
    return difference(op_, outcome, function());
  }

  /// out shares memory with the first tensor argument, one element further on.
  std::string overlapping_out() {
    if (inputs().arguments.empty()) throw NoCase();
    auto* input = std::get_if<Inputs::Tensor>(&inputs().arguments[0].value);
    const Array& wanted = function().results[0];
    if (input == nullptr || !input->values || wanted.shape.size() != 1 || wanted.shape[0] < 2) throw NoCase();
    if (input->values->dtype != wanted.dtype || input->values->shape != wanted.shape) throw NoCase();
    Array longer(wanted.dtype, {wanted.shape[0] + 1});
    for (std::int64_t i = 0; i < wanted.shape[0]; ++i) longer.set(i, input->values->at(i));
    PlacedInputs placed = placed_inputs();
    TensorBase all = place(longer, options_.device, Layout::kContiguous).tensor;
    TensorBase self = alias(all, wanted.shape, {1}, 0);
    TensorBase out = alias(all, wanted.shape, {1}, 1);
    placed.arguments[0].value = self;
    std::vector<Placed> outs = {{out, storage_image(out)}};
    Outcome outcome = run_out(op_, placed, outs, options_.device);
    outcome.fault.clear();
    return difference(op_, outcome, function());
  }

  std::string wrong_shape() {
    std::vector<std::int64_t> shape = function().results[0].shape;
    shape.push_back(3);
    PlacedInputs placed = placed_inputs();
    std::vector<Placed> outs = {
        place_garbage(function().results[0].dtype, shape, options_.device, Layout::kContiguous)};
    Outcome outcome = run_out(op_, placed, outs, options_.device);
    if (!outcome.fault.empty()) return outcome.fault;
    if (!outcome.threw) return "an output of the wrong shape was accepted";
    return outs[0].changes(true).empty() ? "" : "the refused output was written to";
  }

  std::string in_place() {
    const Array& wanted = function().results[0];
    PlacedInputs placed = placed_inputs();
    if (placed.tensors.empty()) throw NoCase();
    const TensorBase self = placed.tensors[0].placed.tensor;
    Outcome outcome = run_inplace(op_, placed, options_.device);
    outcome.mutated.clear();
    if (self.shape() != IntArray(wanted.shape) || self.impl()->overlapping()) {
      if (!outcome.fault.empty()) return outcome.fault;
      return outcome.threw ? "" : "a result that does not fit was accepted";
    }
    if (self.dtype() != wanted.dtype) throw NoCase();
    return difference(op_, outcome, function());
  }

  const Case& case_;
  const OperatorSamples& op_;
  const Options& options_;
  Report& report_;
  std::optional<Inputs> inputs_;
  std::optional<Outcome> function_;
};

}  // namespace

void run_forms(const OperatorSamples& op, const Options& options, Report& report) {
  if (!has_variant(op, "out") && !has_variant(op, "inplace")) return;
  std::vector<Dtype> set = dtype_set(op, 0);
  constexpr Layout kTurns[] = {Layout::kContiguous, Layout::kStepped, Layout::kTransposed, Layout::kNegative,
                               Layout::kBroadcast};
  for (std::size_t d = 0; d < set.size(); ++d) {
    std::vector<Case> cases = plain_cases(op, set[d]);
    // A longer one, past a vector's length, whose outputs and inputs may overlap by one.
    if (op.kind == "pointwise" && !cases.empty()) {
      Case longer = cases[0];
      for (auto& [name, value] : longer.sample) {
        if (auto* spec = std::get_if<TensorSpec>(&value)) spec->shape = {67};
      }
      longer.variation = "67 elements";
      cases.push_back(std::move(longer));
    }
    for (std::size_t i = 0; i < cases.size(); ++i) {
      std::size_t turns = options.tier == Tier::kFull ? 5 : 1;
      for (std::size_t turn = 0; turn < turns; ++turn) {
        Case c = cases[i];
        Layout layout = kTurns[(d + i + turn) % 5];
        c.layouts = {layout, kTurns[(d + turn) % 5]};
        Forms(c, options, report).run();
      }
    }
  }
}

}  // namespace sy::testing
