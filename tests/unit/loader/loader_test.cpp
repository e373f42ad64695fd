// What the loader refuses, and what stays alive after an unload.
#include "switchyard/loader/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "../autograd/values.h"
#include "../threads.h"
#include "switchyard/core/backend.h"
#include "switchyard/core/log.h"

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

TEST_F(LoaderTest, RefusesDirectoriesThatAnyoneMayChange) {
  fs::path copy = dir_ / "safe.so";
  fs::copy_file(plugin_file("template"), copy);
  fs::permissions(dir_, fs::perms::others_write, fs::perm_options::add);
  EXPECT_THAT(reason(copy.string()), HasSubstr(dir_.string() + " is writable by everyone"));
  fs::permissions(dir_, fs::perms::sticky_bit, fs::perm_options::add);
  EXPECT_THAT(reason(copy.string()), testing::Not(HasSubstr("writable")))
      << "as /tmp: nobody may replace another's file";
}

/// "path: source, name or reason" of each candidate, in a new process that loads with this environment.
class SearchDeathTest : public LoaderTest {
 protected:
  void SetUp() override {
    LoaderTest::SetUp();
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    for (const char* sub : {"one", "two", "user/switchyard/plugins"}) fs::create_directories(dir_ / sub);
  }
  /// Prints the candidates below dir_ and those that loaded, and exits.
  [[noreturn]] void load_and_print(const std::string& plugins) {
    setenv("SWITCHYARD_PLUGINS", plugins.c_str(), 1);
    setenv("XDG_DATA_HOME", (dir_ / "user").c_str(), 1);
    std::string text;
    for (const PluginCandidate& c : plugin_candidates()) {
      fs::path path = c.path;
      if (path.is_absolute()) path = path.lexically_relative(fs::canonical(dir_));
      if (!path.is_absolute() && path.string().rfind("../", 0) == 0) path = c.path;
      text += "<" + c.source + " " + path.string() + " " + (c.plugin != nullptr ? "is " + c.plugin->name() : c.reason) +
              ">";
    }
    fs::remove_all(dir_);
    std::fprintf(stderr, "%s", text.c_str());
    _exit(0);
  }
};

TEST_F(SearchDeathTest, InOrderAndOnceByFileName) {
  fs::copy_file(plugin_file("template"), dir_ / "two/switchyard_template.so");
  fs::copy_file(plugin_file("template"), dir_ / "user/switchyard/plugins/switchyard_template.so");
  std::ofstream(dir_ / "one/a.so") << "no library";
  std::ofstream(dir_ / "one/readme.txt") << "no plugin at all";
  std::ofstream(dir_ / "user/switchyard/plugins/b.so") << "no library";
  std::string list = (dir_ / "one").string() + "::" + (dir_ / "two/switchyard_template.so").string() + ":relative.so";
  EXPECT_EXIT(load_and_print(list), testing::ExitedWithCode(0),
              "^<SWITCHYARD_PLUGINS one/a.so not a shared library .no ELF header.>"
              "<SWITCHYARD_PLUGINS two/switchyard_template.so is template>"
              "<SWITCHYARD_PLUGINS relative.so not an absolute path>"
              ".*<package [^ ]*switchyard_cpu.so is cpu>.*"
              "<user user/switchyard/plugins/b.so not a shared library .no ELF header.>"
              "<user user/switchyard/plugins/switchyard_template.so a file of this name was found before: "
              "[^>]*/two/switchyard_template.so>");
}

TEST_F(SearchDeathTest, OneFileUnderTwoNames) {
  fs::copy_file(plugin_file("template"), dir_ / "one/a.so");
  fs::create_symlink("a.so", dir_ / "one/b.so");
  EXPECT_EXIT(load_and_print((dir_ / "one").string()), testing::ExitedWithCode(0),
              "^<SWITCHYARD_PLUGINS one/a.so is template>"
              "<SWITCHYARD_PLUGINS one/b.so the same file as [^ ]*/one/a.so, loaded already><package");
}

/// Prints the places and their notes, and exits.
[[noreturn]] void print_places() {
  std::string text;
  for (const PluginPlace& p : plugin_places()) text += "<" + p.source + " " + p.path + " " + p.note + ">";
  std::fprintf(stderr, "%s", text.c_str());
  _exit(0);
}

TEST_F(SearchDeathTest, PlacesSayWhatWasFoundThere) {
  std::ofstream(dir_ / "one/a.so") << "no library";
  auto run = [&](const char* plugins) {
    setenv("SWITCHYARD_PLUGINS", plugins, 1);
    setenv("XDG_DATA_HOME", (dir_ / "none").c_str(), 1);
    print_places();
  };
  EXPECT_EXIT(run((dir_ / "one").c_str()), testing::ExitedWithCode(0),
              "^<SWITCHYARD_PLUGINS [^ ]+/one 1 file><package [^ ]+ [0-9]+ files>"
              "<user [^ ]+/none/switchyard/plugins does not exist><system /usr/local[^ ]+ does not exist>");
  EXPECT_EXIT(run("none"), testing::ExitedWithCode(0), "^<SWITCHYARD_PLUGINS  none: nothing is loaded>$");
}

TEST_F(SearchDeathTest, NothingComesFromTheCurrentDirectory) {
  for (const char* sub : {"switchyard_template.so", "one/switchyard_template.so"}) {
    fs::copy_file(plugin_file("template"), dir_ / sub);
  }
  fs::create_directories(dir_ / "switchyard/plugins");
  fs::copy_file(plugin_file("template"), dir_ / "switchyard/plugins/switchyard_template.so");
  auto run = [&] {
    fs::current_path(dir_);
    unsetenv("HOME");
    setenv("SWITCHYARD_PLUGINS", "switchyard_template.so:./one:.:", 1);
    setenv("XDG_DATA_HOME", ".", 1);
    for (const PluginCandidate& c : plugin_candidates()) {
      if (c.plugin != nullptr && c.path.find(dir_.string()) == 0) _exit(1);
    }
    _exit(0);
  };
  EXPECT_EXIT(run(), testing::ExitedWithCode(0), "");
}

TEST_F(SearchDeathTest, DirectoriesThatAnyoneMayWriteToGiveNothing) {
  fs::copy_file(plugin_file("template"), dir_ / "one/switchyard_template.so");
  for (fs::perms mode : {fs::perms::none, fs::perms::sticky_bit}) {
    fs::permissions(dir_ / "one", fs::perms::all | mode);
    EXPECT_EXIT(load_and_print((dir_ / "one").string()), testing::ExitedWithCode(0),
                "no plugin is taken from [^ ]*/one: [^ ]*/one is writable by everyone\n"
                "<SWITCHYARD_PLUGINS one [^ ]*/one is writable by everyone><package");
  }
}

TEST_F(SearchDeathTest, NoneLoadsNothing) { EXPECT_EXIT(load_and_print("none"), testing::ExitedWithCode(0), "^$"); }

TEST_F(LoaderTest, TheRealPathIsLoggedAndKept) {
  ASSERT_EQ(reason(plugin_file("template")), "loaded");
  unload_plugin("template");
  std::vector<std::string> logged;
  set_log_level(LogLevel::kInfo);
  set_log_sink([&](LogLevel, std::string_view text) { logged.emplace_back(text); });
  fs::create_symlink(plugin_file("template"), dir_ / "link.so");
  absl::StatusOr<Plugin*> plugin = load_plugin((dir_ / "link.so").string());
  set_log_sink({});
  set_log_level(LogLevel::kWarning);
  ASSERT_TRUE(plugin.ok()) << plugin.status();
  EXPECT_EQ((*plugin)->path(), fs::canonical(plugin_file("template")).string());
  EXPECT_THAT(logged, testing::Contains(HasSubstr("loaded from " + (*plugin)->path())));
}

TEST_F(SearchDeathTest, MissingFilesAreTold) {
  EXPECT_EXIT(load_and_print((dir_ / "gone.so").string()), testing::ExitedWithCode(0),
              "^<SWITCHYARD_PLUGINS gone.so No such file or directory>");
}

TEST_F(SearchDeathTest, APluginLoadedByHandFindsTheCpu) {
  auto run = [] {
    load_plugin(plugin_file("template")).status().IgnoreError();
    Tensor t = exp(empty({2}, kF32, Device("template")));
    _exit(t.device() == Device("template") ? 0 : 1);
  };
  EXPECT_EXIT(run(), testing::ExitedWithCode(0), "");
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
