#include "switchyard/testing/known_gaps.h"

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <map>
#include <stdexcept>

namespace sy::testing {

std::vector<KnownGap> read_known_gaps(const std::string& path) {
  std::vector<KnownGap> gaps;
  if (!std::filesystem::exists(path)) return gaps;
  try {
    YAML::Node root = YAML::LoadFile(path);
    for (const auto& entry : root["known_gaps"]) {
      KnownGap gap;
      const std::map<std::string, std::string*> fields = {{"op", &gap.op},
                                                          {"suite", &gap.suite},
                                                          {"dtype", &gap.dtype},
                                                          {"layout", &gap.layout},
                                                          {"reason", &gap.reason}};
      for (const auto& item : entry) {
        auto field = fields.find(item.first.as<std::string>());
        if (field == fields.end()) throw std::runtime_error("unknown key " + item.first.as<std::string>());
        *field->second = item.second.as<std::string>();
      }
      if (gap.op.empty() || gap.reason.empty()) throw std::runtime_error("a known gap needs op and reason");
      gaps.push_back(std::move(gap));
    }
  } catch (const std::exception& e) {
    throw std::runtime_error(path + ": " + e.what());
  }
  return gaps;
}

GapTally::GapTally(std::vector<KnownGap> gaps) {
  for (KnownGap& gap : gaps) gaps_.push_back({std::move(gap), 0, 0});
}

const KnownGap* GapTally::find(const std::string& op, const std::string& suite, const std::string& dtype,
                               const std::string& layout, bool failed) {
  const KnownGap* first = nullptr;
  for (Counted& g : gaps_) {
    auto fits = [](const std::string& wanted, const std::string& value) { return wanted.empty() || wanted == value; };
    if (g.gap.op != op || !fits(g.gap.suite, suite) || !fits(g.gap.dtype, dtype) || !fits(g.gap.layout, layout))
      continue;
    if (!g.gap.suite.empty() || suite == "forward") ++g.cases;
    if (failed) ++g.failed;
    if (first == nullptr) first = &g.gap;
    if (failed) break;
  }
  return first;
}

std::vector<KnownGap> GapTally::unexpected_passes() const {
  std::vector<KnownGap> passes;
  for (const Counted& g : gaps_) {
    if (g.cases != 0 && g.failed == 0) passes.push_back(g.gap);
  }
  return passes;
}

}  // namespace sy::testing
