#include "switchyard/autograd/grad_mode.h"

#include <gtest/gtest.h>

#include <thread>

#include "../message_of.h"
#include "values.h"

namespace sy {
namespace {

TEST(GradMode, ScopesNestAndEnd) {
  EXPECT_TRUE(grad_enabled());
  {
    NoGrad off;
    EXPECT_FALSE(grad_enabled());
    {
      GradMode on(true);
      EXPECT_TRUE((leaf({1}) * 2).requires_grad());
    }
    EXPECT_FALSE(grad_enabled());
  }
  try {
    NoGrad off;
    throw 1;
  } catch (int) {
  }
  EXPECT_TRUE(grad_enabled());
}

TEST(GradMode, IsPerThread) {
  NoGrad off;
  std::thread([] { EXPECT_TRUE(grad_enabled()); }).join();
}

TEST(GradMode, ViewsMadeWithoutKnowNoBase) {
  Tensor x = vec({1, 2}), view;
  {
    NoGrad off;
    view = x.slice(0, 0, 1);
  }
  EXPECT_FALSE(view.impl()->base);
  EXPECT_TRUE(x.slice(0, 0, 1).impl()->base == x.ref());
}

TEST(InferenceMode, MarksWhatIsMadeAndItsViews) {
  Tensor before = vec({1, 2}), made, view;
  {
    InferenceMode mode;
    EXPECT_FALSE(grad_enabled());
    made = before * 2;
  }
  view = made.slice(0, 0, 1);
  EXPECT_TRUE(made.impl()->inference);
  EXPECT_TRUE(view.impl()->inference);
  EXPECT_FALSE(before.impl()->inference);
  EXPECT_FALSE(made.clone().impl()->inference) << "a copy made outside may be recorded";
  EXPECT_TRUE((made.clone() * leaf({1})).requires_grad());
  EXPECT_TRUE(grad_enabled());
}

}  // namespace
}  // namespace sy
