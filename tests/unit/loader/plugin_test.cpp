#include "switchyard/loader/plugin.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <thread>

#include "switchyard/loader/threads.h"

namespace sy {
namespace {

sy_plugin table_of_size(std::uint32_t size) {
  sy_plugin t{};
  t.size = size;
  t.name = "name";
  t.vendor = "vendor";
  t.shutdown = [] {};
  return t;
}

TEST(Plugin, ReadsNoFurtherThanTheTable) {
  sy_plugin whole = table_of_size(sizeof(sy_plugin)), older = table_of_size(offsetof(sy_plugin, shutdown));
  EXPECT_NE(Plugin("p", &whole).table().shutdown, nullptr);
  EXPECT_EQ(Plugin("p", &older).table().shutdown, nullptr);
}

TEST(Plugin, TextsMayBeMissing) {
  sy_plugin t = table_of_size(sizeof(sy_plugin));
  Plugin plugin("/where/it/lies.so", &t);
  EXPECT_EQ(plugin.path(), "/where/it/lies.so");
  EXPECT_EQ(plugin.name(), "name");
  EXPECT_EQ(plugin.vendor(), "vendor");
  EXPECT_EQ(plugin.version(), "");
  EXPECT_EQ(plugin.description(), "");
}

TEST(InsidePlugin, MarksTheThreadAndNests) {
  sy_plugin t = table_of_size(sizeof(sy_plugin));
  Plugin outer("o", &t), inner("i", &t);
  std::atomic<int> step{0};
  auto wait_for = [&](int n) {
    while (step != n) std::this_thread::yield();
  };
  std::thread other([&] {
    {
      InsidePlugin a(&outer);
      EXPECT_TRUE(a.allowed());
      {
        InsidePlugin b(&inner);
        step = 1;
        wait_for(2);
      }
      step = 3;
      wait_for(4);
    }
    step = 5;
    wait_for(6);
  });
  wait_for(1);
  EXPECT_TRUE(any_thread_inside(&inner));
  step = 2;
  wait_for(3);
  EXPECT_FALSE(any_thread_inside(&inner));
  EXPECT_TRUE(any_thread_inside(&outer)) << "back in the outer one";
  step = 4;
  wait_for(5);
  EXPECT_FALSE(any_thread_inside(&outer));
  step = 6;
  other.join();
}

TEST(InsidePlugin, OneselfDoesNotCount) {
  sy_plugin t = table_of_size(sizeof(sy_plugin));
  Plugin plugin("p", &t);
  InsidePlugin inside(&plugin);
  EXPECT_FALSE(any_thread_inside(&plugin)) << "or a plugin that unloads itself would wait for ever";
}

TEST(InsidePlugin, RetiredOnesLetNobodyIn) {
  sy_plugin t = table_of_size(sizeof(sy_plugin));
  Plugin plugin("p", &t);
  plugin.retire();
  EXPECT_FALSE(InsidePlugin(&plugin).allowed());
  EXPECT_TRUE(InsidePlugin(nullptr).allowed()) << "kernels of the program belong to none";
}

}  // namespace
}  // namespace sy
