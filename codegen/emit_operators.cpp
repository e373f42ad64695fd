// Operator tables, composite adaptors, and the bodies of the API.
#include <cstdio>

#include "codegen/cpp_names.h"
#include "codegen/emit.h"
#include "codegen/layout.h"

namespace sy::codegen {
namespace {

std::string rule_init(const Rule& rule) {
  static const char* const kKinds[] = {"kVariable", "kFixed", "kParameter", "kAccumulate", "kDefault"};
  if (rule.kind == Rule::kEnd) return "{}";
  return std::string("{DtypeRule::") + kKinds[rule.kind] + ", " + std::to_string(rule.value) + "}";
}

std::string enum_name(const std::string& snake) { return "k" + pascal(snake); }

std::string hex16(std::uint16_t value) {
  char buffer[8];
  std::snprintf(buffer, sizeof(buffer), "0x%03x", value);
  return buffer;
}

class GroupEmitter {
 public:
  GroupEmitter(const Schema& schema, const Group& group) : schema_(schema), group_(group) {}

  std::string run() {
    includes();
    if (group_.operators.empty()) return std::move(text_);
    text_ += "namespace " + schema_.ns + " {\nnamespace {\n";
    if (!schema_.is_core()) text_ += "\nusing namespace sy;  // NOLINT: the runtime's types\n";
    composites();
    for (const Operator& op : group_.operators) definition(op);
    table();
    text_ += "\n}  // namespace\n";
    for (const Operator& op : group_.operators) functions(op);
    if (schema_.is_core()) {
      for (const Operator& op : group_.operators) methods(op);
    }
    text_ += "\n}  // namespace " + schema_.ns + "\n";
    return std::move(text_);
  }

 private:
  void line(const std::string& text) { text_ += text + "\n"; }

  void includes() {
    text_ = file_head(group_, "Operator table and API of " + group_.name + ".", false);
    line("#include \"switchyard/ops/gen/" + group_.name + ".h\"\n");
    text_ += "#include <iterator>\n#include <utility>\n\n";
    line("#include \"switchyard/dispatch/operator.h\"");
    line("#include \"switchyard/ops/gen/" + group_.name + "_composite.h\"");
    line("#include \"switchyard/ops/gen/" + group_.name + "_meta.h\"");
    line("#include \"switchyard/ops/tensor.h\"\n");
  }

  void composites() {
    for (const Operator& op : group_.operators) {
      if (!op.composite.empty()) adaptor(op);
    }
  }

  /// From the frame to the hand-written function and back.
  void adaptor(const Operator& op) {
    std::vector<std::string> arguments;
    for (std::size_t i = 0; i < op.signature.params.size(); ++i) {
      const Parameter& param = op.signature.params[i];
      std::string get = "f." + accessor(param) + "(" + std::to_string(i) + ")";
      if (param.type == ArgType::kTensor) get = "as_tensor(" + get + ")";
      if (param.type == ArgType::kTensorList) get = "as_tensors(" + get + ")";
      arguments.push_back(get);
    }
    std::string callee = "composite::" + cpp_name(op.composite) + "(";
    const std::vector<Result>& results = op.signature.results;
    line("\nvoid composite_" + identifier(op.base_name) + "(Frame& f) {");
    if (results[0].type == ArgType::kTensorList) {
      line(wrap_list("  *f.list() = as_bases(" + callee, arguments, "));"));
    } else if (results.size() == 1) {
      line(wrap_list("  f.set_result(0, " + callee, arguments, "));"));
    } else {
      line(wrap_list("  auto results = " + callee, arguments, ");"));
      for (std::size_t k = 0; k < results.size(); ++k) {
        std::string index = std::to_string(k);
        line("  f.set_result(" + index + ", std::move(std::get<" + index + ">(results)));");
      }
    }
    line("}");
  }

  void definition(const Operator& op) {
    std::string k = enum_name(op.base_name);
    const Signature& signature = op.signature;
    line("");
    if (!signature.params.empty()) {
      std::vector<std::string> rules;
      for (const Rule& rule : op.param_rules) rules.push_back(rule_init(rule));
      line(wrap_list("constexpr DtypeRule " + k + "Params[] = {", rules, "};"));
    }
    std::vector<std::string> results;
    for (const auto& rule : op.result_rules)
      results.push_back("{" + rule_init(rule[0]) + ", " + rule_init(rule[1]) + "}");
    line(wrap_list("constexpr DtypeRule " + k + "Results[][2] = {", results, "};"));
    if (!op.older.empty()) older(op, k);
    line("constexpr OperatorDef " + k + "Def{");
    for (const std::string& field : fields(op, k)) line(wrap_code("    " + field + ","));
    line("};");
  }

  void older(const Operator& op, const std::string& k) {
    std::vector<std::string> hashes, counts;
    for (const Signature& signature : op.older) {
      hashes.push_back(hex_literal(call_layout_hash(signature), "u"));
      counts.push_back(std::to_string(signature.params.size()));
    }
    line(wrap_list("constexpr std::uint64_t " + k + "OlderHashes[] = {", hashes, "};"));
    line(wrap_list("constexpr std::uint32_t " + k + "OlderParams[] = {", counts, "};"));
  }

  static std::string flags(const Operator& op) {
    std::vector<std::string> names;
    if (!op.has_kernel()) names.push_back("kOpHost");
    if (op.random) names.push_back("kOpRandom");
    if (op.data_dependent) names.push_back("kOpDataDependent");
    if (op.has_tag("uninitialised")) names.push_back("kOpUninitialised");
    if (op.has_tag("internal")) names.push_back("kOpInternal");
    if (op.has_tag("core")) names.push_back("kOpCore");
    if (op.has_variant("inplace")) names.push_back("kOpInplace");
    if (op.has_variant("out")) names.push_back("kOpOut");
    if (op.derivative_of_parts) names.push_back("kOpDerivativeOfParts");
    return join(names, " | ");
  }

  static std::string derivative(const Operator& op) {
    if (op.derivative_of_parts) return "composite";
    std::string all;
    for (const Formula& formula : op.formulas) {
      all += (all.empty() ? "" : "; ") + formula.key.value + ": " + formula.text.value;
    }
    return all;
  }

  std::vector<std::string> fields(const Operator& op, const std::string& k) {
    std::vector<std::string> out;
    auto add = [&](const std::string& name, const std::string& value) { out.push_back("." + name + " = " + value); };
    auto add_text = [&](const std::string& name, const std::string& value) {
      if (!value.empty()) add(name, string_literal(value));
    };
    add("signature", string_literal(op.signature.text));
    add("kind", "Kind::" + enum_name(op.kind));
    if (op.promotion != "none") add("promotion", "Promotion::" + enum_name(op.promotion));
    if (std::string all = flags(op); !all.empty()) add("flags", all);
    if (!op.meta.empty()) add("meta", "meta::" + cpp_name(op.meta));
    if (!op.composite.empty()) add("composite", "composite_" + identifier(op.base_name));
    add_text("meta_name", op.meta);
    add_text("composite_name", op.composite);
    std::vector<std::string> parts;
    for (const Text& part : op.parts) parts.push_back(part.value);
    add_text("parts", join(parts, " "));
    add("type_vars", "{" + hex16(op.type_sets[0]) + ", " + hex16(op.type_sets[1]) + ", " + hex16(op.type_sets[2]) +
                         ", " + hex16(op.type_sets[3]) + "}");
    if (!op.signature.params.empty()) add("param_dtypes", k + "Params");
    add("result_dtypes", k + "Results");
    if (!op.init.empty()) add("init_param", std::to_string(op.signature.find_param(op.init)));
    if (!op.reserve.empty()) add("reserve_result", std::to_string(op.signature.find_result(op.reserve)));
    std::uint32_t plan_key = 0;
    for (const std::string& name : op.plan_key) plan_key |= 1u << op.signature.find_param(name);
    if (plan_key != 0) add("plan_key", std::to_string(plan_key) + "u");
    std::uint64_t any_device = 0;
    for (const std::string& name : op.any_device) any_device |= std::uint64_t{1} << op.signature.find_param(name);
    if (any_device != 0) add("any_device", std::to_string(any_device) + "u");
    if (!op.older.empty()) {
      add("older_hashes", k + "OlderHashes");
      add("older_params", k + "OlderParams");
      add("num_older", std::to_string(op.older.size()));
    }
    add_text("twin", op.twin);
    add_text("not_differentiable", op.not_differentiable);
    add_text("derivative", derivative(op));
    add_text("doc", op.doc);
    return out;
  }

  void table() {
    line("\nenum Index : std::size_t {");
    for (const Operator& op : group_.operators) line("  op_" + identifier(op.base_name) + ",");
    line("};\n\nconstinit Operator g_operators[] = {");
    for (const Operator& op : group_.operators) line("    Operator(" + enum_name(op.base_name) + "Def),");
    line("};");
    line("constinit OperatorGroup g_group{" + string_literal(group_.name) + ", g_operators, std::size(g_operators)};");
    line("const OperatorGroup::Registrar g_registrar(g_group);");
  }

  static std::string arguments(const Operator& op, bool method) {
    std::vector<std::string> items;
    for (std::size_t i = 0; i < op.signature.params.size(); ++i) {
      items.push_back(method && i == 0 ? "arg(*this)" : "arg(" + cpp_name(op.signature.params[i].name) + ")");
    }
    return items.empty() ? "" : wrap_list("  const Arg " + unique_local(op, "args") + "[] = {", items, "};\n");
  }

  static std::string invocation(const Operator& op, const std::string& function, const std::string& results,
                                const std::string& variant) {
    std::string args = op.signature.params.empty() ? "{}" : unique_local(op, "args");
    return wrap_code("  " + function + "(g_operators[op_" + identifier(op.base_name) + "], " + args + ", " + results +
                     variant + ");") +
           "\n";
  }

  /// The body of the plain function; as a method, the first parameter is *this.
  static std::string body(const Operator& op, bool method) {
    const std::vector<Result>& results = op.signature.results;
    std::string out = arguments(op, method);
    if (results[0].type == ArgType::kTensorList) {
      std::string list = unique_local(op, "list");
      return out + "  std::vector<TensorBase> " + list + ";\n" + invocation(op, "invoke_list", "&" + list, "") +
             "  return as_tensors(std::move(" + list + "));\n";
    }
    if (results.size() > 1) {
      std::string local = unique_local(op, "results");
      std::string count = std::to_string(results.size());
      out += "  Tensor " + local + "[" + count + "];\n" + invocation(op, "invoke", local + ", " + count, "");
      std::vector<std::string> moved;
      for (std::size_t k = 0; k < results.size(); ++k) {
        moved.push_back("std::move(" + local + "[" + std::to_string(k) + "])");
      }
      return out + wrap_list("  return {", moved, "};\n");
    }
    std::string local = unique_local(op, "result");
    out += "  Tensor " + local + ";\n" + invocation(op, "invoke", "&" + local + ", 1", "");
    std::string self = method ? "*this" : cpp_name(op.signature.params.empty() ? "" : op.signature.params[0].name);
    return out + "  return " + (op.returns_self() ? self : local) + ";\n";
  }

  static std::string inplace_body(const Operator& op) {
    std::string local = unique_local(op, "result");
    std::string self = cpp_name(op.signature.params[0].name);
    return arguments(op, false) + "  Tensor " + local + " = " + self + ";\n" +
           invocation(op, "invoke", "&" + local + ", 1", ", Variant::kInplace") + "  return " + self + ";\n";
  }

  static std::string out_body(const Operator& op, const ApiFunction& function) {
    std::size_t count = op.signature.results.size();
    if (count == 1) {
      std::string local = unique_local(op, "result");
      std::string given = function.params[0].name;
      return arguments(op, false) + "  Tensor " + local + " = " + given + ";\n" +
             invocation(op, "invoke", "&" + local + ", 1", ", Variant::kOut") + "  return " + given + ";\n";
    }
    std::string local = unique_local(op, "results");
    std::vector<std::string> given;
    for (std::size_t k = 0; k < count; ++k) given.push_back(function.params[k].name);
    return arguments(op, false) + wrap_list("  Tensor " + local + "[] = {", given, "};\n") +
           invocation(op, "invoke", local + ", " + std::to_string(count), ", Variant::kOut");
  }

  void define(const ApiFunction& function, const std::string& body) {
    line("\n" + function.text(function.returns + " " + function.name, false, false, " {"));
    text_ += body + "}\n";
  }

  /// Calls the form whose parameter i is a tensor.
  void define_scalar(const ApiFunction& function, std::size_t i) {
    std::vector<std::string> names;
    for (std::size_t k = 0; k < function.params.size(); ++k) {
      const std::string& name = function.params[k].name;
      names.push_back(k == i ? "wrapped_number(" + name + ")" : name);
    }
    define(with_scalar(function, i, qualifier(schema_)),
           wrap_list("  return " + schema_.ns + "::" + function.name + "(", names, ");\n"));
  }

  void functions(const Operator& op) {
    std::string q = qualifier(schema_);
    std::vector<std::size_t> scalars = scalar_overloads(op);
    if (op.has_variant("function")) {
      ApiFunction function = api_function(op, q);
      define(function, body(op, false));
      for (std::size_t i : scalars) define_scalar(function, i);
    }
    if (op.has_variant("inplace")) {
      ApiFunction function = inplace_function(op, q);
      define(function, inplace_body(op));
      for (std::size_t i : scalars) define_scalar(function, i);
    }
    if (op.has_variant("out")) {
      ApiFunction function = out_function(op, q);
      define(function, out_body(op, function));
    }
  }

  void define_method(const ApiFunction& function, const std::string& body) {
    line("\n" + function.text(function.returns + " Tensor::" + function.name, false, true, " const {"));
    text_ += body + "}\n";
  }

  void define_forwarding_method(const ApiFunction& function) {
    std::vector<std::string> names = {"*this"};
    for (std::size_t k = 1; k < function.params.size(); ++k) names.push_back(function.params[k].name);
    define_method(function, wrap_list("  return sy::" + function.name + "(", names, ");\n"));
  }

  void methods(const Operator& op) {
    if (!op.has_variant("method")) return;
    ApiFunction function = api_function(op, "");
    if (op.has_variant("function")) {
      define_forwarding_method(function);
    } else {
      define_method(function, body(op, true));
    }
    std::vector<std::size_t> scalars = scalar_overloads(op);
    for (std::size_t i : scalars) define_forwarding_method(with_scalar(function, i, ""));
    if (!op.has_variant("inplace")) return;
    ApiFunction inplace = inplace_function(op, "");
    define_forwarding_method(inplace);
    for (std::size_t i : scalars) define_forwarding_method(with_scalar(inplace, i, ""));
  }

  const Schema& schema_;
  const Group& group_;
  std::string text_;
};

}  // namespace

void emit_operators(const Schema& schema, OutputSet& out) {
  for (const Group& group : schema.groups) {
    out.add("switchyard/ops/gen/" + group.name + ".cpp", GroupEmitter(schema, group).run());
  }
}

}  // namespace sy::codegen
