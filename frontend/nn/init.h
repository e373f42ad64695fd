// Initialisers: fill a tensor in place, below the autograd, and return it.
#pragma once

#include "switchyard/ops/tensor.h"

namespace sy::nn {

const Tensor& zeros_(const Tensor& t);
const Tensor& ones_(const Tensor& t);
const Tensor& constant_(const Tensor& t, const Scalar& value);
/// Uniform in [low, high).
const Tensor& uniform_(const Tensor& t, double low, double high, const Generator& generator = default_generator());
const Tensor& normal_(const Tensor& t, double mean, double std, const Generator& generator = default_generator());
/// Normal, with values outside [low, high] drawn again.
const Tensor& trunc_normal_(const Tensor& t, double mean, double std, double low, double high,
                            const Generator& generator = default_generator());
/// He et al. 2015, "Delving Deep into Rectifiers": U(-b, b) with b = gain sqrt(3 / fan_in), gain = sqrt(2 / (1 + a^2)).
const Tensor& kaiming_uniform_(const Tensor& t, double a = 0, const Generator& generator = default_generator());
/// The same with N(0, gain^2 / fan_in).
const Tensor& kaiming_normal_(const Tensor& t, double a = 0, const Generator& generator = default_generator());
/// Glorot and Bengio 2010: U(-b, b) with b = gain sqrt(6 / (fan_in + fan_out)).
const Tensor& xavier_uniform_(const Tensor& t, double gain = 1, const Generator& generator = default_generator());
/// The same with N(0, 2 gain^2 / (fan_in + fan_out)).
const Tensor& xavier_normal_(const Tensor& t, double gain = 1, const Generator& generator = default_generator());

}  // namespace sy::nn
