#include "codegen/schema_reader.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "codegen/dtype_reader.h"
#include "codegen/sample_reader.h"

namespace sy::codegen {
namespace {

const std::vector<std::string> kKeys = {"op",
                                        "kind",
                                        "meta",
                                        "composite",
                                        "parts",
                                        "host",
                                        "variants",
                                        "dtypes",
                                        "promotion",
                                        "derivative",
                                        "grad_name",
                                        "not_differentiable",
                                        "init",
                                        "reserve",
                                        "random",
                                        "data_dependent",
                                        "twin",
                                        "plan_key",
                                        "any_device",
                                        "tags",
                                        "older",
                                        "domain",
                                        "fill",
                                        "samples",
                                        "errors",
                                        "tolerance",
                                        "doc"};
const std::vector<std::string> kKinds = {"generic", "pointwise", "reduction", "view", "factory", "composite"};
const std::vector<std::string> kVariants = {"function", "method", "inplace", "out", "scalar"};
const std::vector<std::string> kPromotions = {"promote", "float", "none"};
const std::vector<std::string> kTags = {"core", "internal", "uninitialised"};
const std::vector<std::string> kFillings = {"normal", "distinct"};

bool contains(const std::vector<std::string>& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

std::string joined(const std::vector<std::string>& list) {
  std::string all;
  for (const std::string& s : list) all += (all.empty() ? "" : ", ") + s;
  return all;
}

std::string stem(const std::string& path) { return std::filesystem::path(path).stem().string(); }

bool is_identifier(const std::string& s) {
  auto ok = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  return !s.empty() && !std::isdigit(static_cast<unsigned char>(s[0])) && std::all_of(s.begin(), s.end(), ok);
}

class EntryReader {
 public:
  EntryReader(YamlSource& source, Operator& op) : source_(source), op_(op) {}

  void read(const std::string& key, const YAML::Node& node) {
    if (key == "kind") read_choice(node, key, kKinds, op_.kind);
    if (key == "promotion") read_choice(node, key, kPromotions, op_.promotion);
    if (key == "meta") read_name(node, key, op_.meta);
    if (key == "composite") read_name(node, key, op_.composite);
    if (key == "grad_name") read_name(node, key, op_.grad_name);
    if (key == "twin") read_text(node, key, op_.twin);
    if (key == "not_differentiable") read_text(node, key, op_.not_differentiable);
    if (key == "doc") read_text(node, key, op_.doc);
    if (key == "host") read_flag(node, key, op_.host);
    if (key == "random") read_flag(node, key, op_.random);
    if (key == "data_dependent") read_flag(node, key, op_.data_dependent);
    if (key == "variants") read_choices(node, key, kVariants, op_.variants);
    if (key == "tags") read_choices(node, key, kTags, op_.tags);
    if (key == "plan_key") read_plan_key(node);
    if (key == "any_device") read_any_device(node);
    if (key == "init") read_init(node);
    if (key == "reserve") read_reserve(node);
    if (key == "parts") read_parts(node);
    if (key == "derivative") read_derivative(node);
    if (key == "older") read_older(node);
    if (key == "domain") read_domain(node);
    if (key == "fill") read_fill(node);
    if (key == "tolerance") read_tolerance(node);
  }

 private:
  void read_choice(const YAML::Node& node, const std::string& key, const std::vector<std::string>& choices,
                   std::string& to) {
    std::optional<std::string> value = source_.string(node, key);
    if (!value) return;
    if (contains(choices, *value)) {
      to = *value;
    } else {
      source_.error(node, "unknown " + key + " '" + *value + "'; it is one of " + joined(choices));
    }
  }

  void read_choices(const YAML::Node& node, const std::string& key, const std::vector<std::string>& choices,
                    std::vector<std::string>& to) {
    if (!node.IsSequence()) return source_.error(node, key + " must be a list of texts");
    to.clear();
    for (const YAML::Node& element : node) {
      std::string value;
      read_choice(element, key, choices, value);
      if (value.empty()) continue;
      if (contains(to, value)) source_.error(element, "'" + value + "' appears twice in " + key);
      to.push_back(value);
    }
  }

  void read_name(const YAML::Node& node, const std::string& key, std::string& to) {
    std::optional<std::string> value = source_.string(node, key);
    if (!value) return;
    if (!is_identifier(*value)) return source_.error(node, key + " must be a name, not '" + *value + "'");
    to = *value;
  }

  void read_text(const YAML::Node& node, const std::string& key, std::string& to) {
    to = source_.string(node, key).value_or(to);
  }

  void read_flag(const YAML::Node& node, const std::string& key, bool& to) {
    to = source_.boolean(node, key).value_or(to);
  }

  /// The index, or -1 after a report.
  int param_index(const YAML::Node& node, const std::string& name, const std::string& what) {
    int index = op_.signature.find_param(name);
    if (index >= 0) return index;
    std::vector<std::string> names;
    for (const Parameter& param : op_.signature.params) names.push_back(param.name);
    source_.error(node, what + " '" + name + "' is no parameter of " + op_.signature.name + suggestion(name, names));
    return -1;
  }

  int tensor_index(const YAML::Node& node, const std::string& name, const std::string& what) {
    int index = param_index(node, name, what);
    if (index < 0 || op_.signature.params[static_cast<std::size_t>(index)].is_tensor()) return index;
    source_.error(node, what + " '" + name + "' is no tensor");
    return -1;
  }

  void read_plan_key(const YAML::Node& node) {
    if (!node.IsSequence()) return source_.error(node, "plan_key must be a list of parameters");
    for (const YAML::Node& element : node) {
      std::optional<std::string> name = source_.string(element, "each of plan_key");
      if (!name) continue;
      int index = param_index(element, *name, "plan_key");
      if (index < 0) continue;
      if (op_.signature.params[static_cast<std::size_t>(index)].is_tensor()) {
        source_.error(element, "plan_key '" + *name + "' is a tensor, whose metadata always counts");
      } else if (index >= 32) {
        source_.error(element, "plan_key reaches the first 32 parameters alone");
      } else if (contains(op_.plan_key, *name)) {
        source_.error(element, "'" + *name + "' appears twice in plan_key");
      } else {
        op_.plan_key.push_back(*name);
      }
    }
  }

  void read_any_device(const YAML::Node& node) {
    if (!node.IsSequence()) return source_.error(node, "any_device must be a list of parameters");
    for (const YAML::Node& element : node) {
      std::optional<std::string> name = source_.string(element, "each of any_device");
      if (!name || tensor_index(element, *name, "any_device") < 0) continue;
      if (contains(op_.any_device, *name)) {
        source_.error(element, "'" + *name + "' appears twice in any_device");
      } else {
        op_.any_device.push_back(*name);
      }
    }
  }

  void read_init(const YAML::Node& node) {
    std::optional<std::string> name = source_.string(node, "init");
    if (name && tensor_index(node, *name, "init") >= 0) op_.init = *name;
  }

  void read_reserve(const YAML::Node& node) {
    std::optional<std::string> name = source_.string(node, "reserve");
    if (!name) return;
    if (op_.signature.find_result(*name) < 0) {
      return source_.error(node, "reserve '" + *name + "' is no output of " + op_.signature.name);
    }
    op_.reserve = *name;
  }

  void read_parts(const YAML::Node& node) {
    if (!node.IsSequence()) return source_.error(node, "parts must be a list of operators");
    for (const YAML::Node& element : node) {
      std::optional<std::string> name = source_.string(element, "an operator");
      if (!name) continue;
      bool twice = std::any_of(op_.parts.begin(), op_.parts.end(), [&](const Text& t) { return t.value == *name; });
      if (twice) source_.error(element, "'" + *name + "' appears twice in parts");
      op_.parts.push_back(source_.text(element));
    }
  }

  void read_derivative(const YAML::Node& node) {
    if (node.IsScalar()) {
      if (node.Scalar() == "composite") {
        op_.derivative_of_parts = true;
      } else {
        source_.error(node, "derivative must be a map from parameter to formula, or composite");
      }
      return;
    }
    if (node.IsMap() && node.size() == 0) return source_.error(node, "derivative is empty");
    std::set<std::string> seen;
    for (const auto& [key, nodes] : source_.map(node, "derivative", {})) {
      Formula formula;
      formula.key = source_.text(nodes.first);
      if (!nodes.second.IsScalar() || nodes.second.Scalar().empty()) {
        source_.error(nodes.second, "the derivative of '" + key + "' must be a formula");
        continue;
      }
      formula.text = source_.text(nodes.second);
      if (!read_formula_key(formula, seen)) continue;
      ExprError error;
      formula.expr = parse_expression(formula.text.value, error);
      if (!formula.expr) source_.diagnostics().error(formula.text.at(error.offset), error.message);
      op_.formulas.push_back(std::move(formula));
    }
  }

  /// Splits "input, weight" and looks its names up.
  bool read_formula_key(Formula& formula, std::set<std::string>& seen) {
    const std::string& key = formula.key.value;
    bool good = true;
    for (std::size_t begin = 0; begin <= key.size();) {
      std::size_t end = std::min(key.find(',', begin), key.size());
      std::size_t first = std::min(key.find_first_not_of(' ', begin), end);
      std::size_t last = key.find_last_not_of(' ', end == 0 ? 0 : end - 1);
      std::string name = first == end ? "" : key.substr(first, last - first + 1);
      Location where = formula.key.at(first);
      int index = op_.signature.find_param(name);
      if (index < 0) {
        std::vector<std::string> names;
        for (const Parameter& param : op_.signature.params) names.push_back(param.name);
        source_.diagnostics().error(where, "derivative names no input: '" + name + "'" + suggestion(name, names));
        good = false;
      } else if (!op_.signature.params[static_cast<std::size_t>(index)].is_tensor()) {
        source_.diagnostics().error(where, "'" + name + "' is no tensor and has no derivative");
        good = false;
      } else if (!seen.insert(name).second) {
        source_.diagnostics().error(where, "'" + name + "' has a derivative already");
        good = false;
      } else {
        formula.inputs.push_back(name);
        formula.params.push_back(static_cast<std::size_t>(index));
      }
      begin = end + 1;
    }
    return good;
  }

  void read_older(const YAML::Node& node) {
    if (!node.IsSequence()) return source_.error(node, "older must be a list of signatures");
    for (const YAML::Node& element : node) {
      std::optional<std::string> value = source_.string(element, "each of older");
      if (!value) continue;
      Text text = source_.text(element);
      Signature older;
      SignatureError error;
      if (!parse_signature(text.value, older, error)) {
        source_.diagnostics().error(text.at(error.offset), error.message);
        continue;
      }
      std::string reason = why_no_ancestor(older);
      if (reason.empty()) {
        op_.older.push_back(std::move(older));
      } else {
        source_.error(element, "no earlier form of " + op_.signature.name + ": " + reason);
      }
    }
  }

  /// Operators evolve by appended parameters with defaults alone.
  std::string why_no_ancestor(const Signature& older) {
    const Signature& now = op_.signature;
    if (older.name != now.name) return "it has another name";
    if (older.params.size() >= now.params.size()) return "it does not have fewer parameters";
    Signature prefix = now;
    prefix.params.resize(older.params.size());
    if (call_layout_hash(prefix) != call_layout_hash(older)) return "parameters or outputs differ";
    for (std::size_t i = older.params.size(); i < now.params.size(); ++i) {
      if (!now.params[i].has_default()) return "'" + now.params[i].name + "' was appended without a default";
    }
    return "";
  }

  void read_domain(const YAML::Node& node) {
    for (const auto& [key, nodes] : source_.map(node, "domain", {})) {
      if (tensor_index(nodes.first, key, "domain") < 0) continue;
      auto range = source_.range(nodes.second, "the domain of " + key);
      if (!range) continue;
      if (!(range->first < range->second)) {
        source_.error(nodes.second, "the domain of " + key + " is empty");
      }
      op_.domain[key] = *range;
    }
  }

  void read_fill(const YAML::Node& node) {
    for (const auto& [key, nodes] : source_.map(node, "fill", {})) {
      if (tensor_index(nodes.first, key, "fill") < 0) continue;
      read_choice(nodes.second, "fill", kFillings, op_.fill[key]);
    }
  }

  void read_tolerance(const YAML::Node& node) {
    for (const auto& [key, nodes] : source_.map(node, "tolerance", {})) {
      if (dtype_id(key) < 0) {
        source_.error(nodes.first, "unknown dtype '" + key + "'");
        continue;
      }
      auto range = source_.range(nodes.second, "the tolerance of " + key);
      if (!range) continue;
      if (!(range->first >= 0) || !(range->second >= 0)) {
        source_.error(nodes.second, "the tolerance of " + key + " is negative");
      }
      op_.tolerance[key] = *range;
    }
  }

  YamlSource& source_;
  Operator& op_;
};

/// The signature and its names. False where the rest of the entry cannot be read.
bool read_signature(YamlSource& source, const YAML::Node& node, Operator& op) {
  if (!source.string(node, "op")) return false;
  op.op = source.text(node);
  SignatureError error;
  if (!parse_signature(op.op.value, op.signature, error)) {
    source.diagnostics().error(op.op.at(error.offset), error.message);
    return false;
  }
  std::size_t colons = op.signature.name.find("::");
  op.ns = colons == std::string::npos ? "sy" : op.signature.name.substr(0, colons);
  op.base_name = colons == std::string::npos ? op.signature.name : op.signature.name.substr(colons + 2);
  return true;
}

void check_representable(YamlSource& source, const Operator& op) {
  if (op.signature.params.size() > 64) source.diagnostics().error(op.op.location, "more than 64 parameters");
  for (const Parameter& param : op.signature.params) {
    bool list_of_scalars = param.type == ArgType::kScalarList;
    bool optional_list = param.optional && (param.type == ArgType::kTensorList || param.type == ArgType::kFloatList ||
                                            param.type == ArgType::kBoolList);
    if (list_of_scalars || optional_list) {
      source.diagnostics().error(
          op.op.location, "parameter '" + param.name + "': the generator has no C++ type for " + type_name(param));
    }
  }
}

/// The `op` node of an entry, reporting what is no entry.
YAML::Node find_op(YamlSource& source, const YAML::Node& entry) {
  if (!entry.IsMap()) {
    source.error(entry, "an entry must be a map with the key 'op'");
    return YAML::Node(YAML::NodeType::Undefined);
  }
  for (const auto& pair : entry) {
    if (pair.first.IsScalar() && pair.first.Scalar() == "op") return pair.second;
  }
  source.error(entry, "the entry has no key 'op'");
  return YAML::Node(YAML::NodeType::Undefined);
}

bool read_entry(YamlSource& source, const YAML::Node& entry, const std::string& ns, Operator& op) {
  YAML::Node op_node = find_op(source, entry);
  auto pairs = entry.IsMap() ? source.map(entry, "the entry", kKeys) : decltype(source.map(entry, "", kKeys)){};
  if (!op_node.IsDefined() || !read_signature(source, op_node, op)) return false;
  check_representable(source, op);
  if (op.ns != ns) {
    std::string wanted = ns == "sy" ? "core operators have no namespace" : "its name must begin with " + ns + "::";
    source.diagnostics().error(op.op.location, "operator '" + op.signature.name + "': " + wanted);
  }
  op.variants = {"function"};
  EntryReader reader(source, op);
  YAML::Node dtypes(YAML::NodeType::Undefined), samples(YAML::NodeType::Undefined), errors(YAML::NodeType::Undefined);
  for (const auto& [key, nodes] : pairs) {
    if (key != "op") op.keys[key] = source.locate(nodes.first);
    reader.read(key, nodes.second);
    if (key == "dtypes") dtypes.reset(nodes.second);
    if (key == "samples") samples.reset(nodes.second);
    if (key == "errors") errors.reset(nodes.second);
  }
  if (op.promotion.empty()) op.promotion = op.is_pointwise() ? "promote" : "none";
  read_dtypes(source, dtypes, op);
  if (samples.IsDefined()) read_samples(source, samples, op);
  if (errors.IsDefined()) read_errors(source, errors, op);
  return true;
}

}  // namespace

Group read_group(YamlSource& source, const std::string& ns) {
  Group group{stem(source.path()), source.path(), {}};
  if (!is_identifier(group.name)) {
    source.diagnostics().error({source.path(), 0, 0}, "the file's name must be an identifier: it names the C++ files");
  }
  YAML::Node root = source.load();
  if (!root.IsDefined()) return group;
  if (!root.IsSequence()) {
    source.diagnostics().error({source.path(), 1, 1}, "the file must be a list of operators");
    return group;
  }
  for (const YAML::Node& entry : root) {
    Operator op;
    if (read_entry(source, entry, ns, op)) group.operators.push_back(std::move(op));
  }
  return group;
}

Group read_imported_group(YamlSource& source) {
  Group group{stem(source.path()), source.path(), {}};
  YAML::Node root = source.load();
  if (!root.IsDefined()) return group;
  if (!root.IsSequence()) {
    source.diagnostics().error({source.path(), 1, 1}, "the file must be a list of operators");
    return group;
  }
  for (const YAML::Node& entry : root) {
    Operator op;
    YAML::Node op_node = find_op(source, entry);
    if (!op_node.IsDefined() || !read_signature(source, op_node, op)) continue;
    op.variants = {"function"};
    EntryReader reader(source, op);
    for (const auto& pair : entry) {
      if (pair.first.IsScalar() && pair.first.Scalar() == "variants") reader.read("variants", pair.second);
    }
    group.operators.push_back(std::move(op));
  }
  return group;
}

}  // namespace sy::codegen
