// One operator call as a kernel sees it. The generated argument structs are built on these accessors.
#pragma once

#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "switchyard/abi/call.h"
#include "switchyard/sdk/tensor.h"

namespace sy::sdk {

/// Borrows a sy_call; valid until run() returns. Accessors throw Error (SY_UNSUPPORTED) where a slot holds something
/// else than asked for; the generated run wrapper catches it.
class Call {
 public:
  explicit Call(const sy_call* abi) : abi_(abi) {}

  const sy_call* abi() const { return abi_; }
  const sy_host* host() const { return abi_->host; }
  const char* op() const { return abi_->op; }
  /// Every operand is one contiguous run of the same length.
  bool is_flat() const { return (abi_->flags & SY_CALL_FLAT) != 0; }
  /// The call's T0..T3.
  std::uint32_t t(int i) const { return abi_->dtypes[i]; }
  sy_stream stream() const { return abi_->stream; }
  std::int32_t device_index() const { return abi_->device; }
  /// What prepare made; NULL without.
  template <typename Plan>
  Plan* plan() const {
    return static_cast<Plan*>(abi_->plan);
  }

  Tensor tensor(std::uint32_t i) const { return Tensor(&value<sy_tensor>(i, SY_ARG_TENSOR)); }
  TensorList tensors(std::uint32_t i) const {
    const sy_slot& s = slot(i, SY_ARG_TENSOR_LIST);
    return {static_cast<const sy_tensor* const*>(s.ptr), s.count};
  }
  Scalar scalar(std::uint32_t i) const { return Scalar(value<sy_scalar>(i, SY_ARG_SCALAR)); }
  std::int64_t integer(std::uint32_t i) const { return value<std::int64_t>(i, SY_ARG_INT); }
  double floating(std::uint32_t i) const { return value<double>(i, SY_ARG_FLOAT); }
  bool boolean(std::uint32_t i) const { return value<std::uint8_t>(i, SY_ARG_BOOL) != 0; }
  std::string_view str(std::uint32_t i) const {
    const sy_slot& s = slot(i, SY_ARG_STR);
    return {static_cast<const char*>(s.ptr), s.count};
  }
  std::uint32_t dtype(std::uint32_t i) const { return value<std::uint32_t>(i, SY_ARG_DTYPE); }
  sy_device device(std::uint32_t i) const { return value<sy_device>(i, SY_ARG_DEVICE); }
  Rng rng(std::uint32_t i) const { return Rng(value<sy_rng>(i, SY_ARG_GENERATOR)); }
  Ints ints(std::uint32_t i) const { return list<std::int64_t>(i, SY_ARG_INT_LIST); }
  Floats floats(std::uint32_t i) const { return list<double>(i, SY_ARG_FLOAT_LIST); }
  Bools bools(std::uint32_t i) const { return list<std::uint8_t>(i, SY_ARG_BOOL_LIST); }
  List<sy_scalar> scalars(std::uint32_t i) const { return list<sy_scalar>(i, SY_ARG_SCALAR_LIST); }

  bool has(std::uint32_t i) const { return i < abi_->num_args && abi_->args[i].tag != SY_ARG_NONE; }
  std::optional<Tensor> optional_tensor(std::uint32_t i) const { return optional(i, &Call::tensor); }
  std::optional<TensorList> optional_tensors(std::uint32_t i) const { return optional(i, &Call::tensors); }
  std::optional<Scalar> optional_scalar(std::uint32_t i) const { return optional(i, &Call::scalar); }
  std::optional<std::int64_t> optional_integer(std::uint32_t i) const { return optional(i, &Call::integer); }
  std::optional<double> optional_floating(std::uint32_t i) const { return optional(i, &Call::floating); }
  std::optional<bool> optional_boolean(std::uint32_t i) const { return optional(i, &Call::boolean); }
  std::optional<std::string_view> optional_str(std::uint32_t i) const { return optional(i, &Call::str); }
  std::optional<std::uint32_t> optional_dtype(std::uint32_t i) const { return optional(i, &Call::dtype); }
  std::optional<sy_device> optional_device(std::uint32_t i) const { return optional(i, &Call::device); }
  std::optional<Rng> optional_rng(std::uint32_t i) const { return optional(i, &Call::rng); }
  std::optional<Ints> optional_ints(std::uint32_t i) const { return optional(i, &Call::ints); }
  std::optional<Floats> optional_floats(std::uint32_t i) const { return optional(i, &Call::floats); }
  std::optional<Bools> optional_bools(std::uint32_t i) const { return optional(i, &Call::bools); }

  /// Undefined where the output is data-dependent and not yet allocated.
  Tensor output(std::uint32_t k) const {
    return Tensor(k < abi_->num_outputs && abi_->outputs[k].tag == SY_ARG_TENSOR
                      ? static_cast<const sy_tensor*>(abi_->outputs[k].ptr)
                      : nullptr);
  }
  /// Output k of an operator whose shape depends on data: contiguous, uninitialised. Throws Error.
  Tensor alloc_output(std::uint32_t k, std::uint32_t dtype, Ints shape) const {
    if (!sdk::has(host(), host()->alloc_output)) throw Error(SY_UNSUPPORTED, "the host allocates no outputs");
    sy_tensor* tensor = nullptr;
    const sy_status status =
        host()->alloc_output(abi_, k, dtype, static_cast<std::uint32_t>(shape.size()), shape.data(), &tensor);
    if (status != SY_OK) throw Error(status);
    return Tensor(tensor);
  }
  Tensor alloc_output(std::uint32_t k, std::uint32_t dtype, std::initializer_list<std::int64_t> shape) const {
    return alloc_output(k, dtype, Ints(shape.begin(), shape.size()));
  }
  /// Scratch memory of the call's device, given back by the host in stream order. Throws Error. One block per call
  /// where the kernel states workspace_size.
  void* workspace(std::uint64_t bytes) const {
    if (abi_->workspace != nullptr && bytes <= abi_->workspace_bytes) return abi_->workspace;
    if (!sdk::has(host(), host()->workspace)) throw Error(SY_UNSUPPORTED, "the host gives no workspace");
    void* memory = nullptr;
    const sy_status status = host()->workspace(abi_, bytes, &memory);
    if (status != SY_OK) throw Error(status);
    return memory;
  }

  /// The same for `count` elements of T.
  template <typename T>
  T* workspace(std::uint64_t count) const {
    if (count > UINT64_MAX / sizeof(T)) throw Error(SY_OUT_OF_MEMORY, "a workspace of too many elements");
    return static_cast<T*>(workspace(count * sizeof(T)));
  }

  /// Hands "op: message" to the host and returns code: `return call.error(SY_OUT_OF_RANGE, "index %lld ...", i)`.
  SY_PRINTF_FORMAT(3, 4) sy_status error(sy_status code, const char* format, ...) const {
    char message[512];
    std::va_list args;
    va_start(args, format);
    std::vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return report_error(host(), code, op(), message);
  }

  /// dispatch_dtype over dtype `id`, with a message where the set lacks it.
  template <typename Set, typename Fn>
  sy_status dispatch(std::uint32_t id, Set set, Fn&& fn) const {
    sy_status status = SY_OK;
    const bool found = visit_dtype(id, set, [&](auto tag) {
      if constexpr (std::is_void_v<decltype(fn(tag))>) {
        fn(tag);
      } else {
        status = fn(tag);
      }
    });
    return found ? status : error(SY_UNSUPPORTED, "dtype %s (id %u) is not supported", dtype_name(id), id);
  }
  /// The same over T0.
  template <typename Set, typename Fn>
  sy_status dispatch(Set set, Fn&& fn) const {
    return dispatch(t(0), set, static_cast<Fn&&>(fn));
  }

 private:
  const sy_slot& slot(std::uint32_t i, std::uint32_t tag) const {
    if (i >= abi_->num_args || abi_->args[i].tag != tag) throw_mismatch(i, tag);
    return abi_->args[i];
  }
  template <typename T>
  const T& value(std::uint32_t i, std::uint32_t tag) const {
    return *static_cast<const T*>(slot(i, tag).ptr);
  }
  template <typename T>
  List<T> list(std::uint32_t i, std::uint32_t tag) const {
    const sy_slot& s = slot(i, tag);
    return {static_cast<const T*>(s.ptr), s.count};
  }
  template <typename T>
  std::optional<T> optional(std::uint32_t i, T (Call::*get)(std::uint32_t) const) const {
    return has(i) ? std::optional<T>((this->*get)(i)) : std::nullopt;
  }
  [[noreturn]] void throw_mismatch(std::uint32_t i, std::uint32_t tag) const {
    throw Error(SY_UNSUPPORTED, "argument %u has tag %u, expected %u", i, i < abi_->num_args ? abi_->args[i].tag : 0,
                tag);
  }

  const sy_call* abi_;
};

}  // namespace sy::sdk
