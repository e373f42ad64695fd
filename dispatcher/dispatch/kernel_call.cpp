#include "switchyard/dispatch/kernel_call.h"

#include <algorithm>
#include <cstring>

#include "switchyard/core/abi_error.h"
#include "switchyard/core/copy.h"
#include "switchyard/dispatch/operands.h"
#include "switchyard/dispatch/synchronous.h"
#include "switchyard/loader/plugin.h"

namespace sy {
namespace {

std::mutex& not_reentrant_mutex() {
  static std::mutex mutex;
  return mutex;
}

/// Whether an argument is what a caller who does not know the parameter would have left it at.
bool is_default(const Arg& a, const Default& d) {
  switch (a.tag) {
    case SY_ARG_NONE:
      return d.kind == Default::Kind::kNone;
    case SY_ARG_BOOL:
      return d.kind == Default::Kind::kBool && *static_cast<const bool*>(a.ptr) == (d.i != 0);
    case SY_ARG_INT:
      return d.kind == Default::Kind::kInt && *static_cast<const std::int64_t*>(a.ptr) == d.i;
    case SY_ARG_FLOAT:
      return (d.kind == Default::Kind::kInt || d.kind == Default::Kind::kFloat) &&
             *static_cast<const double*>(a.ptr) == d.f;
    case SY_ARG_SCALAR:
      return d.kind != Default::Kind::kNone && static_cast<const sy_scalar*>(a.ptr)->f ==
                                                   (d.kind == Default::Kind::kBool ? static_cast<double>(d.i) : d.f);
    case SY_ARG_STR:
      return d.kind == Default::Kind::kStr && std::string_view(static_cast<const char*>(a.ptr), a.count) == d.text;
    case SY_ARG_INT_LIST: {
      const auto* v = static_cast<const std::int64_t*>(a.ptr);
      if (d.kind == Default::Kind::kInt) return std::all_of(v, v + a.count, [&](std::int64_t x) { return x == d.i; });
      return d.kind == Default::Kind::kList && std::equal(v, v + a.count, d.list.begin(), d.list.end());
    }
    default:
      return false;
  }
}

}  // namespace

KernelCall::KernelCall(Operator& op, Device device, Backend& backend, absl::Span<const Arg> args, const Dtype* dtypes,
                       std::uint32_t num_dtypes, absl::Span<TensorBase> outputs, IntArray broadcast_shape,
                       std::optional<sy_rng>& rng)
    : HostCall(device),
      op_(op),
      backend_(backend),
      args_(args),
      outputs_(outputs),
      shape_(broadcast_shape),
      pointwise_(op.def().kind == Kind::kPointwise),
      capture_(backend.synchronous() ? nullptr : Capture::find(device, current_stream_handle(device))),
      rng_(rng) {
  call_.size = sizeof(sy_call);
  call_.op = op.name().c_str();
  call_.host = &host_services();
  call_.host_call = static_cast<HostCall*>(this);
  for (std::uint32_t i = 0; i < 4; ++i) call_.dtypes[i] = i < num_dtypes ? dtypes[i].id() : SY_DTYPE_NONE;
  call_.stream = current_stream_handle(device);
  call_.device = device.index();
}

KernelCall::~KernelCall() = default;

sy_tensor* KernelCall::place(const TensorBase& t, bool output) {
  sy_tensor* placed = &tensors_.emplace_back();
  t.impl()->copy_abi(*placed);
  if (!output) placed->flags |= SY_TENSOR_READ_ONLY;
  return placed;
}

const TensorBase& KernelCall::own(TensorBase t) { return temporaries_.emplace_front(std::move(t)); }

sy_slot KernelCall::tensor_slot(const TensorBase& t, const KernelEntry& entry, bool contiguous) {
  if (!t.defined()) return {SY_ARG_NONE, 0, nullptr};
  const TensorBase* use = &t;
  bool host_scalar = false;
  if (t.device() != device_ &&
      !(entry.kernel.flags & SY_KERNEL_MULTI_DEVICE && t.device().backend() == device_.backend())) {
    if (entry.kernel.flags & SY_KERNEL_HOST_SCALARS) {
      host_scalar = true;
    } else {
      use = &own(copy_to_device(t, device_));
    }
  }
  if (contiguous && !use->is_contiguous()) use = &own(contiguous_copy(*use));
  operands_.push_back(use);
  sy_tensor* placed = place(*use, false);
  if (host_scalar) placed->flags |= SY_TENSOR_HOST_SCALAR;
  return {SY_ARG_TENSOR, 1, placed};
}

void KernelCall::build(const KernelEntry& entry, bool contiguous) {
  slots_.clear();
  output_slots_.clear();
  tensors_.clear();
  lists_.clear();
  dims_.clear();
  operands_.clear();
  temporaries_.clear();
  write_back_.clear();
  dtype_values_.clear();
  device_values_.clear();
  // An earlier kernel of the chain may have allocated before it declined.
  if (op_.def().flags & kOpDataDependent) std::fill(outputs_.begin(), outputs_.end(), TensorBase());
  std::size_t num_tensors = outputs_.size(), num_dtypes = 0, num_devices = 0;
  for (const Arg& a : args_) {
    num_tensors += a.tag == SY_ARG_TENSOR ? 1 : a.tag == SY_ARG_TENSOR_LIST ? a.count : 0;
    num_dtypes += a.tag == SY_ARG_DTYPE;
    num_devices += a.tag == SY_ARG_DEVICE;
  }
  tensors_.reserve(num_tensors);
  if (num_dtypes != 0) dtype_values_.reserve(num_dtypes);
  if (num_devices != 0) device_values_.reserve(num_devices);
  const OperatorInfo& info = op_.info();
  for (std::size_t i = 0; i < args_.size(); ++i) {
    const Arg& a = args_[i];
    switch (a.tag) {
      case SY_ARG_TENSOR:
        slots_.push_back(tensor_slot(*static_cast<const TensorBase*>(a.ptr), entry, contiguous));
        break;
      case SY_ARG_TENSOR_LIST: {
        std::vector<const sy_tensor*> list;
        list.reserve(a.count);
        const auto* tensors = static_cast<const TensorBase*>(a.ptr);
        for (std::uint32_t k = 0; k < a.count; ++k) {
          list.push_back(static_cast<const sy_tensor*>(tensor_slot(tensors[k], entry, contiguous).ptr));
        }
        slots_.push_back({SY_ARG_TENSOR_LIST, a.count, list.data()});
        lists_.push_back(std::move(list));
        break;
      }
      case SY_ARG_DTYPE:
        dtype_values_.push_back(static_cast<const Dtype*>(a.ptr)->id());
        slots_.push_back({SY_ARG_DTYPE, 1, &dtype_values_.back()});
        break;
      case SY_ARG_DEVICE: {
        const Device& d = *static_cast<const Device*>(a.ptr);
        device_values_.push_back({d.backend(), d.index()});
        slots_.push_back({SY_ARG_DEVICE, 1, &device_values_.back()});
        break;
      }
      default:
        slots_.push_back({a.tag, a.count, a.ptr});
    }
    if (static_cast<int>(i) == info.generator_param) {
      if (!rng_) {
        const Generator& generator =
            a.tag == SY_ARG_GENERATOR ? *static_cast<const Generator*>(a.ptr) : default_generator();
        if (capture_ != nullptr) {
          rng_ = capture_->draw(generator);
        } else {
          Generator::State s = generator.next();
          rng_ = sy_rng{sizeof(sy_rng), 0, s.seed, s.offset, nullptr};
        }
      }
      slots_.back() = {SY_ARG_GENERATOR, 1, &*rng_};
    }
  }
  for (TensorBase& out : outputs_) {
    if (!out.defined()) {
      output_slots_.push_back({SY_ARG_NONE, 0, nullptr});
      continue;
    }
    const TensorBase* target = &out;
    if (contiguous && !out.is_contiguous()) {
      target =
          &own(op_.def().init_param >= 0 ? contiguous_copy(out) : allocate_tensor(out.shape(), out.dtype(), device_));
      write_back_.emplace_back(*target, out);
    }
    operands_.push_back(target);
    output_slots_.push_back({SY_ARG_TENSOR, 1, place(*target, true)});
  }
  call_.flags = 0;
  if (pointwise_) build_pointwise(contiguous);
  // In an init operator the parameter is the output: the kernel sees one tensor under both names.
  if (op_.def().init_param >= 0) slots_[static_cast<std::size_t>(op_.def().init_param)] = output_slots_[0];
  if (entry.num_args < slots_.size()) slots_.resize(entry.num_args);
  call_.kernel = entry.original;
  call_.args = slots_.data();
  call_.outputs = output_slots_.data();
  call_.num_args = static_cast<std::uint32_t>(slots_.size());
  call_.num_outputs = static_cast<std::uint32_t>(output_slots_.size());
}

void KernelCall::build_pointwise(bool contiguous) {
  // The operands in the order results, arguments; a non-strided kernel gets them expanded and copied.
  absl::InlinedVector<sy_tensor*, 6> placed;
  absl::InlinedVector<const TensorBase*, 6> operands;
  auto take = [&](const sy_slot& slot) {
    if (slot.tag == SY_ARG_TENSOR) placed.push_back(const_cast<sy_tensor*>(static_cast<const sy_tensor*>(slot.ptr)));
  };
  for (const sy_slot& slot : output_slots_) take(slot);
  for (const sy_slot& slot : slots_) take(slot);
  std::size_t num_outputs = output_slots_.size();
  std::size_t num_inputs = placed.size() - num_outputs;
  for (std::size_t k = 0; k < num_outputs; ++k) operands.push_back(operands_[num_inputs + k]);
  for (std::size_t i = 0; i < num_inputs; ++i) operands.push_back(operands_[i]);
  if (contiguous) {
    for (std::size_t i = num_outputs; i < operands.size(); ++i) {
      const TensorBase& t = *operands[i];
      if (t.shape() == shape_ && t.is_contiguous()) continue;
      operands[i] = &own(contiguous_copy(alias(t, shape_, broadcast_strides(t, shape_), t.storage_offset())));
      operands_.push_back(operands[i]);
      *placed[i] = operands[i]->impl()->abi();
      placed[i]->flags |= SY_TENSOR_READ_ONLY;
    }
  }
  Iteration it = merge_dimensions(shape_, operands);
  if (it.shape.empty()) {
    it.shape.push_back(1);
    for (Shape& s : it.strides) s.push_back(1);
  }
  dims_.reserve(placed.size() + 1);
  dims_.push_back(it.shape);
  std::int64_t* shape = dims_.back().data();
  bool flat = it.shape.size() == 1;
  for (std::size_t i = 0; i < placed.size(); ++i) {
    dims_.push_back(it.strides[i]);
    placed[i]->view.ndim = static_cast<std::int32_t>(it.shape.size());
    placed[i]->view.shape = shape;
    placed[i]->view.strides = dims_.back().data();
    bool dense = it.shape.size() == 1 && (it.strides[i][0] == 1 || it.shape[0] == 1);
    placed[i]->flags &= ~(SY_TENSOR_CONTIGUOUS | SY_TENSOR_INTERNAL_OVERLAP);
    if (dense) placed[i]->flags |= SY_TENSOR_CONTIGUOUS;
    flat &= dense;
  }
  if (flat) call_.flags |= SY_CALL_FLAT;
}

std::string KernelCall::plan_key() const {
  std::string key;
  auto put = [&key](const void* p, std::size_t n) { key.append(static_cast<const char*>(p), n); };
  auto put_tensor = [&](const sy_tensor* t) {
    std::uint32_t head[4] = {0, 0, 0, 0};
    if (t != nullptr) {
      head[0] = 1 + t->dtype;
      head[1] = t->flags;
      head[2] = static_cast<std::uint32_t>(t->view.ndim);
      head[3] = t->view.data == nullptr;  // yet to be allocated: the plan may propose its layout
    }
    put(head, sizeof(head));
    if (t == nullptr) return;
    put(t->view.shape, sizeof(std::int64_t) * head[2]);
    put(t->view.strides, sizeof(std::int64_t) * head[2]);
  };
  put(&call_.device, sizeof(call_.device));
  put(call_.dtypes, sizeof(call_.dtypes));
  for (std::uint32_t i = 0; i < call_.num_args; ++i) {
    const sy_slot& s = call_.args[i];
    put(&s.tag, sizeof(s.tag));
    put(&s.count, sizeof(s.count));
    if (s.tag == SY_ARG_TENSOR) put_tensor(static_cast<const sy_tensor*>(s.ptr));
    if (s.tag == SY_ARG_TENSOR_LIST) {
      for (std::uint32_t k = 0; k < s.count; ++k) put_tensor(static_cast<const sy_tensor* const*>(s.ptr)[k]);
    }
    if (!(op_.def().plan_key >> i & 1)) continue;
    switch (s.tag) {
      case SY_ARG_INT:
      case SY_ARG_FLOAT:
        put(s.ptr, 8);
        break;
      case SY_ARG_BOOL:
        put(s.ptr, 1);
        break;
      case SY_ARG_STR:
      case SY_ARG_BOOL_LIST:
        put(s.ptr, s.count);
        break;
      case SY_ARG_INT_LIST:
      case SY_ARG_FLOAT_LIST:
        put(s.ptr, 8 * std::size_t{s.count});
        break;
      case SY_ARG_SCALAR:
        put(s.ptr, sizeof(sy_scalar));
        break;
      case SY_ARG_DTYPE:
        put(s.ptr, 4);
        break;
      default:
        break;
    }
  }
  for (std::uint32_t k = 0; k < call_.num_outputs; ++k) {
    if (call_.outputs[k].tag == SY_ARG_TENSOR) put_tensor(static_cast<const sy_tensor*>(call_.outputs[k].ptr));
  }
  return key;
}

void KernelCall::record_stream_use() {
  if (backend_.synchronous()) return;
  if (capture_ != nullptr) {  // the graph keeps what it did not allocate itself
    for (const TensorBase* t : operands_) {
      if (t->defined() && t->storage()) capture_->keep(t->storage());
    }
    return;
  }
  Stream stream = current_stream(device_);
  for (const TensorBase* t : operands_) {
    if (t->defined() && t->storage() && t->device() == device_ && t->storage()->stream() != stream.handle()) {
      t->storage()->record_use(stream);
    }
  }
}

void KernelCall::allocate_output(std::size_t k, const IntArray& shape, const IntArray& strides) {
  Dtype dtype = outputs_[k].dtype();
  std::int64_t numel = 0;
  throw_if_error(checked_numel(shape, &numel));
  outputs_[k] =
      TensorBase(TensorImpl::make(Storage::allocate(device_, static_cast<std::uint64_t>(numel) * dtype.itemsize()),
                                  device_, dtype, shape, strides, 0));
  *static_cast<sy_tensor*>(const_cast<void*>(output_slots_[k].ptr)) = outputs_[k].impl()->abi();
}

void KernelCall::prepare(KernelEntry& entry) {
  const sy_kernel& kernel = entry.kernel;
  call_.plan = nullptr;
  plan_.reset();
  if (entry.plans) {
    throw_if_error(entry.plans->get(kernel, entry.original, call_, plan_key(), &plan_));
    call_.plan = plan_->state;
  }
  for (std::size_t k = 0; k < outputs_.size(); ++k) {
    if (!outputs_[k].defined() || outputs_[k].storage()) continue;
    if (static_cast<int>(k) == op_.def().reserve_result) {
      std::uint64_t bytes = 0;
      if (kernel.reserve_size != nullptr) {
        throw_if_error(status_from_abi(kernel.reserve_size(&call_, &bytes), str_cat(op_.name(), ": reserve_size")));
      }
      allocate_output(k, static_cast<std::int64_t>(bytes), 1);
    } else if (plan_ && !plan_->strides[k].empty()) {
      allocate_output(k, outputs_[k].shape(), plan_->strides[k]);
    } else {
      allocate_output(k, outputs_[k].shape(), outputs_[k].strides());
    }
  }
}

bool KernelCall::run(KernelEntry& entry, bool contiguous, std::string* reason) {
  if (capture_ != nullptr && !(entry.kernel.flags & SY_KERNEL_CAPTURE_SAFE)) {
    *reason = "is not safe to capture";
    return false;
  }
  if (!contiguous && !(entry.kernel.flags & SY_KERNEL_STRIDED)) {
    bool dense = true;
    auto check = [&](const TensorBase& t) {
      if (!t.defined()) return;
      dense &= t.is_contiguous() && (!pointwise_ || t.shape() == shape_ || t.device() != device_);
    };
    for (const Arg& a : args_) {
      if (a.tag == SY_ARG_TENSOR) check(*static_cast<const TensorBase*>(a.ptr));
      if (a.tag == SY_ARG_TENSOR_LIST) {
        for (std::uint32_t k = 0; k < a.count; ++k) check(static_cast<const TensorBase*>(a.ptr)[k]);
      }
    }
    for (const TensorBase& t : outputs_) check(t);
    if (!dense) {
      *reason = "takes contiguous operands only";
      return false;
    }
  }
  const std::vector<Parameter>& params = op_.info().signature.params;
  for (std::size_t i = entry.num_args; i < args_.size(); ++i) {
    if (is_default(args_[i], params[i].default_value)) continue;
    *reason = str_cat("was built before argument ", params[i].name, ", which is not at its default");
    return false;
  }
  const sy_kernel& k = entry.kernel;
  // A pointwise kernel sees merged dimensions, and so has no say in the layout.
  bool may_prepare = k.prepare != nullptr || op_.def().reserve_result >= 0;
  absl::InlinedVector<TensorBase, 2> unallocated;
  if (pointwise_ || !may_prepare) {
    for (const TensorBase& out : outputs_) allocate_if_needed(out);
  } else {
    unallocated.assign(outputs_.begin(), outputs_.end());
  }
  build(entry, contiguous);
  InsidePlugin inside(entry.plugin);
  if (!inside.allowed()) {
    *reason = "its plugin was unloaded";
    return false;
  }
  struct ReleasePlan {  // while the plugin is still here
    PlanCache::Plan& plan;
    ~ReleasePlan() { plan.reset(); }
  } release{plan_};
  if (k.supports != nullptr) {
    sy_status code = k.supports(&call_);
    if (code != SY_OK) {
      *reason = take_abi_error();
      if (reason->empty()) *reason = "declined without a reason";
      return false;
    }
  }
  if (may_prepare) prepare(entry);
  call_.workspace = nullptr;
  call_.workspace_bytes = 0;
  if (k.workspace_size != nullptr) {
    std::uint64_t bytes = 0;
    throw_if_error(status_from_abi(k.workspace_size(&call_, &bytes), str_cat(op_.name(), ": workspace_size")));
    if (bytes != 0) {
      throw_if_error(workspace(bytes, &call_.workspace));
      call_.workspace_bytes = bytes;
    }
  }
  const bool synchronous = !backend_.synchronous() && capture_ == nullptr && synchronous_calls();
  if (synchronous) sy::synchronize(device_);  // what was found before is not this operator's
  std::unique_lock<std::mutex> lock;
  if (k.flags & SY_KERNEL_NOT_REENTRANT) lock = std::unique_lock(not_reentrant_mutex());
  sy_status code = k.run(&call_);
  if (code == SY_UNSUPPORTED) {
    std::copy(unallocated.begin(), unallocated.end(), outputs_.begin());
    *reason = take_abi_error();
    if (reason->empty()) *reason = "declined without a reason";
    return false;
  }
  if (code != SY_OK) kernel_failed(op_, device_, entry, code);
  if (synchronous) finish(entry);
  record_stream_use();
  for (auto& [temporary, target] : write_back_) assign(target, temporary);
  return true;
}

void KernelCall::finish(const KernelEntry& entry) {
  const sy_backend& table = backend_.table();
  absl::Status status = status_from_abi(table.synchronize(table.self, device_.index()), "");
  absl::Status pending = backend_.known_device(device_.index()).take_pending();
  const absl::Status& found = pending.ok() ? status : pending;
  if (found.ok()) return;
  std::string message(found.message());
  bool named = message.rfind(op_.name() + ":", 0) == 0;
  throw Error(error_code(found), str_cat(named ? "" : str_cat(op_.name(), ": "), message, " [", device_.str(),
                                         ", plugin ", entry.plugin->name(), ", calls are synchronous]"));
}

absl::Status HostCall::workspace(std::uint64_t bytes, void** memory) {
  try {
    workspaces_.push_back(Storage::allocate(device_, bytes));
  } catch (const Error& e) {
    return make_status(e.code(), e.what());
  }
  *memory = workspaces_.back()->data();
  return absl::OkStatus();
}

absl::Status HostCall::alloc_output(std::uint32_t output, Dtype, const IntArray&, sy_tensor**) {
  return invalid("alloc_output: there is no data-dependent output ", output);
}

void kernel_failed(const Operator& op, Device device, const KernelEntry& entry, sy_status code) {
  std::string message = take_abi_error();
  if (message.empty()) message = str_cat("status ", code, " and no message");
  if (code == SY_DEVICE_LOST) device_state(device).report(code, str_cat(device.str(), ": ", message));
  ErrorCode known = code > SY_OK && code <= SY_NOT_FOUND ? static_cast<ErrorCode>(code) : ErrorCode::kInternal;
  bool named = message.rfind(op.name(), 0) == 0;
  throw Error(known, str_cat(named ? "" : str_cat(op.name(), ": "), message, " [", device.str(), ", plugin ",
                             entry.plugin->name(), "]"));
}

absl::Status KernelCall::alloc_output(std::uint32_t output, Dtype dtype, const IntArray& shape, sy_tensor** tensor) {
  if (output >= outputs_.size() || !(op_.def().flags & kOpDataDependent)) {
    return invalid(op_.name(), ": alloc_output: there is no data-dependent output ", output);
  }
  if (outputs_[output].defined())
    return invalid(op_.name(), ": alloc_output: output ", output, " is allocated already");
  try {
    outputs_[output] = allocate_tensor(shape, dtype, device_);
  } catch (const Error& e) {
    return make_status(e.code(), e.what());
  }
  *tensor = place(outputs_[output], true);
  output_slots_[output] = {SY_ARG_TENSOR, 1, *tensor};
  return absl::OkStatus();
}

TensorBase contiguous_copy(const TensorBase& t) { return t.is_contiguous() ? t : cast_copy(t, t.dtype()); }

TensorBase cast_copy(const TensorBase& src, Dtype dtype) {
  TensorBase dst = allocate_tensor(src.shape(), dtype, src.device());
  if (src.dtype() == dtype && src.is_contiguous()) {
    copy_bytes(dst, src);
  } else {
    assign(dst, src);
  }
  return dst;
}

void assign(const TensorBase& dst, const TensorBase& src) {
  if (dst.numel() == 0 || dst.device().is_meta()) return;
  static Operator& cast = require_operator("cast");
  Dtype dtype = dst.dtype();
  TensorBase source = src.shape() == dst.shape()
                          ? src
                          : alias(src, dst.shape(), broadcast_strides(src, dst.shape()), src.storage_offset());
  const Arg args[] = {arg(source), arg(dtype)};
  TensorBase out = dst;
  Frame frame(cast, args, &out, 1, Variant::kOut);
  execute(frame);
}

namespace {
TensorBase bytes_of(const TensorBase& t) {
  std::int64_t n = static_cast<std::int64_t>(t.storage()->bytes());
  return TensorBase(TensorImpl::make_contiguous(t.storage(), t.device(), kU8, n));
}
}  // namespace

void copy_storage(const TensorBase& dst, const TensorBase& src) { copy_bytes(bytes_of(dst), bytes_of(src)); }

TensorBase mirror(const TensorBase& t, Device device) {
  Ref<Storage> storage = Storage::allocate(device, t.storage()->bytes());
  TensorBase copy(TensorImpl::make(std::move(storage), device, t.dtype(), t.shape(), t.strides(), t.storage_offset()));
  copy_storage(copy, t);
  return copy;
}

TensorBase copy_to_device(const TensorBase& t, Device device) {
  TensorBase source = contiguous_copy(t);
  TensorBase dst = allocate_tensor(t.shape(), t.dtype(), device);
  if (!device.is_meta()) copy_bytes(dst, source);
  return dst;
}

}  // namespace sy
