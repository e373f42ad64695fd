#include "switchyard/loader/permissions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace sy {
namespace {

namespace fs = std::filesystem;
using testing::EndsWith;

class Permissions : public testing::Test {
 protected:
  Permissions()
      : dir_(fs::canonical(fs::temp_directory_path()) / ("switchyard_permissions_" + std::to_string(getpid()))) {
    fs::create_directories(dir_ / "in");
    file_ = dir_ / "in/plugin.so";
    std::ofstream(file_) << "code";
    mode(dir_, 0755);
    mode(dir_ / "in", 0755);
    mode(file_, 0644);
  }
  ~Permissions() override { fs::remove_all(dir_); }
  static void mode(const fs::path& path, mode_t m) { ASSERT_EQ(chmod(path.c_str(), m), 0); }
  std::string file(bool privileged = false) { return std::string(check_plugin_file(file_, privileged).message()); }
  std::string directory(bool privileged = false) {
    return std::string(check_plugin_directory(dir_ / "in", privileged).message());
  }
  fs::path dir_, file_;
};

TEST_F(Permissions, ThoseOfTheOwnerAlone) {
  EXPECT_EQ(file(), "");
  EXPECT_EQ(directory(), "");
  EXPECT_EQ(file(true), "");
  EXPECT_EQ(directory(true), "");
}

TEST_F(Permissions, NothingThatEveryoneMayWriteTo) {
  mode(file_, 0646);
  EXPECT_THAT(file(), EndsWith("/in/plugin.so is writable by everyone"));
  mode(file_, 0644);
  mode(dir_ / "in", 0757);
  EXPECT_THAT(file(), EndsWith("/in is writable by everyone"));
  EXPECT_THAT(directory(), EndsWith("/in is writable by everyone"));
  mode(dir_ / "in", 0755);
  mode(dir_, 0757);  // somebody could exchange the directory
  EXPECT_THAT(file(), EndsWith(dir_.string() + " is writable by everyone"));
  EXPECT_THAT(directory(), EndsWith(dir_.string() + " is writable by everyone"));
}

TEST_F(Permissions, NothingThatAGroupMayWriteToForThePrivileged) {
  mode(file_, 0664);
  EXPECT_EQ(file(), "");
  EXPECT_THAT(file(true), EndsWith("/in/plugin.so is writable by its group"));
  mode(file_, 0644);
  mode(dir_ / "in", 0775);
  EXPECT_EQ(directory(), "");
  EXPECT_THAT(file(true), EndsWith("/in is writable by its group"));
  EXPECT_THAT(directory(true), EndsWith("/in is writable by its group"));
}

TEST_F(Permissions, StickyDirectories) {
  mode(dir_ / "in", 01777);
  EXPECT_EQ(file(), "") << "nobody else may replace it";
  EXPECT_THAT(directory(), EndsWith("/in is writable by everyone")) << "but anyone may add one";
  mode(dir_ / "in", 0755);
  mode(dir_, 01777);
  EXPECT_EQ(file(), "");
  EXPECT_EQ(directory(), "");
}

TEST_F(Permissions, WhatIsNotThere) {
  fs::remove(file_);
  EXPECT_THAT(file(), EndsWith("/in/plugin.so does not exist"));
}

TEST_F(Permissions, AnothersFileInAStickyDirectory) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  mode(dir_ / "in", 01777);
  ASSERT_EQ(chown(file_.c_str(), 12345, 12345), 0);
  EXPECT_THAT(file(), EndsWith("belongs to another user, in a directory where anyone may put files"));
}

}  // namespace
}  // namespace sy
