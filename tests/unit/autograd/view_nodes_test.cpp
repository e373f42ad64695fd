// The geometry of views in the backward; which writes give them their history is in inplace_test.cpp.
#include "switchyard/autograd/view_nodes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "values.h"

namespace sy {
namespace {

using testing::ElementsAre;

/// The gradient of `base` for gradient `grad` of a view of it.
std::vector<double> through(const Tensor& base, const Tensor& view, const Tensor& grad) {
  return values(make_view_node(base, view)->apply({grad})[0]);
}

TEST(ViewNode, PutsTheGradientWhereTheViewLies) {
  Tensor base = vec({1, 2, 3, 4});
  EXPECT_THAT(through(base, base.slice(0, 1, 4, 2), vec({10, 20})), ElementsAre(0, 10, 0, 20));
  EXPECT_THAT(through(base, flip(base, 0), vec({1, 2, 3, 4})), ElementsAre(4, 3, 2, 1));
  Tensor m = make({1, 2, 3, 4, 5, 6}, {2, 3});
  EXPECT_THAT(through(m, m.transpose(0, 1), make({1, 2, 3, 4, 5, 6}, {3, 2})), ElementsAre(1, 3, 5, 2, 4, 6));
}

TEST(ViewNode, ElementsThatAppearSeveralTimesSum) {
  Tensor base = vec({1, 2});
  EXPECT_THAT(through(base, base.expand({3, 2}), make({1, 2, 3, 4, 5, 6}, {3, 2})), ElementsAre(9, 12));
}

TEST(ViewNode, NoGradientIsNone) {
  Tensor base = vec({1, 2});
  EXPECT_FALSE(make_view_node(base, base.slice(0, 0, 1))->apply({Tensor()})[0].defined());
}

/// Triples a gradient, as the node of an in-place multiplication by three does.
struct Triple : Node {
  std::string name() const override { return "triple"; }
  std::vector<Tensor> apply(std::vector<Tensor> grads) override {
    if (drop) return {Tensor()};
    return {grads[0] * 3};
  }
  void release_saved() override { released = true; }
  bool drop = false, released = false;
};

/// What the write of a view does to a gradient of the base.
std::vector<double> written(const Tensor& base, const Tensor& view, const Tensor& grad, bool drop = false) {
  Ref<Node> triple = Ref<Node>::adopt(new Triple);
  static_cast<Triple*>(triple.get())->drop = drop;
  triple->next.resize(1);
  return values(make_copy_slices(base, view, triple)->apply({grad})[0]);
}

TEST(CopySlices, ThroughTheOperatorWhereTheViewLies) {
  Tensor base = vec({1, 2, 3, 4}), ones4 = vec({1, 1, 1, 1});
  EXPECT_THAT(written(base, base.slice(0, 1, 3), ones4), ElementsAre(1, 3, 3, 1));
  EXPECT_THAT(written(base, base, ones4), ElementsAre(3, 3, 3, 3));
  EXPECT_THAT(written(base, base.slice(0, 0, 0), ones4), ElementsAre(1, 1, 1, 1));
}

TEST(CopySlices, AnOperatorThatForgetsItsInputBlocksTheGradient) {
  Tensor base = vec({1, 2, 3});
  EXPECT_THAT(written(base, base.slice(0, 0, 2), vec({5, 6, 7}), true), ElementsAre(0, 0, 7));
}

TEST(CopySlices, BasesThatDoNotStartAtTheStorageOrRunBackwards) {
  Tensor whole = vec({0, 1, 2, 3, 4, 5});
  Tensor base = flip(whole.slice(0, 2, 6), 0);  // 5, 4, 3, 2
  EXPECT_THAT(written(base, base.slice(0, 1, 2), vec({1, 2, 3, 4})), ElementsAre(1, 6, 3, 4));
  Tensor m = make({1, 2, 3, 4}, {2, 2});
  EXPECT_THAT(written(m.transpose(0, 1), m.transpose(0, 1).select(0, 1), make({1, 2, 3, 4}, {2, 2})),
              ElementsAre(1, 2, 9, 12));
}

TEST(CopySlices, IsTheOperatorsNodeToTheOutside) {
  Tensor base = vec({1, 2});
  Ref<Node> triple = Ref<Node>::adopt(new Triple);
  triple->next.resize(1);
  Ref<Node> node = make_copy_slices(base, base.slice(0, 0, 1), triple);
  EXPECT_EQ(node->name(), "triple on a view");
  EXPECT_EQ(node->sequence, triple->sequence);
  EXPECT_EQ(node->results[0].shape.size(), 1u);
  EXPECT_EQ(node->results[0].shape[0], 2);
  node->release_saved();
  EXPECT_TRUE(static_cast<Triple*>(triple.get())->released);
  EXPECT_EQ(node->apply({Tensor()}).size(), 1u);
}

}  // namespace
}  // namespace sy
