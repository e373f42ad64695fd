// The recorded graph: a node per differentiable call, edges towards the leaves.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "switchyard/core/stream.h"
#include "switchyard/ops/tensor.h"

namespace sy {

class Node;

/// Where a gradient goes: one input of a node. No node: nobody wants it.
struct Edge {
  Ref<Node> node;
  std::uint32_t input = 0;
  std::uint32_t param = 0;  // of an operator's node: the parameter whose gradient it is
  explicit operator bool() const { return static_cast<bool>(node); }
};

/// What a gradient must look like.
struct GradientMeta {
  Shape shape;
  Dtype dtype;
  Device device;

  GradientMeta() = default;
  GradientMeta(IntArray s, Dtype t, Device d) : shape(s.begin(), s.end()), dtype(t), device(d) {}
  explicit GradientMeta(const TensorBase& t) : GradientMeta(t.shape(), t.dtype(), t.device()) {}
};

/// What users hang on a node.
struct NodeHooks {
  using TensorHook = std::function<Tensor(const Tensor&)>;
  using PreHook = std::function<std::optional<std::vector<Tensor>>(const std::vector<Tensor>& grads)>;
  using PostHook =
      std::function<std::optional<std::vector<Tensor>>(const std::vector<Tensor>& out, const std::vector<Tensor>& in)>;
  /// Hooks of the tensor that is result `input`; ids are unique in the process.
  std::map<std::uint64_t, std::pair<std::uint32_t, TensorHook>> tensor;
  /// Called with the gradients before apply, and with both sides after it; a value replaces them.
  std::vector<PreHook> pre;
  std::vector<PostHook> post;
};

/// Takes the gradients of one call's results and gives those of its arguments. Counted by Ref; freed without recursion,
/// however long the chain.
class Node : public RefCounted<Node> {
 public:
  Node() : sequence(t_sequence++) {}
  virtual ~Node() = default;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  /// "mul", "accumulate", or a custom function's name.
  virtual std::string name() const = 0;
  /// One gradient per result in (undefined: zero), one per edge out.
  virtual std::vector<Tensor> apply(std::vector<Tensor> grads) = 0;
  /// Drops what was saved for apply.
  virtual void release_saved() {}

  // Inline what most calls have, so that recording one allocates a node and nothing more.
  absl::InlinedVector<Edge, 2> next;             // one per differentiable argument
  absl::InlinedVector<GradientMeta, 1> results;  // one per result
  std::uint64_t sequence;                        // later calls of a thread have higher numbers
  std::optional<Stream> stream;                  // of the forward call, on devices that have streams
  bool is_leaf = false;                          // adds to a leaf's gradient, on whichever stream backward is called
  std::string created_at;                        // in anomaly mode: the call stack
  std::unique_ptr<NodeHooks> hooks;

  /// The hooks, made if need be.
  NodeHooks& require_hooks() {
    if (!hooks) hooks = std::make_unique<NodeHooks>();
    return *hooks;
  }

  static void destroy(Node* node);

 private:
  static constinit thread_local std::uint64_t t_sequence [[gnu::tls_model("initial-exec")]];
  Node* doomed_ = nullptr;  // the next of the nodes that wait for destroy
};

}  // namespace sy
