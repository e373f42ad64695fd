// The tensor that users hold: the handle plus every operator as a method.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include "absl/types/span.h"
#include "switchyard/core/copy.h"
#include "switchyard/core/generator.h"
#include "switchyard/core/tensor_base.h"
#include "switchyard/dispatch/operator.h"

namespace sy {

class Tensor;
class Index;  // tensor/indexing.h

/// Borrowed tensors; an undefined one stands for an absent optional.
using TensorList = absl::Span<const Tensor>;

/// A counted handle to an n-dimensional array on a device. Copies share the data; use clone() for a copy of it.
class Tensor : public TensorBase {
 public:
  using TensorBase::TensorBase;
  Tensor() = default;
  explicit Tensor(TensorBase base) : TensorBase(std::move(base)) {}

  // Operators with variant `method`, from the schema.
#include "switchyard/ops/gen/tensor_methods.h"

  /// The value of a one-element tensor; waits for the device. Throws sy::Error for any other size.
  Scalar item() const { return read_scalar(*this); }
  /// As item(), converted.
  template <typename T>
  T item() const {
    Scalar v = item();
    if constexpr (std::is_same_v<T, bool>) return v.to_bool();
    if constexpr (std::is_floating_point_v<T>) return static_cast<T>(v.to_double());
    return static_cast<T>(v.to_int());
  }
  /// self on a device, or with a dtype; self itself when nothing changes.
  Tensor to(Device device) const { return to(std::nullopt, device); }
  Tensor to(Dtype dtype) const { return to(dtype, std::nullopt); }
  Tensor cpu() const { return to(std::nullopt, Device()); }

  // Gradients; defined in autograd/.
  /// Whether operations on this tensor are recorded.
  bool requires_grad() const { return defined() && (impl()->layer_bits() & 1); }
  /// Marks a leaf. Throws sy::Error for a non-leaf or a dtype that is not floating. Returns itself.
  const Tensor& requires_grad_(bool value = true) const;
  /// The gradient that backward() accumulated; undefined before. Assignable through set_grad.
  Tensor grad() const;
  void set_grad(const Tensor& grad) const;
  /// True when no recorded operation made this tensor.
  bool is_leaf() const;
  /// Accumulates gradients into the leaves this tensor came from. `gradient` may be left out for one element.
  void backward(const Tensor& gradient = {}, bool retain_graph = false, bool create_graph = false) const;
  /// Keeps the gradient of a non-leaf, too.
  void retain_grad() const;
  /// Calls hook with the gradient when it is known; a defined result replaces it. Returns an id for remove_hook.
  std::uint64_t register_hook(std::function<Tensor(const Tensor&)> hook) const;
  void remove_hook(std::uint64_t id) const;

  // Indexing; defined in frontend/tensor/.
  /// NumPy-style: t[{0, Slice(1, 3), kEllipsis, kNewAxis, mask}].
  Tensor operator[](std::initializer_list<Index> indices) const;
  Tensor operator[](std::int64_t i) const { return select(0, i); }
  Tensor operator[](const Tensor& index) const;
  /// Writes value, broadcast, into the indexed elements.
  void put(std::initializer_list<Index> indices, const Tensor& value) const;
  void put(std::initializer_list<Index> indices, const Scalar& value) const;
  /// NumPy-style text; defined in frontend/tensor/.
  std::string str() const;

  /// Iterates over the first dimension.
  class Iterator {
   public:
    Iterator(const Tensor* t, std::int64_t i) : t_(t), i_(i) {}
    Tensor operator*() const { return t_->select(0, i_); }
    Iterator& operator++() {
      ++i_;
      return *this;
    }
    friend bool operator!=(const Iterator& a, const Iterator& b) { return a.i_ != b.i_; }

   private:
    const Tensor* t_;
    std::int64_t i_;
  };
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size(0)}; }
};
static_assert(sizeof(Tensor) == sizeof(TensorBase), "frames read arrays of either");

inline const Tensor& as_tensor(const TensorBase& t) { return static_cast<const Tensor&>(t); }
inline TensorList as_tensors(absl::Span<const TensorBase> list) {
  return {static_cast<const Tensor*>(list.data()), list.size()};
}
std::vector<Tensor> as_tensors(std::vector<TensorBase> list);
std::vector<TensorBase> as_bases(std::vector<Tensor> list);

/// A number that takes part as a 0-d tensor without raising dtypes.
inline Tensor wrapped_number(const Scalar& value) { return Tensor(number_tensor(value)); }

}  // namespace sy
