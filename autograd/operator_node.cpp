#include "switchyard/autograd/operator_node.h"

#include <bit>

#include "switchyard/autograd/autograd_meta.h"

namespace sy {
namespace {

ArgumentMeta meta_of(const TensorBase& t) {
  if (!t.defined()) return {};
  return {GradientMeta(t), Shape(t.strides().begin(), t.strides().end()), t.storage_offset()};
}

SavedValue value_of(const Frame& f, std::size_t i) {
  switch (f.arg(i).tag) {
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

const Edge* OperatorNode::edge_of(std::size_t param) const {
  for (const Edge& edge : next) {
    if (edge.param == param) return edge ? &edge : nullptr;
  }
  return nullptr;
}

inline void OperatorNode::add_edge(std::uint8_t param, const TensorBase* t) {
  Edge& edge = next.emplace_back();
  if (t != nullptr && (derivative_.inputs >> param & 1) && needs_gradient(*t)) {
    edge = gradient_edge(*t);
    if (edge) wanted_ |= std::uint64_t{1} << param;
  }
  edge.param = param;
}

void OperatorNode::save_argument(const Frame& f, std::size_t i, bool elements, bool shape) {
  switch (f.arg(i).tag) {
    case SY_ARG_TENSOR: {
      const TensorBase& t = f.tensor(i);
      if (shape) saved_.metas.emplace_back(i, meta_of(t));
      if (!elements) return;
      bool overwritten = f.variant() == Variant::kInplace && t.same_as(f.result(0));
      saved_.params.emplace_back(i, t, overwritten);
      return;
    }
    case SY_ARG_TENSOR_LIST: {
      if (!elements) return;
      std::vector<SavedTensor> list;
      for (const TensorBase& t : f.tensors(i)) list.emplace_back(t);
      saved_.lists.emplace_back(i, std::move(list));
      return;
    }
    case SY_ARG_NONE:
      return;
    default:
      if (elements) saved_.values.emplace_back(i, value_of(f, i));
  }
}

void OperatorNode::save_arguments(const Frame& f) {
  for (std::uint8_t i : op_.info().tensor_params) {
    if (f.arg(i).tag == SY_ARG_TENSOR_LIST) {
      for (const TensorBase& t : f.tensors(i)) add_edge(i, &t);
    } else {
      add_edge(i, f.has(i) ? &f.tensor(i) : nullptr);
    }
  }
  // A derivative that is a function may read anything.
  std::uint64_t all = derivative_.function ? ~std::uint64_t{0} : 0;
  std::uint64_t elements = all, shapes = all, strides = all;
  saved_results_ = all;
  for (const DerivativeFormula& formula : derivative_.formulas) {
    if (!(formula.inputs & wanted_)) continue;
    elements |= formula.saved_params;
    shapes |= formula.saved_shapes;
    strides |= formula.saved_strides;
    saved_results_ |= formula.saved_results;
  }
  if ((elements | shapes | strides) == 0) return;
  for (std::uint64_t rest = elements | shapes | strides; rest != 0; rest &= rest - 1) {
    const std::size_t i = static_cast<std::size_t>(std::countr_zero(rest));
    if (i >= f.args().size()) break;
    // An edge knows the shape of what it leads to.
    bool shape = (strides >> i & 1) || ((shapes >> i & 1) && edge_of(i) == nullptr);
    bool values = elements >> i & 1;
    if (values || shape) save_argument(f, i, values, shape);
  }
}

void OperatorNode::save_results(const Frame& f) {
  for (std::uint32_t k = 0; k < f.num_results(); ++k) {
    const TensorBase& t = f.result(k);
    results.emplace_back(t);
    if (saved_results_ >> k & 1) saved_.results.emplace_back(k, t, this, k);
  }
}

std::vector<Tensor> OperatorNode::apply(std::vector<Tensor> grads) {
  struct Use {
    OperatorNode& node;
    std::uint32_t before;
    explicit Use(OperatorNode& n) : node(n), before(n.users_.fetch_add(1, std::memory_order_acquire)) {}
    ~Use() {
      if (node.users_.fetch_sub(1, std::memory_order_acq_rel) == (kReleased | 1)) node.clear();
    }
  } use(*this);
  if (use.before & kReleased) {
    fail(ErrorCode::kFailedPrecondition, "backward of ", op_.name(),
         ": its saved tensors were freed by an earlier backward; pass retain_graph=true to the first");
  }
  bool any = false;
  for (const Tensor& g : grads) any |= g.defined();
  if (!any) return std::vector<Tensor>(next.size());
  grads.resize(results.size());
  Backward b(*this, std::move(grads));
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
    const std::uint32_t i = next[e].param;
    if (op_.info().signature.params[i].type == ArgType::kTensorList) {
      if (e == 0 || next[e - 1].param != i) {
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
  if (users_.fetch_or(kReleased, std::memory_order_acq_rel) == 0) clear();
}

void OperatorNode::clear() {
  saved_.params.clear();
  saved_.lists.clear();
  saved_.results.clear();
}

}  // namespace sy
