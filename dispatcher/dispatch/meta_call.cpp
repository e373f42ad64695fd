#include "switchyard/dispatch/meta_call.h"

namespace sy {

absl::Status wrap_dim(std::string_view op, std::string_view param, std::int64_t dim, std::int64_t ndim,
                      std::int64_t* out) {
  std::int64_t n = std::max<std::int64_t>(ndim, 1);
  if (dim < -n || dim >= n) {
    return make_status(ErrorCode::kOutOfRange, str_cat(op, ": argument ", param, ": dimension ", dim,
                                                            " is out of range for a tensor of ", ndim,
                                                            " dimension(s)"));
  }
  *out = dim < 0 ? dim + n : dim;
  return absl::OkStatus();
}

absl::Status MetaCall::dim(std::size_t i, std::int64_t ndim, std::int64_t* out) const {
  return wrap_dim(op(), param(i), frame_.integer(i), ndim, out);
}

bool broadcast_shapes(IntArray a, IntArray b, Shape* out) {
  std::size_t n = std::max(a.size(), b.size());
  Shape shape(n);
  for (std::size_t i = 0; i < n; ++i) {
    std::int64_t x = i < n - a.size() ? 1 : a[i - (n - a.size())];
    std::int64_t y = i < n - b.size() ? 1 : b[i - (n - b.size())];
    if (x != y && x != 1 && y != 1) return false;
    shape[i] = x == 1 ? y : x;
  }
  *out = shape;
  return true;
}

}  // namespace sy
