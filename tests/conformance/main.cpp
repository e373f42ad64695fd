// conformance --device NAME [--tier quick|full] [--op NAME] [--group NAME] [--suite NAME] [--gaps FILE]
//             [--fallback error|allow] [GoogleTest's flags]
//
// Runs the suite on a device, one test per operator and suite. With --fallback allow, what the device has no kernel for runs
// on the CPU: for a plugin that is still growing.
#include <gtest/gtest.h>

#include <cstring>
#include <iostream>
#include <map>

#include "switchyard/core/backend.h"
#include "switchyard/dispatch/fallback.h"
#include "switchyard/testing/suite.h"

namespace sy::testing {
namespace {

class ConformanceTest : public ::testing::Test {
 public:
  ConformanceTest(const OperatorSamples& op, const Suite& suite, const Options& options,
                  const std::vector<KnownGap>& gaps)
      : op_(op), suite_(suite), options_(options), gaps_(gaps) {}

  void TestBody() override {
    Report report(op_.name, suite_.name, gaps_);
    suite_.run(op_, options_, report);
    std::vector<std::string> failures = report.failures();
    constexpr std::size_t kShown = 6;
    for (std::size_t i = 0; i < failures.size() && i < kShown; ++i) ADD_FAILURE() << failures[i];
    if (failures.size() > kShown)
      ADD_FAILURE() << op_.name << ": " << failures.size() - kShown << " further cases fail";
    RecordProperty("cases", static_cast<int>(report.cases()));
  }

 private:
  const OperatorSamples& op_;
  const Suite& suite_;
  const Options& options_;
  const std::vector<KnownGap>& gaps_;
};

std::string test_name(const std::string& op) {
  std::string name = op;
  for (char& c : name) c = c == ':' ? '_' : c;
  return name;
}

void register_tests(const std::map<std::string, std::string>& arguments, const Options& options,
                    const std::vector<KnownGap>& gaps) {
  auto wanted = [&](const char* key, const std::string& value) {
    auto it = arguments.find(key);
    return it == arguments.end() || it->second == value;
  };
  for (const OperatorSamples& op : all_samples()) {
    if (!wanted("op", op.name) || !wanted("group", op.group)) continue;
    for (const Suite& suite : suites()) {
      if (!wanted("suite", suite.name)) continue;
      std::string suite_name = str_cat("conformance_", options.device.backend_name(), "_", suite.name);
      ::testing::RegisterTest(suite_name.c_str(), test_name(op.name).c_str(), nullptr, nullptr, __FILE__, __LINE__,
                              [&op, &suite, &options, &gaps]() -> ConformanceTest* {
                                return new ConformanceTest(op, suite, options, gaps);
                              });
    }
  }
}

int run(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  std::map<std::string, std::string> arguments;
  for (int i = 1; i < argc; i += 2) {
    std::string key = argv[i];
    constexpr const char* kKeys[] = {"--device", "--tier", "--op", "--group", "--suite", "--gaps", "--fallback"};
    bool known = false;
    for (const char* k : kKeys) known |= key == k;
    if (!known || i + 1 == argc) {
      std::cerr << "usage: conformance --device NAME [--tier quick|full] [--op NAME] [--group NAME] [--suite NAME] "
                   "[--gaps FILE] [--fallback error|allow]\n";
      return 2;
    }
    arguments[key.substr(2)] = argv[i + 1];
  }
  Options options;
  options.device = Device(arguments.count("device") ? arguments["device"] : "cpu");
  options.tier = arguments["tier"] == "full" ? Tier::kFull : Tier::kQuick;
  std::vector<KnownGap> gaps;
  if (arguments.count("gaps")) gaps = read_known_gaps(arguments["gaps"]);
  device_state(options.device);
  device_state(options.oracle);
  // A device is judged by its own kernels.
  set_fallback_policy(arguments["fallback"] == "allow" ? FallbackPolicy::kAllow : FallbackPolicy::kError);
  register_tests(arguments, options, gaps);
  return RUN_ALL_TESTS();
}

}  // namespace
}  // namespace sy::testing

int main(int argc, char** argv) {
  try {
    return sy::testing::run(argc, argv);
  } catch (const std::exception& e) {
    std::cerr << "conformance: " << e.what() << "\n";
    return 2;
  }
}
