// `switchyard ops`: the operators, and everything about one.
#include <iostream>
#include <map>

#include "commands.h"
#include "json_value.h"
#include "switchyard/loader/loader.h"

namespace sy::tool {
namespace {

std::string dtype_names(std::uint64_t bits) {
  std::string text;
  for (std::uint32_t d = 0; d < SY_NUM_STANDARD_DTYPES; ++d) {
    if (bits >> d & 1) str_append(&text, text.empty() ? "" : " ", Dtype(d).name());
  }
  return text;
}

std::string derivative_text(const OperatorDef& def) {
  if (def.not_differentiable != nullptr) return str_cat("none: ", def.not_differentiable);
  if (def.flags & kOpDerivativeOfParts) return "of its parts";
  return def.derivative != nullptr ? def.derivative : "none";
}

std::map<std::string, std::string> kernels_by_device(const Operator& op) {
  std::map<std::string, std::string> kernels;
  for (const KernelEntry* k : op.all_kernels()) {
    std::string plugin = k->plugin != nullptr ? k->plugin->name() : "this program";
    std::string dtypes = op.def().type_vars[0] != 0 ? dtype_names(k->dtypes) : "any";
    std::string& text = kernels[std::string(backend_name(k->backend))];
    str_append(&text, text.empty() ? "" : "; ", dtypes, " (plugin ", plugin, ")");
  }
  return kernels;
}

Json describe_json(const Operator& op) {
  const OperatorDef& def = op.def();
  Json json{{"name", op.name()}, {"signature", op.info().signature.text}, {"derivative", derivative_text(def)}};
  if (def.composite_name != nullptr) json["composite"] = def.composite_name;
  Json dtypes;
  for (int v = 0; v < 4; ++v) {
    if (def.type_vars[v] != 0) dtypes["T" + std::to_string(v)] = dtype_names(def.type_vars[v]);
  }
  json["dtypes"] = dtypes;
  json["kernels"] = kernels_by_device(op);
  if (def.doc != nullptr) json["doc"] = def.doc;
  return json;
}

}  // namespace

int run_ops(const std::string& name, bool json) {
  load_plugins_once();
  if (!name.empty()) {
    Operator& op = require_operator(name);
    if (json) {
      std::cout << describe_json(op).dump(2) << "\n";
      return 0;
    }
    const OperatorDef& def = op.def();
    std::cout << op.info().signature.text << "\n\n";
    if (def.doc != nullptr) std::cout << def.doc << "\n";
    for (int v = 0; v < 4; ++v) {
      if (def.type_vars[v] != 0) std::cout << "T" << v << ":         " << dtype_names(def.type_vars[v]) << "\n";
    }
    std::cout << "derivative: " << derivative_text(def) << "\n";
    if (def.composite_name != nullptr) std::cout << "composite:  " << def.composite_name << "\n";
    for (const auto& [device, dtypes] : kernels_by_device(op))
      std::cout << "kernel on " << device << ": " << dtypes << "\n";
    return 0;
  }
  if (json) {
    Json list = Json::array();
    for (Operator* op : all_operators()) list.push_back(describe_json(*op));
    std::cout << list.dump(2) << "\n";
    return 0;
  }
  for (Operator* op : all_operators()) {
    if (!(op->def().flags & kOpInternal)) std::cout << op->info().signature.text << "\n";
  }
  return 0;
}

}  // namespace sy::tool
