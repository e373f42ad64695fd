#include "switchyard/dispatch/prologue.h"

#include <algorithm>

#include "switchyard/core/copy.h"
#include "switchyard/core/host_scalar.h"
#include "switchyard/dispatch/kernel_call.h"
#include "switchyard/dispatch/operands.h"
#include "switchyard/dispatch/thread_state.h"
#include "switchyard/dispatch/type_promotion.h"

namespace sy {

std::int64_t check_size(const Operator& op, const IntArray& shape) {
  std::int64_t numel = 0;
  absl::Status ok = checked_numel(shape, &numel);
  if (!ok.ok()) throw_status(make_status(error_code(ok), str_cat(op.name(), ": ", ok.message())));
  return numel;
}

void undefined_argument(const Frame& frame, std::size_t i) {
  fail(ErrorCode::kInvalidArgument, frame.op().name(), ": argument ", frame.op().info().signature.params[i].name,
       " is an undefined tensor");
}

Prologue::Prologue(Frame& frame)
    : frame_(frame),
      op_(frame.op()),
      info_(op_.info()),
      def_(op_.def()),
      args_(frame.args().begin(), frame.args().end()) {
  for (std::uint8_t i : info_.tensor_params) {
    if (args_[i].tag == SY_ARG_NONE && (info_.required >> i & 1)) undefined_argument(frame, i);
  }
  if (info_.checked) check_lists();
  while (num_t_ < 4 && def_.type_vars[num_t_] != 0) ++num_t_;
  results_.resize(info_.num_results);
  outputs_.resize(info_.num_results);
}

void Prologue::check_lists() {
  const std::vector<Parameter>& params = info_.signature.params;
  for (std::size_t i = 0; i < args_.size(); ++i) {
    if (args_[i].tag == SY_ARG_INT_LIST && params[i].fixed_length > 1) expand_fixed(i, params[i]);
    if (args_[i].tag != SY_ARG_TENSOR_LIST || params[i].optional_elements) continue;
    for (std::uint32_t k = 0; k < args_[i].count; ++k) {
      require(static_cast<const TensorBase*>(args_[i].ptr)[k].defined(), op_.name(), ": argument ", params[i].name, "[",
              k, "] is an undefined tensor");
    }
  }
}

void Prologue::expand_fixed(std::size_t i, const Parameter& param) {
  std::size_t length = static_cast<std::size_t>(param.fixed_length);
  if (args_[i].count == length) return;
  require(args_[i].count == 1, op_.name(), ": argument ", param.name, ": expected 1 or ", length, " values, got ",
          args_[i].count);
  fixed_.emplace_back(length, *static_cast<const std::int64_t*>(args_[i].ptr));
  args_[i] = {SY_ARG_INT_LIST, static_cast<std::uint32_t>(length), fixed_.back().data()};
}

template <typename Fn>
void Prologue::for_each_tensor(Fn&& fn) const {
  for (std::uint8_t i : info_.tensor_params) {
    const Arg& a = args_[i];
    if (a.tag == SY_ARG_TENSOR) fn(i, *static_cast<const TensorBase*>(a.ptr));
    if (a.tag == SY_ARG_TENSOR_LIST) {
      for (std::uint32_t k = 0; k < a.count; ++k) {
        const TensorBase& t = static_cast<const TensorBase*>(a.ptr)[k];
        if (t.defined()) fn(i, t);
      }
    }
  }
}

std::string Prologue::argument_name(std::size_t i, const TensorBase& t) const {
  const std::string& name = info_.signature.params[i].name;
  if (args_[i].tag != SY_ARG_TENSOR_LIST) return name;
  return str_cat(name, "[", &t - static_cast<const TensorBase*>(args_[i].ptr), "]");
}

void Prologue::find_device() {
  const TensorBase* by = nullptr;  // whose device counts
  std::size_t by_param = 0;
  bool only_joined = false;  // so far only 0-d CPU tensors, which may join any device
  for_each_tensor([&](std::size_t i, const TensorBase& t) {
    if (def_.any_device >> i & 1) return;
    bool joins = t.device().is_cpu() && t.dim() == 0;
    if (by == nullptr || (only_joined && !joins)) {
      device_ = t.device();
      only_joined = joins;
      by = &t;
      by_param = i;
    } else if (!joins && t.device() != device_) {
      fail(ErrorCode::kInvalidArgument, op_.name(), ": argument ", argument_name(i, t), " is on ", t.device().str(),
           ", expected ", device_.str(), " as argument ", argument_name(by_param, *by));
    }
  });
  bool open = only_joined;  // to an output's device
  if (info_.device_param >= 0 && frame_.has(static_cast<std::size_t>(info_.device_param))) {
    device_ = frame_.device(static_cast<std::size_t>(info_.device_param));
  } else if (by == nullptr) {
    device_ = t_state.device;
    open = true;
  }
  if (frame_.variant() == Variant::kFunction) return;
  for (std::size_t k = 0; k < info_.num_results; ++k) {
    const TensorBase& out = frame_.result(k);
    require(out.defined(), op_.name(), ": the output tensor is undefined");
    if (open) device_ = out.device();
    open = false;
    if (out.device() != device_) {
      fail(ErrorCode::kInvalidArgument, op_.name(), ": the output is on ", out.device().str(), ", expected ",
           device_.str());
    }
  }
}

TensorBase Prologue::converted(const TensorBase& t, Dtype dtype) const {
  if (t.dim() == 0 && t.device().is_cpu() && t.dtype().id() < SY_NUM_STANDARD_DTYPES &&
      dtype.id() < SY_NUM_STANDARD_DTYPES) {
    TensorBase c = allocate_tensor(IntArray(nullptr, 0), dtype, t.device());
    write_element(c.raw_data(), dtype, read_element(t.raw_data(), t.dtype()));
    return c;
  }
  return cast_copy(t, dtype);
}

void Prologue::convert(std::size_t i, Dtype dtype) {
  Arg& a = args_[i];
  if (a.tag == SY_ARG_TENSOR) {
    const TensorBase& t = *static_cast<const TensorBase*>(a.ptr);
    if (t.dtype() == dtype) return;
    owned_.push_front(converted(t, dtype));
    a.ptr = &owned_.front();
  } else if (a.tag == SY_ARG_TENSOR_LIST) {
    const auto* list = static_cast<const TensorBase*>(a.ptr);
    std::vector<TensorBase> out(list, list + a.count);
    for (TensorBase& t : out) {
      if (t.defined() && t.dtype() != dtype) t = converted(t, dtype);
    }
    owned_lists_.push_back(std::move(out));
    a.ptr = owned_lists_.back().data();
  }
}

bool Prologue::operands_agree() {
  if (info_.dtype_param >= 0 && args_[static_cast<std::size_t>(info_.dtype_param)].tag != SY_ARG_NONE) return false;
  bool agree = true;
  for_each_tensor([&](std::size_t i, const TensorBase& t) {
    const DtypeRule& rule = def_.param_dtypes[i];
    if (rule.kind == DtypeRule::kVariable) {
      agree &= !t.impl()->wrapped_number && (!known_[rule.value] || t_[rule.value] == t.dtype());
      t_[rule.value] = t.dtype();
      known_[rule.value] = true;
    } else if (rule.kind == DtypeRule::kFixed) {
      agree &= t.dtype() == Dtype(rule.value);
    }
  });
  if (def_.promotion == Promotion::kFloat && known_[0] && !t_[0].is_floating()) agree = false;
  if (!agree) std::fill(known_, known_ + 4, false);
  return agree;
}

void Prologue::resolve_dtypes() {
  if (!operands_agree()) promote_operands();
  for (std::size_t k = 0; k < info_.num_results; ++k) results_[k].dtype = result_dtype(k);
}

void Prologue::promote_operands() {
  const std::vector<Parameter>& params = info_.signature.params;
  auto variable = [&](std::size_t i) {
    const DtypeRule& rule = def_.param_dtypes[i];
    return rule.kind == DtypeRule::kVariable ? int{rule.value} : -1;
  };
  for (std::uint32_t v = 0; v < num_t_; ++v) {
    bool promotes = v == 0 && def_.promotion != Promotion::kNone;
    PromotionState state;
    std::size_t first = 0;
    bool plain_only = true;  // only numbers so far: any tensor decides
    for_each_tensor([&](std::size_t i, const TensorBase& t) {
      if (variable(i) != static_cast<int>(v)) return;
      state.add(t);
      bool plain = t.impl()->wrapped_number;
      if (!known_[v] || (plain_only && !plain)) {
        t_[v] = t.dtype();
        known_[v] = true;
        first = i;
        plain_only = plain;
      } else if (!promotes && !plain && t.dtype() != t_[v]) {
        fail(ErrorCode::kInvalidArgument, op_.name(), ": argument ", params[i].name, " is ", describe(t),
             ", expected dtype ", t_[v].name(), " as argument ", params[first].name);
      }
    });
    if (!known_[v]) continue;
    if (promotes || plain_only) t_[v] = state.result();
    if (v == 0 && def_.promotion == Promotion::kFloat && !t_[v].is_floating()) t_[v] = default_dtype();
  }
  // A reduction that is asked for a dtype computes on operands of that dtype.
  if (info_.dtype_param >= 0 && known_[0] && frame_.has(static_cast<std::size_t>(info_.dtype_param)) &&
      def_.result_dtypes[0][1].kind == DtypeRule::kAccumulate) {
    t_[0] = frame_.dtype(static_cast<std::size_t>(info_.dtype_param));
    final_dtype_ = t_[0];
  }
  for (std::uint8_t i : info_.tensor_params) {
    const DtypeRule& rule = def_.param_dtypes[i];
    if (rule.kind == DtypeRule::kVariable && known_[rule.value]) convert(i, t_[rule.value]);
    if (rule.kind == DtypeRule::kFixed && args_[i].tag == SY_ARG_TENSOR) {
      const TensorBase& t = *static_cast<const TensorBase*>(args_[i].ptr);
      require(t.dtype() == Dtype(rule.value), op_.name(), ": argument ", params[i].name, " is ", describe(t),
              ", expected dtype ", Dtype(rule.value).name());
    }
  }
}

Dtype ruled_dtype(const OperatorDef& def, std::size_t k, const Dtype* t) {
  for (const DtypeRule& rule : def.result_dtypes[k]) {
    switch (rule.kind) {
      case DtypeRule::kVariable:
        return t[rule.value];
      case DtypeRule::kFixed:
        return Dtype(rule.value);
      case DtypeRule::kParameter:
        break;
      case DtypeRule::kAccumulate:
        return t[rule.value].is_floating() ? t[rule.value] : kI64;
      case DtypeRule::kDefault:
      case DtypeRule::kEnd:
        return default_dtype();
    }
  }
  return default_dtype();
}

Dtype Prologue::result_dtype(std::size_t k) const {
  const DtypeRule& first = def_.result_dtypes[k][0];
  if (first.kind == DtypeRule::kParameter) {
    if (final_dtype_) return t_[0].is_floating() ? t_[0] : kI64;
    if (frame_.has(first.value)) return frame_.dtype(first.value);
  }
  return ruled_dtype(def_, k, t_);
}

void Prologue::check_set(std::uint32_t v, Dtype dtype) const {
  if (dtype.id() >= SY_NUM_STANDARD_DTYPES || (def_.type_vars[v] >> dtype.id() & 1)) return;
  std::string allowed;
  for (std::uint32_t d = 0; d < SY_NUM_STANDARD_DTYPES; ++d) {
    if (def_.type_vars[v] >> d & 1) str_append(&allowed, allowed.empty() ? "" : ", ", Dtype(d).name());
  }
  fail(ErrorCode::kInvalidArgument, op_.name(), ": dtype ", dtype.name(), " is not supported, expected one of ",
       allowed);
}

void Prologue::check_sets() const {
  for (std::uint32_t v = 0; v < num_t_; ++v) {
    if (known_[v]) check_set(v, t_[v]);
  }
}

void Prologue::check_declared() const {
  bool fixed[4] = {false, false, false, false};
  for_each_tensor([&](std::size_t i, const TensorBase& t) {
    const DtypeRule& rule = def_.param_dtypes[i];
    if (rule.kind != DtypeRule::kVariable) return;
    fixed[rule.value] = true;
    if (!t.impl()->wrapped_number) check_set(rule.value, t.dtype());
  });
  // A factory's variable is that of its dtype argument.
  if (info_.dtype_param < 0 || !frame_.has(static_cast<std::size_t>(info_.dtype_param))) return;
  for (std::uint32_t v = 0; v < num_t_; ++v) {
    if (!fixed[v] && info_.tensor_params.empty())
      check_set(v, frame_.dtype(static_cast<std::size_t>(info_.dtype_param)));
  }
}

void Prologue::infer() {
  Frame prepared(op_, args(), nullptr, 0);
  MetaCall call(prepared, absl::MakeSpan(results_));
  if (def_.kind == Kind::kPointwise) infer_pointwise();
  if (def_.kind == Kind::kReduction) infer_reduction();
  if (def_.meta != nullptr) throw_if_error(def_.meta(call));
  if (def_.reserve_result >= 0)
    results_[static_cast<std::size_t>(def_.reserve_result)].shape = {0};  // until a kernel asks
  // Variables that no operand fixes are those of the result: factories, casts.
  for (std::uint32_t v = 0; v < num_t_; ++v) {
    if (!known_[v] && !results_.empty()) {
      t_[v] = results_[0].dtype;
      known_[v] = true;
    }
  }
  check_sets();
  for (const ResultMeta& r : results_) check_size(op_, r.shape);
}

void Prologue::infer_pointwise() {
  const std::vector<Parameter>& params = info_.signature.params;
  Shape shape;
  bool first = true;
  std::size_t by = 0;
  for_each_tensor([&](std::size_t i, const TensorBase& t) {
    if (first) {
      shape = Shape(t.shape().begin(), t.shape().end());
      by = i;
      first = false;
      return;
    }
    Shape joined;
    if (!broadcast_shapes(shape, t.shape(), &joined)) {
      fail(ErrorCode::kInvalidArgument, op_.name(), ": cannot broadcast argument ", params[i].name, " of shape ",
           shape_str(t.shape()), " with ", shape_str(shape), " (", params[by].name, " before it)");
    }
    shape = joined;
  });
  for (ResultMeta& r : results_) r.shape = shape;
}

void reduced_dims(const Operator& op, const Arg& dims, std::int64_t ndim, SmallVector<std::int64_t, 6>* out) {
  std::uint32_t count = dims.tag == SY_ARG_NONE ? 0 : dims.count;
  for (std::uint32_t i = 0; i < count; ++i) {
    std::int64_t wrapped = 0;
    throw_if_error(wrap_dim(op.name(), "dim", static_cast<const std::int64_t*>(dims.ptr)[i], ndim, &wrapped));
    if (ndim == 0) continue;  // a 0-d tensor has nothing to reduce
    require(std::find(out->begin(), out->end(), wrapped) == out->end(), op.name(), ": argument dim names dimension ",
            wrapped, " twice");
    out->push_back(wrapped);
  }
  if (count == 0) {
    for (std::int64_t i = 0; i < ndim; ++i) out->push_back(i);
  } else if (count > 1) {
    std::sort(out->begin(), out->end());
  }
}

void Prologue::infer_reduction() {
  const TensorBase& self = *static_cast<const TensorBase*>(args_[0].ptr);
  std::size_t d = static_cast<std::size_t>(info_.dim_param);
  reduced_dims(op_, args_[d], self.dim(), &dims_);
  args_[d] = {SY_ARG_INT_LIST, static_cast<std::uint32_t>(dims_.size()), dims_.data()};
  Shape shape(self.shape().begin(), self.shape().end());
  for (std::int64_t v : dims_) shape[static_cast<std::size_t>(v)] = 1;
  for (ResultMeta& r : results_) r.shape = shape;  // deliver() drops the reduced ones unless keepdim
}

TensorBase make_view(const Frame& frame, const ResultMeta& geometry) {
  const TensorBase& self = frame.tensor(static_cast<std::size_t>(frame.op().info().first_tensor));
  TensorBase view = alias(self, geometry.shape, geometry.strides, geometry.offset);
  view.impl()->inference |= self.impl()->inference;
  if (frame.op().def().not_differentiable != nullptr) return view;  // detach
  if (t_state.grad_mode) {
    view.impl()->base = self.impl()->base ? self.impl()->base : self.ref();
  } else {
    view.impl()->view_without_grad = self.impl()->view_without_grad || (self.impl()->layer_bits() & 1);
  }
  return view;
}

void Prologue::check_target(std::size_t k, const TensorBase& target) const {
  const ResultMeta& r = results_[k];
  const char* what =
      frame_.variant() == Variant::kInplace ? "cannot be written into self of shape " : "was given an output of shape ";
  Shape wanted = r.shape;
  if (def_.kind == Kind::kReduction) {
    if (!keeps_dims()) {
      for (std::size_t i = dims_.size(); i-- > 0;) wanted.erase(static_cast<std::size_t>(dims_[i]));
    }
  }
  if (!(target.shape() == IntArray(wanted))) {
    fail(ErrorCode::kInvalidArgument, op_.name(), ": a result of shape ", shape_str(wanted), " ", what,
         shape_str(target.shape()));
  }
  require(can_write(final_dtype_.value_or(r.dtype), target.dtype()), op_.name(), ": a result of dtype ", r.dtype.name(),
          " cannot be written into an output of dtype ", target.dtype().name());
  require(!target.impl()->overlapping(), op_.name(),
          ": several elements of the output share memory (an expanded view); clone it first");
}

bool Prologue::must_use_temporary(std::size_t k, const TensorBase& target) const {
  const ResultMeta& r = results_[k];
  if (target.dtype() != r.dtype || target.shape() != IntArray(r.shape) || final_dtype_) return true;
  bool clash = false;
  for_each_tensor([&](std::size_t i, const TensorBase& t) {
    if (!t.storage() || !(t.storage() == target.storage())) return;
    bool same = t.storage_offset() == target.storage_offset() && t.shape() == target.shape() &&
                t.strides() == target.strides() && t.dtype() == target.dtype();
    bool updated = def_.init_param == static_cast<int>(i);
    clash |= !(same && (def_.kind == Kind::kPointwise || updated));
  });
  return clash;
}

TensorBase Prologue::fresh_output(const ResultMeta& r) const {
  if (def_.kind == Kind::kPointwise && frame_.variant() == Variant::kFunction) {
    for (std::uint8_t i : info_.tensor_params) {
      if (args_[i].tag != SY_ARG_TENSOR) continue;
      const TensorBase& t = *static_cast<const TensorBase*>(args_[i].ptr);
      if (t.shape() != IntArray(r.shape)) continue;
      Shape strides;
      if (t.is_contiguous() || !dense_strides_like(t, &strides)) break;
      return TensorBase(TensorImpl::make({}, device_, r.dtype, r.shape, strides, 0));
    }
  }
  return TensorBase(TensorImpl::make_contiguous({}, device_, r.dtype, r.shape));
}

void Prologue::prepare_outputs() {
  if (def_.flags & kOpDataDependent) return;
  for (std::size_t k = 0; k < results_.size(); ++k) {
    if (frame_.variant() != Variant::kFunction) {
      const TensorBase& target = frame_.result(k);
      check_target(k, target);
      if (!must_use_temporary(k, target)) {
        outputs_[k] = target;
        continue;
      }
    }
    outputs_[k] = fresh_output(results_[k]);
    if (def_.init_param < 0) continue;
    allocate_outputs();
    assign(outputs_[k], *static_cast<const TensorBase*>(args_[def_.init_param].ptr));
  }
  if (def_.init_param >= 0) {
    // out= starts as a copy of the parameter as well.
    if (frame_.variant() == Variant::kOut && outputs_[0].same_as(frame_.result(0))) {
      assign(outputs_[0], *static_cast<const TensorBase*>(args_[def_.init_param].ptr));
    }
    owned_.push_front(outputs_[0]);
    args_[def_.init_param].ptr = &owned_.front();
  }
}

void Prologue::allocate_outputs() {
  for (TensorBase& out : outputs_) allocate_if_needed(out);
}

bool Prologue::all_outputs_empty() const {
  if (def_.flags & kOpDataDependent) return false;
  return std::all_of(outputs_.begin(), outputs_.end(), [](const TensorBase& t) { return t.numel() == 0; });
}

void Prologue::promote_to(Dtype dtype) {
  for (std::uint8_t i : info_.tensor_params) {
    if (def_.param_dtypes[i].kind == DtypeRule::kVariable && def_.param_dtypes[i].value == 0) convert(i, dtype);
  }
}

bool Prologue::keeps_dims() const {
  return info_.keepdim_param >= 0 && frame_.boolean(static_cast<std::size_t>(info_.keepdim_param));
}

void Prologue::deliver() {
  for (std::size_t k = 0; k < outputs_.size(); ++k) {
    TensorBase out = std::move(outputs_[k]);
    bool in_place = frame_.variant() != Variant::kFunction && out.same_as(frame_.result(k));
    if (def_.kind == Kind::kReduction && !in_place && out.defined() && !keeps_dims() && !dims_.empty() &&
        out.dim() == static_cast<std::int64_t>(results_[k].shape.size())) {
      out.impl()->drop_dims(dims_);
    }
    if (final_dtype_ && out.defined() && out.dtype() != *final_dtype_) out = cast_copy(out, *final_dtype_);
    if (frame_.variant() == Variant::kFunction) {
      frame_.set_result(k, std::move(out));
    } else {
      if (!in_place) assign(frame_.result(k), out);
      if (frame_.result(k).storage()) frame_.result(k).storage()->bump_version(op_.name().c_str());
    }
  }
}

}  // namespace sy
