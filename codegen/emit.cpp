#include "codegen/emit.h"

#include <algorithm>

#include "codegen/cpp_names.h"
#include "codegen/layout.h"

namespace sy::codegen {

OutputSet emit_all(const Schema& schema) {
  OutputSet out;
  emit_api(schema, out);
  emit_operators(schema, out);
  emit_hooks(schema, out);
  emit_derivatives(schema, out);
  emit_sdk(schema, out);
  emit_samples(schema, out);
  emit_reference(schema, out);
  return out;
}

std::string file_head(const Group& group, const std::string& what, bool header) {
  return "// " + what + " Generated from " + group.name + ".yaml by switchyard-codegen.\n" +
         (header ? "#pragma once\n\n" : "\n");
}

std::string qualifier(const Schema& schema) { return schema.is_core() ? "" : "sy::"; }

bool has_formulas(const Group& group) {
  return std::any_of(group.operators.begin(), group.operators.end(), [](auto& op) { return !op.formulas.empty(); });
}

std::string composite_declaration(const Operator& op, const std::string& q) {
  ApiFunction function = api_function(op, q);
  return function.text(composite_return_type(op, q) + " " + cpp_name(op.composite), false, false, ";");
}

}  // namespace sy::codegen
