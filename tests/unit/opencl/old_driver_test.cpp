// Devices that the plugin cannot use are left out, and the log says why.
#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "device.h"
#include "host.h"

namespace {

const char* pretended_version = nullptr;  // NOLINT: of every device, where set

}  // namespace

/// Stands before the ICD loader's for what is linked into this program.
extern "C" cl_int clGetDeviceInfo(cl_device_id device, cl_device_info what, std::size_t size, void* to,
                                  std::size_t* actual) {
  static const auto real = reinterpret_cast<decltype(&clGetDeviceInfo)>(::dlsym(RTLD_NEXT, "clGetDeviceInfo"));
  if (what != CL_DEVICE_VERSION || pretended_version == nullptr) return real(device, what, size, to, actual);
  const std::size_t needed = std::strlen(pretended_version) + 1;
  if (actual != nullptr) *actual = needed;
  if (to == nullptr) return CL_SUCCESS;
  if (size < needed) return CL_INVALID_VALUE;
  std::memcpy(to, pretended_version, needed);
  return CL_SUCCESS;
}

namespace sy::opencl {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;

std::vector<std::string>& lines() {
  static std::vector<std::string> lines;
  return lines;
}

TEST(OldDriver, VersionsFrom12On) {
  EXPECT_TRUE(has_opencl_1_2("OpenCL 1.2 "));
  EXPECT_TRUE(has_opencl_1_2("OpenCL 2.0 AMD-APP"));
  EXPECT_TRUE(has_opencl_1_2("OpenCL 3.0 PoCL HSTR: x"));
  EXPECT_FALSE(has_opencl_1_2("OpenCL 1.1 Mesa 13"));
  EXPECT_FALSE(has_opencl_1_2("OpenCL 1.0 "));
  EXPECT_FALSE(has_opencl_1_2("CL 3.0"));
  EXPECT_FALSE(has_opencl_1_2(""));
}

TEST(OldDriver, ItsDevicesAreLeftOutAndTheLogSaysWhy) {
  static sy_host services{};
  services.size = sizeof services;
  services.log = [](sy_plugin_handle*, std::int32_t, const char* text) { lines().push_back(text); };
  host().services = &services;
  pretended_version = "OpenCL 1.1 Mesa 13";
  EXPECT_EQ(Devices::get().count(), 0);
  if (lines().empty()) GTEST_SKIP() << "no OpenCL device";
  EXPECT_THAT(lines(), Each(AllOf(HasSubstr("is left out: "), HasSubstr("it has \"OpenCL 1.1 Mesa 13\""))));
}

}  // namespace
}  // namespace sy::opencl
