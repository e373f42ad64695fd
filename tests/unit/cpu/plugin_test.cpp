// The plugin's table; its kernels are tested by the conformance suite.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <set>
#include <vector>

#include "../reference/plugin_harness.h"

namespace sy::testing {
namespace {

TEST(CpuPlugin, Settings) {
  const sy_backend& b = LoadedPlugin::get("cpu").backend();
  EXPECT_EQ(b.configure(b.self, "num_threads", "2"), SY_OK);
  for (const char* wrong : {"", "0", "-1", "two", "2x", "4097", "99999999999999999999"}) {
    EXPECT_EQ(b.configure(b.self, "num_threads", wrong), SY_INVALID_ARGUMENT) << wrong;
  }
  const char* const chosen = std::getenv("SWITCHYARD_CPU_INSTRUCTIONS");
  for (const char* set : {"baseline", "Best", chosen != nullptr ? chosen : "best"}) {
    EXPECT_EQ(b.configure(b.self, "instruction_set", set), SY_OK) << set;
  }
  for (const char* wrong : {"", "AVX9000", "SCALAR "}) {
    EXPECT_EQ(b.configure(b.self, "instruction_set", wrong), SY_INVALID_ARGUMENT) << wrong;
  }
  EXPECT_EQ(b.configure(b.self, "colour", "2"), SY_NOT_FOUND);
}

TEST(CpuPlugin, OneSynchronousDeviceInHostMemory) {
  const sy_backend& b = LoadedPlugin::get("cpu").backend();
  EXPECT_EQ(b.flags, SY_BACKEND_HOST_MEMORY | SY_BACKEND_SYNCHRONOUS);
  EXPECT_EQ(b.dlpack_type, 1);
  std::int32_t count = 0;
  EXPECT_EQ(b.device_count(b.self, &count), SY_OK);
  EXPECT_EQ(count, 1);
}

TEST(CpuPlugin, OneKernelPerOperatorAndDtype) {
  std::set<std::pair<std::string, std::uint32_t>> seen;
  for (const sy_kernel* k : LoadedPlugin::get("cpu").kernels()) {
    EXPECT_NE(k->layout_hash, 0u) << k->op;
    for (std::uint32_t i = 0; i < k->num_dtypes; ++i) EXPECT_TRUE(seen.insert({k->op, k->dtypes[i]}).second) << k->op;
  }
}

TEST(CpuPlugin, CopiesOnSeveralThreadsAndOverlapping) {
  const sy_backend& b = LoadedPlugin::get("cpu").backend();
  ASSERT_EQ(b.configure(b.self, "num_threads", "3"), SY_OK);
  constexpr std::size_t kBytes = 1'000'003;
  std::vector<char> from(kBytes), want(2 * kBytes, 'x');
  for (std::size_t i = 0; i < kBytes; ++i) from[i] = static_cast<char>(i * 7 + i / 4096);
  std::vector<char> to = want;
  sy_copy c{sizeof(sy_copy), SY_COPY_DEVICE_TO_DEVICE, to.data(), 5, from.data(), 3, kBytes - 3, 0, 0, 0};
  EXPECT_EQ(b.copy(b.self, &c), SY_OK);
  std::copy(from.begin() + 3, from.end(), want.begin() + 5);
  EXPECT_EQ(to, want);
  for (std::uint64_t target : {70'005u, 0u}) {  // forwards, then backwards
    c.src = to.data();
    c.src_offset = 5;
    c.dst_offset = target;
    EXPECT_EQ(b.copy(b.self, &c), SY_OK);
    std::memmove(want.data() + target, want.data() + 5, kBytes - 3);
    EXPECT_EQ(to, want) << target;
  }
  EXPECT_EQ(b.configure(b.self, "num_threads", "1"), SY_OK);
}

}  // namespace
}  // namespace sy::testing
