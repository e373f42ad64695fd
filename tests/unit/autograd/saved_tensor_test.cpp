#include "switchyard/autograd/saved_tensor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "../message_of.h"
#include "switchyard/autograd/autograd_meta.h"
#include "values.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(SavedTensor, NothingSavedIsNothing) {
  EXPECT_FALSE(SavedTensor().defined());
  EXPECT_FALSE(SavedTensor(Tensor()).defined());
  EXPECT_FALSE(SavedTensor().unpack("op").defined());
}

TEST(SavedTensor, KeepsDataButNotTheHandle) {
  Tensor x = leaf({1, 2});
  Tensor h = x * 3;
  SavedTensor saved(h);
  EXPECT_EQ(h.impl()->use_count(), 1u) << "or a node would keep its own result alive";
  Tensor back = saved.unpack("op");
  EXPECT_EQ(back.raw_data(), h.raw_data());
  EXPECT_EQ(gradient_edge(back).node.get(), gradient_edge(h).node.get());
}

TEST(SavedTensor, LeavesComeBackThemselves) {
  Tensor x = leaf({1});
  EXPECT_TRUE(SavedTensor(x).unpack("op").same_as(x));
}

TEST(SavedTensor, WithoutRecordingThereIsNoHistory) {
  Tensor h = leaf({1}) * 3;
  SavedTensor saved(h);
  NoGrad off;
  EXPECT_FALSE(saved.unpack("op").requires_grad());
}

TEST(SavedTensor, PlainNumbersStayPlain) {
  EXPECT_TRUE(SavedTensor(wrapped_number(2)).unpack("op").impl()->wrapped_number);
}

TEST(SavedTensor, NoticesAWriteAndNamesBoth) {
  Tensor h = leaf({1, 2}) * 3;
  SavedTensor saved(h);
  h.mul_(2);
  EXPECT_EQ(message_of([&] { saved.unpack("tanh"); }),
            "backward of tanh: a tensor of shape [2] that tanh saved was changed in place by mul since (version 0 when "
            "saved, 1 now); "
            "clone it before the in-place operation");
}

TEST(SavedTensor, AWriteThroughAViewCounts) {
  Tensor h = vec({1, 2});
  SavedTensor saved(h);
  h.slice(0, 0, 1).add_(1);
  EXPECT_THAT(message_of([&] { saved.unpack("op"); }), HasSubstr("changed in place by add"));
}

TEST(SavedTensor, OverwrittenOnesAreCopied) {
  Tensor t = vec({1, 2});
  SavedTensor saved(t, true);
  t.mul_(10);
  EXPECT_THAT(values(saved.unpack("op")), ElementsAre(1, 2));
}

TEST(SavedTensor, InferenceTensorsCannotBeSaved) {
  Tensor made;
  {
    InferenceMode mode;
    made = vec({1});
  }
  EXPECT_THAT(message_of([&] { SavedTensor{made}; }), HasSubstr("made in inference mode"));
  NoGrad off;
  EXPECT_TRUE(SavedTensor(made).defined());
}

/// Takes every other tensor.
struct Keeper : SaveObserver {
  bool take(std::size_t number, const Ref<TensorImpl>& data) override {
    if (number % 2 == 1) return false;
    taken[number] = data;
    return true;
  }
  Ref<TensorImpl> recall(std::size_t number) override {
    ++recalled;
    return taken.at(number);
  }
  std::map<std::size_t, Ref<TensorImpl>> taken;
  int recalled = 0;
};

TEST(SaveObserver, TakesDataAndGivesItBack) {
  auto keeper = std::make_shared<Keeper>();
  Tensor a = vec({1}), b = vec({2});
  SavedTensor first, second;
  {
    ObserveSaves observe(keeper);
    {
      ObserveSaves inner(std::make_shared<Keeper>());
      SavedTensor{a};
    }
    first = SavedTensor(a);
    second = SavedTensor(b);
  }
  SavedTensor{a};
  EXPECT_EQ(keeper->next_number, 2u) << "the outer one again, and only within the scope";
  EXPECT_EQ(keeper->taken.size(), 1u);
  EXPECT_TRUE(first.defined());
  EXPECT_THAT(values(first.unpack("op")), ElementsAre(1));
  EXPECT_THAT(values(second.unpack("op")), ElementsAre(2));
  EXPECT_EQ(keeper->recalled, 1);
}

TEST(SaveObserver, LeavesAreSeenButKept) {
  auto keeper = std::make_shared<Keeper>();
  Tensor x = leaf({1});
  ObserveSaves observe(keeper);
  SavedTensor saved(x);
  EXPECT_TRUE(saved.unpack("op").same_as(x));
  EXPECT_EQ(keeper->recalled, 0);
}

}  // namespace
}  // namespace sy
