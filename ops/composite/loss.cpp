// Losses.
#include "switchyard/ops/composite/precision.h"
#include "switchyard/ops/gen/nn_composite.h"
#include "switchyard/ops/operators.h"

namespace sy::composite {
namespace {

Tensor reduce(std::string_view op, const Tensor& loss, std::string_view reduction) {
  if (reduction == "none") return loss;
  if (reduction == "sum") return sy::sum(loss);
  require(reduction == "mean", op, ": argument reduction: expected \"none\", \"sum\" or \"mean\", got \"", reduction,
          "\"");
  return sy::mean(loss);
}

/// The rows of nll_loss: which count, a class for each (any for those that do not), and their weights, 0 for those.
struct Rows {
  Tensor keep, target, weight;

  Rows(const Tensor& targets, const Tensor& weights, std::int64_t ignore_index, Dtype dtype)
      : keep(sy::ne(targets, ignore_index)), target(sy::where(keep, targets, 0)) {
    Dtype wide = dtype == kF64 ? kF64 : kF32;
    weight =
        weights.defined() ? sy::where(keep, widened(sy::index_select(weights, 0, target)), 0) : sy::cast(keep, wide);
  }
  Tensor picked(const Tensor& self) const {
    return widened(sy::squeeze(sy::gather(self, 1, sy::unsqueeze(target, 1)), 1));
  }
  /// An ignored row may hold infinities, which a product with zero would turn into NaN.
  Tensor kept(const Tensor& t) const { return sy::where(keep, t, 0); }
};

}  // namespace

Tensor nll_loss(const Tensor& self, const Tensor& target, const Tensor& weight, std::string_view reduction,
                std::int64_t ignore_index) {
  Rows rows(target, weight, ignore_index, self.dtype());
  Tensor loss = rows.kept(sy::neg(rows.picked(self)) * rows.weight);
  if (reduction != "none") loss = sy::sum(loss);
  if (reduction == "mean") loss = loss / sy::sum(rows.weight);
  return narrowed(loss, self.dtype());
}

Tensor nll_loss_backward(const Tensor& grad, const Tensor& target, const Tensor& weight, std::int64_t classes,
                         std::string_view reduction, std::int64_t ignore_index) {
  Rows rows(target, weight, ignore_index, grad.dtype());
  Tensor g = widened(grad);
  if (reduction == "mean") g = g / sy::sum(rows.weight);
  Tensor each = narrowed(rows.kept(sy::neg(g) * rows.weight), grad.dtype());
  Tensor zeros = sy::full({target.size(0), classes}, 0, grad.dtype(), grad.device());
  return sy::scatter(zeros, 1, sy::unsqueeze(rows.target, 1), sy::unsqueeze(each, 1));
}

Tensor nll_loss_backward_weight(const Tensor& grad, const Tensor& self, const Tensor& target, const Tensor& weight,
                                std::string_view reduction, std::int64_t ignore_index) {
  Rows rows(target, weight, ignore_index, grad.dtype());
  Tensor each = rows.kept(sy::neg(rows.picked(self)));
  if (reduction == "mean") {  // of a quotient: the weights are in its denominator, too
    Tensor total = sy::sum(rows.weight);
    each = (each - sy::sum(each * rows.weight) / total) / total;
  }
  each = narrowed(rows.kept(widened(grad) * each), weight.dtype());
  Tensor zeros = sy::full(weight.shape(), 0, weight.dtype(), weight.device());
  return sy::index_add(zeros, 0, rows.target, each);
}

Tensor cross_entropy(const Tensor& self, const Tensor& target, const Tensor& weight, std::string_view reduction,
                     std::int64_t ignore_index, double label_smoothing) {
  require(self.dim() == 2, "cross_entropy: argument self: expected (n, classes), got shape ", shape_str(self.shape()));
  require(label_smoothing >= 0 && label_smoothing <= 1,
          "cross_entropy: argument label_smoothing: expected between 0 and 1, got ", label_smoothing);
  require(reduction == "none" || reduction == "sum" || reduction == "mean",
          "cross_entropy: argument reduction: expected \"none\", \"sum\" or \"mean\", got \"", reduction, "\"");
  Tensor logp = sy::log_softmax(self, 1);
  Tensor loss = sy::nll_loss(logp, target, weight, reduction, ignore_index);
  if (label_smoothing == 0) return loss;
  Tensor keep = sy::ne(target, ignore_index);
  Tensor uniform =
      sy::neg(sy::sum(weight.defined() ? logp * weight : logp, 1)) * (1.0 / static_cast<double>(self.size(1)));
  Tensor smooth = sy::where(keep, uniform, 0);
  if (reduction != "none") smooth = sy::sum(smooth);
  if (reduction == "mean") {
    Tensor w = sy::cast(keep, self.dtype());
    if (weight.defined()) w = w * sy::index_select(weight, 0, sy::where(keep, target, 0));
    smooth = smooth / sy::sum(w);
  }
  return loss * (1 - label_smoothing) + smooth * label_smoothing;
}

Tensor mse_loss(const Tensor& self, const Tensor& target, std::string_view reduction) {
  Tensor d = self - target;
  return reduce("mse_loss", d * d, reduction);
}

Tensor l1_loss(const Tensor& self, const Tensor& target, std::string_view reduction) {
  return reduce("l1_loss", sy::abs(self - target), reduction);
}

Tensor binary_cross_entropy_with_logits(const Tensor& self, const Tensor& target, std::string_view reduction) {
  Tensor loss = sy::relu(self) - self * target + sy::log1p(sy::exp(sy::neg(sy::abs(self))));
  return reduce("binary_cross_entropy_with_logits", loss, reduction);
}

}  // namespace sy::composite
