#include "codegen/validator.h"

#include <algorithm>
#include <set>

#include "codegen/cpp_names.h"
#include "codegen/type_checker.h"

namespace sy::codegen {
namespace {

std::string quoted(const Operator& op) { return "operator '" + op.signature.name + "'"; }

bool equals_default(const SampleValue& value, const Parameter& param) {
  const Default& d = param.default_value;
  switch (value.kind) {
    case SampleValue::Kind::kNone:
      return d.kind == Default::Kind::kNone;
    case SampleValue::Kind::kBool:
      return d.kind == Default::Kind::kBool && d.i == value.i;
    case SampleValue::Kind::kInt:
      return d.kind == Default::Kind::kInt && d.i == value.i;
    case SampleValue::Kind::kFloat:
      return (d.kind == Default::Kind::kInt || d.kind == Default::Kind::kFloat) && d.f == value.f;
    case SampleValue::Kind::kText:
      return d.kind == Default::Kind::kStr && d.text == value.text;
    case SampleValue::Kind::kInts:
    case SampleValue::Kind::kFloats:
    case SampleValue::Kind::kBools:
      if (d.kind == Default::Kind::kList) return d.list == value.list;
      return (d.kind == Default::Kind::kInt || d.kind == Default::Kind::kFloat || d.kind == Default::Kind::kBool) &&
             std::all_of(value.list.begin(), value.list.end(), [&](double v) { return v == d.f; });
    default:
      return false;
  }
}

class OperatorValidator {
 public:
  OperatorValidator(const Schema& schema, Operator& op, Diagnostics& diagnostics)
      : schema_(schema), op_(op), diagnostics_(diagnostics) {}

  void run() {
    if (op_.keys.count("doc") == 0) error("op", quoted(op_) + " has no doc");
    check_kind();
    check_flags();
    check_variants();
    check_mutation();
    check_derivative();
    check_samples();
    for (Formula& formula : op_.formulas) check_formula(schema_, op_, formula, diagnostics_);
  }

 private:
  void error(const std::string& key, const std::string& message) { diagnostics_.error(op_.where(key), message); }

  const std::vector<Parameter>& params() const { return op_.signature.params; }

  std::size_t count_tensors() const {
    auto is_tensor = [](const Parameter& p) { return p.type == ArgType::kTensor; };
    return static_cast<std::size_t>(std::count_if(params().begin(), params().end(), is_tensor));
  }

  bool has_param(const std::string& name, ArgType type) const {
    int index = op_.signature.find_param(name);
    return index >= 0 && params()[static_cast<std::size_t>(index)].type == type;
  }

  void check_kind() {
    const std::string& kind = op_.kind;
    bool needs_meta = kind == "generic" || kind == "view" || kind == "factory";
    if (needs_meta && op_.meta.empty()) error("kind", quoted(op_) + " of kind " + kind + " needs meta");
    if (kind == "composite" && !op_.meta.empty()) error("meta", "an operator of kind composite has no meta");
    if (kind == "composite" && op_.composite.empty()) error("kind", quoted(op_) + " of kind composite needs composite");
    if (kind == "view" && !op_.composite.empty()) error("composite", "a view needs no composite");
    if (kind == "view" && op_.signature.results[0].alias == 0) {
      error("op", quoted(op_) + " is a view, so its output must be a Tensor(a)");
    }
    if ((kind == "pointwise" || kind == "view" || kind == "reduction") && count_tensors() == 0) {
      error("op", quoted(op_) + " of kind " + kind + " needs a tensor");
    }
    bool tensor_first = !params().empty() && params()[0].type == ArgType::kTensor;
    if (kind == "reduction" &&
        !(tensor_first && has_param("dim", ArgType::kIntList) && has_param("keepdim", ArgType::kBool))) {
      error("op", quoted(op_) + " is a reduction: it needs a Tensor first, int[] dim and bool keepdim");
    }
    bool lists = op_.signature.results[0].type == ArgType::kTensorList;
    if (lists && kind != "composite") error("op", quoted(op_) + " returns a list, which only a composite can");
    if (kind == "factory" && std::any_of(params().begin(), params().end(), [](auto& p) { return p.is_tensor(); })) {
      error("op", quoted(op_) + " is a factory and takes no tensor");
    }
  }

  void check_flags() {
    bool generator =
        std::any_of(params().begin(), params().end(), [](const Parameter& p) { return p.type == ArgType::kGenerator; });
    if (op_.random && !generator) error("random", quoted(op_) + " is random, but has no Generator parameter");
    if (!op_.random && generator) error("op", quoted(op_) + " has a Generator parameter: set random");
    if (op_.data_dependent && op_.kind != "generic") {
      error("data_dependent", "only operators of kind generic have outputs that their kernel allocates");
    }
    if (op_.host && op_.kind != "generic" && op_.kind != "factory") {
      error("host", "an operator of kind " + op_.kind + " has no use for host");
    }
    if (op_.has_tag("core") && !op_.composite.empty()) {
      error("tags", quoted(op_) + " has a composite, so it is not core");
    }
    if (!op_.init.empty() && op_.kind != "generic") error("init", "only operators of kind generic have init");
    if (!op_.init.empty()) {
      int index = op_.signature.find_param(op_.init);
      bool same = params()[static_cast<std::size_t>(index)].type == ArgType::kTensor &&
                  op_.param_rules[static_cast<std::size_t>(index)] == op_.result_rules[0][0];
      if (!same) error("init", "the output cannot start as '" + op_.init + "': its type is another");
    }
    if (!op_.reserve.empty()) {
      std::size_t k = static_cast<std::size_t>(op_.signature.find_result(op_.reserve));
      bool bytes = op_.signature.results[k].type == ArgType::kTensor &&
                   op_.result_rules[k][0] == Rule{Rule::kFixed, dtype_id("u8")};
      if (op_.kind != "generic" || op_.data_dependent || op_.host) {
        error("reserve", "only operators of kind generic whose kernel writes existing outputs have a reserve");
      } else if (!bytes) {
        error("reserve", "the reserve '" + op_.reserve + "' must be a u8 tensor");
      } else if (op_.has_variant("inplace") || op_.has_variant("out")) {
        error("variants", quoted(op_) + " has a reserve, whose size the kernel decides: no variants inplace and out");
      }
    }
    if (!op_.any_device.empty()) check_any_device();
    if (op_.composite.empty() && op_.keys.count("parts") != 0)
      error("parts", quoted(op_) + " has parts, but no composite");
    if (!op_.composite.empty() && op_.keys.count("parts") == 0) {
      error("composite", quoted(op_) + " has a composite: parts must list the operators that it calls");
    }
    if (op_.promotion != "none" && op_.kind == "view") error("promotion", "a view has nothing to promote");
  }

  void check_any_device() {
    if (op_.kind != "composite") {
      return error("any_device", "kernels see the tensors of one device: only a composite may take them from several");
    }
    bool decides = std::any_of(params().begin(), params().end(), [&](const Parameter& p) {
      bool elsewhere = std::count(op_.any_device.begin(), op_.any_device.end(), p.name) != 0;
      return p.type == ArgType::kTensor && !p.optional && !elsewhere;
    });
    if (!decides) error("any_device", "no tensor of " + quoted(op_) + " is left to say where it runs");
  }

  void check_variants() {
    const Location where = op_.where("variants");
    auto wrong = [&](const std::string& variant, const std::string& reason) {
      diagnostics_.error(where, "variant " + variant + " of " + quoted(op_) + ": " + reason);
    };
    const std::vector<Result>& results = op_.signature.results;
    bool tensor_first = !params().empty() && params()[0].type == ArgType::kTensor && !params()[0].optional;
    if (op_.variants.empty()) diagnostics_.error(where, quoted(op_) + " has no variants");
    if (op_.has_variant("method") && !tensor_first) wrong("method", "its first parameter is no Tensor");
    if (op_.has_variant("method") && !schema_.is_core())
      wrong("method", "Tensor's methods belong to the core operators");
    if (op_.has_variant("inplace")) {
      bool same_dtype = tensor_first && op_.result_rules[0][0] == op_.param_rules[0];
      bool single = results.size() == 1 && results[0].type == ArgType::kTensor && results[0].alias == 0;
      if (!tensor_first) wrong("inplace", "its first parameter is no Tensor");
      if (tensor_first && !same_dtype) wrong("inplace", "the output has another dtype than the first parameter");
      if (!single) wrong("inplace", "it needs a single new Tensor as output");
      if (op_.base_name.ends_with("_")) wrong("inplace", "its name ends with _");
    }
    if (op_.has_variant("out")) {
      bool fresh = std::all_of(results.begin(), results.end(),
                               [](const Result& r) { return r.type == ArgType::kTensor && r.alias == 0; });
      if (!fresh) wrong("out", "outputs must be new tensors");
      if (op_.data_dependent) wrong("out", "the kernel allocates the outputs");
    }
    if (op_.has_variant("scalar")) {
      if (!op_.is_pointwise() || count_tensors() < 2) wrong("scalar", "it needs a pointwise operator of two tensors");
      if (!op_.has_variant("function")) wrong("scalar", "it needs the variant function");
    }
  }

  void check_mutation() {
    bool mutates = std::any_of(op_.signature.results.begin(), op_.signature.results.end(),
                               [](const Result& r) { return r.mutated; });
    if (op_.twin.empty()) {
      if (mutates) error("op", quoted(op_) + " mutates and needs a twin, its functional form");
      return;
    }
    if (!mutates) return error("twin", quoted(op_) + " does not mutate and has no twin");
    const Operator* twin = schema_.find(op_.twin);
    if (twin == nullptr) {
      return error("twin", "unknown operator '" + op_.twin + "'" + suggestion(op_.twin, schema_.names()));
    }
    Signature functional = op_.signature;
    for (Parameter& param : functional.params) param.mutated = false;
    for (Result& result : functional.results) result.mutated = false;
    if (call_layout_hash(functional) != call_layout_hash(twin->signature)) {
      error("twin", "'" + op_.twin + "' is not the functional form: its parameters or outputs differ");
    }
  }

  void check_derivative() {
    if (op_.derivative_of_parts) {
      if (op_.composite.empty()) error("derivative", "derivative: composite needs a composite");
      if (!op_.not_differentiable.empty()) error("not_differentiable", "the operator has a derivative");
      return;
    }
    std::set<std::size_t> covered;
    for (const Formula& formula : op_.formulas) {
      covered.insert(formula.params.begin(), formula.params.end());
      for (std::size_t i : formula.params) {
        if (!op_.is_differentiable(i)) {
          diagnostics_.error(formula.key.location,
                             "'" + params()[i].name + "' is never floating and has no derivative");
        }
      }
    }
    bool single = op_.signature.results.size() == 1;
    if (!op_.formulas.empty() && single && op_.signature.find_param(op_.grad_name) >= 0) {
      error("derivative", "parameter '" + op_.grad_name + "' hides the incoming gradient: name that with grad_name");
    }
    if (op_.keys.count("grad_name") != 0 && (!single || op_.formulas.empty())) {
      error("grad_name",
            single ? "grad_name without a formula" : "with several outputs the gradients are called grad_<output>");
    }
    if (!op_.not_differentiable.empty() || (op_.formulas.empty() && op_.keys.count("derivative") != 0)) return;
    for (std::size_t i = 0; i < params().size(); ++i) {
      if (op_.is_differentiable(i) && covered.count(i) == 0) {
        error(op_.keys.count("derivative") != 0 ? "derivative" : "op",
              "input '" + params()[i].name + "' of " + quoted(op_) +
                  " has neither a derivative nor a reason in not_differentiable");
      }
    }
  }

  static const SampleValue* find_value(const Sample& sample, const std::string& name) {
    for (const auto& [key, value] : sample) {
      if (key == name) return &value;
    }
    return nullptr;
  }

  /// Nothing to choose: the generator's own samples do.
  bool has_standard_samples() const {
    return op_.is_pointwise() && std::all_of(params().begin(), params().end(), [](const Parameter& p) {
             return p.type == ArgType::kTensor && !p.optional;
           });
  }

  void check_samples() {
    if (op_.samples.empty()) {
      if (!has_standard_samples()) error("samples", quoted(op_) + " has no samples");
      return;
    }
    for (std::size_t i = 0; i < params().size(); ++i) {
      const Parameter& param = params()[i];
      bool any_of_these =
          param.type == ArgType::kDtype || param.type == ArgType::kDevice || param.type == ArgType::kGenerator;
      bool exercised = false;
      bool provided = false;
      for (const Sample& sample : op_.samples) {
        const SampleValue* value = find_value(sample, param.name);
        if (value == nullptr) continue;
        exercised = exercised || any_of_these || !equals_default(*value, param);
        provided = provided || value->kind != SampleValue::Kind::kNone;
      }
      if (op_.is_differentiable(i) && !provided) {
        error("samples", "no sample provides the differentiable input '" + param.name + "'");
      } else if (param.has_default() && !exercised) {
        error("samples", "every sample leaves '" + param.name + "' at its default");
      }
    }
  }

  const Schema& schema_;
  Operator& op_;
  Diagnostics& diagnostics_;
};

/// Every function that an entry adds to the API: two may not share a name.
std::vector<std::string> function_names(const Operator& op) {
  std::vector<std::string> names = {op.signature.name};
  if (op.has_variant("inplace")) names.push_back(op.signature.name + "_");
  if (op.has_variant("out")) names.push_back(op.signature.name + "_out");
  return names;
}

/// Generated types are called after the operator in PascalCase: "conv_2d" and "conv2d" would meet.
void check_type_names(const Schema& schema, Diagnostics& diagnostics) {
  std::map<std::string, const Operator*> seen;
  for (const Group& group : schema.groups) {
    for (const Operator& op : group.operators) {
      auto [it, fresh] = seen.emplace(pascal(op.base_name), &op);
      if (fresh || it->second->base_name == op.base_name) continue;
      diagnostics.error(op.op.location, quoted(op) + " and operator '" + it->second->signature.name +
                                            "' are too alike: both give the type name " + it->first);
    }
  }
}

void check_names(const Schema& schema, Diagnostics& diagnostics) {
  std::map<std::string, Location> seen;
  std::set<std::string> groups;
  for (const Group& group : schema.imported) {
    for (const Operator& op : group.operators) seen.emplace(op.signature.name, op.op.location);
  }
  for (const Group& group : schema.groups) {
    if (!groups.insert(group.name).second) {
      diagnostics.error({group.path, 0, 0}, "another file has the name '" + group.name + "'");
    }
    for (const Operator& op : group.operators) {
      for (const std::string& name : function_names(op)) {
        auto [it, fresh] = seen.emplace(name, op.op.location);
        if (fresh) continue;
        const Location& first = it->second;
        diagnostics.error(op.op.location, (name == op.signature.name ? quoted(op) : "function '" + name + "'") +
                                              " is declared already, at " + first.file + ":" +
                                              std::to_string(first.line));
      }
    }
  }
}

/// Operators may share a composite function where their signatures agree.
void check_composites(const Schema& schema, Diagnostics& diagnostics) {
  std::map<std::string, const Operator*> seen;
  for (const Group& group : schema.groups) {
    for (const Operator& op : group.operators) {
      if (op.composite.empty()) continue;
      auto [it, fresh] = seen.emplace(op.composite, &op);
      if (fresh || call_layout_hash(it->second->signature) == call_layout_hash(op.signature)) continue;
      diagnostics.error(op.where("composite"), "composite '" + op.composite + "' has another signature for operator '" +
                                                   it->second->signature.name + "'");
    }
  }
}

/// Composites must end at operators without one. Follows the parts of each composite, depth first.
class CycleCheck {
 public:
  CycleCheck(const Schema& schema, Diagnostics& diagnostics) : schema_(schema), diagnostics_(diagnostics) {}

  void visit(const Operator& op) {
    if (done_.count(&op) != 0) return;
    path_.push_back(&op);
    for (const Text& part : op.parts) {
      const Operator* next = schema_.find(part.value);
      if (next == nullptr) {
        diagnostics_.error(part.location,
                           "unknown operator '" + part.value + "'" + suggestion(part.value, schema_.names()));
      } else if (auto at = std::find(path_.begin(), path_.end(), next); at != path_.end()) {
        std::string cycle;
        for (; at != path_.end(); ++at) cycle += (*at)->signature.name + " -> ";
        diagnostics_.error(part.location, "a cycle of composites: " + cycle + next->signature.name);
      } else {
        visit(*next);
      }
    }
    path_.pop_back();
    done_.insert(&op);
  }

 private:
  const Schema& schema_;
  Diagnostics& diagnostics_;
  std::vector<const Operator*> path_;
  std::set<const Operator*> done_;
};

}  // namespace

void validate(Schema& schema, Diagnostics& diagnostics) {
  check_names(schema, diagnostics);
  check_type_names(schema, diagnostics);
  check_composites(schema, diagnostics);
  CycleCheck cycles(schema, diagnostics);
  for (const Group& group : schema.groups) {
    for (const Operator& op : group.operators) cycles.visit(op);
  }
  for (Group& group : schema.groups) {
    for (Operator& op : group.operators) OperatorValidator(schema, op, diagnostics).run();
  }
}

}  // namespace sy::codegen
