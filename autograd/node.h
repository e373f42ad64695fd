// The recorded graph: a node per differentiable call, edges towards the leaves.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "switchyard/core/stream.h"
#include "switchyard/ops/tensor.h"

namespace sy {

class Node;

/// Where a gradient goes: one input of a node. No node: nobody wants it.
struct Edge {
  Ref<Node> node;
  std::uint32_t input = 0;
  explicit operator bool() const { return static_cast<bool>(node); }
};

/// What a gradient must look like.
struct GradientMeta {
  Shape shape;
  Dtype dtype;
  Device device;
};

/// Takes the gradients of one call's results and gives those of its arguments. Counted by Ref; freed without recursion,
/// however long the chain.
class Node : public RefCounted<Node> {
 public:
  Node();
  virtual ~Node() = default;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  /// "mul", "accumulate", or a custom function's name.
  virtual std::string name() const = 0;
  /// One gradient per result in (undefined: zero), one per edge out.
  virtual std::vector<Tensor> apply(std::vector<Tensor> grads) = 0;
  /// Drops what was saved for apply.
  virtual void release_saved() {}

  std::vector<Edge> next;             // one per differentiable argument
  std::vector<GradientMeta> results;  // one per result
  std::uint64_t sequence;             // later calls have higher numbers
  std::optional<Stream> stream;       // of the forward call, on devices that have streams
  std::string created_at;             // in anomaly mode: the call stack

  using TensorHook = std::function<Tensor(const Tensor&)>;
  using PreHook = std::function<std::optional<std::vector<Tensor>>(const std::vector<Tensor>& grads)>;
  using PostHook = std::function<std::optional<std::vector<Tensor>>(const std::vector<Tensor>& out,
                                                                    const std::vector<Tensor>& in)>;
  /// Hooks of the tensor that is result `input`; ids are unique in the process.
  std::map<std::uint64_t, std::pair<std::uint32_t, TensorHook>> tensor_hooks;
  /// Called with the gradients before apply, and with both sides after it; a value replaces them.
  std::vector<PreHook> pre_hooks;
  std::vector<PostHook> post_hooks;

  static void destroy(Node* node);
};

}  // namespace sy
