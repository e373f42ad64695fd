// What a meta rule sees and fills: arguments in, shapes (and, where it must, dtypes) of the results out.
#pragma once

#include <vector>

#include "switchyard/dispatch/frame.h"
#include "switchyard/dispatch/operator.h"

namespace sy {

/// The geometry of one result. For views, strides and offset count; otherwise the result is fresh and contiguous.
struct ResultMeta {
  Shape shape;
  Shape strides;
  std::int64_t offset = 0;
  Dtype dtype;
};

/// Arguments by position, tensors after promotion. Results are prefilled with the dtypes that the schema gives.
class MetaCall {
 public:
  MetaCall(const Frame& frame, absl::Span<ResultMeta> results) : frame_(frame), results_(results) {}

  const Frame& frame() const { return frame_; }
  const std::string& op() const { return frame_.op().name(); }
  bool has(std::size_t i) const { return frame_.has(i); }
  const TensorBase& tensor(std::size_t i) const { return frame_.tensor(i); }
  /// The parameter's name, for messages.
  const std::string& param(std::size_t i) const { return frame_.op().info().signature.params[i].name; }

  void set(std::size_t k, const IntArray& shape) { results_[k].shape.assign(shape.begin(), shape.end()); }
  void set_view(Shape&& shape, Shape&& strides, std::int64_t offset) {
    results_[0].shape = std::move(shape);
    results_[0].strides = std::move(strides);
    results_[0].offset = offset;
  }
  void set_dtype(std::size_t k, Dtype dtype) { results_[k].dtype = dtype; }
  Dtype dtype(std::size_t k) const { return results_[k].dtype; }

  /// "op: " and the parts, as an invalid-argument status.
  template <typename... Parts>
  absl::Status error(const Parts&... parts) const {
    return invalid(op(), ": ", parts...);
  }
  /// Parameter i as a dimension of a tensor with ndim dimensions (0-d counts as 1), made non-negative.
  absl::Status dim(std::size_t i, std::int64_t ndim, std::int64_t* out) const;

 private:
  const Frame& frame_;
  absl::Span<ResultMeta> results_;
};

/// A dimension index made non-negative, or an error that names op and parameter.
absl::Status wrap_dim(std::string_view op, std::string_view param, std::int64_t dim, std::int64_t ndim,
                      std::int64_t* out);
/// The common shape of two under NumPy's rule; false when there is none.
bool broadcast_shapes(IntArray a, IntArray b, Shape* out);

}  // namespace sy
