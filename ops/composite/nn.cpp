// Neural network operators from simpler ones: softmax, normalisation, pooling gradients, attention.
#include <cmath>
#include <limits>

#include "switchyard/ops/gen/nn_composite.h"
#include "switchyard/ops/operators.h"

namespace sy::composite {
namespace {

Dtype compute_dtype(Dtype d) { return d == kF16 || d == kBF16 ? kF32 : d; }
Tensor widen(const Tensor& t) {
  return !t.defined() || t.dtype() == compute_dtype(t.dtype()) ? t : sy::cast(t, compute_dtype(t.dtype()));
}
Tensor as_dtype(const Tensor& t, Dtype d) { return t.dtype() == d ? t : sy::cast(t, d); }
Tensor empty_gradient(const Tensor& like) { return sy::full({0}, 0, like.dtype(), like.device()); }

}  // namespace

Tensor softmax(const Tensor& self, std::int64_t dim) {
  Tensor x = widen(self);
  Tensor e = sy::exp(x - sy::detach(sy::amax(x, dim, true)));
  return as_dtype(e / sy::sum(e, dim, true), self.dtype());
}

Tensor softmax_backward(const Tensor& grad, const Tensor& result, std::int64_t dim) {
  Tensor g = widen(grad), y = widen(result);
  Tensor out = y * (g - sy::sum(g * y, dim, true));
  return as_dtype(out, grad.dtype());
}

Tensor log_softmax(const Tensor& self, std::int64_t dim) {
  Tensor x = widen(self);
  Tensor shifted = x - sy::detach(sy::amax(x, dim, true));
  return as_dtype(shifted - sy::log(sy::sum(sy::exp(shifted), dim, true)), self.dtype());
}

Tensor log_softmax_backward(const Tensor& grad, const Tensor& result, std::int64_t dim) {
  Tensor g = widen(grad);
  return as_dtype(g - sy::exp(widen(result)) * sy::sum(g, dim, true), grad.dtype());
}

namespace {

/// Normalises x over dims; weight and bias have a shape that broadcasts against x.
struct Normalised {
  Tensor out, mean, rstd;  // the statistics keep the reduced dimensions
};
Normalised normalise(const Tensor& input, const Shape& dims, const Tensor& weight, const Tensor& bias, double eps) {
  Tensor x = widen(input);
  Tensor mean = sy::mean(x, dims, true);
  Tensor centred = x - mean;
  Tensor rstd = sy::rsqrt(sy::mean(centred * centred, dims, true) + eps);
  Tensor out = centred * rstd;
  if (weight.defined()) out = out * widen(weight);
  if (bias.defined()) out = out + widen(bias);
  return {as_dtype(out, input.dtype()), mean, rstd};
}

/// The gradient for x of (x - mean) * rstd, where both depend on x. g has weight multiplied in. As functions of x, so
/// that its own gradient is right to any order: the statistics given are used for their values alone.
Tensor normalise_backward(const Tensor& g, const Tensor& hat, const Tensor& rstd, const Shape& dims) {
  return rstd * (g - sy::mean(g, dims, true) - hat * sy::mean(g * hat, dims, true));
}

/// Statistics to use in a gradient: recomputed from x where x is recorded, so that second derivatives see them; the
/// saved ones otherwise.
Normalised statistics(const Tensor& x, const Shape& dims, const Tensor& mean, const Tensor& rstd) {
  if (!x.requires_grad()) {
    return {(x - mean) * rstd, mean, rstd};
  }
  Tensor m = sy::mean(x, dims, true);
  Tensor centred = x - m;
  Tensor variance = sy::mean(centred * centred, dims, true);
  // The saved rstd holds eps: var + eps = rstd^-2 at this x.
  Tensor eps = sy::detach(1 / (rstd * rstd) - variance);
  Tensor r = sy::rsqrt(variance + eps);
  return {centred * r, m, r};
}

}  // namespace

std::tuple<Tensor, Tensor, Tensor> native_layer_norm(const Tensor& input, IntArray normalized_shape,
                                                     const Tensor& weight, const Tensor& bias, double eps) {
  std::int64_t lead = input.dim() - static_cast<std::int64_t>(normalized_shape.size());
  Shape dims, statistics;
  for (std::int64_t d = lead; d < input.dim(); ++d) dims.push_back(d);
  for (std::int64_t d = 0; d < lead; ++d) statistics.push_back(input.shape()[d]);
  Normalised n = normalise(input, dims, weight, bias, eps);
  return {n.out, sy::reshape(as_dtype(n.mean, input.dtype()), statistics),
          sy::reshape(as_dtype(n.rstd, input.dtype()), statistics)};
}

std::tuple<Tensor, Tensor, Tensor> native_layer_norm_backward(const Tensor& grad, const Tensor& input,
                                                              IntArray normalized_shape, const Tensor& mean,
                                                              const Tensor& rstd, const Tensor& weight,
                                                              const Tensor& bias) {
  std::int64_t lead = input.dim() - static_cast<std::int64_t>(normalized_shape.size());
  Shape dims, leading, keep;
  for (std::int64_t d = 0; d < input.dim(); ++d) {
    (d < lead ? leading : dims).push_back(d);
    keep.push_back(d < lead ? input.shape()[d] : 1);
  }
  Tensor g = widen(grad);
  Normalised n = statistics(widen(input), dims, widen(sy::reshape(mean, keep)), widen(sy::reshape(rstd, keep)));
  Tensor weighted = weight.defined() ? g * widen(weight) : g;
  Tensor grad_input = normalise_backward(weighted, n.out, n.rstd, dims);
  auto over_leading = [&](const Tensor& t) { return leading.empty() ? t : sy::sum(t, leading); };
  return {as_dtype(grad_input, input.dtype()),
          weight.defined() ? as_dtype(over_leading(g * n.out), weight.dtype()) : empty_gradient(grad),
          bias.defined() ? as_dtype(over_leading(g), bias.dtype()) : empty_gradient(grad)};
}

Tensor layer_norm(const Tensor& input, IntArray normalized_shape, const Tensor& weight, const Tensor& bias,
                  double eps) {
  return std::get<0>(sy::native_layer_norm(input, normalized_shape, weight, bias, eps));
}

namespace {

Shape per_channel(const Tensor& input) {
  Shape shape(static_cast<std::size_t>(input.dim()), 1);
  shape[1] = input.shape()[1];
  return shape;
}
Shape all_but_channel(const Tensor& input) {
  Shape dims;
  for (std::int64_t d = 0; d < input.dim(); ++d) {
    if (d != 1) dims.push_back(d);
  }
  return dims;
}

}  // namespace

std::tuple<Tensor, Tensor, Tensor> native_batch_norm(const Tensor& input, const Tensor& weight, const Tensor& bias,
                                                     double eps) {
  Shape channel = per_channel(input);
  Tensor w = weight.defined() ? sy::reshape(weight, channel) : weight;
  Tensor b = bias.defined() ? sy::reshape(bias, channel) : bias;
  Normalised n = normalise(input, all_but_channel(input), w, b, eps);
  return {n.out, sy::reshape(as_dtype(n.mean, input.dtype()), {channel[1]}),
          sy::reshape(as_dtype(n.rstd, input.dtype()), {channel[1]})};
}

std::tuple<Tensor, Tensor, Tensor> native_batch_norm_backward(const Tensor& grad, const Tensor& input,
                                                              const Tensor& mean, const Tensor& rstd,
                                                              const Tensor& weight, const Tensor& bias) {
  Shape channel = per_channel(input), dims = all_but_channel(input);
  Tensor g = widen(grad);
  Normalised n = statistics(widen(input), dims, widen(sy::reshape(mean, channel)), widen(sy::reshape(rstd, channel)));
  Tensor weighted = weight.defined() ? g * widen(sy::reshape(weight, channel)) : g;
  return {as_dtype(normalise_backward(weighted, n.out, n.rstd, dims), input.dtype()),
          weight.defined() ? as_dtype(sy::sum(g * n.out, dims), weight.dtype()) : empty_gradient(grad),
          bias.defined() ? as_dtype(sy::sum(g, dims), bias.dtype()) : empty_gradient(grad)};
}

Tensor batch_norm(const Tensor& input, const Tensor& weight, const Tensor& bias, const Tensor& running_mean,
                  const Tensor& running_var, bool training, double momentum, double eps) {
  require(input.dim() >= 2, "batch_norm: argument input: expected at least 2 dimensions, got shape ",
          shape_str(input.shape()));
  std::int64_t channels = input.size(1);
  for (auto [name, t] : {std::pair{"weight", &weight}, std::pair{"bias", &bias},
                         std::pair{"running_mean", &running_mean}, std::pair{"running_var", &running_var}}) {
    require(!t->defined() || t->shape() == IntArray(channels), "batch_norm: argument ", name, ": expected shape [",
            channels, "], got ", t->defined() ? shape_str(t->shape()) : "");
  }
  if (!training) {
    require(running_mean.defined() && running_var.defined(),
            "batch_norm: argument running_mean: running_mean and running_var are needed unless training");
    Shape channel = per_channel(input);
    Tensor scale = sy::rsqrt(widen(running_var) + eps);
    if (weight.defined()) scale = scale * widen(weight);
    Tensor out = (widen(input) - sy::reshape(widen(running_mean), channel)) * sy::reshape(scale, channel);
    if (bias.defined()) out = out + sy::reshape(widen(bias), channel);
    return as_dtype(out, input.dtype());
  }
  auto [out, mean, rstd] = sy::native_batch_norm(input, weight, bias, eps);
  if (running_mean.defined() && running_var.defined()) {
    double n = static_cast<double>(input.numel()) / static_cast<double>(std::max<std::int64_t>(channels, 1));
    Tensor m = sy::detach(mean), r = sy::detach(rstd);
    Tensor unbiased = (1 / (r * r) - eps) * (n / std::max(n - 1, 1.0));
    running_mean.mul_(1 - momentum).add_(m, momentum);
    running_var.mul_(1 - momentum).add_(unbiased, momentum);
  }
  return out;
}

Tensor max_pool2d_backward(const Tensor& grad, const Tensor& indices, IntArray size) {
  require(size.size() == 4, "max_pool2d_backward: argument size: expected 4 sizes, got ", shape_str(size));
  std::int64_t planes = size[0] * size[1], windows = grad.numel() / std::max<std::int64_t>(planes, 1);
  Tensor zeros = sy::full({planes, size[2] * size[3]}, 0, grad.dtype(), grad.device());
  Tensor out = sy::scatter_add(zeros, 1, sy::reshape(indices, {planes, windows}), sy::reshape(grad, {planes, windows}));
  return sy::reshape(out, size);
}

Tensor max_pool2d(const Tensor& self, IntArray kernel_size, OptionalIntArray stride, IntArray padding,
                  IntArray dilation) {
  return std::get<0>(sy::max_pool2d_with_indices(self, kernel_size, stride ? *stride : kernel_size, padding, dilation));
}

Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const Tensor& attn_mask, double dropout_p, bool is_causal,
                                    std::optional<double> scale, std::optional<Generator> generator) {
  constexpr const char* op = "scaled_dot_product_attention";
  require(query.dim() >= 2 && key.dim() >= 2 && value.dim() >= 2, op,
          ": query, key and value need at least 2 dimensions");
  require(query.size(-1) == key.size(-1), op, ": argument key: expected last size ", query.size(-1), ", got shape ",
          shape_str(key.shape()));
  require(key.size(-2) == value.size(-2), op, ": argument value: expected ", key.size(-2), " rows, got shape ",
          shape_str(value.shape()));
  require(!is_causal || !attn_mask.defined(), op, ": argument attn_mask: is_causal excludes a mask");
  double factor = scale.value_or(1 / std::sqrt(static_cast<double>(query.size(-1))));
  Tensor scores = sy::matmul(query * factor, sy::transpose(key, -2, -1));
  constexpr double kMinusInfinity = -std::numeric_limits<double>::infinity();
  if (is_causal) {
    Tensor keep = sy::tril(sy::ones({query.size(-2), key.size(-2)}, kBool, query.device()));
    scores = sy::masked_fill(scores, sy::logical_not(keep), kMinusInfinity);
  } else if (attn_mask.defined()) {
    scores = attn_mask.dtype() == kBool ? sy::masked_fill(scores, sy::logical_not(attn_mask), kMinusInfinity)
                                        : scores + as_dtype(attn_mask, scores.dtype());
  }
  Tensor weights = sy::softmax(scores, -1);
  if (dropout_p > 0) weights = sy::dropout(weights, dropout_p, true, generator);
  return sy::matmul(weights, value);
}

}  // namespace sy::composite
