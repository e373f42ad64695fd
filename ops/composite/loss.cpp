// Losses.
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

}  // namespace

Tensor nll_loss(const Tensor& self, const Tensor& target, const Tensor& weight, std::string_view reduction,
                std::int64_t ignore_index) {
  require(self.dim() == 2, "nll_loss: argument self: expected (n, classes), got shape ", shape_str(self.shape()));
  require(target.dim() == 1 && target.size(0) == self.size(0), "nll_loss: argument target: expected shape [",
          self.size(0), "], got ", shape_str(target.shape()));
  require(reduction == "none" || reduction == "sum" || reduction == "mean",
          "nll_loss: argument reduction: expected \"none\", \"sum\" or \"mean\", got \"", reduction, "\"");
  Tensor keep = sy::ne(target, ignore_index);
  Tensor safe = sy::where(keep, target, 0);  // an ignored target names any class, with weight zero
  Tensor picked = sy::neg(sy::squeeze(sy::gather(self, 1, sy::unsqueeze(safe, 1)), 1));
  Tensor w = weight.defined() || reduction == "mean" ? sy::cast(keep, self.dtype()) : Tensor();
  if (weight.defined()) {
    require(weight.shape() == IntArray(self.size(1)), "nll_loss: argument weight: expected shape [", self.size(1),
            "], got ", shape_str(weight.shape()));
    w = w * sy::index_select(weight, 0, safe);
    picked = picked * w;
  }
  // An ignored row may hold infinities, which a product with zero would turn into NaN.
  Tensor loss = sy::where(keep, picked, 0);
  if (reduction == "none") return loss;
  if (reduction == "sum") return sy::sum(loss);
  return sy::sum(loss) / sy::sum(w);
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
