// The on-disk cache of program binaries: what it gives back, and what it refuses.
#include "binary_cache.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>

namespace sy::opencl {
namespace {

namespace fs = std::filesystem;

class BinaryCacheTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("switchyard_opencl_cache_" + std::to_string(::getpid()));
    fs::remove_all(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path folder_;
  bool rejected_ = false;
};

TEST_F(BinaryCacheTest, GivesBackWhatWasStored) {
  const BinaryCache cache(folder_);
  ASSERT_TRUE(cache.enabled());
  EXPECT_FALSE(cache.load("kernel a", &rejected_).has_value());
  EXPECT_FALSE(rejected_);
  cache.store("kernel a", {1, 2, 3});
  cache.store("kernel b", {4});
  EXPECT_EQ(cache.load("kernel a", &rejected_), Binary({1, 2, 3}));
  EXPECT_EQ(BinaryCache(folder_).load("kernel b", &rejected_), Binary({4}));
  cache.remove("kernel a");
  EXPECT_FALSE(cache.load("kernel a", &rejected_).has_value());
}

TEST_F(BinaryCacheTest, RejectsDamagedEntriesAndDropsThem) {
  const BinaryCache cache(folder_);
  const Binary binary(1000, 7);
  const fs::path path = cache.path_of("kernel");
  cache.store("kernel", binary);
  const auto size = static_cast<std::streamoff>(fs::file_size(path));
  for (const std::streamoff at : {std::streamoff{0}, std::streamoff{10}, std::streamoff{35}, size / 2, size - 1}) {
    cache.store("kernel", binary);
    ASSERT_TRUE(cache.load("kernel", &rejected_).has_value());
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(at);
    const int old = file.get();
    file.seekp(at);
    file.put(static_cast<char>(old ^ 0x40));
    file.close();
    EXPECT_FALSE(cache.load("kernel", &rejected_).has_value()) << "byte " << at;
    EXPECT_TRUE(rejected_) << "byte " << at;
    EXPECT_FALSE(fs::exists(path)) << "byte " << at;
  }
  for (const std::streamoff keep : {std::streamoff{0}, std::streamoff{20}, size - 1}) {
    cache.store("kernel", binary);
    fs::resize_file(path, static_cast<std::uintmax_t>(keep));
    EXPECT_FALSE(cache.load("kernel", &rejected_).has_value()) << keep << " bytes";
    EXPECT_TRUE(rejected_);
  }
}

TEST_F(BinaryCacheTest, AnEntryOfAnotherIdentityUnderTheSameNameIsRejected) {
  const BinaryCache cache(folder_);
  cache.store("kernel", {1, 2, 3});
  fs::rename(cache.path_of("kernel"), cache.path_of("lernel"));
  EXPECT_FALSE(cache.load("lernel", &rejected_).has_value());
  EXPECT_TRUE(rejected_);
}

TEST_F(BinaryCacheTest, ReadersSeeWholeEntriesWhileOthersWrite) {
  const BinaryCache cache(folder_);
  const auto binary_of = [](unsigned char v) { return Binary(20000 + v, v); };
  cache.store("kernel", binary_of(0));
  std::atomic<bool> stop{false};
  std::vector<std::thread> writers;
  for (unsigned char v = 1; v <= 3; ++v) {
    writers.emplace_back([&, v] {
      const BinaryCache own(folder_);
      while (!stop) own.store("kernel", binary_of(v));
    });
  }
  for (int i = 0; i < 300; ++i) {
    bool rejected = false;
    const std::optional<Binary> read = cache.load("kernel", &rejected);
    ASSERT_FALSE(rejected);
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(*read, binary_of(read->front()));
  }
  stop = true;
  for (std::thread& t : writers) t.join();
  int files = 0;
  for (const auto& entry : fs::directory_iterator(folder_)) files += entry.is_regular_file() ? 1 : 0;
  EXPECT_EQ(files, 1);  // nothing temporary stays
}

TEST_F(BinaryCacheTest, OneAtATimeMakesAnEntry) {
  const BinaryCache cache(folder_);
  std::optional<EntryLock> first = cache.lock("kernel a");
  ASSERT_TRUE(*first);
  EXPECT_TRUE(cache.lock("kernel b"));  // another entry is nobody's
  std::atomic<bool> stored{false};
  std::thread second([&] {
    const EntryLock lock = BinaryCache(folder_).lock("kernel a");
    EXPECT_TRUE(lock);
    EXPECT_TRUE(stored);
  });
  const pid_t third = ::fork();
  if (third == 0) {
    first.reset();  // its copy of the opening; the lock is given back with the last one
    const EntryLock lock = BinaryCache(folder_).lock("kernel a");
    bool rejected = false;
    ::_exit(lock && cache.load("kernel a", &rejected) ? 0 : 1);
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  cache.store("kernel a", {1});
  stored = true;
  first.reset();
  second.join();
  int status = -1;
  ASSERT_EQ(::waitpid(third, &status, 0), third);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(cache.lock("kernel a"));
}

TEST_F(BinaryCacheTest, WithoutAFolderNothingIsLocked) { EXPECT_FALSE(BinaryCache({}).lock("kernel")); }

TEST_F(BinaryCacheTest, IsOffWhereOthersMayWrite) {
  fs::create_directories(folder_);
  ASSERT_EQ(::chmod(folder_.c_str(), 0777), 0);
  const BinaryCache cache(folder_);
  EXPECT_FALSE(cache.enabled());
  cache.store("kernel", {1});
  EXPECT_TRUE(fs::is_empty(folder_));
  fs::remove_all(folder_);
  fs::create_directory_symlink(fs::temp_directory_path(), folder_);
  EXPECT_FALSE(BinaryCache(folder_).enabled());
}

TEST_F(BinaryCacheTest, LiesInTheUsersCacheFolder) {
  ASSERT_EQ(::setenv("XDG_CACHE_HOME", "/some/where", 1), 0);
  EXPECT_EQ(BinaryCache::default_folder(), fs::path("/some/where/switchyard/opencl"));
  ASSERT_EQ(::setenv("XDG_CACHE_HOME", "relative", 1), 0);  // not allowed by its specification
  ASSERT_EQ(::setenv("HOME", "/home/me", 1), 0);
  EXPECT_EQ(BinaryCache::default_folder(), fs::path("/home/me/.cache/switchyard/opencl"));
  ::unsetenv("HOME");
  EXPECT_FALSE(BinaryCache(BinaryCache::default_folder()).enabled());
}

}  // namespace
}  // namespace sy::opencl
