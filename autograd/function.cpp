#include "switchyard/autograd/function.h"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "switchyard/ops/operators.h"

namespace sy {

std::string type_text(const std::type_info& type) {
  int status = 0;
  std::unique_ptr<char, void (*)(void*)> text(abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), std::free);
  return status == 0 ? text.get() : type.name();
}

std::vector<Tensor> FunctionContext::saved() const {
  std::vector<Tensor> out;
  for (const SavedTensor& s : saved_) out.push_back(s.unpack(name_));
  return out;
}

bool FunctionNode::connect(const std::vector<Tensor>& arguments) {
  bool any = false;
  for (const Tensor& t : arguments) {
    next.push_back(t.defined() && t.dtype().is_floating() ? gradient_edge(t) : Edge{});
    any |= static_cast<bool>(next.back());
    context.needed_.push_back(static_cast<bool>(next.back()));
  }
  return any;
}

void FunctionNode::finish(std::vector<Tensor>& out, bool recorded) {
  if (!recorded) return;
  for (std::uint32_t k = 0; k < out.size(); ++k) {
    require(out[k].defined(), name_, ": forward returned an undefined tensor");
    // A result that is an argument or a view of one must not take the argument's place in the graph.
    if (out[k].impl()->base || out[k].requires_grad()) {
      NoGrad no_grad;
      out[k] = out[k].clone();
    }
    results.emplace_back(out[k]);
  }
  for (const Tensor& t : context.to_save_) {
    auto it = std::find_if(out.begin(), out.end(), [&](const Tensor& r) { return t.defined() && r.same_as(t); });
    if (it != out.end()) {
      context.saved_.emplace_back(t, this, static_cast<std::uint32_t>(it - out.begin()));
    } else {
      context.saved_.emplace_back(t);
    }
  }
  Ref<Node> self = Ref<Node>::share(this);
  for (std::uint32_t k = 0; k < out.size(); ++k) {
    bool constant = std::any_of(context.constant_.begin(), context.constant_.end(),
                                [&](const Tensor& t) { return t.same_as(out[k]); });
    if (out[k].dtype().is_floating() && !constant) set_history(out[k], self, k);
  }
  context.to_save_.clear();
  context.constant_.clear();
  if (!out.empty()) note_forward(*this, out[0]);
}

std::vector<Tensor> FunctionNode::apply(std::vector<Tensor> grads) {
  if (released_) {
    fail(ErrorCode::kFailedPrecondition, "backward of ", name_,
         ": its saved tensors were freed by an earlier backward; pass retain_graph=true to the first");
  }
  for (std::size_t k = 0; k < results.size(); ++k) {
    if (!grads[k].defined()) grads[k] = full(results[k].shape, 0, results[k].dtype, results[k].device);
  }
  std::vector<Tensor> out = backward_(context, std::move(grads));
  require(out.size() == next.size(), name_, ": backward returned ", out.size(), " gradients for ", next.size(),
          " tensor arguments");
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (!next[i]) out[i] = Tensor();
  }
  return out;
}

void FunctionNode::release_saved() {
  released_ = true;
  context.saved_.clear();
  context.values.clear();
}

}  // namespace sy
