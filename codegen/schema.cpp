#include "codegen/schema.h"

#include <algorithm>

namespace sy::codegen {

int dtype_id(const std::string& name) {
  for (std::size_t i = 0; i < kDtypeNames.size(); ++i) {
    if (name == kDtypeNames[i]) return static_cast<int>(i);
  }
  return -1;
}

bool Operator::has_variant(const std::string& name) const {
  return std::find(variants.begin(), variants.end(), name) != variants.end();
}

bool Operator::has_tag(const std::string& name) const {
  return std::find(tags.begin(), tags.end(), name) != tags.end();
}

bool Operator::returns_self() const {
  const std::vector<Result>& results = signature.results;
  return results.size() == 1 && results[0].mutated && !signature.params.empty() &&
         signature.params[0].alias == results[0].alias && signature.params[0].mutated;
}

Location Operator::where(const std::string& key) const {
  auto it = keys.find(key);
  return it != keys.end() ? it->second : op.location;
}

std::uint16_t Operator::param_dtypes(std::size_t i) const {
  if (i >= param_rules.size()) return 0;
  const Rule& rule = param_rules[i];
  if (rule.kind == Rule::kFixed) return static_cast<std::uint16_t>(1u << rule.value);
  return rule.kind == Rule::kVariable ? type_sets[static_cast<std::size_t>(rule.value)] : std::uint16_t{0};
}

bool Operator::is_differentiable(std::size_t i) const {
  return signature.params[i].is_tensor() && (param_dtypes(i) & kFloatingDtypes) != 0;
}

const Operator* Schema::find(const std::string& name) const {
  auto search = [&](const std::vector<Group>& in) -> const Operator* {
    for (const Group& group : in) {
      for (const Operator& op : group.operators) {
        bool qualified = op.ns + "::" + op.base_name == name;
        if (qualified || op.base_name == name) return &op;
      }
    }
    return nullptr;
  };
  const Operator* own = search(groups);
  return own != nullptr ? own : search(imported);
}

std::vector<std::string> Schema::names() const {
  std::vector<std::string> all;
  for (const std::vector<Group>* in : {&groups, &imported}) {
    for (const Group& group : *in) {
      for (const Operator& op : group.operators) all.push_back(op.signature.name);
    }
  }
  return all;
}

}  // namespace sy::codegen
