// What the loader refuses, and what stays alive after an unload.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "../autograd/values.h"
#include "../threads.h"
#include "switchyard/core/backend.h"
#include "switchyard/loader/loader.h"

namespace sy {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string plugin_file(const char* name) { return std::string(SWITCHYARD_PLUGIN_DIR) + "/switchyard_" + name + ".so"; }

class LoaderTest : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = fs::temp_directory_path() / ("switchyard_loader_" + std::to_string(getpid()));
    fs::create_directories(dir_);
    fs::permissions(dir_, fs::perms::owner_all);
  }
  void TearDown() override { fs::remove_all(dir_); }
  std::string reason(const std::string& path) {
    absl::StatusOr<Plugin*> plugin = load_plugin(path);
    return plugin.ok() ? "loaded" : std::string(plugin.status().message());
  }
  fs::path dir_;
};

TEST_F(LoaderTest, RefusesWhatIsNoPlugin) {
  EXPECT_THAT(reason((dir_ / "missing.so").string()), HasSubstr("No such file"));
  std::ofstream(dir_ / "text.so") << "not a library";
  EXPECT_THAT(reason((dir_ / "text.so").string()), HasSubstr("no ELF header"));
  EXPECT_THAT(reason(dir_.string()), HasSubstr("not a regular file"));
  EXPECT_THAT(reason("/lib/x86_64-linux-gnu/libm.so.6"), HasSubstr("no Switchyard note"));
}

TEST_F(LoaderTest, RefusesTruncatedLibraries) {
  std::uintmax_t size = fs::file_size(plugin_file("template"));
  for (std::uintmax_t keep : {std::uintmax_t{10}, std::uintmax_t{100}, size / 4, size / 2, size - 1}) {
    fs::path copy = dir_ / ("cut" + std::to_string(keep) + ".so");
    fs::copy_file(plugin_file("template"), copy);
    fs::resize_file(copy, keep);
    EXPECT_NE(reason(copy.string()), "loaded") << keep;
  }
}

TEST_F(LoaderTest, RefusesFilesThatAnyoneMayChange) {
  fs::path copy = dir_ / "open.so";
  fs::copy_file(plugin_file("template"), copy);
  fs::permissions(copy, fs::perms::others_write, fs::perm_options::add);
  EXPECT_THAT(reason(copy.string()), HasSubstr("writable by everyone"));
}

TEST_F(LoaderTest, SamePluginTwice) {
  load_plugins_once();
  EXPECT_EQ(reason(plugin_file("reference")), "loaded");  // the one that is there
  fs::path copy = dir_ / "again.so";
  fs::copy_file(plugin_file("reference"), copy);
  EXPECT_THAT(reason(copy.string()), HasSubstr("a plugin called reference is loaded already"));
}

TEST_F(LoaderTest, NoteSaysWhatTheFileIs) {
  absl::StatusOr<PluginNote> note = read_plugin_note(plugin_file("cpu"));
  ASSERT_TRUE(note.ok()) << note.status().message();
  EXPECT_EQ(note->name, "cpu");
  EXPECT_EQ(note->abi_major, SY_ABI_MAJOR);
}

TEST_F(LoaderTest, ThreadsCallWhileThePluginComesAndGoes) {
  Device device("reference");
  Tensor host = vec({1, 2, 3});
  std::atomic<bool> done{false};
  std::atomic<int> served{0};
  on_threads(4, [&](int i) {
    if (i == 0) {
      for (int round = 0; round < 10; ++round) {
        for (int before = served; served == before;) std::this_thread::yield();
        unload_plugin("reference");
        EXPECT_EQ(reason(plugin_file("reference")), "loaded");
      }
      done = true;
      return;
    }
    while (!done) {
      try {
        EXPECT_THAT(values(host.to(device) * 2), testing::ElementsAre(2, 4, 6));
        ++served;
      } catch (const Error& e) {
        EXPECT_THAT(e.what(), HasSubstr("unloaded"));
      }
    }
  });
}

TEST_F(LoaderTest, LogicalUnloadKeepsLiveTensors) {
  Device device("simulator:1");
  Tensor t = vec({1, 2, 3}).to(device);
  Tensor y = t * 2;
  std::atomic<bool> stop{false};
  std::thread busy([&] {
    try {
      while (!stop) (void)(t * 3);
    } catch (const Error& e) {
      EXPECT_THAT(e.what(), HasSubstr("unloaded"));
    }
  });
  unload_plugin("simulator");
  stop = true;
  busy.join();
  try {
    (void)(t * 2);
    FAIL() << "expected a refusal";
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), HasSubstr("unloaded"));
  }
  t = Tensor();  // memory functions still work
  EXPECT_THROW(unload_plugin("simulator"), Error);
}

}  // namespace
}  // namespace sy
