#include "codegen/yaml_source.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>
#include <sstream>

namespace sy::codegen {
namespace {

/// A scalar without quotes, so that "true" and "3" can be told from true and 3.
bool is_plain(const YAML::Node& node) { return node.IsScalar() && node.Tag() != "!"; }

}  // namespace

YamlSource::YamlSource(std::string path, std::string text, Diagnostics& diagnostics)
    : path_(std::move(path)), contents_(std::move(text)), diagnostics_(diagnostics) {
  std::istringstream in(contents_);
  for (std::string line; std::getline(in, line);) lines_.push_back(line);
}

YAML::Node YamlSource::load() {
  try {
    return YAML::Load(contents_);
  } catch (const YAML::Exception& e) {
    diagnostics_.error({path_, e.mark.line + 1, e.mark.column + 1}, "YAML: " + e.msg);
    return YAML::Node(YAML::NodeType::Undefined);
  }
}

Location YamlSource::locate(const YAML::Node& node) const {
  YAML::Mark mark = node.Mark();
  if (mark.is_null()) return {path_, 0, 0};
  return {path_, mark.line + 1, mark.column + 1};
}

Text YamlSource::text(const YAML::Node& node) const {
  Text result{node.Scalar(), locate(node), false};
  if (result.location.line < 1 || static_cast<std::size_t>(result.location.line) > lines_.size()) return result;
  const std::string& line = lines_[static_cast<std::size_t>(result.location.line) - 1];
  std::size_t begin = static_cast<std::size_t>(result.location.column) - 1;
  if (begin < line.size() && (line[begin] == '"' || line[begin] == '\'')) ++begin;
  if (begin <= line.size() && line.compare(begin, result.value.size(), result.value) == 0) {
    result.one_line = true;
    result.location.column = static_cast<int>(begin) + 1;
  }
  return result;
}

std::optional<std::string> YamlSource::string(const YAML::Node& node, const std::string& what) {
  if (node.IsScalar() && !node.Scalar().empty()) return node.Scalar();
  error(node, what + " must be a text");
  return std::nullopt;
}

std::optional<bool> YamlSource::parse_boolean(const YAML::Node& node) {
  if (!is_plain(node) || (node.Scalar() != "true" && node.Scalar() != "false")) return std::nullopt;
  return node.Scalar() == "true";
}

std::optional<std::int64_t> YamlSource::parse_integer(const YAML::Node& node) {
  if (!is_plain(node)) return std::nullopt;
  const std::string& s = node.Scalar();
  std::int64_t value = 0;
  auto [end, status] = std::from_chars(s.data(), s.data() + s.size(), value);
  if (status != std::errc() || end != s.data() + s.size()) return std::nullopt;
  return value;
}

std::optional<double> YamlSource::parse_number(const YAML::Node& node) {
  if (!is_plain(node)) return std::nullopt;
  const std::string& s = node.Scalar();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (s == ".inf") return kInfinity;
  if (s == "-.inf") return -kInfinity;
  if (s == ".nan") return std::numeric_limits<double>::quiet_NaN();
  double value = 0;
  auto [end, status] = std::from_chars(s.data(), s.data() + s.size(), value);
  bool letters = s.find_first_of("infaINFA") != std::string::npos;
  if (status != std::errc() || end != s.data() + s.size() || letters) return std::nullopt;
  return value;
}

std::optional<bool> YamlSource::boolean(const YAML::Node& node, const std::string& what) {
  std::optional<bool> value = parse_boolean(node);
  if (!value) error(node, what + " must be true or false");
  return value;
}

std::optional<std::int64_t> YamlSource::integer(const YAML::Node& node, const std::string& what) {
  std::optional<std::int64_t> value = parse_integer(node);
  if (!value) error(node, what + " must be an integer");
  return value;
}

std::optional<double> YamlSource::number(const YAML::Node& node, const std::string& what) {
  std::optional<double> value = parse_number(node);
  if (!value) error(node, what + " must be a number");
  return value;
}

std::optional<std::vector<std::string>> YamlSource::strings(const YAML::Node& node, const std::string& what) {
  if (!node.IsSequence()) {
    error(node, what + " must be a list of texts");
    return std::nullopt;
  }
  std::vector<std::string> values;
  for (const YAML::Node& element : node) {
    std::optional<std::string> value = string(element, "each of " + what);
    if (value) values.push_back(*value);
  }
  return values;
}

std::optional<std::pair<double, double>> YamlSource::range(const YAML::Node& node, const std::string& what) {
  if (!node.IsSequence() || node.size() != 2) {
    error(node, what + " must be a list of two numbers");
    return std::nullopt;
  }
  std::optional<double> first = number(node[0], what);
  std::optional<double> second = number(node[1], what);
  if (!first || !second) return std::nullopt;
  return std::pair(*first, *second);
}

std::vector<std::pair<std::string, std::pair<YAML::Node, YAML::Node>>> YamlSource::map(
    const YAML::Node& node, const std::string& what, const std::vector<std::string>& allowed) {
  std::vector<std::pair<std::string, std::pair<YAML::Node, YAML::Node>>> pairs;
  if (!node.IsMap()) {
    error(node, what + " must be a map");
    return pairs;
  }
  std::set<std::string> seen;
  for (const auto& pair : node) {
    std::optional<std::string> key = string(pair.first, "a key of " + what);
    if (!key) continue;
    if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), *key) == allowed.end()) {
      error(pair.first, "unknown key '" + *key + "' in " + what + suggestion(*key, allowed));
    } else if (!seen.insert(*key).second) {
      error(pair.first, "key '" + *key + "' appears twice in " + what);
    } else {
      pairs.push_back({*key, {pair.first, pair.second}});
    }
  }
  return pairs;
}

}  // namespace sy::codegen
