#include "switchyard/testing/elf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "switchyard/core/error.h"

namespace sy::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

constexpr const char* kPlugin = SWITCHYARD_PLUGIN_DIR "/switchyard_template.so";

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Reads a file with that content; whether it was refused.
bool refused(const std::string& bytes) {
  std::string path = ::testing::TempDir() + "elf_test." + std::to_string(getpid()) + ".so";
  std::ofstream(path, std::ios::binary) << bytes;
  bool threw = false;
  try {
    read_library_file(path);
  } catch (const Error&) {
    threw = true;
  }
  std::filesystem::remove(path);
  return threw;
}

TEST(Elf, APluginsSymbolsAndLibraries) {
  LibraryFile library = read_library_file(kPlugin);
  EXPECT_THAT(library.exported, ElementsAre("sy_plugin_query"));
  EXPECT_THAT(library.needed, Contains("libc.so.6"));
  EXPECT_THAT(library.undefined, Not(Contains("sy_plugin_query")));
  EXPECT_FALSE(library.executable_stack);
  EXPECT_FALSE(library.text_relocations);
}

TEST(Elf, SanitizersShowInWhatIsReferredTo) {
  LibraryFile library;
  EXPECT_EQ(sanitizers_of(library), "none");
  library.undefined = {"memcpy", "__asan_init"};
  library.weak = {"__ubsan_handle_add_overflow"};
  EXPECT_EQ(sanitizers_of(library), "address,undefined");
  EXPECT_TRUE(is_sanitizer_symbol("__tsan_read4"));
  EXPECT_FALSE(is_sanitizer_symbol("__cxa_throw"));
}

TEST(Elf, FilesThatAreNoneAreRefused) {
  EXPECT_THROW(read_library_file("/nowhere/at/all.so"), Error);
  EXPECT_TRUE(refused(""));
  EXPECT_TRUE(refused("#!/bin/sh\n"));
  std::string whole = bytes_of(kPlugin);
  for (std::size_t size = 1; size < whole.size(); size += 1 + whole.size() / 50) {
    EXPECT_TRUE(refused(whole.substr(0, size))) << size;
  }
}

/// Whatever is in the file: an answer or a refusal, and no read outside of it.
TEST(Elf, DamagedFilesAreReadWithinTheirBounds) {
  const std::string whole = bytes_of(kPlugin);
  std::mt19937 random(7);
  std::uint64_t sections = 0;
  std::memcpy(&sections, whole.data() + 40, sizeof sections);
  for (int turn = 0; turn < 300; ++turn) {
    std::string damaged = whole;
    for (int k = 0; k < 6; ++k) {  // in the header and in the section table, where it hurts
      std::size_t at = k % 2 == 0 ? random() % 64 : sections + random() % (whole.size() - sections);
      damaged[at] = static_cast<char>(random());
    }
    refused(damaged);
  }
}

}  // namespace
}  // namespace sy::testing
