// Runs the graph backwards.
#pragma once

#include <vector>

#include "switchyard/autograd/node.h"

namespace sy {

/// Accumulates into the leaves' grad. grads may be shorter than tensors or hold undefined tensors, which stand for one
/// for tensors of one element. Several threads may run at once, a hook may run another. Throws sy::Error.
void backward(TensorList tensors, TensorList grads = {}, bool retain_graph = false, bool create_graph = false);

/// The gradients of outputs for inputs, without touching grad. An input that outputs do not depend on gives an
/// undefined tensor when allow_unused, else an error.
std::vector<Tensor> grad(TensorList outputs, TensorList inputs, TensorList grad_outputs = {}, bool retain_graph = false,
                         bool create_graph = false, bool allow_unused = false);

}  // namespace sy
