// Derivatives as the generator writes them, and what their formulas see.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "switchyard/autograd/saved_tensor.h"
#include "switchyard/dispatch/operator.h"
#include "switchyard/ops/operators.h"

namespace sy {

class Backward;

/// One formula: the gradients of the parameters in `inputs` (a bit each).
struct DerivativeFormula {
  std::uint64_t inputs = 0;
  std::uint64_t saved_params = 0;   // bit per parameter whose values the formula reads
  std::uint64_t saved_results = 0;  // bit per result
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
/// The derivative, or nullptr.
const OperatorDerivative* derivative_of(const Operator& op);

/// Shape, dtype and place of a tensor argument, kept without its data.
struct ArgumentMeta {
  Shape shape, strides;
  std::int64_t offset = 0;
  Dtype dtype;
  Device device;
};

/// The copy of a call's attributes.
using SavedValue = std::variant<std::monostate, Scalar, std::int64_t, double, bool, std::string, Dtype, Device,
                                Generator, std::vector<std::int64_t>, std::vector<double>>;

/// What a formula reads: incoming gradients, saved tensors, attributes by parameter number; and where its results go.
class Backward {
 public:
  struct Saved {
    std::vector<SavedTensor> params;              // one per parameter; empty where nothing was saved
    std::vector<std::vector<SavedTensor>> lists;  // one per parameter; of Tensor[]
    std::vector<SavedTensor> results;
    std::vector<ArgumentMeta> metas;  // one per parameter; of tensors
    std::vector<std::vector<ArgumentMeta>> list_metas;
    std::vector<SavedValue> values;  // one per parameter
  };

  Backward(const Operator& op, const Saved& saved, std::vector<Tensor> grads, const std::vector<GradientMeta>& results)
      : op_(op),
        saved_(saved),
        grads_(std::move(grads)),
        results_(results),
        out_(saved.values.size()),
        out_lists_(saved.values.size()) {}

  /// The gradient of result k, zeros where none came.
  const Tensor& grad(std::size_t k);
  bool has_grad(std::size_t k) const { return grads_[k].defined(); }
  Tensor param(std::size_t i) const { return saved_.params[i].unpack(op_.name()); }
  TensorList params(std::size_t i);
  Tensor result(std::size_t k) const { return saved_.results[k].unpack(op_.name()); }

  Scalar scalar(std::size_t i) const { return std::get<Scalar>(saved_.values[i]); }
  std::int64_t integer(std::size_t i) const { return std::get<std::int64_t>(saved_.values[i]); }
  double floating(std::size_t i) const { return std::get<double>(saved_.values[i]); }
  bool boolean(std::size_t i) const { return std::get<bool>(saved_.values[i]); }
  std::string_view str(std::size_t i) const { return std::get<std::string>(saved_.values[i]); }
  Dtype dtype(std::size_t i) const { return std::get<Dtype>(saved_.values[i]); }
  Device device(std::size_t i) const { return std::get<Device>(saved_.values[i]); }
  Generator generator(std::size_t i) const { return std::get<Generator>(saved_.values[i]); }
  IntArray ints(std::size_t i) const { return std::get<std::vector<std::int64_t>>(saved_.values[i]); }
  absl::Span<const double> floats(std::size_t i) const { return std::get<std::vector<double>>(saved_.values[i]); }
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

  IntArray shape(std::size_t i) const { return saved_.metas[i].shape; }
  IntArray strides(std::size_t i) const { return saved_.metas[i].strides; }
  std::int64_t storage_offset(std::size_t i) const { return saved_.metas[i].offset; }
  std::int64_t size(std::size_t i, std::int64_t d) const {
    return saved_.metas[i].shape[d < 0 ? d + saved_.metas[i].shape.size() : d];
  }
  Dtype dtype_of(std::size_t i) const { return saved_.metas[i].dtype; }
  Device device_of(std::size_t i) const { return saved_.metas[i].device; }

  /// The operator of this name, save that a gradient which fits already costs nothing.
  static Tensor reduce_to(const Tensor& grad, IntArray size, Dtype dtype) {
    bool fits = grad.shape() == size && grad.dtype() == dtype;
    return fits ? grad : sy::reduce_to(grad, size, dtype);
  }

  void set(std::size_t i, Tensor grad) { out_[i] = std::move(grad); }
  void set_list(std::size_t i, std::vector<Tensor> grads) { out_lists_[i] = std::move(grads); }
  Tensor take(std::size_t i) { return std::move(out_[i]); }
  std::vector<Tensor> take_list(std::size_t i) { return std::move(out_lists_[i]); }

 private:
  bool has(std::size_t i) const { return !std::holds_alternative<std::monostate>(saved_.values[i]); }
  template <typename T>
  std::optional<T> optional(std::size_t i) const {
    return has(i) ? std::optional<T>(std::get<T>(saved_.values[i])) : std::nullopt;
  }

  const Operator& op_;
  const Saved& saved_;
  std::vector<Tensor> grads_;
  const std::vector<GradientMeta>& results_;
  std::vector<Tensor> out_;
  std::vector<std::vector<Tensor>> out_lists_;
  std::vector<std::vector<Tensor>> unpacked_;
};

}  // namespace sy
