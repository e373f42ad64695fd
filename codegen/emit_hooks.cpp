// Declarations of the functions that people write: composites and meta rules.
#include <set>

#include "codegen/cpp_names.h"
#include "codegen/emit.h"
#include "codegen/layout.h"

namespace sy::codegen {
namespace {

std::string open_namespace(const Schema& schema, const std::string& inner) {
  return "namespace " + schema.ns + "::" + inner + " {\n\n";
}

std::string close_namespace(const Schema& schema, const std::string& inner) {
  return "\n}  // namespace " + schema.ns + "::" + inner + "\n";
}

void emit_composites(const Schema& schema, const Group& group, OutputSet& out) {
  std::string text = file_head(group, "Operators built from operators, defined in ops/composite.", true);
  text += "#include <cstdint>\n#include <optional>\n#include <string_view>\n#include <tuple>\n#include <vector>\n\n";
  text += "#include \"switchyard/ops/tensor.h\"\n\n" + open_namespace(schema, "composite");
  std::set<std::string> declared;
  for (const Operator& op : group.operators) {
    if (op.composite.empty() || !declared.insert(op.composite).second) continue;
    text += composite_declaration(op, qualifier(schema)) + "\n";
  }
  text += close_namespace(schema, "composite");
  out.add("switchyard/ops/gen/" + group.name + "_composite.h", std::move(text));
}

void emit_metas(const Schema& schema, const Group& group, OutputSet& out) {
  std::string text = file_head(group, "Shape rules, defined in ops/meta.", true);
  text += "#include \"absl/status/status.h\"\n#include \"switchyard/dispatch/meta_call.h\"\n\n";
  text += open_namespace(schema, "meta");
  std::set<std::string> names;
  for (const Operator& op : group.operators) {
    if (!op.meta.empty()) names.insert(op.meta);
  }
  for (const std::string& name : names) {
    text += "absl::Status " + cpp_name(name) + "(" + qualifier(schema) + "MetaCall& call);\n";
  }
  text += close_namespace(schema, "meta");
  out.add("switchyard/ops/gen/" + group.name + "_meta.h", std::move(text));
}

}  // namespace

void emit_hooks(const Schema& schema, OutputSet& out) {
  for (const Group& group : schema.groups) {
    emit_composites(schema, group, out);
    emit_metas(schema, group, out);
  }
}

}  // namespace sy::codegen
