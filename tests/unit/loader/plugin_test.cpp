#include "switchyard/loader/plugin.h"

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <thread>

#include "../message_of.h"
#include "switchyard/loader/loader.h"
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
  EXPECT_TRUE(any_thread_inside(&outer)) << "its code is on the thread's stack";
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

TEST(InsidePlugin, CallsUnderWayMayCallTheirOwnPlugin) {
  sy_plugin t = table_of_size(sizeof(sy_plugin));
  Plugin plugin("p", &t);
  InsidePlugin outer(&plugin);
  plugin.retire();
  EXPECT_TRUE(InsidePlugin(&plugin).allowed()) << "a kernel that asks for workspace is no new call";
}

/// From now on the system call fails.
void refuse_membarrier() {
  sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_membarrier, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  sock_fprog program = {4, filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
    std::perror("seccomp");
    _exit(9);
  }
}

/// 0: every thread that is inside was seen, and none once the plugin was retired.
int count_misses() {
  refuse_membarrier();
  sy_plugin t = table_of_size(sizeof(sy_plugin));
  int misses = 0;
  for (int round = 0; round < 2000; ++round) {
    Plugin plugin("p", &t);
    std::atomic<int> inside{0};
    std::atomic<bool> stop{false};
    std::thread caller([&] {
      while (!stop) {
        InsidePlugin in(&plugin);
        if (!in.allowed()) break;
        ++inside;
        --inside;
      }
    });
    plugin.retire();
    if (!order_threads()) return 8;
    while (any_thread_inside(&plugin)) std::this_thread::yield();
    misses += inside != 0;
    stop = true;
    caller.join();
  }
  return misses != 0;
}

TEST(InsidePluginDeathTest, ThreadsOrderTheirOwnStoresWhereNobodyElseMay) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(_exit(count_misses()), testing::ExitedWithCode(0), "");
}

int refuse_once_threads_rely_on_it() {
  load_plugins_once();
  { InsidePlugin inside(nullptr); }
  refuse_membarrier();
  const std::string message = message_of([] { unload_plugin("reference"); });
  if (message.find("reference stays: the system call membarrier is refused by now") == std::string::npos) return 1;
  for (const Plugin* p : loaded_plugins()) {
    if (p->name() == "reference") return 0;
  }
  return 2;
}

TEST(InsidePluginDeathTest, UnloadingIsRefusedWhereItWouldGuess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(_exit(refuse_once_threads_rely_on_it()), testing::ExitedWithCode(0), "");
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
