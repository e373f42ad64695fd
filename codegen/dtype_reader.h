// The key `dtypes`: type variables and the rules of parameters and outputs.
#pragma once

#include "codegen/schema.h"
#include "codegen/yaml_source.h"

namespace sy::codegen {

/// Fills type_sets, param_rules and result_rules; node is undefined where the entry has no such key.
void read_dtypes(YamlSource& source, const YAML::Node& node, Operator& op);

/// A rule as the schema writes it, "acc(T0)".
std::string rule_text(const Rule& rule, const Signature& signature);
/// "all", "floating", or "i64, i32".
std::string dtype_set_text(std::uint16_t set);

}  // namespace sy::codegen
