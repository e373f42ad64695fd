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
      : case_(c), op_(*c.op), options_(options), report_(report), inputs_(make_inputs(c)) {}

  void run() {
    PlacedInputs placed = placed_inputs();
    function_ = run_function(op_, placed, options_.device);
    if (function_.threw) return;  // the forward suite's business
    if (has_variant(op_, "out")) out_forms();
    if (has_variant(op_, "inplace")) inplace_form();
  }

 private:
  PlacedInputs placed_inputs() const { return place(inputs_, options_.device); }

  void add(const std::string& form, const std::string& error) {
    Case c = case_;
    c.variation += ", " + form;
    report_.add(c, error);
  }

  void out_forms() {
    for (Layout layout : {Layout::kContiguous, Layout::kTransposed, Layout::kStepped, Layout::kNegative}) {
      PlacedInputs placed = placed_inputs();
      std::vector<Placed> outs;
      for (const Array& r : function_.results) outs.push_back(place_garbage(r.dtype, r.shape, options_.device, layout));
      add(str_cat("out ", layout_name(layout)),
          difference(op_, run_out(op_, placed, outs, options_.device), function_));
    }
    if (function_.results.size() == 1) {
      aliased_out();
      overlapping_out();
      wrong_shape();
    }
  }

  /// out is the first tensor argument.
  void aliased_out() {
    PlacedInputs placed = placed_inputs();
    if (placed.tensors.empty()) return;
    const TensorBase& self = placed.tensors[0].placed.tensor;
    const Array& wanted = function_.results[0];
    if (self.dtype() != wanted.dtype || self.shape() != IntArray(wanted.shape)) return;
    if (self.impl()->overlapping()) return;
    placed.tensors[0].mutated = true;
    std::vector<Placed> outs = {placed.tensors[0].placed};
    Outcome outcome = run_out(op_, placed, outs, options_.device);
    outcome.mutated.clear();
    add("out is the input", difference(op_, outcome, function_));
  }

  /// out shares memory with the first tensor argument, one element further on.
  void overlapping_out() {
    if (inputs_.arguments.empty()) return;
    auto* input = std::get_if<Inputs::Tensor>(&inputs_.arguments[0].value);
    const Array& wanted = function_.results[0];
    if (input == nullptr || !input->values || wanted.shape.size() != 1 || wanted.shape[0] < 2) return;
    if (input->values->dtype != wanted.dtype || input->values->shape != wanted.shape) return;
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
    add("out overlaps the input", difference(op_, outcome, function_));
  }

  void wrong_shape() {
    PlacedInputs placed = placed_inputs();
    std::vector<std::int64_t> shape = function_.results[0].shape;
    shape.push_back(3);
    std::vector<Placed> outs = {place_garbage(function_.results[0].dtype, shape, options_.device, Layout::kContiguous)};
    Outcome outcome = run_out(op_, placed, outs, options_.device);
    std::string error = outcome.fault;
    if (error.empty() && !outcome.threw) error = "an output of the wrong shape was accepted";
    if (error.empty() && !outs[0].changes(true).empty()) error = "the refused output was written to";
    add("out of another shape", error);
  }

  void inplace_form() {
    PlacedInputs placed = placed_inputs();
    if (placed.tensors.empty()) return;
    const TensorBase self = placed.tensors[0].placed.tensor;
    const Array& wanted = function_.results[0];
    Outcome outcome = run_inplace(op_, placed, options_.device);
    outcome.mutated.clear();
    if (self.shape() != IntArray(wanted.shape) || self.impl()->overlapping()) {
      std::string error = outcome.fault;
      if (error.empty() && !outcome.threw) error = "a result that does not fit was accepted";
      return add("in place, does not fit", error);
    }
    if (self.dtype() != wanted.dtype) return;
    add("in place", difference(op_, outcome, function_));
  }

  const Case& case_;
  const OperatorSamples& op_;
  const Options& options_;
  Report& report_;
  Inputs inputs_;
  Outcome function_;
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
