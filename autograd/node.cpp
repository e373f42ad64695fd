#include "switchyard/autograd/node.h"

#include <atomic>

namespace sy {
namespace {

std::atomic<std::uint64_t> g_sequence{0};

// Nodes whose last reference went while another was being freed: a chain is freed in a loop, not by recursion.
using Doomed = absl::InlinedVector<Node*, 8>;
constinit thread_local Doomed* t_doomed [[gnu::tls_model("initial-exec")]] = nullptr;

}  // namespace

Node::Node() : sequence(g_sequence.fetch_add(1, std::memory_order_relaxed)) {}

void Node::destroy(Node* node) {
  if (t_doomed != nullptr) {
    t_doomed->push_back(node);
    return;
  }
  Doomed doomed{node};
  t_doomed = &doomed;
  while (!doomed.empty()) {
    Node* next = doomed.back();
    doomed.pop_back();
    delete next;
  }
  t_doomed = nullptr;
}

}  // namespace sy
