// History of views, and of writes through them.
#pragma once

#include "switchyard/autograd/node.h"

namespace sy {

/// A node that makes `view` of `base` by its geometry, for a view whose own history is stale.
Ref<Node> make_view_node(const TensorBase& base, const TensorBase& view);

/// Wraps the node of an in-place operator on a view, so that it becomes the history of the base: the gradient of the
/// base passes through the operator where the view lies and straight through elsewhere.
Ref<Node> make_copy_slices(const TensorBase& base, const TensorBase& view, Ref<Node> fn);

}  // namespace sy
