// Shape rules of normalisation, convolution and pooling.
#include "switchyard/core/error.h"
#include "switchyard/ops/meta/shapes.h"

namespace sy::meta {
namespace {

/// Parameter i, when given, must have exactly this shape.
absl::Status check_shape(const MetaCall& call, std::size_t i, IntArray expected) {
  if (!call.has(i) || call.tensor(i).shape() == expected) return absl::OkStatus();
  return call.error("argument ", call.param(i), ": expected shape ", shape_str(expected), ", got ",
                    shape_str(shape_of(call, i)));
}

absl::Status layer_norm_lead(const MetaCall& call, std::size_t input, std::size_t shape_param, Shape* lead) {
  IntArray x = shape_of(call, input), n = call.frame().ints(shape_param);
  bool fits = !n.empty() && n.size() <= x.size();
  for (std::size_t d = 0; fits && d < n.size(); ++d) fits = x[x.size() - n.size() + d] == n[d];
  if (!fits) {
    return call.error("argument normalized_shape: expected the last sizes of input ", shape_str(x), ", got ",
                      shape_str(n));
  }
  *lead = Shape(x.begin(), x.end() - n.size());
  return absl::OkStatus();
}

Dim window_count(Dim size, Dim kernel, Dim stride, Dim padding, Dim dilation) {
  __int128 reach = static_cast<__int128>(dilation) * (kernel - 1) + 1;
  __int128 padded = static_cast<__int128>(size) + 2 * padding;
  return padded < reach ? 0 : static_cast<Dim>((padded - reach) / stride + 1);
}

absl::Status check_4d(const MetaCall& call, std::size_t i) {
  if (call.tensor(i).dim() == 4) return absl::OkStatus();
  return call.error("argument ", call.param(i), ": expected 4 dimensions (batch, channels, height, width), got shape ",
                    shape_str(shape_of(call, i)));
}

}  // namespace

absl::Status layer_norm(MetaCall& call) {
  Shape lead;
  SY_RETURN_IF_ERROR(layer_norm_lead(call, 0, 1, &lead));
  SY_RETURN_IF_ERROR(check_shape(call, 2, call.frame().ints(1)));
  SY_RETURN_IF_ERROR(check_shape(call, 3, call.frame().ints(1)));
  call.set(0, shape_of(call, 0));
  call.set(1, lead);
  call.set(2, lead);
  return absl::OkStatus();
}

absl::Status layer_norm_backward(MetaCall& call) {
  Shape lead;
  SY_RETURN_IF_ERROR(layer_norm_lead(call, 1, 2, &lead));
  SY_RETURN_IF_ERROR(check_shape(call, 0, shape_of(call, 1)));
  SY_RETURN_IF_ERROR(check_shape(call, 3, lead));
  SY_RETURN_IF_ERROR(check_shape(call, 4, lead));
  call.set(0, shape_of(call, 1));
  call.set(1, call.has(5) ? Shape(shape_of(call, 5).begin(), shape_of(call, 5).end()) : Shape{0});
  call.set(2, call.has(6) ? Shape(shape_of(call, 6).begin(), shape_of(call, 6).end()) : Shape{0});
  return absl::OkStatus();
}

absl::Status batch_norm(MetaCall& call) {
  const TensorBase& x = call.tensor(0);
  if (x.dim() < 2)
    return call.error("argument input: expected at least 2 dimensions, got shape ", shape_str(x.shape()));
  Shape channels{x.shape()[1]};
  SY_RETURN_IF_ERROR(check_shape(call, 1, channels));
  SY_RETURN_IF_ERROR(check_shape(call, 2, channels));
  call.set(0, x.shape());
  call.set(1, channels);
  call.set(2, channels);
  return absl::OkStatus();
}

absl::Status batch_norm_backward(MetaCall& call) {
  const TensorBase& x = call.tensor(1);
  if (x.dim() < 2)
    return call.error("argument input: expected at least 2 dimensions, got shape ", shape_str(x.shape()));
  SY_RETURN_IF_ERROR(check_shape(call, 0, x.shape()));
  Shape channels{x.shape()[1]};
  for (std::size_t i : {2, 3, 4, 5}) SY_RETURN_IF_ERROR(check_shape(call, i, channels));
  call.set(0, x.shape());
  call.set(1, call.has(4) ? channels : Shape{0});
  call.set(2, call.has(5) ? channels : Shape{0});
  return absl::OkStatus();
}

namespace {

struct ConvParams {
  Pair stride, padding, dilation;
  Dim groups;
};

/// Attributes from parameter `first` on: stride, padding, dilation, groups.
absl::Status conv_params(const MetaCall& call, std::size_t first, ConvParams* p) {
  SY_RETURN_IF_ERROR(check_pair(call, first, 1));
  SY_RETURN_IF_ERROR(check_pair(call, first + 1, 0));
  SY_RETURN_IF_ERROR(check_pair(call, first + 2, 1));
  *p = {pair(call, first), pair(call, first + 1), pair(call, first + 2), call.frame().integer(first + 3)};
  if (p->groups < 1) return call.error("argument groups: expected at least 1, got ", p->groups);
  return absl::OkStatus();
}

/// The output of a convolution of input sizes x with weight sizes w, or an error.
absl::Status conv_output(const MetaCall& call, IntArray x, IntArray w, const ConvParams& p, Shape* out) {
  if (x[1] % p.groups != 0 || w[0] % p.groups != 0) {
    return call.error("argument groups: ", p.groups, " must divide the ", x[1], " input and ", w[0],
                      " output channels");
  }
  if (w[1] * p.groups != x[1]) {
    return call.error("argument weight: expected ", x[1] / p.groups, " input channels per group for input ",
                      shape_str(x), ", got ", shape_str(w));
  }
  if (w[2] < 1 || w[3] < 1) return call.error("argument weight: the kernel is empty, shape ", shape_str(w));
  Dim h = window_count(x[2], w[2], p.stride.h, p.padding.h, p.dilation.h);
  Dim wide = window_count(x[3], w[3], p.stride.w, p.padding.w, p.dilation.w);
  if (h < 1 || wide < 1) {
    return call.error("argument weight: the kernel ", w[2], "x", w[3], " is larger than the padded input ",
                      shape_str(x));
  }
  *out = {x[0], w[0], h, wide};
  return absl::OkStatus();
}

}  // namespace

absl::Status conv2d(MetaCall& call) {
  SY_RETURN_IF_ERROR(check_4d(call, 0));
  SY_RETURN_IF_ERROR(check_4d(call, 1));
  ConvParams p;
  SY_RETURN_IF_ERROR(conv_params(call, 3, &p));
  Shape out;
  SY_RETURN_IF_ERROR(conv_output(call, shape_of(call, 0), shape_of(call, 1), p, &out));
  SY_RETURN_IF_ERROR(check_shape(call, 2, Shape{out[1]}));
  call.set(0, out);
  return absl::OkStatus();
}

absl::Status conv2d_backward_input(MetaCall& call) {
  SY_RETURN_IF_ERROR(check_4d(call, 1));
  IntArray x = call.frame().ints(2);
  if (x.size() != 4) return call.error("argument input_size: expected 4 sizes, got ", shape_str(x));
  ConvParams p;
  SY_RETURN_IF_ERROR(conv_params(call, 3, &p));
  Shape out;
  SY_RETURN_IF_ERROR(conv_output(call, x, shape_of(call, 1), p, &out));
  SY_RETURN_IF_ERROR(check_shape(call, 0, out));
  call.set(0, x);
  return absl::OkStatus();
}

absl::Status conv2d_backward_weight(MetaCall& call) {
  SY_RETURN_IF_ERROR(check_4d(call, 1));
  IntArray w = call.frame().ints(2);
  if (w.size() != 4) return call.error("argument weight_size: expected 4 sizes, got ", shape_str(w));
  ConvParams p;
  SY_RETURN_IF_ERROR(conv_params(call, 3, &p));
  Shape out;
  SY_RETURN_IF_ERROR(conv_output(call, shape_of(call, 1), w, p, &out));
  SY_RETURN_IF_ERROR(check_shape(call, 0, out));
  call.set(0, w);
  return absl::OkStatus();
}

namespace {

absl::Status pool_output(const MetaCall& call, IntArray x, Pair kernel, Pair stride, Pair padding, Pair dilation,
                         Shape* out) {
  if (padding.h * 2 > kernel.h || padding.w * 2 > kernel.w) {
    return call.error("argument padding: expected at most half the kernel ", kernel.h, "x", kernel.w, ", got ",
                      padding.h, "x", padding.w);
  }
  Dim h = window_count(x[2], kernel.h, stride.h, padding.h, dilation.h);
  Dim w = window_count(x[3], kernel.w, stride.w, padding.w, dilation.w);
  if (h < 1 || w < 1)
    return call.error("argument kernel_size: the window is larger than the padded input ", shape_str(x));
  *out = {x[0], x[1], h, w};
  return absl::OkStatus();
}

}  // namespace

absl::Status max_pool2d(MetaCall& call) {
  SY_RETURN_IF_ERROR(check_4d(call, 0));
  SY_RETURN_IF_ERROR(check_pair(call, 1, 1));
  SY_RETURN_IF_ERROR(check_pair(call, 2, 1));
  SY_RETURN_IF_ERROR(check_pair(call, 3, 0));
  SY_RETURN_IF_ERROR(check_pair(call, 4, 1));
  Shape out;
  SY_RETURN_IF_ERROR(
      pool_output(call, shape_of(call, 0), pair(call, 1), pair(call, 2), pair(call, 3), pair(call, 4), &out));
  call.set(0, out);
  call.set(1, out);
  return absl::OkStatus();
}

absl::Status avg_pool2d(MetaCall& call) {
  SY_RETURN_IF_ERROR(check_4d(call, 0));
  SY_RETURN_IF_ERROR(check_pair(call, 1, 1));
  if (call.has(2)) SY_RETURN_IF_ERROR(check_pair(call, 2, 1));
  SY_RETURN_IF_ERROR(check_pair(call, 3, 0));
  Pair kernel = pair(call, 1);
  Shape out;
  SY_RETURN_IF_ERROR(
      pool_output(call, shape_of(call, 0), kernel, call.has(2) ? pair(call, 2) : kernel, pair(call, 3), {1, 1}, &out));
  call.set(0, out);
  return absl::OkStatus();
}

absl::Status avg_pool2d_backward(MetaCall& call) {
  IntArray x = call.frame().ints(1);
  if (x.size() != 4) return call.error("argument size: expected 4 sizes, got ", shape_str(x));
  SY_RETURN_IF_ERROR(check_pair(call, 2, 1));
  if (call.has(3)) SY_RETURN_IF_ERROR(check_pair(call, 3, 1));
  SY_RETURN_IF_ERROR(check_pair(call, 4, 0));
  Pair kernel = pair(call, 2);
  Shape out;
  SY_RETURN_IF_ERROR(pool_output(call, x, kernel, call.has(3) ? pair(call, 3) : kernel, pair(call, 4), {1, 1}, &out));
  SY_RETURN_IF_ERROR(check_shape(call, 0, out));
  call.set(0, x);
  return absl::OkStatus();
}

namespace {

/// The shape of a loss of so many rows, by its argument `reduction`.
absl::Status reduced_loss(const MetaCall& call, std::size_t reduction, Dim rows, Shape* out) {
  std::string_view how = call.frame().str(reduction);
  if (how != "none" && how != "sum" && how != "mean") {
    return call.error("argument reduction: expected \"none\", \"sum\" or \"mean\", got \"", how, "\"");
  }
  *out = how == "none" ? Shape{rows} : Shape{};
  return absl::OkStatus();
}

}  // namespace

absl::Status nll_loss(MetaCall& call) {
  IntArray x = shape_of(call, 0);
  if (x.size() != 2 || (x[1] == 0 && x[0] != 0)) {
    return call.error("argument self: expected (n, classes) with at least one class, got shape ", shape_str(x));
  }
  SY_RETURN_IF_ERROR(check_shape(call, 1, Shape{x[0]}));
  SY_RETURN_IF_ERROR(check_shape(call, 2, Shape{x[1]}));
  Shape out;
  SY_RETURN_IF_ERROR(reduced_loss(call, 3, x[0], &out));
  call.set(0, out);
  return absl::OkStatus();
}

absl::Status nll_loss_backward(MetaCall& call) {
  IntArray target = shape_of(call, 1);
  if (target.size() != 1) return call.error("argument target: expected 1 dimension, got shape ", shape_str(target));
  Dim classes = call.frame().integer(3);
  SY_RETURN_IF_ERROR(check_shape(call, 2, Shape{classes}));
  Shape loss;
  SY_RETURN_IF_ERROR(reduced_loss(call, 4, target[0], &loss));
  SY_RETURN_IF_ERROR(check_shape(call, 0, loss));
  call.set(0, Shape{target[0], classes});
  return absl::OkStatus();
}

}  // namespace sy::meta
