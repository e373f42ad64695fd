#include "switchyard/core/generator.h"

#include <gtest/gtest.h>

namespace sy {
namespace {

TEST(Generator, CountsFromTheSeed) {
  Generator g(42);
  for (std::uint64_t i = 0; i < 3; ++i) {
    Generator::State s = g.next();
    EXPECT_EQ(s.seed, 42u);
    EXPECT_EQ(s.offset, i);
  }
  EXPECT_EQ(g.state().offset, 3u) << "looking takes nothing";
}

TEST(Generator, CopiesDrawFromOneSequence) {
  Generator g(1), copy = g;
  g.next();
  EXPECT_EQ(copy.next().offset, 1u);
  EXPECT_EQ(Generator(1).next().offset, 0u) << "another one does not";
}

TEST(Generator, StateIsSavedAndRestored) {
  Generator g(5);
  g.next();
  Generator::State saved = g.state();
  g.next();
  g.manual_seed(9);
  EXPECT_EQ(g.next().seed, 9u);
  g.set_state(saved);
  Generator::State s = g.next();
  EXPECT_EQ(s.seed, 5u);
  EXPECT_EQ(s.offset, 1u);
}

TEST(Generator, ManualSeedRestartsTheDefaultOne) {
  default_generator().next();
  manual_seed(77);
  EXPECT_EQ(default_generator().state().seed, 77u);
  EXPECT_EQ(default_generator().state().offset, 0u);
}

}  // namespace
}  // namespace sy
