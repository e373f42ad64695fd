#include "switchyard/dispatch/fast_path.h"

#include <cstring>
#include <new>

#include "switchyard/core/abi_error.h"
#include "switchyard/core/backend.h"
#include "switchyard/core/host_scalar.h"
#include "switchyard/dispatch/kernel_call.h"
#include "switchyard/dispatch/operator.h"
#include "switchyard/dispatch/prologue.h"
#include "switchyard/dispatch/thread_state.h"
#include "switchyard/dispatch/type_promotion.h"
#include "switchyard/loader/plugin.h"

namespace sy {
namespace {

constexpr std::size_t kMaxArgs = 8;
constexpr std::size_t kMaxResults = 3;
constexpr std::int64_t kUnit[1] = {1};
constexpr std::int64_t kZero[1] = {0};

/// The first n of at most N elements, made as they are needed: a call has one result more often than three.
template <typename T, std::size_t N>
class InlineArray {
 public:
  explicit InlineArray(std::size_t n) : size_(n) {
    for (std::size_t i = 0; i < n; ++i) new (&memory_[i]) T;
  }
  ~InlineArray() {
    for (std::size_t i = 0; i < size_; ++i) (*this)[i].~T();
  }
  InlineArray(const InlineArray&) = delete;
  InlineArray& operator=(const InlineArray&) = delete;
  T& operator[](std::size_t i) { return *std::launder(reinterpret_cast<T*>(&memory_[i])); }
  absl::Span<T> span() { return {&(*this)[0], size_}; }

 private:
  struct alignas(T) Memory {
    unsigned char bytes[sizeof(T)];
  };
  Memory memory_[N];
  std::size_t size_;
};

bool same_shape(const TensorImpl& a, const TensorImpl& b) {
  std::int32_t n = a.ndim();
  if (n != b.ndim()) return false;
  for (std::int32_t d = 0; d < n; ++d) {
    if (a.abi().view.shape[d] != b.abi().view.shape[d]) return false;
  }
  return true;
}

void place(sy_tensor& placed, const TensorImpl& impl, std::int64_t* numel, const std::int64_t* stride,
           std::uint32_t flags) {
  impl.copy_abi(placed);
  placed.flags = flags;
  placed.view.ndim = 1;
  placed.view.shape = numel;
  placed.view.strides = const_cast<std::int64_t*>(stride);
}

TensorBase fresh_tensor(std::int64_t numel, const IntArray& shape, Dtype dtype, Device device) {
  Ref<Storage> storage = Storage::allocate(device, static_cast<std::uint64_t>(numel) * dtype.itemsize());
  return TensorBase(TensorImpl::make_contiguous(std::move(storage), device, dtype, shape));
}

/// A kernel that has these flags and wants nothing but to be asked and run.
bool plain(const KernelEntry& entry, std::size_t num_args, std::uint32_t needed) {
  const sy_kernel& k = entry.kernel;
  return k.run != nullptr && (k.flags & (needed | SY_KERNEL_NOT_REENTRANT)) == needed && k.prepare == nullptr &&
         k.workspace_size == nullptr && entry.num_args == num_args;
}

/// The number as one element of dtype; false where it would raise the dtype.
bool write_number(const TensorImpl& number, Dtype dtype, void* element) {
  if (dtype.id() >= SY_NUM_STANDARD_DTYPES || category(number.dtype()) > category(dtype)) return false;
  write_element(element, dtype, read_element(number.data(), number.dtype()));
  return true;
}

/// The parts of a sy_call that are the same for every kernel.
void prepare(sy_call& call, const sy_kernel& k, const KernelEntry& entry, HostCall* host_call, Device device,
             Dtype dtype) {
  call.size = sizeof(sy_call);
  call.flags = 0;
  call.op = k.op;
  call.host = &host_services();
  call.kernel = entry.original;
  call.host_call = host_call;
  call.dtypes[0] = dtype.id();
  call.dtypes[1] = call.dtypes[2] = call.dtypes[3] = SY_DTYPE_NONE;
  call.stream = 0;
  call.device = device.index();
  call.reserved = 0;
  call.plan = nullptr;
  call.workspace = nullptr;
  call.workspace_bytes = 0;
}

}  // namespace

bool fast_pointwise(Frame& frame) {
  Operator& op = frame.op();
  const OperatorInfo& info = op.info();
  if (!info.direct_pointwise || t_state.recorder != nullptr) return false;
  absl::Span<const Arg> args = frame.args();
  if (args.size() > kMaxArgs) return false;
  // Operands: tensors must agree; numbers follow.
  const OperatorDef& def = op.def();
  const TensorImpl* lead = nullptr;  // of T0
  const TensorImpl* first = nullptr;
  bool flat = true;
  for (std::uint8_t i : info.tensor_params) {
    if (frame.arg(i).tag != SY_ARG_TENSOR) return false;
    const TensorImpl* t = frame.tensor(i).impl();
    const bool fixed = def.param_dtypes[i].kind == DtypeRule::kFixed;
    if (t->wrapped_number) {
      if (fixed) return false;
      flat = false;
      continue;
    }
    if (!t->contiguous()) return false;
    if (first == nullptr) {
      first = t;
    } else if (t->device() != first->device() || !same_shape(*t, *first)) {
      return false;
    }
    if (fixed) [[unlikely]] {
      if (t->dtype() != Dtype(def.param_dtypes[i].value)) return false;
    } else if (lead == nullptr) {
      lead = t;
    } else if (t->dtype() != lead->dtype()) {
      return false;
    }
  }
  if (lead == nullptr || lead->numel() == 0) return false;
  Dtype dtype = lead->dtype();
  Device device = lead->device();
  if (def.promotion == Promotion::kFloat && !dtype.is_floating()) return false;
  const DtypeRule& rule = def.result_dtypes[0][0];
  Dtype result_dtype = rule.kind == DtypeRule::kFixed ? Dtype(rule.value) : dtype;
  const KernelNode* node = op.kernels(device.backend(), dtype.id());
  if (node == nullptr) return false;
  KernelEntry& entry = *node->entry;
  const sy_kernel& k = entry.kernel;
  if (k.supports != nullptr || !plain(entry, args.size(), SY_KERNEL_STRIDED | SY_KERNEL_HOST_SCALARS)) return false;
  Backend* backend = find_backend(device.backend());
  if (backend == nullptr || !backend->host_memory() || !backend->synchronous()) return false;

  std::int64_t numel = lead->numel();
  sy_tensor tensors[kMaxArgs + 1];
  sy_slot slots[kMaxArgs];
  alignas(8) char numbers[kMaxArgs][8];
  for (std::size_t i = 0; i < args.size(); ++i) {
    const Arg& a = frame.arg(i);
    slots[i].tag = a.tag;
    slots[i].count = a.count;
    slots[i].ptr = a.ptr;
  }
  for (std::uint8_t i : info.tensor_params) {
    const TensorImpl* t = frame.tensor(i).impl();
    slots[i].ptr = &tensors[i];
    if (!t->wrapped_number) [[likely]] {
      place(tensors[i], *t, &numel, kUnit, SY_TENSOR_READ_ONLY | SY_TENSOR_CONTIGUOUS);
      continue;
    }
    if (!write_number(*t, dtype, numbers[i])) return false;
    place(tensors[i], *t, &numel, kZero, SY_TENSOR_READ_ONLY | SY_TENSOR_HOST_SCALAR);
    tensors[i].view.data = numbers[i];
    tensors[i].view.byte_offset = 0;
    tensors[i].view.dtype = dtype.dlpack();
    tensors[i].dtype = dtype.id();
  }

  TensorBase result;
  if (frame.variant() == Variant::kFunction) {
    result = fresh_tensor(numel, lead->shape(), result_dtype, device);
  } else {
    const TensorBase& target = frame.result(0);
    if (!target.defined() || target.dtype() != result_dtype || target.device() != device || !target.is_contiguous() ||
        !same_shape(*target.impl(), *lead)) {
      return false;
    }
    for (std::uint8_t i : info.tensor_params) {  // the very same memory is fine, what overlaps otherwise is not
      const TensorImpl* t = frame.tensor(i).impl();
      if (t->storage() == target.storage() && (t->offset() != target.storage_offset() || t->dtype() != result_dtype))
        return false;
    }
    result = target;
  }
  sy_tensor& out = tensors[kMaxArgs];
  place(out, *result.impl(), &numel, kUnit, SY_TENSOR_CONTIGUOUS);
  sy_slot out_slot{SY_ARG_TENSOR, 1, &out};
  HostCall host_call(device);
  sy_call call;
  prepare(call, k, entry, &host_call, device, dtype);
  call.flags = flat ? SY_CALL_FLAT : 0;
  call.args = slots;
  call.outputs = &out_slot;
  call.num_args = static_cast<std::uint32_t>(args.size());
  call.num_outputs = 1;
  InsidePlugin inside(entry.plugin);
  if (!inside.allowed()) return false;
  sy_status code = k.run(&call);
  if (code == SY_UNSUPPORTED) {  // the general path asks the rest of the chain
    take_abi_error();
    return false;
  }
  if (code != SY_OK) kernel_failed(op, device, entry, code);
  if (frame.variant() == Variant::kFunction) {
    frame.result(0) = std::move(result);
  } else {
    result.storage()->bump_version(k.op);
  }
  return true;
}

bool fast_function(Frame& frame) {
  Operator& op = frame.op();
  const OperatorInfo& info = op.info();
  if (!info.direct_kernel || frame.variant() != Variant::kFunction || t_state.recorder != nullptr) return false;
  absl::Span<const Arg> args = frame.args();
  if (args.size() > kMaxArgs) return false;
  if (info.dtype_param >= 0 && args[static_cast<std::size_t>(info.dtype_param)].tag != SY_ARG_NONE) return false;
  const OperatorDef& def = op.def();
  const TensorImpl* lead = nullptr;  // of T0
  const TensorImpl* first = nullptr;
  Dtype variables[4];  // T0 to T3, as far as known
  std::uint32_t known = 0;
  bool contiguous = true;
  for (std::uint8_t i : info.tensor_params) {
    if (frame.arg(i).tag == SY_ARG_NONE && !(info.required >> i & 1)) continue;
    if (frame.arg(i).tag != SY_ARG_TENSOR) return false;
    const TensorImpl* t = frame.tensor(i).impl();
    if (t->wrapped_number) return false;
    if (first == nullptr) first = t;
    if (t->device() != first->device()) return false;
    contiguous &= t->contiguous();
    const DtypeRule& rule = def.param_dtypes[i];
    if (rule.kind == DtypeRule::kFixed) {
      if (t->dtype() != Dtype(rule.value)) return false;
    } else if (known >> rule.value & 1) {
      if (t->dtype() != variables[rule.value]) return false;
    } else {
      variables[rule.value] = t->dtype();
      known |= 1u << rule.value;
      if (rule.value == 0) lead = t;
    }
  }
  for (int v = 0; v < 4 && def.type_vars[v] != 0; ++v) {
    if (!(known >> v & 1) || variables[v].id() >= SY_NUM_STANDARD_DTYPES) return false;
    if (!(def.type_vars[v] >> variables[v].id() & 1)) return false;
  }
  Dtype dtype = variables[0];
  Device device = first->device();
  if (def.promotion == Promotion::kFloat && !dtype.is_floating()) return false;
  const KernelNode* node = op.kernels(device.backend(), dtype.id());
  if (node == nullptr) return false;
  const std::uint32_t needed = contiguous ? 0 : SY_KERNEL_STRIDED;
  if (!plain(*node->entry, args.size(), needed)) return false;
  Backend* backend = find_backend(device.backend());
  if (backend == nullptr || !backend->host_memory() || !backend->synchronous()) return false;

  // One value stands for both of an int[2] parameter.
  InlineArray<Arg, kMaxArgs> expanded(info.pairs != 0 ? args.size() : 0);
  std::int64_t pairs[kMaxArgs][2];
  if (info.pairs != 0) {
    for (std::size_t i = 0; i < args.size(); ++i) {
      expanded[i] = args[i];
      if (!(info.pairs >> i & 1) || args[i].tag != SY_ARG_INT_LIST || args[i].count == 2) continue;
      if (args[i].count != 1) return false;
      pairs[i][0] = pairs[i][1] = *static_cast<const std::int64_t*>(args[i].ptr);
      expanded[i] = {SY_ARG_INT_LIST, 2, pairs[i]};
    }
    args = expanded.span();
  }
  InlineArray<ResultMeta, kMaxResults> metas(info.num_results);
  for (std::size_t r = 0; r < info.num_results; ++r) metas[r].dtype = ruled_dtype(def, r, variables);
  SmallVector<std::int64_t, 6> dims;  // of a reduction
  if (def.kind == Kind::kReduction) {
    reduced_dims(op, args[static_cast<std::size_t>(info.dim_param)], lead->ndim(), &dims);
    for (std::size_t r = 0; r < info.num_results; ++r) {
      metas[r].shape.assign(lead->shape().begin(), lead->shape().end());
      for (std::int64_t d : dims) metas[r].shape[static_cast<std::size_t>(d)] = 1;
    }
  } else {
    const Frame prepared(op, args, nullptr, 0);
    MetaCall meta(prepared, metas.span());
    throw_if_error(def.meta(meta));
  }
  InlineArray<TensorBase, kMaxResults> results(info.num_results);
  sy_tensor tensors[kMaxArgs];
  sy_slot slots[kMaxArgs], out_slots[kMaxResults];
  for (std::size_t r = 0; r < info.num_results; ++r) {
    const std::int64_t numel = check_size(op, metas[r].shape);
    if (numel == 0) return false;
    results[r] = fresh_tensor(numel, metas[r].shape, metas[r].dtype, device);
    out_slots[r] = {SY_ARG_TENSOR, 1, const_cast<sy_tensor*>(&results[r].impl()->abi())};
  }
  for (std::size_t i = 0; i < args.size(); ++i) {
    const Arg& a = args.data()[i];  // pairs expanded
    slots[i].tag = a.tag;
    slots[i].count = a.count;
    slots[i].ptr = a.ptr;
    if (a.tag != SY_ARG_TENSOR) continue;
    frame.tensor(i).impl()->copy_abi(tensors[i]);
    tensors[i].flags |= SY_TENSOR_READ_ONLY;
    slots[i].ptr = &tensors[i];
  }
  if (def.kind == Kind::kReduction) {
    slots[info.dim_param] = {SY_ARG_INT_LIST, static_cast<std::uint32_t>(dims.size()), dims.data()};
  }
  HostCall host_call(device);
  sy_call call;
  call.args = slots;
  call.outputs = out_slots;
  call.num_args = static_cast<std::uint32_t>(args.size());
  call.num_outputs = info.num_results;
  // The chain, as far as its kernels want nothing else; each is asked once.
  bool ran = false;
  for (; !ran && node != nullptr; node = node->next) {
    const KernelEntry& entry = *node->entry;
    const sy_kernel& k = entry.kernel;
    if (!plain(entry, args.size(), needed)) return false;
    prepare(call, k, entry, &host_call, device, dtype);
    for (int v = 1; known >> v != 0; ++v) call.dtypes[v] = variables[v].id();
    InsidePlugin inside(entry.plugin);
    if (!inside.allowed()) return false;
    sy_status code = k.supports != nullptr ? k.supports(&call) : SY_OK;
    bool supported = code == SY_OK;
    if (supported) code = k.run(&call);
    ran = code == SY_OK;
    if (ran) continue;
    if (supported && code != SY_UNSUPPORTED) kernel_failed(op, device, entry, code);
    take_abi_error();  // why it declined: the general path asks again, when nobody takes the call
  }
  if (!ran) return false;
  bool keeps_dims = info.keepdim_param >= 0 && frame.boolean(static_cast<std::size_t>(info.keepdim_param));
  for (std::size_t r = 0; r < info.num_results; ++r) {
    if (def.kind == Kind::kReduction && !keeps_dims) results[r].impl()->drop_dims(dims);
    frame.set_result(r, std::move(results[r]));
  }
  return true;
}

}  // namespace sy
