#include "codegen/dtype_reader.h"

#include <algorithm>

namespace sy::codegen {
namespace {

struct NamedSet {
  const char* name;
  std::uint16_t dtypes;
};
constexpr NamedSet kSets[] = {{"all", 0x3ff}, {"numeric", 0x3fe}, {"floating", kFloatingDtypes}, {"integral", 0x03e}};

/// 0 to 3 for T0 to T3, else -1.
int variable_index(const std::string& name) {
  return name.size() == 2 && name[0] == 'T' && name[1] >= '0' && name[1] <= '3' ? name[1] - '0' : -1;
}

std::vector<std::string> dtype_names() { return {kDtypeNames.begin(), kDtypeNames.end()}; }

class DtypesReader {
 public:
  DtypesReader(YamlSource& source, Operator& op) : source_(source), op_(op) {
    for (const Parameter& param : op.signature.params) {
      op.param_rules.push_back(param.is_tensor() ? Rule{Rule::kVariable, 0} : Rule{});
    }
    op.result_rules.assign(op.signature.results.size(), {Rule{Rule::kVariable, 0}, Rule{}});
  }

  void read(const YAML::Node& node) {
    if (!node.IsMap()) {
      op_.type_sets[0] = read_set(node);
      return;
    }
    std::vector<std::string> keys = {"T0", "T1", "T2", "T3"};
    for (const Parameter& param : op_.signature.params) {
      if (param.is_tensor()) keys.push_back(param.name);
    }
    for (const Result& result : op_.signature.results) keys.push_back(result.name);
    auto pairs = source_.map(node, "dtypes", keys);
    for (const auto& [key, nodes] : pairs) {
      int variable = variable_index(key);
      if (variable >= 0) op_.type_sets[static_cast<std::size_t>(variable)] = read_set(nodes.second);
    }
    for (const auto& [key, nodes] : pairs) {
      int param = op_.signature.find_param(key);
      int result = op_.signature.find_result(key);
      if (param >= 0) {
        read_param(nodes.second, static_cast<std::size_t>(param));
      } else if (result >= 0) {
        read_result(nodes.second, static_cast<std::size_t>(result));
      }
    }
  }

  void check_defaults(const YAML::Node& node) {
    if (op_.type_sets[0] != 0) return;
    Rule t0{Rule::kVariable, 0};
    bool used = std::count(op_.param_rules.begin(), op_.param_rules.end(), t0) != 0;
    for (const auto& rules : op_.result_rules) used = used || rules[0] == t0;
    if (used) source_.error(node, "T0 has no set of dtypes, but a tensor without a rule has type T0");
  }

 private:
  std::uint16_t read_set(const YAML::Node& node) {
    if (node.IsScalar()) {
      for (const NamedSet& set : kSets) {
        if (node.Scalar() == set.name) return set.dtypes;
      }
      int id = dtype_id(node.Scalar());
      if (id >= 0) return static_cast<std::uint16_t>(1u << id);
      source_.error(node,
                    "unknown set of dtypes '" + node.Scalar() + "'; it is all, numeric, floating, integral or a list");
      return 0x3ff;
    }
    if (!node.IsSequence() || node.size() == 0) {
      source_.error(node, "a set of dtypes is all, numeric, floating, integral or a list such as [i64, i32]");
      return 0x3ff;
    }
    std::uint16_t set = 0;
    for (const YAML::Node& element : node) {
      int id = element.IsScalar() ? dtype_id(element.Scalar()) : -1;
      if (id < 0) {
        std::string name = element.IsScalar() ? element.Scalar() : "";
        source_.error(element, "unknown dtype '" + name + "'" + suggestion(name, dtype_names()));
      } else if ((set >> id & 1u) != 0) {
        source_.error(element, "dtype '" + element.Scalar() + "' appears twice");
      } else {
        set |= static_cast<std::uint16_t>(1u << id);
      }
    }
    return set != 0 ? set : std::uint16_t{0x3ff};
  }

  /// kEnd after a report.
  Rule variable_rule(const YAML::Node& node, Rule::Kind kind, const std::string& name) {
    int index = variable_index(name);
    if (index < 0) {
      source_.error(node, "unknown dtype or type variable '" + name + "'");
      return {};
    }
    if (op_.type_sets[static_cast<std::size_t>(index)] == 0) {
      source_.error(node, "type variable " + name + " has no set of dtypes");
      return {};
    }
    return {kind, index};
  }

  void read_param(const YAML::Node& node, std::size_t i) {
    std::optional<std::string> text = source_.string(node, "the dtype of " + op_.signature.params[i].name);
    if (!text) return;
    int id = dtype_id(*text);
    Rule rule = id >= 0 ? Rule{Rule::kFixed, id} : variable_rule(node, Rule::kVariable, *text);
    if (rule.kind != Rule::kEnd) op_.param_rules[i] = rule;
  }

  Rule read_result_rule(const YAML::Node& node, const std::string& text) {
    if (text == "default") return {Rule::kDefault, 0};
    int id = dtype_id(text);
    if (id >= 0) return {Rule::kFixed, id};
    if (text.starts_with("acc(") && text.ends_with(")")) {
      return variable_rule(node, Rule::kAccumulate, text.substr(4, text.size() - 5));
    }
    int param = op_.signature.find_param(text);
    if (param >= 0) {
      if (op_.signature.params[static_cast<std::size_t>(param)].type == ArgType::kDtype)
        return {Rule::kParameter, param};
      source_.error(node, "'" + text + "' is no dtype parameter");
      return {};
    }
    return variable_rule(node, Rule::kVariable, text);
  }

  void read_result(const YAML::Node& node, std::size_t k) {
    const std::string& name = op_.signature.results[k].name;
    std::optional<std::string> text = source_.string(node, "the dtype of " + name);
    if (!text) return;
    std::size_t at = text->find(" or ");
    Rule first = read_result_rule(node, text->substr(0, at));
    if (first.kind == Rule::kEnd) return;
    Rule second;
    bool may_be_absent =
        first.kind == Rule::kParameter && op_.signature.params[static_cast<std::size_t>(first.value)].optional;
    if (at != std::string::npos) {
      second = read_result_rule(node, text->substr(at + 4));
      if (second.kind == Rule::kEnd) return;
      if (!may_be_absent) source_.error(node, "'or' needs an optional dtype parameter before it");
      if (second.kind == Rule::kParameter) source_.error(node, "what follows 'or' must not be a parameter");
    } else if (may_be_absent) {
      source_.error(node, "'" + *text + "' may be absent: say what counts then, '" + *text + " or T0'");
    }
    op_.result_rules[k] = {first, second};
  }

  YamlSource& source_;
  Operator& op_;
};

}  // namespace

void read_dtypes(YamlSource& source, const YAML::Node& node, Operator& op) {
  DtypesReader reader(source, op);
  if (!node.IsDefined()) {
    source.diagnostics().error(op.op.location, "operator '" + op.signature.name + "' has no dtypes");
    op.type_sets[0] = 0x3ff;
    return;
  }
  reader.read(node);
  reader.check_defaults(node);
}

std::string rule_text(const Rule& rule, const Signature& signature) {
  std::string variable = "T" + std::to_string(rule.value);
  switch (rule.kind) {
    case Rule::kVariable:
      return variable;
    case Rule::kFixed:
      return kDtypeNames[static_cast<std::size_t>(rule.value)];
    case Rule::kParameter:
      return signature.params[static_cast<std::size_t>(rule.value)].name;
    case Rule::kAccumulate:
      return "acc(" + variable + ")";
    case Rule::kDefault:
      return "default";
    case Rule::kEnd:
      break;
  }
  return "";
}

std::string dtype_set_text(std::uint16_t set) {
  for (const NamedSet& named : kSets) {
    if (named.dtypes == set) return named.name;
  }
  std::string text;
  for (std::size_t id = 0; id < kDtypeNames.size(); ++id) {
    if ((set >> id & 1u) != 0) text += (text.empty() ? "" : ", ") + std::string(kDtypeNames[id]);
  }
  return text;
}

}  // namespace sy::codegen
