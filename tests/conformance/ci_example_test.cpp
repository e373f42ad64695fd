// examples/conformance_ci/conformance.yml: no runner of GitHub's reads it here, so that it is at least looked through.
#include <gtest/gtest.h>
#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace sy::testing {
namespace {

const std::string kSource = SWITCHYARD_SOURCE_DIR;                  // NOLINT
const std::string kExample = kSource + "/examples/conformance_ci";  // NOLINT

std::string text_of(const std::string& path) {
  std::ifstream in(path);
  EXPECT_TRUE(in) << path;
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

/// Where a script of the workflow lies in this tree: ci/ is the vendor's copy of the example, switchyard/ a checkout of
/// ours. Empty for other words.
std::string script_of(const std::string& word) {
  if (word.rfind("ci/", 0) == 0) return kExample + word.substr(2);
  if (word.rfind("switchyard/scripts/", 0) == 0) return kSource + word.substr(word.find('/'));
  return "";
}

class CiExample : public ::testing::Test {
 protected:
  CiExample() : workflow_(YAML::LoadFile(kExample + "/conformance.yml")) {
    steps_ = workflow_["jobs"]["conformance"]["steps"];
    for (const YAML::Node& step : steps_) {
      if (!step["run"]) continue;
      std::istringstream command(step["run"].as<std::string>());
      for (std::string word; command >> word;) words_.push_back(word);
    }
  }

  YAML::Node workflow_;
  YAML::Node steps_;
  std::vector<std::string> words_;  // of all commands
};

TEST_F(CiExample, EachStepRunsOrUsesSomething) {
  ASSERT_TRUE(steps_.IsSequence());
  for (const YAML::Node& step : steps_) EXPECT_NE(!step["run"], !step["uses"]) << YAML::Dump(step);
}

TEST_F(CiExample, ItsScriptsExist) {
  int scripts = 0;
  for (const std::string& word : words_) {
    const std::string path = script_of(word);
    if (path.empty()) continue;
    ++scripts;
    EXPECT_EQ(::access(path.c_str(), X_OK), 0) << path;
  }
  EXPECT_EQ(scripts, 2);
}

TEST_F(CiExample, WhatItSetsIsRead) {
  const std::string script = text_of(kExample + "/conformance.sh");
  const std::string build = text_of(kSource + "/CMakeLists.txt");
  EXPECT_TRUE(workflow_["env"]["REQUIRE_DEVICE"]);
  EXPECT_NE(script.find("${REQUIRE_DEVICE:-"), std::string::npos);
  int kept = 0;
  for (const YAML::Node& step : steps_) kept += step["env"] && step["env"]["KEEP_REPORT"] ? 1 : 0;
  EXPECT_EQ(kept, 1);
  EXPECT_NE(script.find("${KEEP_REPORT:-"), std::string::npos);
  for (const std::string& word : words_) {
    if (word.rfind("-DSWITCHYARD_", 0) != 0) continue;
    const std::string option = word.substr(2, word.find('=') - 2);
    EXPECT_NE(build.find(option), std::string::npos) << option;
  }
}

// A baseline that only a run without failures could make would never be made for a young plugin.
TEST_F(CiExample, TheBaselineIsKeptAfterAFailedRun) {
  int saved = 0;
  for (const YAML::Node& step : steps_) {
    if (!step["uses"] || step["uses"].as<std::string>().rfind("actions/cache/save@", 0) != 0) continue;
    ++saved;
    EXPECT_EQ(step["if"].as<std::string>().rfind("always()", 0), 0u);
  }
  EXPECT_EQ(saved, 1);
}

}  // namespace
}  // namespace sy::testing
