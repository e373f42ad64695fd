// A YAML file, its nodes' places, and typed access that reports what does not fit.
#pragma once

#include <yaml-cpp/yaml.h>

#include <optional>
#include <string>
#include <vector>

#include "codegen/diagnostics.h"

namespace sy::codegen {

/// Reads values and reports mistakes to the diagnostics it was made with, which must outlive it.
class YamlSource {
 public:
  /// path is what messages call the file; text its contents.
  YamlSource(std::string path, std::string text, Diagnostics& diagnostics);

  /// The document, or an undefined node after a syntax error, which is reported.
  YAML::Node load();

  Location locate(const YAML::Node& node) const;
  Text text(const YAML::Node& node) const;
  void error(const YAML::Node& node, const std::string& message) { diagnostics_.error(locate(node), message); }
  Diagnostics& diagnostics() { return diagnostics_; }
  const std::string& path() const { return path_; }

  /// Each reports "<what> must be ..." and gives nullopt where the node is something else.
  std::optional<std::string> string(const YAML::Node& node, const std::string& what);
  std::optional<bool> boolean(const YAML::Node& node, const std::string& what);
  std::optional<std::int64_t> integer(const YAML::Node& node, const std::string& what);
  std::optional<double> number(const YAML::Node& node, const std::string& what);
  std::optional<std::vector<std::string>> strings(const YAML::Node& node, const std::string& what);
  /// `[low, high]` with low not above high.
  std::optional<std::pair<double, double>> range(const YAML::Node& node, const std::string& what);
  /// A map without repeated keys, every key of `allowed`; offending pairs are reported and left out.
  std::vector<std::pair<std::string, std::pair<YAML::Node, YAML::Node>>> map(const YAML::Node& node,
                                                                             const std::string& what,
                                                                             const std::vector<std::string>& allowed);

  /// Without a report.
  static std::optional<std::int64_t> parse_integer(const YAML::Node& node);
  static std::optional<double> parse_number(const YAML::Node& node);
  static std::optional<bool> parse_boolean(const YAML::Node& node);

 private:
  std::string path_;
  std::string contents_;
  std::vector<std::string> lines_;
  Diagnostics& diagnostics_;
};

}  // namespace sy::codegen
