// Shape rules of factories, elementwise-like, joining and matrix operators.
#include <cmath>

#include "switchyard/core/error.h"
#include "switchyard/dispatch/type_promotion.h"
#include "switchyard/ops/meta/shapes.h"

namespace sy::meta {

absl::Status check_pair(const MetaCall& call, std::size_t i, Dim least) {
  IntArray v = call.frame().ints(i);
  if (v.size() != 1 && v.size() != 2)
    return call.error("argument ", call.param(i), ": expected 2 values, got ", v.size());
  for (Dim x : v) {
    if (x < least) return call.error("argument ", call.param(i), ": expected at least ", least, ", got ", x);
    // Kernels multiply these by positions.
    constexpr Dim kMost = 2147483647;
    if (x > kMost) return call.error("argument ", call.param(i), ": expected at most ", kMost, ", got ", x);
  }
  return absl::OkStatus();
}

absl::Status factory_size(MetaCall& call) {
  // The size is the first list of ints: parameter 0, or 2 for randint.
  call.set(0, call.frame().ints(0));
  return absl::OkStatus();
}

absl::Status factory_randint(MetaCall& call) {
  const Frame& f = call.frame();
  if (f.integer(0) >= f.integer(1)) {
    return call.error("argument low: expected less than high, got low ", f.integer(0), " and high ", f.integer(1));
  }
  call.set(0, f.ints(2));
  return absl::OkStatus();
}

absl::Status factory_full(MetaCall& call) {
  const Frame& f = call.frame();
  call.set(0, f.ints(0));
  if (!f.has(2)) call.set_dtype(0, f.scalar(1).dtype());
  return absl::OkStatus();
}

absl::Status factory_arange(MetaCall& call) {
  const Frame& f = call.frame();
  Scalar start = f.scalar(0), end = f.scalar(1), step = f.scalar(2);
  bool integral = !start.is_floating() && !end.is_floating() && !step.is_floating();
  if (!f.has(3)) call.set_dtype(0, integral ? kI64 : default_dtype());
  if (step.to_double() == 0 || std::isnan(step.to_double())) return call.error("argument step: must not be 0 or NaN");
  double distance = end.to_double() - start.to_double();
  if (!std::isfinite(distance)) return call.error("argument end: start and end must be finite");
  if (distance != 0 && (distance > 0) != (step.to_double() > 0)) {
    return call.error("argument step: ", step.str(), " leads away from end (", start.str(), " to ", end.str(), ")");
  }
  if (integral) {
    // In 128 bits nothing overflows.
    __int128 span = static_cast<__int128>(end.to_int()) - start.to_int();
    __int128 by = step.to_int();
    __int128 n = (span + by - (by > 0 ? 1 : -1)) / by;
    if (n > (__int128{1} << 58)) return call.error("argument end: too many elements");
    call.set(0, {static_cast<Dim>(n)});
    return absl::OkStatus();
  }
  double n = std::ceil(distance / step.to_double());
  if (n > 0x1p58) return call.error("argument end: too many elements");
  call.set(0, {static_cast<Dim>(n)});
  return absl::OkStatus();
}

absl::Status same_shape(MetaCall& call) {
  call.set(0, shape_of(call, 0));
  return absl::OkStatus();
}

absl::Status same_shape_dim(MetaCall& call) {
  std::size_t d = static_cast<std::size_t>(call.frame().op().info().signature.find_param("dim"));
  Dim dim;
  SY_RETURN_IF_ERROR(call.dim(d, call.tensor(0).dim(), &dim));
  if (call.op().find("backward") != std::string::npos && !(call.tensor(0).shape() == call.tensor(1).shape())) {
    return call.error("argument ", call.param(1), ": expected shape ", shape_str(call.tensor(0).shape()), ", got ",
                      shape_str(call.tensor(1).shape()));
  }
  return same_shape(call);
}

absl::Status matrix_same_shape(MetaCall& call) {
  if (call.tensor(0).dim() < 2) {
    return call.error("argument self: expected at least 2 dimensions, got shape ", shape_str(shape_of(call, 0)));
  }
  return same_shape(call);
}

absl::Status cumulative(MetaCall& call) {
  Dim dim;
  SY_RETURN_IF_ERROR(call.dim(1, call.tensor(0).dim(), &dim));
  return same_shape(call);
}

absl::Status dropout(MetaCall& call) {
  double p = call.frame().floating(1);
  if (!(p >= 0 && p <= 1)) return call.error("argument p: expected a probability between 0 and 1, got ", p);
  call.set(0, shape_of(call, 0));
  call.set(1, shape_of(call, 0));
  return absl::OkStatus();
}

absl::Status data_dependent(MetaCall&) { return absl::OkStatus(); }

absl::Status check_clamp(MetaCall& call) {
  if (!call.has(1) && !call.has(2)) return call.error("at least one of min and max must be given");
  return absl::OkStatus();
}

absl::Status check_gelu(MetaCall& call) {
  const Frame& f = call.frame();
  std::size_t i = static_cast<std::size_t>(f.op().info().signature.find_param("approximate"));
  if (f.str(i) != "none" && f.str(i) != "tanh") {
    return call.error("argument approximate: expected \"none\" or \"tanh\", got \"", f.str(i), "\"");
  }
  return absl::OkStatus();
}

absl::Status check_not_empty(MetaCall& call) {
  const TensorBase& self = call.tensor(0);
  for (Dim d : call.frame().ints(1)) {
    if (self.size(d) == 0)
      return call.error("cannot reduce over dimension ", d, " of shape ", shape_str(self.shape()), ": it is empty");
  }
  return absl::OkStatus();
}

absl::Status cat(MetaCall& call) {
  absl::Span<const TensorBase> list = call.frame().tensors(0);
  if (list.empty()) return call.error("argument tensors: the list is empty");
  Dim n = list[0].dim();
  if (n == 0) return call.error("argument tensors: 0-d tensors cannot be joined; use stack");
  Dim dim;
  SY_RETURN_IF_ERROR(call.dim(1, n, &dim));
  Shape shape(list[0].shape().begin(), list[0].shape().end());
  for (std::size_t k = 1; k < list.size(); ++k) {
    bool fits = list[k].dim() == n;
    for (Dim d = 0; fits && d < n; ++d) fits = d == dim || list[k].size(d) == shape[d];
    if (!fits) {
      return call.error("argument tensors[", k, "]: sizes off dimension ", dim, " must agree: got ",
                        shape_str(list[k].shape()), ", expected as ", shape_str(list[0].shape()));
    }
    shape[dim] += list[k].size(dim);
  }
  call.set(0, shape);
  return absl::OkStatus();
}

namespace {
absl::Status check_ndim(const MetaCall& call, std::size_t i, Dim n) {
  if (call.tensor(i).dim() == n) return absl::OkStatus();
  return call.error("argument ", call.param(i), ": expected a ", n, "-d tensor, got shape ",
                    shape_str(shape_of(call, i)));
}
}  // namespace

absl::Status mm(MetaCall& call) {
  SY_RETURN_IF_ERROR(check_ndim(call, 0, 2));
  SY_RETURN_IF_ERROR(check_ndim(call, 1, 2));
  IntArray a = shape_of(call, 0), b = shape_of(call, 1);
  if (a[1] != b[0]) {
    return call.error("argument mat2: expected ", a[1], " rows to match ", shape_str(a), ", got shape ", shape_str(b));
  }
  call.set(0, {a[0], b[1]});
  return absl::OkStatus();
}

absl::Status bmm(MetaCall& call) {
  SY_RETURN_IF_ERROR(check_ndim(call, 0, 3));
  SY_RETURN_IF_ERROR(check_ndim(call, 1, 3));
  IntArray a = shape_of(call, 0), b = shape_of(call, 1);
  if (a[0] != b[0]) return call.error("argument mat2: expected batch size ", a[0], ", got shape ", shape_str(b));
  if (a[2] != b[1]) {
    return call.error("argument mat2: expected ", a[2], " rows to match ", shape_str(a), ", got shape ", shape_str(b));
  }
  call.set(0, {a[0], a[1], b[2]});
  return absl::OkStatus();
}

absl::Status addmm(MetaCall& call) {
  SY_RETURN_IF_ERROR(check_ndim(call, 1, 2));
  SY_RETURN_IF_ERROR(check_ndim(call, 2, 2));
  IntArray a = shape_of(call, 1), b = shape_of(call, 2);
  if (a[1] != b[0]) {
    return call.error("argument mat2: expected ", a[1], " rows to match ", shape_str(a), ", got shape ", shape_str(b));
  }
  Shape out{a[0], b[1]}, joined;
  if (!broadcast_shapes(shape_of(call, 0), out, &joined) || !(joined == out)) {
    return call.error("argument self: cannot broadcast shape ", shape_str(shape_of(call, 0)), " to ", shape_str(out));
  }
  call.set(0, out);
  return absl::OkStatus();
}

absl::Status linear(MetaCall& call) {
  SY_RETURN_IF_ERROR(check_ndim(call, 1, 2));
  IntArray x = shape_of(call, 0), w = shape_of(call, 1);
  if (x.empty()) return call.error("argument input: expected at least 1 dimension, got a 0-d tensor");
  if (x[x.size() - 1] != w[1]) {
    return call.error("argument weight: expected (out, ", x[x.size() - 1], ") to match input ", shape_str(x), ", got ",
                      shape_str(w));
  }
  if (call.has(2) && !(shape_of(call, 2) == IntArray({w[0]}))) {
    return call.error("argument bias: expected shape [", w[0], "], got ", shape_str(shape_of(call, 2)));
  }
  Shape out(x.begin(), x.end());
  out.back() = w[0];
  call.set(0, out);
  return absl::OkStatus();
}

}  // namespace sy::meta
