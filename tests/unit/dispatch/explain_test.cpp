#include "switchyard/dispatch/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../autograd/values.h"
#include "fake_plugin.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Explain, ArgumentsLayersAndKernel) {
  Tensor a = vec({1, 2}).requires_grad_();
  std::vector<CallRecord> records = explain([&] { a * 2; });
  ASSERT_FALSE(records.empty());
  EXPECT_EQ(records[0].op, "mul");
  EXPECT_EQ(records[0].device, "cpu:0");
  EXPECT_THAT(records[0].layers, ElementsAre("autograd"));
  EXPECT_THAT(records[0].chosen, HasSubstr("kernel of plugin cpu"));
  EXPECT_THAT(records[0].arguments,
              ElementsAre("self: f64[2] on cpu:0, needs a gradient", "other: i64[] on cpu:0, a plain number"));
}

TEST(Explain, StridesAndLists) {
  Tensor t = make({1, 2, 3, 4}, {2, 2}).transpose(0, 1);
  std::vector<CallRecord> records = explain([&] { cat({t, t}, 0); });
  EXPECT_THAT(records[0].arguments, ElementsAre("tensors[0]: f64[2, 2] on cpu:0, strides [1, 2]",
                                                "tensors[1]: f64[2, 2] on cpu:0, strides [1, 2]"));
}

TEST(Explain, EachRejectionWithItsReason) {
  FakePlugin& fake = fake_plugin("explain_chain");
  fake.kernel("exp", writes(1));
  fake.add(immortal<FakeKernel>("exp").priority(3).supports(declines("only on Sundays")));
  fake.add(immortal<FakeKernel>("exp", declines(nullptr)).priority(2));
  Tensor x = empty({2}, kF32, fake.at);
  std::vector<CallRecord> records = explain([&] { exp(x); });
  ASSERT_EQ(records.size(), 1u);
  EXPECT_THAT(records[0].rejected, ElementsAre("kernel of plugin explain_chain: only on Sundays",
                                               "kernel of plugin explain_chain: declined without a reason"));
  EXPECT_EQ(records[0].chosen, "kernel of plugin explain_chain");
}

TEST(Explain, PartsOfACompositeAreIndented) {
  Tensor x = vec({3});
  std::vector<CallRecord> records = explain([&] { square(x); });
  ASSERT_GE(records.size(), 2u);
  EXPECT_EQ(records[0].chosen, "composite square");
  EXPECT_EQ(records[0].depth, 0);
  EXPECT_EQ(records[1].depth, 1);
  std::string text = format(records);
  EXPECT_THAT(text, HasSubstr("square  on cpu:0\n  argument  self: f64[1] on cpu:0\n"));
  EXPECT_THAT(text, HasSubstr("\n  mul  on cpu:0\n    argument  self"));
}

TEST(Explain, EndsWithItsFunction) {
  std::vector<CallRecord> outer = explain([] {
    std::vector<CallRecord> inner = explain([] { neg(vec({1})); });
    EXPECT_EQ(inner.back().op, "neg");
    Tensor x = abs(vec({1}));
  });
  EXPECT_THAT(outer, testing::Not(testing::Contains(testing::Field(&CallRecord::op, "neg"))));
  EXPECT_EQ(outer.back().op, "abs");
  EXPECT_THROW(explain([] { mm(vec({1}), vec({1})); }), Error);
  EXPECT_EQ(t_state.recorder, nullptr);
}

TEST(Recorder, DepthGoesBackWithEachCall) {
  Recorder r;
  r.begin("a");
  r.begin("b");
  r.pop();
  EXPECT_EQ(r.current()->op, "a");
  r.begin("c");
  r.pop();
  r.pop();
  EXPECT_EQ(r.current(), nullptr);
  r.begin("d");
  std::vector<int> depths;
  for (const CallRecord& record : r.records()) depths.push_back(record.depth);
  EXPECT_THAT(depths, ElementsAre(0, 1, 1, 0));
}

TEST(Recorder, IsBounded) {
  Recorder r;
  for (int i = 0; i < 10'010; ++i) {
    r.begin(std::to_string(i));
    r.pop();
  }
  ASSERT_EQ(r.records().size(), 10'000u);
  EXPECT_EQ(r.records().back().op, "9999") << "later ones do not replace what was recorded";
}

}  // namespace
}  // namespace sy
