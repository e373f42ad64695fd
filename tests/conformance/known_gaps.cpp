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

}  // namespace sy::testing
