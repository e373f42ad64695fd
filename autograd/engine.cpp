#include "switchyard/autograd/engine.h"

#include <algorithm>
#include <queue>

#include "absl/container/flat_hash_map.h"
#include "switchyard/autograd/anomaly.h"
#include "switchyard/autograd/autograd_meta.h"
#include "switchyard/autograd/grad_mode.h"
#include "switchyard/core/backend.h"
#include "switchyard/ops/operators.h"

namespace sy {
namespace {

/// A gradient on a device is there once this has happened.
struct Ready {
  Event event;
  Device device;

  explicit Ready(const Stream& source) : device(source.device()) { event.record(source); }
};

/// What a run knows of a node: the gradients that wait for it, when they are there, and how many are to come.
struct Inbox {
  std::vector<Tensor> grads;
  std::vector<Ready> ready;
  std::uint32_t dependencies = 0;
  bool seen = false;
  bool queued = false;
  bool needed = false;  // leads to what is asked for
};

/// Where the node's work on that device goes: its own stream, elsewhere the thread's current one; a leaf's always to the
/// latter, which is why nobody asks inside a StreamGuard.
Stream stream_of(const Node* node, Device device) {
  const bool own = node != nullptr && node->stream && !node->is_leaf && node->stream->device() == device;
  return own ? *node->stream : current_stream(device);
}

struct Later {
  bool operator()(const Node* a, const Node* b) const { return a->sequence < b->sequence; }
};

/// One run. A ready queue in place of recursion: a node runs when everything that depends on it has.
class Task {
 public:
  Task(bool retain, bool create) : retain_(retain), create_(create) {}

  void add_root(const Edge& edge, Tensor grad) {
    deliver(edge, inboxes_[edge.node.get()], std::move(grad), nullptr);
    roots_.push_back(edge.node);
  }
  /// Asks for the gradient that arrives at edge; nothing accumulates into leaves then.
  void capture(const Edge& edge, std::size_t slot) {
    captures_[edge.node.get()].emplace_back(edge.input, slot);
    only_captures_ = true;
    captured_.resize(std::max(captured_.size(), slot + 1));
  }
  std::vector<Tensor> run() {
    count_dependencies();
    GradMode mode(create_);
    for (const Ref<Node>& root : roots_) enqueue(root.get(), inboxes_[root.get()]);
    while (!ready_.empty()) {
      Node* node = ready_.top();
      ready_.pop();
      run_node(node);
    }
    for (const Stream& s : used_streams_) {
      const Stream current = current_stream(s.device());
      if (s == current) continue;
      Event done;
      done.record(s);
      done.wait(current);
    }
    return std::move(captured_);
  }

 private:
  void enqueue(Node* node, Inbox& inbox) {
    if (inbox.dependencies != 0 || std::exchange(inbox.queued, true)) return;
    ready_.push(node);
  }

  void count_dependencies() {
    std::vector<Node*> stack;
    auto find = [&](Node* node) -> Inbox& {
      Inbox& inbox = inboxes_[node];
      if (!std::exchange(inbox.seen, true)) stack.push_back(node);
      return inbox;
    };
    for (const Ref<Node>& root : roots_) find(root.get());
    std::vector<Node*> order;  // every node before those it leads to is found, for the pruning below
    while (!stack.empty()) {
      Node* node = stack.back();
      stack.pop_back();
      if (only_captures_) order.push_back(node);
      for (const Edge& e : node->next) {
        if (!e) continue;
        ++find(e.node.get()).dependencies;
      }
    }
    if (only_captures_) find_needed(order);
  }

  /// With captures, only nodes that lead to one run.
  void find_needed(const std::vector<Node*>& nodes) {
    absl::flat_hash_map<Node*, std::vector<Node*>> parents;
    for (Node* n : nodes) {
      for (const Edge& e : n->next) {
        if (e) parents[e.node.get()].push_back(n);
      }
    }
    std::vector<Node*> stack;
    for (auto& [node, slots] : captures_) stack.push_back(node);
    while (!stack.empty()) {
      Node* n = stack.back();
      stack.pop_back();
      for (Node* p : parents[n]) {
        if (!std::exchange(inboxes_[p].needed, true)) stack.push_back(p);
      }
    }
  }

  void deliver(const Edge& edge, Inbox& inbox, Tensor grad, const Node* from) {
    if (inbox.grads.size() <= edge.input) inbox.grads.resize(edge.input + 1);
    if (!grad.defined()) return;
    if (edge.input < edge.node->results.size()) {
      std::optional<StreamGuard> guard;
      if (from != nullptr && from->stream) guard.emplace(*from->stream);  // where grad was made
      check(*edge.node, edge.input, from, &grad);
    }
    Tensor& sum = inbox.grads[edge.input];
    if (!edge.node->stream && (from == nullptr || !from->stream)) {
      sum = sum.defined() ? sum + grad : std::move(grad);
      return;
    }
    Device device = grad.device();
    const Stream source = stream_of(from, device), target = stream_of(edge.node.get(), device);
    if (source != target) inbox.ready.emplace_back(source);
    if (!sum.defined()) {
      sum = std::move(grad);
      return;
    }
    for (const Ready& r : inbox.ready) {
      if (r.device == device) r.event.wait(target);
    }
    StreamGuard guard(target);
    sum = sum + grad;
  }

  /// A gradient of another shape, dtype or device is brought into form where broadcasting explains it; else an error.
  static void check(const Node& to, std::uint32_t input, const Node* from, Tensor* grad) {
    const GradientMeta& m = to.results[input];
    if (!(grad->shape() == IntArray(m.shape))) {
      Shape joined;
      bool broadcast = broadcast_to(m.shape, grad->shape());
      if (!broadcast) {
        fail(ErrorCode::kInternal, "backward of ", from != nullptr ? from->name() : "the given gradient",
             ": gradient of shape ", shape_str(grad->shape()), " for a tensor of shape ", shape_str(m.shape));
      }
      *grad = reduce_to(*grad, m.shape, m.dtype);
    }
    if (grad->dtype() != m.dtype) *grad = cast(*grad, m.dtype);
    if (grad->device() != m.device) {
      if (grad->dim() == 0) {  // 0-d cpu tensors join any device, and numbers go anywhere
        *grad = transfer(*grad, m.device);
      } else {
        fail(ErrorCode::kInternal, "backward of ", from != nullptr ? from->name() : "the given gradient",
             ": gradient on ", grad->device().str(), " for a tensor on ", m.device.str());
      }
    }
  }
  /// Whether a tensor of shape `small` broadcasts to `large`.
  static bool broadcast_to(IntArray small, IntArray large) {
    if (small.size() > large.size()) return false;
    std::size_t lead = large.size() - small.size();
    for (std::size_t d = 0; d < small.size(); ++d) {
      if (small[d] != 1 && small[d] != large[lead + d]) return false;
    }
    return true;
  }

  void run_node(Node* raw) {
    Ref<Node> node = Ref<Node>::share(raw);
    Inbox inbox = std::move(inboxes_[raw]);
    inbox.grads.resize(std::max<std::size_t>(node->results.size(), inbox.grads.size()));
    std::optional<StreamGuard> guard;
    for (const Ready& r : inbox.ready) r.event.wait(stream_of(raw, r.device));
    if (node->stream && !node->is_leaf) {
      guard.emplace(*node->stream);
      if (std::find(used_streams_.begin(), used_streams_.end(), *node->stream) == used_streams_.end()) {
        used_streams_.push_back(*node->stream);
      }
    }
    if (node->hooks) run_tensor_hooks(*node->hooks, inbox.grads);
    if (auto it = captures_.find(raw); only_captures_ && it != captures_.end()) {
      for (auto [input, slot] : it->second) {
        if (input < inbox.grads.size()) captured_[slot] = inbox.grads[input];
      }
    }
    std::vector<Tensor> out;
    bool runs = !only_captures_ || inbox.needed;
    if (runs) out = node->hooks ? apply_hooked(*node, std::move(inbox.grads)) : apply(*node, std::move(inbox.grads));
    guard.reset();
    out.resize(std::max(out.size(), node->next.size()));
    for (std::size_t i = 0; i < node->next.size(); ++i) {
      const Edge& e = node->next[i];
      if (!e) continue;
      Inbox& to = inboxes_[e.node.get()];
      deliver(e, to, std::move(out[i]), raw);
      --to.dependencies;
      enqueue(e.node.get(), to);
    }
    if (runs && !retain_) node->release_saved();
  }

  static void run_tensor_hooks(NodeHooks& hooks, std::vector<Tensor>& grads) {
    for (auto& [id, hook] : hooks.tensor) {
      Tensor& g = grads[hook.first];
      if (!g.defined()) continue;
      Tensor replaced = hook.second(g);
      if (replaced.defined()) g = replaced;
    }
  }
  static std::vector<Tensor> apply_hooked(Node& node, std::vector<Tensor> grads) {
    for (auto& hook : node.hooks->pre) {
      if (auto replaced = hook(grads)) grads = std::move(*replaced);
    }
    std::vector<Tensor> in;
    if (!node.hooks->post.empty()) in = grads;
    std::vector<Tensor> out = apply(node, std::move(grads));
    for (auto& hook : node.hooks->post) {
      if (auto replaced = hook(out, in)) out = std::move(*replaced);
    }
    return out;
  }
  static std::vector<Tensor> apply(Node& node, std::vector<Tensor> grads) {
    if (!anomaly_enabled()) return node.apply(std::move(grads));
    std::vector<Tensor> out;
    try {
      out = node.apply(std::move(grads));
    } catch (const Error& e) {
      throw Error(e.code(), str_cat(e.what(), "\nforward call of ", node.name(), ":\n", node.created_at));
    }
    NoGrad no_grad;
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (!out[i].defined() || !out[i].dtype().is_floating() || out[i].numel() == 0) continue;
      if (any(isnan(out[i])).item<bool>()) {
        fail(ErrorCode::kInvalidArgument, "anomaly: backward of ", node.name(), " gave NaN in gradient ", i,
             "; its forward call was at\n", node.created_at);
      }
    }
    return out;
  }

  bool retain_, create_;
  bool only_captures_ = false;
  std::vector<Ref<Node>> roots_;
  absl::flat_hash_map<Node*, Inbox> inboxes_;  // of every node that the roots lead to, once they are counted
  absl::flat_hash_map<Node*, std::vector<std::pair<std::uint32_t, std::size_t>>> captures_;
  std::vector<Tensor> captured_;
  std::priority_queue<Node*, std::vector<Node*>, Later> ready_;
  std::vector<Stream> used_streams_;
};

void add_roots(Task& task, TensorList tensors, TensorList grads, std::string_view what) {
  require(grads.size() <= tensors.size(), what, ": ", grads.size(), " gradients for ", tensors.size(), " tensors");
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const Tensor& t = tensors[i];
    require(t.defined() && t.requires_grad(), what, ": tensor ", i, " needs no gradient, so nothing was recorded");
    Tensor seed = i < grads.size() ? grads[i] : Tensor();
    if (!seed.defined()) {
      require(t.numel() == 1, what, ": a gradient must be given for a tensor of shape ", shape_str(t.shape()),
              "; it is implied for one element only");
      seed = ones_like(t);
    }
    require(seed.shape() == t.shape(), what, ": gradient of shape ", shape_str(seed.shape()), " for a tensor of shape ",
            shape_str(t.shape()));
    require(seed.dtype() == t.dtype() && seed.device() == t.device(), what, ": the gradient is ", describe(seed),
            ", expected ", describe(t));
    task.add_root(gradient_edge(t), seed);
  }
}

}  // namespace

void backward(TensorList tensors, TensorList grads, bool retain_graph, bool create_graph) {
  Task task(retain_graph || create_graph, create_graph);
  add_roots(task, tensors, grads, "backward");
  task.run();
}

std::vector<Tensor> grad(TensorList outputs, TensorList inputs, TensorList grad_outputs, bool retain_graph,
                         bool create_graph, bool allow_unused) {
  Task task(retain_graph || create_graph, create_graph);
  add_roots(task, outputs, grad_outputs, "grad");
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    require(inputs[i].defined() && inputs[i].requires_grad(), "grad: input ", i, " needs no gradient");
    task.capture(gradient_edge(inputs[i]), i);
  }
  std::vector<Tensor> out = task.run();
  out.resize(inputs.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    require(allow_unused || out[i].defined(), "grad: the outputs do not depend on input ", i,
            "; pass allow_unused to get an undefined tensor for it");
  }
  return out;
}

}  // namespace sy
