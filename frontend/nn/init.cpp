#include "switchyard/nn/init.h"

#include <cmath>

#include "switchyard/autograd/grad_mode.h"
#include "switchyard/ops/operators.h"

namespace sy::nn {
namespace {

struct Fans {
  double in, out;
};
/// Of a weight (out, in, kernel...).
Fans fans(const Tensor& t) {
  require(t.dim() >= 2, "init: fans need at least 2 dimensions, got shape ", shape_str(t.shape()));
  double field = 1;
  for (std::int64_t d = 2; d < t.dim(); ++d) field *= static_cast<double>(t.size(d));
  return {static_cast<double>(t.size(1)) * field, static_cast<double>(t.size(0)) * field};
}

}  // namespace

const Tensor& constant_(const Tensor& t, const Scalar& value) {
  NoGrad no_grad;
  t.fill_(value);
  return t;
}
const Tensor& zeros_(const Tensor& t) { return constant_(t, 0); }
const Tensor& ones_(const Tensor& t) { return constant_(t, 1); }

const Tensor& uniform_(const Tensor& t, double low, double high, const Generator& generator) {
  NoGrad no_grad;
  t.copy_(rand(t.shape(), generator, t.dtype(), t.device()) * (high - low) + low);
  return t;
}

const Tensor& normal_(const Tensor& t, double mean, double std, const Generator& generator) {
  NoGrad no_grad;
  t.copy_(randn(t.shape(), generator, t.dtype(), t.device()) * std + mean);
  return t;
}

const Tensor& trunc_normal_(const Tensor& t, double mean, double std, double low, double high,
                            const Generator& generator) {
  require(low < high, "trunc_normal_: low ", low, " is not below high ", high);
  NoGrad no_grad;
  Tensor value = randn(t.shape(), generator, kF64, t.device()) * std + mean;
  for (int round = 0; round < 100; ++round) {
    Tensor outside = logical_or(value<low, value> high);
    if (!any(outside).item<bool>()) break;
    value = where(outside, randn(t.shape(), generator, kF64, t.device()) * std + mean, value);
  }
  t.copy_(clamp(value, low, high));
  return t;
}

const Tensor& kaiming_uniform_(const Tensor& t, double a, const Generator& generator) {
  double bound = std::sqrt(2 / (1 + a * a)) * std::sqrt(3 / fans(t).in);
  return uniform_(t, -bound, bound, generator);
}

const Tensor& kaiming_normal_(const Tensor& t, double a, const Generator& generator) {
  return normal_(t, 0, std::sqrt(2 / (1 + a * a) / fans(t).in), generator);
}

const Tensor& xavier_uniform_(const Tensor& t, double gain, const Generator& generator) {
  Fans f = fans(t);
  double bound = gain * std::sqrt(6 / (f.in + f.out));
  return uniform_(t, -bound, bound, generator);
}

const Tensor& xavier_normal_(const Tensor& t, double gain, const Generator& generator) {
  Fans f = fans(t);
  return normal_(t, 0, gain * std::sqrt(2 / (f.in + f.out)), generator);
}

}  // namespace sy::nn
