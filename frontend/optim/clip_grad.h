// Bounds on gradients, between backward() and step().
#pragma once

#include <vector>

#include "switchyard/ops/tensor.h"

namespace sy::optim {

/// Scales all gradients by max_norm / norm when the 2-norm of all of them together is larger; returns that norm.
/// Parameters without gradient do not count. Throws sy::Error unless max_norm is positive.
double clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm);
/// Clamps every element of every gradient to [-bound, bound].
void clip_grad_value_(const std::vector<Tensor>& parameters, double bound);

}  // namespace sy::optim
