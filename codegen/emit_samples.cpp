// Samples for the conformance suite.
#include <algorithm>
#include <array>

#include "codegen/cpp_names.h"
#include "codegen/emit.h"
#include "codegen/layout.h"

namespace sy::codegen {
namespace {

using Kind = SampleValue::Kind;

std::string braced(const std::vector<std::string>& items) { return "{" + join(items, ", ") + "}"; }

std::string strings(const std::vector<std::string>& values) {
  std::vector<std::string> items;
  for (const std::string& value : values) items.push_back(string_literal(value));
  return braced(items);
}

std::string integers(const std::vector<std::int64_t>& values) {
  std::vector<std::string> items;
  for (std::int64_t value : values) items.push_back(std::to_string(value));
  return braced(items);
}

/// As integers where they are; a double takes those as well.
std::string number(double value) {
  std::string text = double_literal(value);
  bool plain = text.size() > 2 && text.ends_with(".0") && text.find('e') == std::string::npos;
  return plain ? text.substr(0, text.size() - 2) : text;
}

std::string tensor(const TensorValue& value) {
  if (value.absent) return "absent()";
  std::string out = "tensor(" + integers(value.shape) + ")";
  if (!value.dtype.empty()) out += ".with_dtype(" + string_literal(value.dtype) + ")";
  if (value.low && value.high) out += ".in_range(" + number(*value.low) + ", " + number(*value.high) + ")";
  if (!value.values.empty()) {
    std::vector<std::string> items;
    for (double v : value.values) items.push_back(number(v));
    out += ".with_values(" + braced(items) + ")";
  }
  if (!value.fill.empty()) out += ".filled(" + string_literal(value.fill) + ")";
  return out;
}

std::string list(const SampleValue& value) {
  std::vector<std::string> items;
  for (double v : value.list) {
    items.push_back(value.kind == Kind::kBools ? (v != 0 ? "true" : "false") : number(v));
  }
  return braced(items);
}

std::string sample_value(const SampleValue& value) {
  switch (value.kind) {
    case Kind::kNone:
      return "none()";
    case Kind::kTensor:
      return tensor(value.tensors[0]);
    case Kind::kTensors: {
      std::vector<std::string> items;
      for (const TensorValue& t : value.tensors) items.push_back(tensor(t));
      return "tensors(" + braced(items) + ")";
    }
    case Kind::kBool:
      return value.i != 0 ? "boolean(true)" : "boolean(false)";
    case Kind::kInt:
      return "integer(" + std::to_string(value.i) + ")";
    case Kind::kFloat:
      return "floating(" + number(value.f) + ")";
    case Kind::kInts:
      return "ints(" + list(value) + ")";
    case Kind::kFloats:
      return "floats(" + list(value) + ")";
    case Kind::kBools:
      return "bools(" + list(value) + ")";
    case Kind::kText:
      return "text(" + string_literal(value.text) + ")";
    case Kind::kDtype:
      return "dtype(" + string_literal(value.text) + ")";
    case Kind::kDevice:
      return "device(" + string_literal(value.text) + ")";
    case Kind::kSeed:
      return "generator(" + std::to_string(value.i) + ")";
  }
  return "none()";
}

std::vector<std::string> sample_items(const Sample& sample) {
  std::vector<std::string> items;
  for (const auto& [name, value] : sample)
    items.push_back("{" + string_literal(name) + ", " + sample_value(value) + "}");
  return items;
}

/// Shapes for operators that only have tensors: alike, broadcast, 0-d, empty.
std::vector<Sample> standard_samples(const Operator& op) {
  using Shapes = std::array<std::vector<std::int64_t>, 2>;
  std::vector<Shapes> shapes = {{{{2, 3}, {2, 3}}}};
  if (op.signature.params.size() > 1) {
    shapes.push_back({{{2, 3}, {3}}});
    shapes.push_back({{{2, 1}, {1, 3}}});
  }
  shapes.push_back({{{}, {}}});
  shapes.push_back({{{0, 3}, {0, 3}}});
  std::vector<Sample> samples;
  for (const Shapes& pair : shapes) {
    Sample sample;
    for (std::size_t i = 0; i < op.signature.params.size(); ++i) {
      SampleValue value;
      value.kind = Kind::kTensor;
      value.tensors.push_back({});
      value.tensors[0].shape = pair[i % 2];
      sample.emplace_back(op.signature.params[i].name, std::move(value));
    }
    samples.push_back(std::move(sample));
  }
  return samples;
}

std::string dtype_spec(const Rule& rule, const Signature& signature) {
  switch (rule.kind) {
    case Rule::kVariable:
      return "{DtypeSpec::Kind::kVariable, " + std::to_string(rule.value) + ", \"\"}";
    case Rule::kFixed:
      return "{DtypeSpec::Kind::kFixed, 0, " + string_literal(kDtypeNames[static_cast<std::size_t>(rule.value)]) + "}";
    case Rule::kParameter:
      return "{DtypeSpec::Kind::kParameter, 0, " +
             string_literal(signature.params[static_cast<std::size_t>(rule.value)].name) + "}";
    case Rule::kAccumulate:
      return "{DtypeSpec::Kind::kAccumulate, " + std::to_string(rule.value) + ", \"\"}";
    case Rule::kDefault:
      return "{DtypeSpec::Kind::kDefault, 0, \"\"}";
    case Rule::kEnd:
      break;
  }
  return "{}";
}

std::vector<std::string> set_names(std::uint16_t set) {
  std::vector<std::string> names;
  for (std::size_t id = 0; id < kDtypeNames.size(); ++id) {
    if ((set >> id & 1u) != 0) names.push_back(kDtypeNames[id]);
  }
  return names;
}

/// Inputs with a gradient: those of the formulas, or every floating one where the parts record.
std::vector<std::string> differentiable_inputs(const Operator& op) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < op.signature.params.size(); ++i) {
    auto covers = [&](const Formula& f) { return std::count(f.params.begin(), f.params.end(), i) != 0; };
    bool has = op.derivative_of_parts ? op.is_differentiable(i) && !op.signature.params[i].mutated
                                      : std::any_of(op.formulas.begin(), op.formulas.end(), covers);
    if (has) names.push_back(op.signature.params[i].name);
  }
  return names;
}

class OperatorEmitter {
 public:
  explicit OperatorEmitter(const Operator& op) : op_(op) {}

  std::string run() {
    line("\nOperatorSamples " + function_name(op_) + "() {");
    line("  OperatorSamples op;");
    set("signature", string_literal(op_.signature.text));
    set("name", string_literal(op_.signature.name));
    set("kind", string_literal(op_.kind));
    set("promotion", string_literal(op_.promotion));
    set("variants", strings(op_.variants));
    if (!op_.tags.empty()) set("tags", strings(op_.tags));
    for (std::size_t t = 0; t < op_.type_sets.size(); ++t) {
      if (op_.type_sets[t] != 0) set("dtypes[" + std::to_string(t) + "]", strings(set_names(op_.type_sets[t])));
    }
    set("params", rules(op_.param_rules));
    std::vector<Rule> first, second;
    for (const auto& rule : op_.result_rules) {
      first.push_back(rule[0]);
      second.push_back(rule[1]);
    }
    set("results", rules(first));
    set("result_fallbacks", rules(second));
    if (auto names = differentiable_inputs(op_); !names.empty()) set("differentiable", strings(names));
    for (const auto& [name, range] : op_.domain) set("domain[" + string_literal(name) + "]", pair(range));
    for (const auto& [name, how] : op_.fill) set("fill[" + string_literal(name) + "]", string_literal(how));
    for (const auto& [name, range] : op_.tolerance) set("tolerance[" + string_literal(name) + "]", pair(range));
    if (!op_.twin.empty()) set("twin", string_literal(op_.twin));
    if (!op_.has_kernel()) set("host", "true");
    if (op_.kind == "composite") set("composite_only", "true");
    if (!op_.composite.empty()) set("has_composite", "true");
    if (!op_.reserve.empty()) set("reserve", std::to_string(op_.signature.find_result(op_.reserve)));
    if (op_.random) set("random", "true");
    if (op_.data_dependent) set("data_dependent", "true");
    for (const Sample& sample : op_.samples.empty() ? standard_samples(op_) : op_.samples) {
      line(wrap_list("  op.samples.push_back({", sample_items(sample), "});"));
    }
    for (const ErrorSample& error : op_.errors) {
      line(wrap_list("  op.errors.push_back({{", sample_items(error.args),
                     "}, " + string_literal(error.message) + "});"));
    }
    line("  return op;\n}");
    return std::move(text_);
  }

  static std::string function_name(const Operator& op) { return "samples_of_" + identifier(op.base_name); }

 private:
  void line(const std::string& text) { text_ += text + "\n"; }
  void set(const std::string& field, const std::string& value) {
    line(wrap_code("  op." + field + " = " + value + ";"));
  }

  static std::string pair(const std::pair<double, double>& range) {
    return "{" + number(range.first) + ", " + number(range.second) + "}";
  }

  std::string rules(const std::vector<Rule>& rules) {
    std::vector<std::string> items;
    for (const Rule& rule : rules) items.push_back(dtype_spec(rule, op_.signature));
    return braced(items);
  }

  const Operator& op_;
  std::string text_;
};

std::string group_function(const Group& group) { return group.name + "_samples"; }

void emit_group(const Group& group, OutputSet& out) {
  std::string text = file_head(group, "Samples of " + group.name + ".", false);
  text += "#include <limits>\n#include <utility>\n\n#include \"switchyard/tests/gen/samples.h\"\n\n";
  text += "namespace sy::testing {\nnamespace {\n";
  for (const Operator& op : group.operators) text += OperatorEmitter(op).run();
  text += "\n}  // namespace\n\n";
  text += "std::vector<OperatorSamples> " + group_function(group) + "() {\n  std::vector<OperatorSamples> all;\n";
  for (const Operator& op : group.operators) text += "  all.push_back(" + OperatorEmitter::function_name(op) + "());\n";
  text += "  for (OperatorSamples& op : all) op.group = " + string_literal(group.name) + ";\n";
  text += "  return all;\n}\n\n}  // namespace sy::testing\n";
  out.add("switchyard/tests/gen/" + group.name + "_samples.cpp", std::move(text));
}

}  // namespace

void emit_samples(const Schema& schema, OutputSet& out) {
  std::string header =
      "// Samples by schema file. Generated by switchyard-codegen.\n#pragma once\n\n#include <vector>\n\n"
      "#include \"switchyard/testing/sample.h\"\n\nnamespace sy::testing {\n\n";
  std::string source =
      "// All samples. Generated by switchyard-codegen.\n\n#include <iterator>\n#include <utility>\n\n"
      "#include \"switchyard/tests/gen/samples.h\"\n\nnamespace sy::testing {\n\n"
      "const std::vector<OperatorSamples>& all_samples() {\n"
      "  static const auto* const all = [] {\n    auto* list = new std::vector<OperatorSamples>;\n"
      "    auto append = [list](std::vector<OperatorSamples> group) {\n"
      "      list->insert(list->end(), std::make_move_iterator(group.begin()), std::make_move_iterator(group.end()));\n"
      "    };\n";
  for (const Group& group : schema.groups) {
    emit_group(group, out);
    header += "std::vector<OperatorSamples> " + group_function(group) + "();\n";
    source += "    append(" + group_function(group) + "());\n";
  }
  out.add("switchyard/tests/gen/samples.h", header + "\n}  // namespace sy::testing\n");
  out.add("switchyard/tests/gen/all_samples.cpp",
          source + "    return list;\n  }();\n  return *all;\n}\n\n}  // namespace sy::testing\n");
}

}  // namespace sy::codegen
