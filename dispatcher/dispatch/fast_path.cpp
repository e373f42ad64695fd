#include "switchyard/dispatch/fast_path.h"

#include <cstring>

#include "switchyard/core/abi_error.h"
#include "switchyard/core/backend.h"
#include "switchyard/core/host_scalar.h"
#include "switchyard/dispatch/kernel_call.h"
#include "switchyard/dispatch/operator.h"
#include "switchyard/dispatch/thread_state.h"
#include "switchyard/dispatch/type_promotion.h"
#include "switchyard/loader/plugin.h"

namespace sy {
namespace {

constexpr std::size_t kMaxArgs = 6;
constexpr std::int64_t kUnit[1] = {1};
constexpr std::int64_t kZero[1] = {0};

bool same_shape(const TensorImpl& a, const TensorImpl& b) {
  if (a.ndim() != b.ndim()) return false;
  return std::memcmp(a.abi().view.shape, b.abi().view.shape, sizeof(std::int64_t) * a.ndim()) == 0;
}

void place(sy_tensor& placed, const TensorImpl& impl, std::int64_t* numel, const std::int64_t* stride,
           std::uint32_t flags) {
  placed = impl.abi();
  placed.flags = flags;
  placed.view.ndim = 1;
  placed.view.shape = numel;
  placed.view.strides = const_cast<std::int64_t*>(stride);
}

[[noreturn]] void kernel_failed(const Operator& op, Device device, const KernelEntry& entry, sy_status code) {
  std::string message = take_abi_error();
  bool named = message.rfind(op.name(), 0) == 0;
  ErrorCode known = code > SY_OK && code <= SY_NOT_FOUND ? static_cast<ErrorCode>(code) : ErrorCode::kInternal;
  throw Error(known, str_cat(named ? "" : str_cat(op.name(), ": "), message, " [", device.str(), ", plugin ",
                             entry.plugin->name(), "]"));
}

}  // namespace

bool fast_pointwise(Frame& frame) {
  Operator& op = frame.op();
  const OperatorDef& def = op.def();
  if (def.kind != Kind::kPointwise || def.meta != nullptr || frame.num_results() != 1 || t_state.recorder != nullptr) {
    return false;
  }
  absl::Span<const Arg> args = frame.args();
  if (args.size() > kMaxArgs) return false;
  // Operands: tensors must agree; numbers follow.
  const TensorImpl* lead = nullptr;
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (args[i].tag == SY_ARG_TENSOR_LIST || args[i].tag == SY_ARG_DTYPE || args[i].tag == SY_ARG_DEVICE ||
        args[i].tag == SY_ARG_GENERATOR) {
      return false;
    }
    if (args[i].tag == SY_ARG_NONE && def.param_dtypes[i].kind != DtypeRule::kEnd) return false;
    if (args[i].tag != SY_ARG_TENSOR) continue;
    const TensorImpl* t = frame.tensor(i).impl();
    if (t->wrapped_number) continue;
    if (def.param_dtypes[i].kind != DtypeRule::kVariable || def.param_dtypes[i].value != 0 || !t->contiguous())
      return false;
    if (lead == nullptr) {
      lead = t;
    } else if (t->dtype() != lead->dtype() || t->device() != lead->device() || !same_shape(*t, *lead)) {
      return false;
    }
  }
  if (lead == nullptr || lead->numel() == 0) return false;
  Dtype dtype = lead->dtype();
  Device device = lead->device();
  if (def.promotion == Promotion::kFloat && !dtype.is_floating()) return false;
  const DtypeRule& rule = def.result_dtypes[0][0];
  if (rule.kind != DtypeRule::kVariable && rule.kind != DtypeRule::kFixed) return false;
  Dtype result_dtype = rule.kind == DtypeRule::kFixed ? Dtype(rule.value) : dtype;
  const KernelNode* node = op.kernels(device.backend(), dtype.id());
  if (node == nullptr) return false;
  KernelEntry& entry = *node->entry;
  const sy_kernel& k = entry.kernel;
  constexpr std::uint32_t kNeeded = SY_KERNEL_STRIDED | SY_KERNEL_HOST_SCALARS;
  if (k.run == nullptr || (k.flags & (kNeeded | SY_KERNEL_NOT_REENTRANT)) != kNeeded || k.supports != nullptr ||
      k.prepare != nullptr || k.workspace_size != nullptr || entry.num_args != args.size()) {
    return false;
  }
  Backend* backend = find_backend(device.backend());
  if (!backend->host_memory() || !backend->synchronous()) return false;

  std::int64_t numel = lead->numel();
  sy_tensor tensors[kMaxArgs + 1];
  sy_slot slots[kMaxArgs];
  alignas(8) char numbers[kMaxArgs][16];
  bool flat = true;
  for (std::size_t i = 0; i < args.size(); ++i) {
    slots[i] = {args[i].tag, args[i].count, args[i].ptr};
    if (args[i].tag != SY_ARG_TENSOR) continue;
    const TensorImpl* t = frame.tensor(i).impl();
    if (t->wrapped_number) {
      if (category(t->dtype()) > category(dtype) || def.param_dtypes[i].kind != DtypeRule::kVariable ||
          dtype.id() >= SY_NUM_STANDARD_DTYPES) {
        return false;
      }
      write_element(numbers[i], dtype, read_element(t->data(), t->dtype()));
      place(tensors[i], *t, &numel, kZero, SY_TENSOR_READ_ONLY | SY_TENSOR_HOST_SCALAR);
      tensors[i].view.data = numbers[i];
      tensors[i].view.byte_offset = 0;
      tensors[i].view.dtype = dtype.dlpack();
      tensors[i].dtype = dtype.id();
      flat = false;
    } else {
      place(tensors[i], *t, &numel, kUnit, SY_TENSOR_READ_ONLY | SY_TENSOR_CONTIGUOUS);
    }
    slots[i].ptr = &tensors[i];
  }

  TensorBase result;
  if (frame.variant() == Variant::kFunction) {
    Ref<Storage> storage = Storage::allocate(device, static_cast<std::uint64_t>(numel) * result_dtype.itemsize());
    result = TensorBase(TensorImpl::make_contiguous(std::move(storage), device, result_dtype, lead->shape()));
  } else {
    const TensorBase& target = frame.result(0);
    if (!target.defined() || target.dtype() != result_dtype || target.device() != device || !target.is_contiguous() ||
        !same_shape(*target.impl(), *lead)) {
      return false;
    }
    for (const Arg& a : args) {  // the very same memory is fine, anything that overlaps otherwise is not
      if (a.tag != SY_ARG_TENSOR) continue;
      const TensorImpl* t = static_cast<const TensorBase*>(a.ptr)->impl();
      if (t->storage() == target.storage() && t->offset() != target.storage_offset()) return false;
      if (t->storage() == target.storage() && t->dtype() != result_dtype) return false;
    }
    result = target;
  }
  sy_tensor& out = tensors[kMaxArgs];
  place(out, *result.impl(), &numel, kUnit, SY_TENSOR_CONTIGUOUS);
  sy_slot out_slot{SY_ARG_TENSOR, 1, &out};
  sy_call call;
  call.size = sizeof(sy_call);
  call.flags = flat ? SY_CALL_FLAT : 0;
  call.op = k.op;
  call.host = &host_services();
  call.kernel = entry.original;
  call.host_call = nullptr;
  call.args = slots;
  call.outputs = &out_slot;
  call.num_args = static_cast<std::uint32_t>(args.size());
  call.num_outputs = 1;
  call.dtypes[0] = dtype.id();
  call.dtypes[1] = call.dtypes[2] = call.dtypes[3] = SY_DTYPE_NONE;
  call.stream = 0;
  call.device = device.index();
  call.reserved = 0;
  call.plan = nullptr;
  call.workspace = nullptr;
  call.workspace_bytes = 0;
  InsidePlugin inside(entry.plugin);
  if (!inside.allowed()) return false;
  sy_status code = k.run(&call);
  if (code == SY_UNSUPPORTED) return false;  // the general path asks the rest of the chain
  if (code != SY_OK) kernel_failed(op, device, entry, code);
  if (frame.variant() == Variant::kFunction) {
    frame.result(0) = std::move(result);
  } else {
    result.storage()->bump_version(k.op);
  }
  return true;
}

}  // namespace sy
