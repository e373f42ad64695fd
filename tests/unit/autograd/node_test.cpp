#include "switchyard/autograd/node.h"

#include <gtest/gtest.h>

namespace sy {
namespace {

struct Counted : Node {
  explicit Counted(int* alive) : alive(alive) { ++*alive; }
  ~Counted() override { --*alive; }
  std::string name() const override { return "counted"; }
  std::vector<Tensor> apply(std::vector<Tensor> grads) override { return grads; }
  int* alive;
};

Ref<Node> make_node(int* alive, Ref<Node> next = {}) {
  Ref<Node> node = Ref<Node>::adopt(new Counted(alive));
  if (next) node->next.push_back({std::move(next), 0});
  return node;
}

TEST(Node, LaterOnesHaveHigherNumbers) {
  int alive = 0;
  Ref<Node> a = make_node(&alive), b = make_node(&alive);
  EXPECT_LT(a->sequence, b->sequence);
}

TEST(Node, LongChainsAreFreedWithoutRecursion) {
  int alive = 0;
  Ref<Node> head;
  for (int i = 0; i < 300'000; ++i) head = make_node(&alive, std::move(head));
  EXPECT_EQ(alive, 300'000);
  head = {};
  EXPECT_EQ(alive, 0);
}

TEST(Node, WhatOthersHoldStays) {
  int alive = 0;
  Ref<Node> shared = make_node(&alive);
  Ref<Node> a = make_node(&alive, shared), b = make_node(&alive, shared);
  a = {};
  EXPECT_EQ(alive, 2);
  b = {};
  EXPECT_EQ(alive, 1);
  EXPECT_EQ(shared->use_count(), 1u);
}

}  // namespace
}  // namespace sy
