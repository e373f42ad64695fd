#include "switchyard/autograd/derivative.h"

#include <atomic>
#include <cstring>

#include "switchyard/autograd/operator_node.h"
#include "switchyard/ops/operators.h"

namespace sy {
namespace {

std::atomic<DerivativeGroup*> g_groups{nullptr};

}  // namespace

DerivativeGroup::Registrar::Registrar(DerivativeGroup& group) {
  group.next = g_groups.load(std::memory_order_relaxed);
  while (!g_groups.compare_exchange_weak(group.next, &group, std::memory_order_release)) {
  }
}

void set_derivative(Operator& op, OperatorDerivative derivative) {
  op.derivative.store(new OperatorDerivative(std::move(derivative)), std::memory_order_release);
}

const OperatorDerivative* find_derivative(const Operator& op) {
  static std::atomic<DerivativeGroup*> seen{nullptr};
  static std::mutex mutex;
  if (seen.load(std::memory_order_acquire) != g_groups.load(std::memory_order_acquire)) [[unlikely]] {
    std::lock_guard lock(mutex);
    DerivativeGroup* until = seen.load(std::memory_order_relaxed);
    DerivativeGroup* head = g_groups.load(std::memory_order_acquire);
    for (DerivativeGroup* g = head; g != until; g = g->next) {
      for (std::uint32_t i = 0; i < g->count; ++i) {
        const Derivative& d = g->derivatives[i];
        Operator& target = require_operator(d.op);
        OperatorDerivative own;
        own.formulas.assign(d.formulas, d.formulas + d.count);
        const std::vector<Result>& results = target.info().signature.results;
        for (const DerivativeFormula& f : own.formulas) {
          own.inputs |= f.inputs;
          for (std::size_t k = 0; k < results.size(); ++k) {
            // With several results a formula names the gradients it reads: the others carry none.
            if (results.size() == 1 || std::strstr(f.text, ("grad_" + results[k].name).c_str()) != nullptr) {
              own.results |= std::uint64_t{1} << k;
            }
          }
        }
        set_derivative(target, std::move(own));
      }
    }
    seen.store(head, std::memory_order_release);
  }
  return static_cast<const OperatorDerivative*>(op.derivative.load(std::memory_order_acquire));
}

Backward::Backward(const OperatorNode& node, std::vector<Tensor> grads)
    : node_(node),
      op_(node.op_),
      saved_(node.saved_),
      grads_(std::move(grads)),
      out_(node.op_.info().signature.params.size()) {}

const Tensor& Backward::grad(std::size_t k) {
  if (!grads_[k].defined()) {
    const GradientMeta& m = node_.results[k];
    grads_[k] = sy::full(m.shape, 0, m.dtype, m.device);
  }
  return grads_[k];
}

Tensor Backward::reduce_to(const Tensor& grad, IntArray size, Dtype dtype) {
  bool fits = grad.shape() == size && grad.dtype() == dtype;
  return fits ? grad : sy::reduce_to(grad, size, dtype);
}

TensorList Backward::params(std::size_t i) {
  std::vector<Tensor> list;
  if (const auto* saved = Saved::find(saved_.lists, i)) {
    for (const SavedTensor& s : *saved) list.push_back(s.unpack(op_.name()));
  }
  unpacked_.push_back(std::move(list));
  return unpacked_.back();
}

void Backward::set_list(std::size_t i, std::vector<Tensor> grads) { out_lists_.emplace_back(i, std::move(grads)); }

std::vector<Tensor> Backward::take_list(std::size_t i) {
  for (auto& at : out_lists_) {
    if (at.index == i) return std::move(at.value);
  }
  return {};
}

const GradientMeta& Backward::like(std::size_t i) const {
  if (const ArgumentMeta* m = Saved::find(saved_.metas, i)) return m->of;
  const Edge* edge = node_.edge_of(i);
  if (edge == nullptr) missing(i);
  return edge->node->results[edge->input];
}

const ArgumentMeta& Backward::meta(std::size_t i) const {
  const ArgumentMeta* m = Saved::find(saved_.metas, i);
  if (m == nullptr) missing(i);
  return *m;
}

void Backward::missing(std::size_t i) const {
  const std::vector<Parameter>& params = op_.info().signature.params;
  fail(ErrorCode::kInvalidArgument, "backward of ", op_.name(), ": ",
       i < params.size() ? str_cat("argument ", params[i].name, " was absent") : str_cat("there is no argument ", i));
}

}  // namespace sy
