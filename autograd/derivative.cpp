#include "switchyard/autograd/derivative.h"

#include <atomic>
#include <cstring>

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

const OperatorDerivative* derivative_of(const Operator& op) {
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

const Tensor& Backward::grad(std::size_t k) {
  if (!grads_[k].defined()) {
    const GradientMeta& m = results_[k];
    grads_[k] = sy::full(m.shape, 0, m.dtype, m.device);
  }
  return grads_[k];
}

TensorList Backward::params(std::size_t i) {
  std::vector<Tensor> list;
  for (const SavedTensor& s : saved_.lists[i]) list.push_back(s.unpack(op_.name()));
  unpacked_.push_back(std::move(list));
  return unpacked_.back();
}

}  // namespace sy
