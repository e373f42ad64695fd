#include "switchyard/nn/linear.h"

#include <cmath>

#include "switchyard/nn/init.h"

namespace sy::nn {

Linear::Linear(std::int64_t in, std::int64_t out, bool with_bias) {
  require(in > 0 && out > 0, "Linear: expected positive sizes, got ", in, " and ", out);
  double bound = 1 / std::sqrt(static_cast<double>(in));
  weight = register_parameter("weight", uniform_(empty({out, in}), -bound, bound));
  if (with_bias) bias = register_parameter("bias", uniform_(empty({out}), -bound, bound));
}

std::string Linear::describe() const {
  return str_cat("Linear(", weight.size(1), ", ", weight.size(0), bias.defined() ? "" : ", bias=false", ")");
}

}  // namespace sy::nn
