// What a kernel is given: argument structs for C++17 plugins, indices for plain C.
#include <cctype>

#include "codegen/cpp_names.h"
#include "codegen/emit.h"
#include "codegen/layout.h"

namespace sy::codegen {
namespace {

struct Member {
  std::string type;
  std::string accessor;
};

std::string optional_of(const std::string& type, bool optional) {
  return optional ? "std::optional<" + type + ">" : type;
}

Member sdk_member(const Parameter& param) {
  std::string prefix = param.optional ? "optional_" : "";
  switch (param.type) {
    case ArgType::kTensor:
      return {optional_of("Tensor", param.optional), prefix + "tensor"};
    case ArgType::kTensorList:
      return {"TensorList", "tensors"};
    case ArgType::kScalar:
      return {optional_of("Scalar", param.optional), prefix + "scalar"};
    case ArgType::kDtype:
      return {optional_of("std::uint32_t", param.optional), prefix + "dtype"};
    case ArgType::kDevice:
      return {optional_of("sy_device", param.optional), prefix + "device"};
    case ArgType::kGenerator:
      return {"Rng", "rng"};  // the host always supplies one
    case ArgType::kIntList:
      return {optional_of("Ints", param.optional), prefix + "ints"};
    case ArgType::kFloatList:
      return {"Floats", "floats"};
    case ArgType::kBoolList:
      return {"Bools", "bools"};
    default:
      return {api_type(param, ""), accessor(param)};
  }
}

/// "add", or "my_scale" outside the core.
std::string file_stem(const Operator& op) { return op.ns == "sy" ? op.base_name : op.ns + "_" + op.base_name; }

std::string macro_prefix(const Operator& op) {
  std::string text = op.ns + "_" + op.base_name + "_";
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string args_struct(const Operator& op) {
  std::string name = pascal(op.base_name) + "Args";
  std::string members;
  std::vector<std::string> initializers;
  for (std::size_t i = 0; i < op.signature.params.size(); ++i) {
    Member member = sdk_member(op.signature.params[i]);
    std::string field = cpp_name(op.signature.params[i].name);
    members += "  " + member.type + " " + field + ";\n";
    initializers.push_back(field + "(call." + member.accessor + "(" + std::to_string(i) + "))");
  }
  for (std::size_t k = 0; k < op.signature.results.size() && !op.data_dependent; ++k) {
    std::string field = cpp_name(op.signature.results[k].name);
    members += "  Tensor " + field + ";\n";
    initializers.push_back(field + "(call.output(" + std::to_string(k) + "))");
  }
  std::string text = comment(op.signature.text + "\n" + op.doc, "/// ");
  if (op.data_dependent) text += "/// The kernel allocates the outputs: call.alloc_output(k, dtype, shape).\n";
  text += "struct " + name + " {\n";
  text += "  static constexpr const char* kOp = " + string_literal(op.signature.name) + ";\n";
  text +=
      "  static constexpr std::uint64_t kLayoutHash = " + hex_literal(call_layout_hash(op.signature), "u") + ";\n\n";
  text += members + (members.empty() ? "" : "\n");
  std::string head = "  explicit " + name + "(const Call&" + (initializers.empty() ? ") {}" : " call)");
  if (initializers.empty()) return text + head + "\n};\n";
  std::string one = head + " : " + join(initializers, ", ") + " {}";
  text += one.size() <= kColumns ? one : head + "\n" + wrap_list("      : ", initializers, " {}");
  return text + "\n};\n";
}

std::string cpp_header(const Group& group, const Operator& op) {
  std::string text = file_head(group, "Arguments of " + op.signature.name + " for kernels.", true);
  text += "#include <cstdint>\n#include <optional>\n#include <string_view>\n\n#include \"switchyard/sdk/call.h\"\n\n";
  std::string ns = op.ns == "sy" ? "sy::sdk" : op.ns + "::sdk";
  text += "namespace " + ns + " {\n\n";
  if (op.ns != "sy") text += "using namespace sy::sdk;  // NOLINT: Tensor, Scalar, Call\n\n";
  return text + args_struct(op) + "\n}  // namespace " + ns + "\n";
}

/// Positions in sy_call.args and sy_call.outputs.
std::string c_header(const Group& group, const Operator& op) {
  std::string prefix = macro_prefix(op);
  std::string text = "/* Argument positions of " + op.signature.name + " for kernels in C. Generated from " +
                     group.name + ".yaml by switchyard-codegen. */\n#pragma once\n\n";
  std::string signature = op.signature.text;
  for (std::size_t at = signature.find("*/"); at != std::string::npos; at = signature.find("*/", at)) {
    signature.replace(at, 2, "* /");
  }
  text += "/* " + signature + " */\n";
  text += "#define " + prefix + "OP " + string_literal(op.signature.name) + "\n";
  text +=
      "#define " + prefix + "LAYOUT_HASH " + hex_literal(call_layout_hash(op.signature), "ull") + "\n\n/* args */\n";
  for (std::size_t i = 0; i < op.signature.params.size(); ++i) {
    text += "#define " + prefix + upper(op.signature.params[i].name) + " " + std::to_string(i) + "u\n";
  }
  text += "\n/* outputs */\n";
  for (std::size_t k = 0; k < op.signature.results.size(); ++k) {
    text += "#define " + prefix + upper(op.signature.results[k].name) + " " + std::to_string(k) + "u\n";
  }
  return text;
}

}  // namespace

void emit_sdk(const Schema& schema, OutputSet& out) {
  for (const Group& group : schema.groups) {
    for (const Operator& op : group.operators) {
      // A header for every operator, so that the build knows the outputs from the names alone.
      const std::string none =
          "// " + op.signature.name + " takes no kernels: the host does all of it.\n#pragma once\n";
      out.add("switchyard/sdk/ops/" + file_stem(op) + ".h", op.has_kernel() ? cpp_header(group, op) : none);
      out.add("switchyard/sdk/c/" + file_stem(op) + ".h", op.has_kernel() ? c_header(group, op) : none);
    }
  }
}

}  // namespace sy::codegen
