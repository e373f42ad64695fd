// Trades time for memory: nothing inside is kept for backward, which computes it again.
#pragma once

#include <functional>
#include <vector>

#include "switchyard/ops/tensor.h"

namespace sy {

/// fn(inputs), recorded as always, save that the tensors which its operators save are dropped: only the inputs are
/// kept. The first backward step that needs one runs fn again, with the default generator as it was, so that dropout
/// draws the same numbers, and keeps what it saves until the graph is freed. Gradients of any order, and of leaves that
/// fn uses without being given them, are those of fn. fn must do the same both times; sy::Error in backward where it
/// saves other tensors, or where the inputs were changed in place. It may not differentiate by itself.
std::vector<Tensor> checkpoint(std::function<std::vector<Tensor>(const std::vector<Tensor>&)> fn,
                               const std::vector<Tensor>& inputs);
/// For one tensor in and out.
Tensor checkpoint(std::function<Tensor(const Tensor&)> fn, const Tensor& input);

}  // namespace sy
