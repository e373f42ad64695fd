// Backward functions and their table.
#include "codegen/cpp_names.h"
#include "codegen/emit.h"
#include "codegen/formula_cpp.h"
#include "codegen/layout.h"

namespace sy::codegen {
namespace {

std::string function_name(const Operator& op, const Formula& formula) {
  std::string name = identifier(op.base_name);
  for (const std::string& input : formula.inputs) name += "_" + input;
  return cpp_name(name);
}

std::string mask(std::uint64_t bits) {
  if (bits == 0) return "0";
  std::string text;
  for (; bits != 0; bits >>= 1) text.insert(0, (bits & 1) != 0 ? "1" : "0");
  return "0b" + text;
}

class GroupEmitter {
 public:
  GroupEmitter(const Schema& schema, const Group& group) : schema_(schema), group_(group) {}

  std::string run() {
    text_ = file_head(group_, "Derivatives of " + group_.name + ".", false);
    line("#include <iterator>\n#include <tuple>\n#include <utility>\n");
    line("#include \"switchyard/autograd/derivative.h\"");
    if (!schema_.is_core()) line("#include \"switchyard/ops/gen/" + group_.name + ".h\"");
    line("#include \"switchyard/ops/operators.h\"\n");
    line("namespace " + schema_.ns + " {\nnamespace {");
    if (!schema_.is_core()) line("\nusing namespace sy;  // NOLINT: operators on tensors, the runtime's types");
    for (const Operator& op : group_.operators) {
      for (const Formula& formula : op.formulas) function(op, formula);
    }
    for (const Operator& op : group_.operators) {
      if (!op.formulas.empty()) table(op);
    }
    line("\nconstexpr Derivative kDerivatives[] = {");
    for (const Operator& op : group_.operators) {
      if (op.formulas.empty()) continue;
      std::string k = constant(op);
      line("    {" + string_literal(op.signature.name) + ", " + k + ", std::size(" + k + ")},");
    }
    line("};");
    line("constinit DerivativeGroup g_group{kDerivatives, std::size(kDerivatives), nullptr};");
    line("const DerivativeGroup::Registrar g_registrar(g_group);");
    line("\n}  // namespace\n}  // namespace " + schema_.ns);
    return std::move(text_);
  }

 private:
  void line(const std::string& text) { text_ += text + "\n"; }

  static std::string constant(const Operator& op) { return "k" + pascal(op.base_name) + "Formulas"; }

  static std::string described(const Formula& formula) { return formula.key.value + ": " + formula.text.value; }

  void function(const Operator& op, const Formula& formula) {
    text_ += "\n" + comment(op.signature.name + ": " + described(formula), "// ");
    line("void " + function_name(op, formula) + "(Backward& b) {");
    std::string value = formula_cpp(schema_, op, *formula.expr);
    if (formula.params.size() == 1) {
      std::size_t i = formula.params[0];
      bool list = op.signature.params[i].type == ArgType::kTensorList;
      line(
          wrap_code(std::string("  b.") + (list ? "set_list" : "set") + "(" + std::to_string(i) + ", " + value + ");"));
    } else {
      line(wrap_code("  auto grads = " + value + ";"));
      for (std::size_t k = 0; k < formula.params.size(); ++k) {
        line("  b.set(" + std::to_string(formula.params[k]) + ", std::move(std::get<" + std::to_string(k) +
             ">(grads)));");
      }
    }
    line("}");
  }

  void table(const Operator& op) {
    line("\nconstexpr DerivativeFormula " + constant(op) + "[] = {");
    for (const Formula& formula : op.formulas) {
      std::uint64_t inputs = 0;
      for (std::size_t i : formula.params) inputs |= std::uint64_t{1} << i;
      line("    {.inputs = " + mask(inputs) + ",");
      line("     .saved_params = " + mask(formula.saved_params) + ",");
      line("     .saved_shapes = " + mask(formula.saved_shapes) + ",");
      line("     .saved_strides = " + mask(formula.saved_strides) + ",");
      line("     .saved_results = " + mask(formula.saved_results) + ",");
      line("     .fn = " + function_name(op, formula) + ",");
      line("     .text = " + string_literal(described(formula)) + "},");
    }
    line("};");
  }

  const Schema& schema_;
  const Group& group_;
  std::string text_;
};

}  // namespace

void emit_derivatives(const Schema& schema, OutputSet& out) {
  for (const Group& group : schema.groups) {
    // A file for every group, so that the build knows the outputs from the schema files alone.
    out.add("switchyard/autograd/gen/" + group.name + "_derivatives.cpp",
            has_formulas(group) ? GroupEmitter(schema, group).run() : file_head(group, "No derivatives.", false));
  }
}

}  // namespace sy::codegen
