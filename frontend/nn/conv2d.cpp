#include "switchyard/nn/conv2d.h"

#include <cmath>

#include "switchyard/nn/init.h"

namespace sy::nn {

Conv2d::Conv2d(std::int64_t in, std::int64_t out, IntArray kernel_size, Conv2dOptions options)
    : options_(std::move(options)) {
  require(kernel_size.size() == 1 || kernel_size.size() == 2, "Conv2d: kernel_size: expected 1 or 2 values, got ",
          kernel_size.size());
  std::int64_t kh = kernel_size[0], kw = kernel_size[kernel_size.size() - 1], groups = options_.groups;
  require(in > 0 && out > 0 && kh > 0 && kw > 0, "Conv2d: expected positive sizes");
  require(groups > 0 && in % groups == 0 && out % groups == 0, "Conv2d: groups ", groups, " must divide ", in, " and ",
          out, " channels");
  double bound = 1 / std::sqrt(static_cast<double>(in / groups * kh * kw));
  weight = register_parameter("weight", uniform_(empty({out, in / groups, kh, kw}), -bound, bound));
  if (options_.bias) bias = register_parameter("bias", uniform_(empty({out}), -bound, bound));
}

std::string Conv2d::describe() const {
  return str_cat("Conv2d(", weight.size(1) * options_.groups, ", ", weight.size(0), ", kernel_size=[", weight.size(2),
                 ", ", weight.size(3), "], stride=", shape_str(options_.stride),
                 ", padding=", shape_str(options_.padding), ")");
}

}  // namespace sy::nn
