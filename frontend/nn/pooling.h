#pragma once

#include "switchyard/nn/layer.h"

namespace sy::nn {

/// Largest element of each window; stride defaults to the kernel size.
class MaxPool2d : public Layer {
 public:
  explicit MaxPool2d(IntArray kernel_size, OptionalIntArray stride = {}, IntArray padding = 0)
      : kernel_(kernel_size.vec()), stride_(stride ? stride->vec() : kernel_), padding_(padding.vec()) {}
  /// MaxPool2d({2, 2}), which would else be taken for a copy.
  explicit MaxPool2d(std::initializer_list<std::int64_t> kernel_size, OptionalIntArray stride = {},
                     IntArray padding = 0)
      : MaxPool2d(IntArray(kernel_size), stride, padding) {}
  Tensor forward(const Tensor& x) override { return max_pool2d(x, kernel_, stride_, padding_); }
  std::string describe() const override { return str_cat("MaxPool2d(", shape_str(kernel_), ")"); }

 private:
  std::vector<std::int64_t> kernel_, stride_, padding_;
};

/// Mean of each window; stride defaults to the kernel size. Padding counts as zeros.
class AvgPool2d : public Layer {
 public:
  explicit AvgPool2d(IntArray kernel_size, OptionalIntArray stride = {}, IntArray padding = 0)
      : kernel_(kernel_size.vec()), stride_(stride ? stride->vec() : kernel_), padding_(padding.vec()) {}
  /// AvgPool2d({2, 2}), which would else be taken for a copy.
  explicit AvgPool2d(std::initializer_list<std::int64_t> kernel_size, OptionalIntArray stride = {},
                     IntArray padding = 0)
      : AvgPool2d(IntArray(kernel_size), stride, padding) {}
  Tensor forward(const Tensor& x) override { return avg_pool2d(x, kernel_, stride_, padding_); }
  std::string describe() const override { return str_cat("AvgPool2d(", shape_str(kernel_), ")"); }

 private:
  std::vector<std::int64_t> kernel_, stride_, padding_;
};

}  // namespace sy::nn
