// Losses as objects; the operators cross_entropy, mse_loss, ... do the work. Reduction: "mean", "sum" or "none".
#pragma once

#include "switchyard/nn/module.h"
#include "switchyard/ops/operators.h"

namespace sy::nn {

/// Logits (n, classes) against class indices (n).
class CrossEntropyLoss : public Module {
 public:
  explicit CrossEntropyLoss(std::string reduction = "mean", double label_smoothing = 0,
                            std::int64_t ignore_index = -100)
      : reduction_(std::move(reduction)), smoothing_(label_smoothing), ignore_(ignore_index) {}
  Tensor forward(const Tensor& logits, const Tensor& target) const {
    return cross_entropy(logits, target, {}, reduction_, ignore_, smoothing_);
  }

 private:
  std::string reduction_;
  double smoothing_;
  std::int64_t ignore_;
};

class MSELoss : public Module {
 public:
  explicit MSELoss(std::string reduction = "mean") : reduction_(std::move(reduction)) {}
  Tensor forward(const Tensor& x, const Tensor& target) const { return mse_loss(x, target, reduction_); }

 private:
  std::string reduction_;
};

class L1Loss : public Module {
 public:
  explicit L1Loss(std::string reduction = "mean") : reduction_(std::move(reduction)) {}
  Tensor forward(const Tensor& x, const Tensor& target) const { return l1_loss(x, target, reduction_); }

 private:
  std::string reduction_;
};

class BCEWithLogitsLoss : public Module {
 public:
  explicit BCEWithLogitsLoss(std::string reduction = "mean") : reduction_(std::move(reduction)) {}
  Tensor forward(const Tensor& x, const Tensor& target) const {
    return binary_cross_entropy_with_logits(x, target, reduction_);
  }

 private:
  std::string reduction_;
};

}  // namespace sy::nn
