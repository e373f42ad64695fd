#include "switchyard/autograd/checkpoint.h"

#include "switchyard/autograd/autograd_meta.h"
#include "switchyard/autograd/engine.h"
#include "switchyard/autograd/grad_mode.h"
#include "switchyard/autograd/saved_tensor.h"
#include "switchyard/ops/operators.h"

namespace sy {
namespace {

using Fn = std::function<std::vector<Tensor>(const std::vector<Tensor>&)>;

class CheckpointNode : public Node {
 public:
  CheckpointNode(Fn fn, const std::vector<Tensor>& inputs) : fn_(std::move(fn)), random_(default_generator().state()) {
    for (const Tensor& t : inputs) {
      next.push_back(t.defined() && t.dtype().is_floating() ? gradient_edge(t) : Edge{});
      inputs_.push_back(SavedTensor::argument(t));
    }
  }
  std::string name() const override { return "checkpoint"; }
  void release_saved() override {
    released_ = true;
    inputs_.clear();
  }

  std::vector<Tensor> apply(std::vector<Tensor> grads) override {
    if (released_) fail(ErrorCode::kFailedPrecondition, "backward of checkpoint: its inputs were freed; pass retain_graph=true");
    if (grad_enabled()) fail(ErrorCode::kUnsupported, "backward of checkpoint: create_graph is not supported through it");
    std::vector<Tensor> inputs;
    for (const SavedTensor& s : inputs_) {
      Tensor t = s.unpack("checkpoint");
      inputs.push_back(t.defined() ? t.detach() : t);
    }
    std::vector<Tensor> outputs;
    Generator::State now = default_generator().state();
    {
      GradMode record(true);
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (next[i]) inputs[i].requires_grad_();
      }
      default_generator().set_state(random_);
      outputs = fn_(inputs);
      default_generator().set_state(now);
    }
    std::vector<Tensor> roots, seeds;
    for (std::size_t k = 0; k < outputs.size(); ++k) {
      if (k < grads.size() && grads[k].defined() && outputs[k].requires_grad()) {
        roots.push_back(outputs[k]);
        seeds.push_back(grads[k]);
      }
    }
    std::vector<Tensor> out(next.size());
    if (roots.empty()) return out;
    backward(roots, seeds);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (next[i]) out[i] = inputs[i].grad();
    }
    return out;
  }

 private:
  Fn fn_;
  Generator::State random_;
  std::vector<SavedTensor> inputs_;
  bool released_ = false;
};

}  // namespace

std::vector<Tensor> checkpoint(Fn fn, const std::vector<Tensor>& inputs) {
  if (!grad_enabled()) return fn(inputs);
  init_autograd();
  auto* made = new CheckpointNode(fn, inputs);
  Ref<Node> node = Ref<Node>::adopt(made);
  std::vector<Tensor> out;
  bool needed = false;
  for (const Edge& e : node->next) needed |= static_cast<bool>(e);
  {
    NoGrad no_grad;
    out = fn(inputs);
  }
  if (!needed) return out;
  for (std::uint32_t k = 0; k < out.size(); ++k) {
    if (out[k].requires_grad() || out[k].impl()->base) out[k] = out[k].detach().clone();
    node->results.push_back({Shape(out[k].shape().begin(), out[k].shape().end()), out[k].dtype(), out[k].device()});
  }
  for (std::uint32_t k = 0; k < out.size(); ++k) {
    if (out[k].dtype().is_floating()) set_history(out[k], node, k);
  }
  return out;
}

Tensor checkpoint(std::function<Tensor(const Tensor&)> fn, const Tensor& input) {
  return checkpoint([fn](const std::vector<Tensor>& in) { return std::vector<Tensor>{fn(in[0])}; }, std::vector<Tensor>{input})[0];
}

}  // namespace sy
