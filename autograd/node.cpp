#include "switchyard/autograd/node.h"

namespace sy {
namespace {

// Nodes whose last reference went while another was being freed: a chain is freed in a loop, not by recursion.
struct Doomed {
  bool freeing;
  Node* first;
};
constinit thread_local Doomed t_doomed [[gnu::tls_model("initial-exec")]] = {};

}  // namespace

constinit thread_local std::uint64_t Node::t_sequence = 0;

void Node::destroy(Node* node) {
  Doomed& doomed = t_doomed;
  if (doomed.freeing) {
    node->doomed_ = doomed.first;
    doomed.first = node;
    return;
  }
  doomed.freeing = true;
  do {
    delete node;
    node = doomed.first;
    if (node != nullptr) doomed.first = node->doomed_;
  } while (node != nullptr);
  doomed.freeing = false;
}

}  // namespace sy
