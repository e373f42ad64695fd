// Layers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "../autograd/values.h"
#include "../message_of.h"
#include "switchyard/dispatch/layers.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// A layer that writes down what passes it.
struct Spy {
  explicit Spy(const char* name) : layer(register_layer(name, &Spy::see, this)) {}
  static void see(Frame& f, void* self) {
    Spy& spy = *static_cast<Spy*>(self);
    seen.push_back(str_cat(layer_name(spy.layer), " ", f.op().name()));
    call_next(f, spy.layer);
  }
  int layer;
  static inline std::vector<std::string> seen;
};

class Layers : public testing::Test {
 protected:
  static Spy& low() {
    static Spy spy("low");
    return spy;
  }
  static Spy& high() {
    low();
    static Spy spy("high");
    return spy;
  }
  void SetUp() override {
    high();
    Spy::seen.clear();
  }
  Tensor a = vec({1, 2}), b = vec({3, 4});
};

TEST_F(Layers, HighestBitFirstAndOnlyWithinTheScope) {
  {
    IncludeLayer l(low().layer);
    IncludeLayer h(high().layer);
    EXPECT_THAT(values(add(a, b)), ElementsAre(4, 6));
  }
  EXPECT_EQ(Spy::seen[0], "high add");
  EXPECT_EQ(Spy::seen[1], "low add");
  Spy::seen.clear();
  add(a, b);
  EXPECT_THAT(Spy::seen, IsEmpty());
}

TEST_F(Layers, ExcludedOnesAreSkipped) {
  IncludeLayer l(low().layer);
  IncludeLayer h(high().layer);
  {
    ExcludeLayers none(bit(high().layer));
    add(a, b);
  }
  EXPECT_THAT(Spy::seen, ElementsAre("low add"));
  add(a, b);
  EXPECT_EQ(Spy::seen.size(), 3u);
}

TEST_F(Layers, ScopesArePerThread) {
  IncludeLayer h(high().layer);
  std::thread([&] { add(a, b); }).join();
  EXPECT_THAT(Spy::seen, IsEmpty());
}

TEST_F(Layers, ATensorBringsItsLayer) {
  b.impl()->bits |= bit(low().layer);
  add(a, b);
  EXPECT_THAT(Spy::seen, ElementsAre("low add"));
  Tensor view;
  {
    GradMode on(true);
    view = b.slice(0, 0, 1);
  }
  Spy::seen.clear();
  neg(view);
  EXPECT_THAT(Spy::seen, ElementsAre("low neg")) << "a view asks for what its base asks for";
  Spy::seen.clear();
  cat({a, b}, 0);
  EXPECT_THAT(Spy::seen, testing::Contains("low cat")) << "from inside a list";
  Spy::seen.clear();
  neg_out(b, a);
  EXPECT_THAT(Spy::seen, testing::Contains("low neg")) << "as an output";
}

TEST_F(Layers, MayAnswerInPlaceOfTheKernel) {
  static int layer = register_layer("answer", [](Frame& f, void*) {
    ExcludeLayers none(~LayerBits{0});
    f.set_result(0, vec({42}));
  });
  IncludeLayer on(layer);
  EXPECT_THAT(add(a, b).shape().vec(), ElementsAre(1));
}

TEST_F(Layers, ErrorsPassThrough) {
  IncludeLayer h(high().layer);
  EXPECT_THROW(add(a, vec({1, 2, 3})), Error);
  EXPECT_THAT(values(add(a, b)), ElementsAre(4, 6)) << "and leave the scope as it was";
}

TEST(SetLayer, ReplacesAnEarlierFunction) {
  static int calls = 0;
  set_layer(kLayerTrace, "trace", [](Frame& f, void*) { call_next(f, kLayerTrace); });
  set_layer(kLayerTrace, "tracing", [](Frame& f, void*) {
    ++calls;
    call_next(f, kLayerTrace);
  });
  EXPECT_EQ(layer_name(kLayerTrace), "tracing");
  Tensor x = vec({1});
  IncludeLayer on(kLayerTrace);
  neg(x);
  EXPECT_EQ(calls, 1);
}

TEST(SetLayer, ABitWithoutAFunctionIsPassedOver) {
  IncludeLayer on(kLayerAutocast);
  EXPECT_THAT(values(neg(vec({1}))), ElementsAre(-1));
}

// In a child, since they are never given back.
TEST(RegisterLayerDeathTest, ThereAreThirtyTwo) {
  auto take_all = [] {
    std::string message = message_of([] {
      for (int i = 0; i <= kMaxLayers; ++i) register_layer("more", nullptr);
    });
    _exit(message == "all 32 layers are taken" ? 0 : 1);
  };
  EXPECT_EXIT(take_all(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace sy
