#include "switchyard/autograd/operator_node.h"

#include "switchyard/autograd/autograd_meta.h"

namespace sy {
namespace {

ArgumentMeta meta_of(const TensorBase& t) {
  if (!t.defined()) return {};
  return {Shape(t.shape().begin(), t.shape().end()), Shape(t.strides().begin(), t.strides().end()), t.storage_offset(),
          t.dtype(), t.device()};
}

SavedValue value_of(const Frame& f, std::size_t i) {
  switch (f.args()[i].tag) {
    case SY_ARG_SCALAR:
      return f.scalar(i);
    case SY_ARG_INT:
      return f.integer(i);
    case SY_ARG_FLOAT:
      return f.floating(i);
    case SY_ARG_BOOL:
      return f.boolean(i);
    case SY_ARG_STR:
      return std::string(f.str(i));
    case SY_ARG_DTYPE:
      return f.dtype(i);
    case SY_ARG_DEVICE:
      return f.device(i);
    case SY_ARG_GENERATOR:
      return f.generator(i);
    case SY_ARG_INT_LIST:
      return f.ints(i).vec();
    case SY_ARG_FLOAT_LIST:
      return std::vector<double>(f.floats(i).begin(), f.floats(i).end());
    default:
      return {};
  }
}

}  // namespace

void OperatorNode::save_arguments(const Frame& f) {
  std::size_t n = f.args().size();
  saved_.params.resize(n);
  saved_.lists.resize(n);
  saved_.metas.resize(n);
  saved_.list_metas.resize(n);
  saved_.values.resize(n);
  for (std::uint8_t i : op_.info().tensor_params) {
    bool formula = derivative_.inputs >> i & 1;
    auto add_edge = [&](const TensorBase& t) {
      Edge edge = formula && t.defined() && t.dtype().is_floating() ? gradient_edge(t) : Edge{};
      if (edge) wanted_ |= std::uint64_t{1} << i;
      next.push_back(std::move(edge));
      edge_params_.push_back(i);
    };
    if (op_.info().signature.params[i].type == ArgType::kTensorList) {
      for (const TensorBase& t : f.tensors(i)) add_edge(t);
    } else {
      static const TensorBase absent;
      add_edge(f.has(i) ? f.tensor(i) : absent);
    }
  }
  std::uint64_t saves = derivative_.function ? ~std::uint64_t{0} : 0;
  saved_results_ = saves;
  for (const DerivativeFormula& formula : derivative_.formulas) {
    if (!(formula.inputs & wanted_)) continue;
    saves |= formula.saved_params;
    saved_results_ |= formula.saved_results;
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (f.args()[i].tag == SY_ARG_TENSOR) {
      saved_.metas[i] = meta_of(f.tensor(i));
      if (!(saves >> i & 1)) continue;
      bool overwritten = f.variant() == Variant::kInplace && f.tensor(i).same_as(f.result(0));
      saved_.params[i] =
          overwritten ? SavedTensor::overwritten_argument(f.tensor(i)) : SavedTensor::argument(f.tensor(i));
    } else if (f.args()[i].tag == SY_ARG_TENSOR_LIST) {
      for (const TensorBase& t : f.tensors(i)) {
        saved_.list_metas[i].push_back(meta_of(t));
        if (saves >> i & 1) saved_.lists[i].push_back(SavedTensor::argument(t));
      }
    } else {
      saved_.values[i] = value_of(f, i);
    }
  }
}

void OperatorNode::save_results(const Frame& f) {
  saved_.results.resize(f.num_results());
  for (std::uint32_t k = 0; k < f.num_results(); ++k) {
    const TensorBase& t = f.result(k);
    results.push_back({Shape(t.shape().begin(), t.shape().end()), t.dtype(), t.device()});
    if (saved_results_ >> k & 1) saved_.results[k] = SavedTensor::result(t, this, k);
  }
}

std::vector<Tensor> OperatorNode::apply(std::vector<Tensor> grads) {
  {
    std::lock_guard lock(mutex_);
    if (released_) {
      fail(ErrorCode::kFailedPrecondition, "backward of ", op_.name(),
           ": its saved tensors were freed by an earlier backward; pass retain_graph=true to the first");
    }
  }
  bool any = false;
  for (const Tensor& g : grads) any |= g.defined();
  if (!any) return std::vector<Tensor>(next.size());
  grads.resize(results.size());
  Backward b(op_, saved_, std::move(grads), results);
  if (derivative_.function) {
    derivative_.function(b);
  } else {
    for (const DerivativeFormula& formula : derivative_.formulas) {
      if (formula.inputs & wanted_) formula.fn(b);
    }
  }
  std::vector<Tensor> out(next.size());
  std::vector<Tensor> list;
  std::size_t in_list = 0;
  for (std::size_t e = 0; e < next.size(); ++e) {
    std::uint8_t i = edge_params_[e];
    if (op_.info().signature.params[i].type == ArgType::kTensorList) {
      if (e == 0 || edge_params_[e - 1] != i) {
        list = b.take_list(i);
        in_list = 0;
      }
      if (in_list < list.size()) out[e] = list[in_list];
      ++in_list;
    } else {
      out[e] = b.take(i);
    }
    if (!next[e]) out[e] = Tensor();
  }
  return out;
}

void OperatorNode::release_saved() {
  std::lock_guard lock(mutex_);
  released_ = true;
  for (SavedTensor& s : saved_.params) s = SavedTensor();
  for (auto& list : saved_.lists) list.clear();
  for (SavedTensor& s : saved_.results) s = SavedTensor();
}

}  // namespace sy
