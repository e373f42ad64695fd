#include "switchyard/autograd/node.h"

namespace sy {
namespace {

// Nodes whose last reference went while another was being freed: a chain is freed in a loop, not by recursion.
using Doomed = absl::InlinedVector<Node*, 8>;
constinit thread_local Doomed* t_doomed [[gnu::tls_model("initial-exec")]] = nullptr;
constinit thread_local std::uint64_t t_sequence [[gnu::tls_model("initial-exec")]] = 0;

}  // namespace

Node::Node() : sequence(t_sequence++) {}

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
