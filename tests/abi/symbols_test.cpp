// Which function a plugin's call reaches.
#include <cerrno>
#include <cstdlib>

#include "cases.h"
#include "switchyard/core/backend_call.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#else
#define SANITIZED 0
std::atomic<int> g_posix_memaligns{0};

/// In the C library's place: exported by this program, see CMakeLists.txt.
extern "C" int posix_memalign(void** memory, std::size_t alignment, std::size_t size) noexcept {
  ++g_posix_memaligns;
  *memory = std::aligned_alloc(alignment, size);
  return *memory != nullptr ? 0 : ENOMEM;
}
#endif

namespace sy {
namespace {

TEST(Symbols, WhatTheProgramPutsInALibrarysPlaceHoldsForPluginsToo) {
#if SANITIZED
  GTEST_SKIP() << "a sanitizer has its own functions in the C library's place";
#else
  load_case("plain");
  Device device("plain");
  const int before = g_posix_memaligns;
  call_backend(backend_of(device), "alloc", device, [](const sy_backend& table, void* self) {
    void* memory = nullptr;
    const sy_status status = table.alloc(self, 0, SY_MEMORY_DEVICE, 64, &memory);
    EXPECT_EQ(table.free(self, 0, SY_MEMORY_DEVICE, memory), SY_OK);
    return status;
  });
  EXPECT_EQ(g_posix_memaligns, before + 1) << "as an allocator or a sanitizer of the program wants it";
#endif
}

TEST(Symbols, TwoPluginsHaveFunctionsOfOneName) {
  load_case("clash_two");
  load_case("clash_three");
  for (int again = 0; again < 2; ++again) {
    EXPECT_THAT(numbers(neg(on("clash_two", {1}))), testing::ElementsAre(-2));
    EXPECT_THAT(numbers(neg(on("clash_three", {1}))), testing::ElementsAre(-3));
  }
}

}  // namespace
}  // namespace sy
