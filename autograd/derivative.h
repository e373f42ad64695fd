// Derivatives as the generator writes them, and what their formulas see.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "switchyard/autograd/saved_tensor.h"
#include "switchyard/dispatch/operator.h"
#include "switchyard/ops/tensor.h"

namespace sy {

class Backward;

/// One formula: the gradients of the parameters in `inputs` (a bit each).
struct DerivativeFormula {
  std::uint64_t inputs = 0;
  std::uint64_t saved_params = 0;   // bit per parameter whose elements or value the formula reads
  std::uint64_t saved_shapes = 0;   // bit per tensor parameter of which it reads shape, dtype or device
  std::uint64_t saved_strides = 0;  // and strides or offset
  std::uint64_t saved_results = 0;  // bit per result whose elements it reads
  void (*fn)(Backward&) = nullptr;
  const char* text = nullptr;
};

struct Derivative {
  const char* op;
  const DerivativeFormula* formulas;
  std::uint32_t count;
};

/// The derivatives of one schema file; chained in by a static object beside them.
struct DerivativeGroup {
  const Derivative* derivatives;
  std::uint32_t count;
  DerivativeGroup* next;
  struct Registrar {
    explicit Registrar(DerivativeGroup& group);
  };
};

/// An operator's derivative at run time.
struct OperatorDerivative {
  std::vector<DerivativeFormula> formulas;
  std::function<void(Backward&)> function;  // of an operator defined at run time, instead of formulas
  std::uint64_t inputs = 0;                 // parameters that have a gradient
  std::uint64_t results = 0;                // results that carry one
};

/// Attaches a derivative to an operator; it lives as long as the process.
void set_derivative(Operator& op, OperatorDerivative derivative);
/// As derivative_of, after taking in the groups that came since the last time.
const OperatorDerivative* find_derivative(const Operator& op);
/// The derivative, or nullptr.
inline const OperatorDerivative* derivative_of(const Operator& op) {
  const void* known = op.derivative.load(std::memory_order_acquire);
  return known != nullptr ? static_cast<const OperatorDerivative*>(known) : find_derivative(op);
}

/// Geometry, dtype and place of a tensor argument, kept without its data.
struct ArgumentMeta {
  GradientMeta of;
  Shape strides;
  std::int64_t offset = 0;
};

/// The copy of a call's attribute.
using SavedValue = std::variant<std::monostate, Scalar, std::int64_t, double, bool, std::string, Dtype, Device,
                                Generator, std::vector<std::int64_t>, std::vector<double>>;

/// What a call leaves for its formulas: only what they read, by number of the parameter or result.
struct Saved {
  template <typename T>
  struct At {
    std::uint8_t index;
    T value;
    /// Makes the value in place: moving one that was just written makes the processor wait.
    template <typename... Parts>
    explicit At(std::size_t i, Parts&&... parts)
        : index(static_cast<std::uint8_t>(i)), value(std::forward<Parts>(parts)...) {}
  };
  template <typename List>
  static auto find(const List& list, std::size_t index) -> decltype(&list[0].value) {
    for (const auto& at : list) {
      if (at.index == index) return &at.value;
    }
    return nullptr;
  }

  absl::InlinedVector<At<SavedTensor>, 2> params;
  absl::InlinedVector<At<SavedTensor>, 1> results;
  absl::InlinedVector<At<SavedValue>, 1> values;
  std::vector<At<std::vector<SavedTensor>>> lists;  // of Tensor[]
  std::vector<At<ArgumentMeta>> metas;              // where an edge does not say it
};

class OperatorNode;

/// What a formula reads: incoming gradients, saved tensors, attributes by parameter number; and where its results go.
class Backward {
 public:
  Backward(const OperatorNode& node, std::vector<Tensor> grads);

  /// The gradient of result k, zeros where none came.
  const Tensor& grad(std::size_t k);
  bool has_grad(std::size_t k) const { return grads_[k].defined(); }
  /// A saved argument; undefined where it was absent.
  Tensor param(std::size_t i) const { return unpack(Saved::find(saved_.params, i)); }
  TensorList params(std::size_t i);
  Tensor result(std::size_t k) const { return unpack(Saved::find(saved_.results, k)); }

  Scalar scalar(std::size_t i) const { return value<Scalar>(i); }
  std::int64_t integer(std::size_t i) const { return value<std::int64_t>(i); }
  double floating(std::size_t i) const { return value<double>(i); }
  bool boolean(std::size_t i) const { return value<bool>(i); }
  std::string_view str(std::size_t i) const { return value<std::string>(i); }
  Dtype dtype(std::size_t i) const { return value<Dtype>(i); }
  Device device(std::size_t i) const { return value<Device>(i); }
  Generator generator(std::size_t i) const { return value<Generator>(i); }
  IntArray ints(std::size_t i) const { return value<std::vector<std::int64_t>>(i); }
  absl::Span<const double> floats(std::size_t i) const { return value<std::vector<double>>(i); }
  OptionalIntArray optional_ints(std::size_t i) const {
    return has(i) ? OptionalIntArray(ints(i)) : OptionalIntArray();
  }
  std::optional<Scalar> optional_scalar(std::size_t i) const { return optional<Scalar>(i); }
  std::optional<std::int64_t> optional_integer(std::size_t i) const { return optional<std::int64_t>(i); }
  std::optional<double> optional_floating(std::size_t i) const { return optional<double>(i); }
  std::optional<bool> optional_boolean(std::size_t i) const { return optional<bool>(i); }
  std::optional<Dtype> optional_dtype(std::size_t i) const { return optional<Dtype>(i); }
  std::optional<Device> optional_device(std::size_t i) const { return optional<Device>(i); }
  std::optional<Generator> optional_generator(std::size_t i) const { return optional<Generator>(i); }

  IntArray shape(std::size_t i) const { return like(i).shape; }
  IntArray strides(std::size_t i) const { return meta(i).strides; }
  std::int64_t storage_offset(std::size_t i) const { return meta(i).offset; }
  std::int64_t size(std::size_t i, std::int64_t d) const {
    const Shape& shape = like(i).shape;
    return shape[d < 0 ? d + shape.size() : d];
  }
  Dtype dtype_of(std::size_t i) const { return like(i).dtype; }
  Device device_of(std::size_t i) const { return like(i).device; }

  /// The operator of this name, save that a gradient which fits already costs nothing.
  static Tensor reduce_to(const Tensor& grad, IntArray size, Dtype dtype);

  void set(std::size_t i, Tensor grad) { out_[i] = std::move(grad); }
  void set_list(std::size_t i, std::vector<Tensor> grads);
  Tensor take(std::size_t i) { return std::move(out_[i]); }
  std::vector<Tensor> take_list(std::size_t i);

 private:
  Tensor unpack(const SavedTensor* saved) const { return saved != nullptr ? saved->unpack(op_.name()) : Tensor(); }
  bool has(std::size_t i) const { return Saved::find(saved_.values, i) != nullptr; }
  template <typename T>
  const T& value(std::size_t i) const {
    const SavedValue* v = Saved::find(saved_.values, i);
    if (v == nullptr) missing(i);
    return std::get<T>(*v);
  }
  template <typename T>
  std::optional<T> optional(std::size_t i) const {
    return has(i) ? std::optional<T>(value<T>(i)) : std::nullopt;
  }
  /// The metadata of an argument: saved, or that of what its edge leads to.
  const GradientMeta& like(std::size_t i) const;
  const ArgumentMeta& meta(std::size_t i) const;
  [[noreturn]] void missing(std::size_t i) const;

  const OperatorNode& node_;
  const Operator& op_;
  const Saved& saved_;
  std::vector<Tensor> grads_;
  absl::InlinedVector<Tensor, 4> out_;  // per parameter
  std::vector<Saved::At<std::vector<Tensor>>> out_lists_;
  std::vector<std::vector<Tensor>> unpacked_;
};

}  // namespace sy
