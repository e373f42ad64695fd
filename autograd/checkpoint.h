// Trades time for memory: nothing inside is kept for backward, which computes it again.
#pragma once

#include <functional>
#include <vector>

#include "switchyard/ops/tensor.h"

namespace sy {

/// fn(inputs), recorded as one node that saves the inputs alone. In backward fn runs again, with the default generator as it
/// was, so that dropout draws the same numbers. Gradients also reach leaves that fn uses without being given them. Only
/// first order: create_graph through it is an error.
std::vector<Tensor> checkpoint(std::function<std::vector<Tensor>(const std::vector<Tensor>&)> fn, const std::vector<Tensor>& inputs);
/// For one tensor in and out.
Tensor checkpoint(std::function<Tensor(const Tensor&)> fn, const Tensor& input);

}  // namespace sy
