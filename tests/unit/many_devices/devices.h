// The devices that these tests use at once: three kinds of memory, four simulated devices of each kind, and a real driver's.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "switchyard/core/backend.h"
#include "switchyard/core/sanitizer.h"
#include "switchyard/core/stream.h"
#include "switchyard/ops/operators.h"

namespace sy {

/// How many devices each simulated backend has; environment.cpp sees to it.
inline constexpr int kSimulators = 4;

inline const std::vector<std::string>& device_names() {
  static const std::vector<std::string> names = {
      "cpu:0",    "reference:0", "simulator:0", "simulator:3", "simulator_opaque:1", "simulator_opaque:2",
      "opencl:0", "opencl:1"};
  return names;
}

/// Why a device is not there, or "". Only opencl may be missing.
inline std::string why_missing(const std::string& name) {
  Device device(name);
  if (device.backend_name() != "opencl") return "";
  if constexpr (kSanitized) return "a driver brings a compiler and threads that no sanitizer knows";
  absl::StatusOr<DeviceState*> state = find_device(device);
  return state.ok() ? "" : std::string(state.status().message());
}

/// Whether the plugin was built and a driver is registered.
inline bool opencl_is_expected() {
#if defined(SWITCHYARD_TEST_OPENCL)
  if constexpr (kSanitized) return false;
  const char* set = std::getenv("OCL_ICD_VENDORS");
  const std::filesystem::path vendors = set != nullptr && *set != '\0' ? set : "/etc/OpenCL/vendors";
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(vendors, error)) {
    if (file.path().extension() == ".icd") return true;
  }
#endif
  return false;
}

/// All of them that this machine has.
inline const std::vector<Device>& all_devices() {
  static const std::vector<Device> devices = [] {
    std::vector<Device> present;
    for (const std::string& name : device_names()) {
      if (why_missing(name).empty()) present.emplace_back(name);
    }
    return present;
  }();
  return devices;
}

/// A test of one device with all others; skipped where there is no such device.
class OnDevice : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (std::string reason = why_missing(GetParam()); !reason.empty()) GTEST_SKIP() << reason;
  }
  Device device() const { return Device(GetParam()); }
};

inline std::string test_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  name[name.find(':')] = '_';
  return name;
}

/// Makes every task of the simulated devices late by that many microseconds, so that work which was not waited for shows.
/// At the end they are as slow again as the environment says.
class SlowSimulators {
 public:
  explicit SlowSimulators(const std::string& microseconds) { set(microseconds); }
  ~SlowSimulators() {
    const char* before = std::getenv("SWITCHYARD_SIMULATOR_DELAY_US");
    set(before != nullptr ? before : "0");
  }
  SlowSimulators(const SlowSimulators&) = delete;
  SlowSimulators& operator=(const SlowSimulators&) = delete;

 private:
  static void set(const std::string& microseconds) {
    for (const char* backend : {"simulator", "simulator_opaque"}) configure_backend(backend, "delay_us", microseconds);
  }
};

}  // namespace sy
