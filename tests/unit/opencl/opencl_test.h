// What the tests on OpenCL devices share.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "statistics.h"
#include "switchyard/core/backend.h"
#include "switchyard/dispatch/fallback.h"
#include "switchyard/switchyard.h"

namespace sy {

/// What the plugin has counted so far, over all devices.
inline sy_opencl_counts opencl_counts() {
  const sy_backend& b = backend_of(Device("opencl")).table();
  const auto* statistics = static_cast<const sy_opencl_statistics*>(b.extension(b.self, SY_OPENCL_STATISTICS, 2));
  sy_opencl_counts counts{};
  statistics->read(&counts);
  return counts;
}

inline Tensor moved(const Tensor& t, Device device) { return t.to(std::nullopt, device); }

/// Relative to 1 + |expected|, in f64.
inline void expect_near(const Tensor& found, const Tensor& expected, double tolerance) {
  ASSERT_EQ(found.shape(), expected.shape());
  const std::vector<double> a = to_vector<double>(found.to(kF64, Device()));
  const std::vector<double> b = to_vector<double>(expected.to(kF64, Device()));
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_FALSE(std::isnan(a[i])) << "element " << i;
    worst = std::max(worst, std::abs(a[i] - b[i]) / (1 + std::abs(b[i])));
  }
  EXPECT_LE(worst, tolerance);
}

/// Nothing may run on the CPU instead.
class OpenclTest : public ::testing::Test {
 protected:
  void SetUp() override { set_fallback_policy(FallbackPolicy::kError); }
};

/// Runs one disabled test of this program in a process of its own, whose driver starts anew under these variables, and
/// returns the numbers that it wrote by tell_parent.
inline std::vector<std::int64_t> run_child(const std::string& test, const std::string& report,
                                           const std::map<std::string, std::string>& variables) {
  std::string command = "env SWITCHYARD_TEST_REPORT='" + report + "'";
  for (const auto& [name, value] : variables) command += " " + name + "='" + value + "'";
  command += " " + std::filesystem::read_symlink("/proc/self/exe").string();
  command += " --gtest_also_run_disabled_tests --gtest_filter=" + test + " >&2";
  EXPECT_EQ(std::system(command.c_str()), 0) << test;
  std::ifstream in(report);
  std::vector<std::int64_t> numbers;
  for (std::int64_t n = 0; in >> n;) numbers.push_back(n);
  return numbers;
}

inline void tell_parent(const std::vector<std::int64_t>& numbers) {
  std::ofstream report(std::getenv("SWITCHYARD_TEST_REPORT"));
  for (const std::int64_t n : numbers) report << n << "\n";
}

}  // namespace sy
