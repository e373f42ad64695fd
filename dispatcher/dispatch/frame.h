// One operator call inside the host: borrowed arguments in, tensors out. Typed functions, boxed calls, layers,
// composites and the autograd all share this one shape.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "switchyard/abi/call.h"
#include "switchyard/core/device.h"
#include "switchyard/core/dtype.h"
#include "switchyard/core/generator.h"
#include "switchyard/core/int_array.h"
#include "switchyard/core/scalar.h"
#include "switchyard/core/tensor_base.h"

namespace sy {

class Operator;

/// One argument: tag (SY_ARG_*), count, and a pointer to the caller's value. Tensors are `const TensorBase*` (an
/// undefined one is an absent optional), lists of tensors `const TensorBase[count]`, Generators `const Generator*`.
/// Everything else has the ABI's representation.
struct Arg {
  std::uint32_t tag = SY_ARG_NONE;
  std::uint32_t count = 0;
  const void* ptr = nullptr;
};

inline Arg arg(const TensorBase& t) { return {t.defined() ? SY_ARG_TENSOR : SY_ARG_NONE, 1, &t}; }
template <typename T>
requires std::is_base_of_v<TensorBase, T> Arg arg(const absl::Span<const T>& t) {
  return {SY_ARG_TENSOR_LIST, static_cast<std::uint32_t>(t.size()), t.data()};
}
inline Arg arg(const Scalar& v) { return {SY_ARG_SCALAR, 1, &v.abi()}; }
inline Arg arg(const std::int64_t& v) { return {SY_ARG_INT, 1, &v}; }
inline Arg arg(const double& v) { return {SY_ARG_FLOAT, 1, &v}; }
inline Arg arg(const bool& v) { return {SY_ARG_BOOL, 1, &v}; }
inline Arg arg(const std::string_view& v) { return {SY_ARG_STR, static_cast<std::uint32_t>(v.size()), v.data()}; }
inline Arg arg(const Dtype& v) { return {SY_ARG_DTYPE, 1, &v}; }
inline Arg arg(const Device& v) { return {SY_ARG_DEVICE, 1, &v}; }
inline Arg arg(const Generator& v) { return {SY_ARG_GENERATOR, 1, &v}; }
inline Arg arg(const IntArray& v) { return {SY_ARG_INT_LIST, static_cast<std::uint32_t>(v.size()), v.data()}; }
inline Arg arg(const absl::Span<const double>& v) {
  return {SY_ARG_FLOAT_LIST, static_cast<std::uint32_t>(v.size()), v.data()};
}
inline Arg arg(const absl::Span<const bool>& v) {
  return {SY_ARG_BOOL_LIST, static_cast<std::uint32_t>(v.size()), v.data()};
}
inline Arg arg(const OptionalIntArray& v) { return v ? arg(*v) : Arg{}; }
template <typename T>
Arg arg(const std::optional<T>& v) {
  return v ? arg(*v) : Arg{};
}

/// Which form of the operator was called.
enum class Variant : std::uint8_t {
  kFunction,
  kInplace,  // results[0] is the first argument, to be overwritten
  kOut,      // results are given by the caller
};

/// The arguments and results of a call under way. Lives on the caller's stack. Accessors assume the declared type:
/// generated code calls them, and boxed calls check tags before a frame is made.
class Frame {
 public:
  Frame(Operator& op, absl::Span<const Arg> args, TensorBase* results, std::uint32_t num_results,
        Variant variant = Variant::kFunction)
      : op_(&op), args_(args), results_(results), num_results_(num_results), variant_(variant) {}
  Frame(Operator& op, absl::Span<const Arg> args, std::vector<TensorBase>* list) : op_(&op), args_(args), list_(list) {}

  Operator& op() const { return *op_; }
  Variant variant() const { return variant_; }
  absl::Span<const Arg> args() const { return args_; }
  void set_args(absl::Span<const Arg> args) { args_ = args; }

  /// i is below the number of parameters: not checked.
  const Arg& arg(std::size_t i) const { return args_.data()[i]; }
  bool has(std::size_t i) const { return arg(i).tag != SY_ARG_NONE; }
  const TensorBase& tensor(std::size_t i) const { return *static_cast<const TensorBase*>(arg(i).ptr); }
  absl::Span<const TensorBase> tensors(std::size_t i) const {
    return {static_cast<const TensorBase*>(arg(i).ptr), arg(i).count};
  }
  Scalar scalar(std::size_t i) const { return value<Scalar>(i); }
  std::int64_t integer(std::size_t i) const { return value<std::int64_t>(i); }
  double floating(std::size_t i) const { return value<double>(i); }
  bool boolean(std::size_t i) const { return value<bool>(i); }
  std::string_view str(std::size_t i) const { return {static_cast<const char*>(arg(i).ptr), arg(i).count}; }
  Dtype dtype(std::size_t i) const { return value<Dtype>(i); }
  Device device(std::size_t i) const { return value<Device>(i); }
  const Generator& generator(std::size_t i) const { return *static_cast<const Generator*>(arg(i).ptr); }
  IntArray ints(std::size_t i) const { return {static_cast<const std::int64_t*>(arg(i).ptr), arg(i).count}; }
  absl::Span<const double> floats(std::size_t i) const {
    return {static_cast<const double*>(arg(i).ptr), arg(i).count};
  }
  absl::Span<const bool> bools(std::size_t i) const {
    return absl::MakeConstSpan(static_cast<const bool*>(arg(i).ptr), arg(i).count);
  }
  std::optional<Scalar> optional_scalar(std::size_t i) const { return optional<Scalar>(i); }
  std::optional<std::int64_t> optional_integer(std::size_t i) const { return optional<std::int64_t>(i); }
  std::optional<double> optional_floating(std::size_t i) const { return optional<double>(i); }
  std::optional<bool> optional_boolean(std::size_t i) const { return optional<bool>(i); }
  std::optional<std::string_view> optional_str(std::size_t i) const {
    return has(i) ? std::optional(str(i)) : std::nullopt;
  }
  std::optional<Dtype> optional_dtype(std::size_t i) const { return optional<Dtype>(i); }
  std::optional<Device> optional_device(std::size_t i) const { return optional<Device>(i); }
  std::optional<Generator> optional_generator(std::size_t i) const {
    return has(i) ? std::optional<Generator>(generator(i)) : std::nullopt;
  }
  OptionalIntArray optional_ints(std::size_t i) const {
    return has(i) ? OptionalIntArray(ints(i)) : OptionalIntArray();
  }

  std::uint32_t num_results() const { return num_results_; }
  TensorBase& result(std::size_t k) { return results_[k]; }
  const TensorBase& result(std::size_t k) const { return results_[k]; }
  void set_result(std::size_t k, TensorBase t) { results_[k] = std::move(t); }
  /// For operators that return Tensor[].
  std::vector<TensorBase>* list() const { return list_; }

 private:
  template <typename T>
  const T& value(std::size_t i) const {
    return *static_cast<const T*>(arg(i).ptr);
  }
  template <typename T>
  std::optional<T> optional(std::size_t i) const {
    return has(i) ? std::optional<T>(value<T>(i)) : std::nullopt;
  }

  Operator* op_;
  absl::Span<const Arg> args_;
  TensorBase* results_ = nullptr;
  std::vector<TensorBase>* list_ = nullptr;
  std::uint32_t num_results_ = 0;
  Variant variant_ = Variant::kFunction;
};

}  // namespace sy
