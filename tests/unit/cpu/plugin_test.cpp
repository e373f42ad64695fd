// The plugin's table; its kernels are tested by the conformance suite.
#include <gtest/gtest.h>

#include <set>

#include "../reference/plugin_harness.h"

namespace sy::testing {
namespace {

TEST(CpuPlugin, Settings) {
  const sy_backend& b = LoadedPlugin::get("cpu").backend();
  EXPECT_EQ(b.configure(b.self, "num_threads", "2"), SY_OK);
  for (const char* wrong : {"", "0", "-1", "two", "2x", "4097", "99999999999999999999"}) {
    EXPECT_EQ(b.configure(b.self, "num_threads", wrong), SY_INVALID_ARGUMENT) << wrong;
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

}  // namespace
}  // namespace sy::testing
