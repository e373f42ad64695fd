// The autograd layer: records calls on tensors that need a gradient.
#include "switchyard/autograd/anomaly.h"
#include "switchyard/autograd/autograd_meta.h"
#include "switchyard/autograd/grad_mode.h"
#include "switchyard/autograd/operator_node.h"
#include "switchyard/autograd/view_nodes.h"
#include "switchyard/core/backend.h"
#include "switchyard/dispatch/kernel_call.h"

namespace sy {
namespace {

constexpr LayerBits kBit = LayerBits{1} << kLayerAutograd;

/// True when an argument for which there is a formula needs a gradient.
bool wants_gradient(const Frame& f, std::uint64_t inputs) {
  for (std::uint8_t i : f.op().info().tensor_params) {
    if (!(inputs >> i & 1)) continue;
    const Arg& a = f.arg(i);
    if (a.tag == SY_ARG_TENSOR && needs_gradient(f.tensor(i))) return true;
    if (a.tag == SY_ARG_TENSOR_LIST) {
      for (const TensorBase& t : f.tensors(i)) {
        if (needs_gradient(t)) return true;
      }
    }
  }
  return false;
}

void pass(Frame& f) {
  ExcludeLayers guard(kBit);
  call_next(f, kLayerAutograd);
}

/// The tensor that the call overwrites, or nullptr.
const TensorBase* written(const Frame& f) {
  if (f.variant() == Variant::kInplace) return &f.result(0);
  if (f.op().info().mutates && f.op().info().signature.params[0].mutated) return &f.tensor(0);
  return nullptr;
}

void check_writable(const Frame& f, const TensorBase& t) {
  const std::string& op = f.op().name();
  const TensorImpl* impl = t.impl();
  if (impl->inference) {
    fail(ErrorCode::kFailedPrecondition, op,
         ": a tensor made in inference mode cannot be changed by a recorded operation");
  }
  auto is_leaf = [](const TensorImpl& i) {
    const auto* meta = static_cast<const AutogradMeta*>(i.autograd.get());
    return (i.bits & kBit) && meta != nullptr && !meta->grad_fn;
  };
  if (is_leaf(*impl)) {
    fail(ErrorCode::kFailedPrecondition, op,
         ": a leaf tensor that needs a gradient cannot be changed in place while recording");
  }
  if (impl->base && is_leaf(*impl->base)) {
    fail(ErrorCode::kFailedPrecondition, op,
         ": a view of a leaf tensor that needs a gradient cannot be changed in place while recording");
  }
  if (impl->view_without_grad) {
    fail(ErrorCode::kFailedPrecondition, op,
         ": this view was made while gradients were off; its base would miss the change");
  }
}

/// Runs a composite so that its parts record.
void record_parts(Frame& f) {
  if (f.variant() == Variant::kFunction) return call_parts(f);
  // In place through the functional form and a recorded copy.
  std::vector<TensorBase> fresh(f.num_results());
  Frame inner(f.op(), f.args(), fresh.data(), f.num_results());
  call_parts(inner);
  require(f.variant() == Variant::kInplace, f.op().name(), ": the out form cannot be recorded");
  as_tensor(f.result(0)).copy_(as_tensor(fresh[0]));
}

/// target: what the call overwrites, or nullptr.
void record(Frame& f, const OperatorDerivative& derivative, const TensorBase* target) {
  if (f.variant() == Variant::kOut) {
    fail(ErrorCode::kFailedPrecondition, f.op().name(),
         ": the out form cannot be recorded; call it under NoGrad or use the function");
  }
  if (target != nullptr) check_writable(f, *target);
  auto* op_node = new OperatorNode(f.op(), derivative);
  Ref<Node> node = Ref<Node>::adopt(op_node);
  op_node->save_arguments(f);
  pass(f);
  note_forward(*node, f.result(0));
  op_node->save_results(f);
  if (target != nullptr) {
    TensorBase written_to = *target;
    if (Ref<TensorImpl> base = written_to.impl()->base) {
      TensorBase whole(base);
      Ref<Node> slices = make_copy_slices(whole, written_to, node);
      set_history(whole, slices, 0);
      // The view's own history comes from the base from now on.
      set_history(written_to, make_view_node(whole, written_to), 0);
    } else {
      set_history(written_to, node, 0);
    }
    return;
  }
  // The node's reference goes to the last one: counting costs more than the rest of this loop.
  std::uint32_t last = f.num_results();
  for (std::uint32_t k = 0; k < f.num_results(); ++k) {
    if (!(derivative.results >> k & 1) || !f.result(k).defined() || !f.result(k).dtype().is_floating()) continue;
    if (last != f.num_results()) set_history(f.result(last), node, last);
    last = k;
  }
  if (last != f.num_results()) set_history(f.result(last), std::move(node), last);
}

/// Of an operator defined at run time without a derivative: an error when a gradient arrives, not silence.
class NoDerivative : public Node {
 public:
  NoDerivative(const Frame& f) : op_(f.op().name()) {
    for (std::uint32_t k = 0; k < f.num_results(); ++k) {
      results.emplace_back(f.result(k));
    }
  }
  std::string name() const override { return op_; }
  std::vector<Tensor> apply(std::vector<Tensor>) override {
    fail(ErrorCode::kUnsupported, "backward of ", op_,
         ": the operator has no derivative; give it one, or detach its arguments");
  }

 private:
  std::string op_;
};

void record_without_derivative(Frame& f) {
  pass(f);
  if (f.list() != nullptr || f.variant() != Variant::kFunction) return;
  Ref<Node> node;
  for (std::uint32_t k = 0; k < f.num_results(); ++k) {
    if (!f.result(k).defined() || !f.result(k).dtype().is_floating()) continue;
    if (!node) node = Ref<Node>::adopt(new NoDerivative(f));
    set_history(f.result(k), node, k);
  }
}

void autograd_layer(Frame& f, void*) {
  if (!t_state.grad_mode) return pass(f);
  Operator& op = f.op();
  const OperatorDef& def = op.def();
  const OperatorDerivative* derivative = derivative_of(op);
  if (derivative != nullptr) {
    const TensorBase* target = written(f);
    bool overwritten = target != nullptr && (target->impl()->layer_bits() & kBit);
    if (wants_gradient(f, derivative->inputs) || overwritten) return record(f, *derivative, target);
    return pass(f);
  }
  if (def.composite != nullptr && def.not_differentiable == nullptr) {
    if (f.list() != nullptr || f.variant() == Variant::kFunction || f.variant() == Variant::kInplace)
      return record_parts(f);
  }
  if (def.composite == nullptr && def.not_differentiable == nullptr && wants_gradient(f, ~std::uint64_t{0}))
    return record_without_derivative(f);
  pass(f);
}

}  // namespace

void init_autograd() {
  static const bool once = [] {
    set_layer(kLayerAutograd, "autograd", autograd_layer);
    return true;
  }();
  (void)once;
}

}  // namespace sy
