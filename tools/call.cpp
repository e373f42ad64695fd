// `switchyard call` and `switchyard explain`: any operator from files, a shell or JSON lines.
#include <iostream>

#include "commands.h"
#include "json_value.h"
#include "switchyard/autograd/engine.h"
#include "switchyard/core/backend.h"
#include "switchyard/dispatch/explain.h"
#include "switchyard/io/npy.h"
#include "switchyard/ops/operators.h"

namespace sy::tool {
namespace {

struct Request {
  Operator* op = nullptr;
  Device device;
  std::vector<NamedValue> args;
  std::vector<std::string> out;
  std::vector<std::string> grad_of, grad_out;
  std::vector<Tensor> seeds;
};

struct Response {
  std::vector<Tensor> outputs, grads;
};

/// The tensors behind a parameter, for differentiation.
std::vector<Tensor> tensors_of(Request& r, const std::string& name) {
  for (NamedValue& arg : r.args) {
    if (arg.name != name) continue;
    if (auto* t = std::get_if<TensorBase>(&arg.value)) return {as_tensor(*t)};
    if (auto* list = std::get_if<std::vector<TensorBase>>(&arg.value))
      return as_tensors(std::vector<TensorBase>(*list));
  }
  fail(ErrorCode::kInvalidArgument, r.op->name(), ": grad: ", name, " is no tensor argument of this call");
}

Response run(Request& r) {
  std::vector<Tensor> leaves;
  for (const std::string& name : r.grad_of) {
    for (const Tensor& t : tensors_of(r, name)) {
      t.requires_grad_();
      leaves.push_back(t);
    }
  }
  const OperatorInfo& info = r.op->info();
  if (info.device_param >= 0) {
    const std::string& name = info.signature.params[static_cast<std::size_t>(info.device_param)].name;
    bool given = false;
    for (const NamedValue& a : r.args) given |= a.name == name;
    if (!given) r.args.push_back({name, r.device});
  }
  Response response;
  response.outputs = as_tensors(call(r.op->name(), r.args));
  if (!leaves.empty()) {
    std::vector<Tensor> floating, seeds;
    for (const Tensor& t : response.outputs) {
      if (t.dtype().is_floating() && t.requires_grad()) floating.push_back(t);
    }
    require(!floating.empty(), r.op->name(), ": grad: no output depends differentiably on the given arguments");
    for (std::size_t i = 0; i < floating.size(); ++i) {
      seeds.push_back(i < r.seeds.size() ? r.seeds[i].to(floating[i].dtype(), floating[i].device())
                                         : ones_like(floating[i]));
    }
    response.grads = grad(floating, leaves, seeds, false, false, true);
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      if (!response.grads[i].defined()) response.grads[i] = zeros_like(leaves[i]);
    }
  }
  synchronize(r.device);
  require(r.out.size() <= response.outputs.size(), r.op->name(), ": ", r.out.size(), " output files for ",
          response.outputs.size(), " outputs");
  for (std::size_t i = 0; i < r.out.size(); ++i) save_npy(r.out[i], response.outputs[i]);
  require(r.grad_out.size() <= response.grads.size(), r.op->name(), ": ", r.grad_out.size(), " gradient files for ",
          response.grads.size(), " gradients");
  for (std::size_t i = 0; i < r.grad_out.size(); ++i) save_npy(r.grad_out[i], response.grads[i]);
  return response;
}

Json to_json(const Response& response, const Request& r) {
  Json json;
  json["ok"] = true;
  json["outputs"] = Json::array();
  for (std::size_t i = 0; i < response.outputs.size(); ++i) {
    json["outputs"].push_back(tensor_to_json(response.outputs[i], i >= r.out.size()));
  }
  if (!r.grad_of.empty()) {
    json["grads"] = Json::array();
    for (std::size_t i = 0; i < response.grads.size(); ++i) {
      json["grads"].push_back(tensor_to_json(response.grads[i], i >= r.grad_out.size()));
    }
  }
  return json;
}

void print(const Response& response, const Request& r) {
  const std::vector<Result>& results = r.op->info().signature.results;
  for (std::size_t i = 0; i < response.outputs.size(); ++i) {
    std::string name = i < results.size() && results.size() > 1 ? results[i].name + " = " : "";
    std::cout << name << response.outputs[i].str() << "\n";
  }
  for (std::size_t i = 0; i < response.grads.size(); ++i)
    std::cout << "grad " << i << " = " << response.grads[i].str() << "\n";
}

Request from_options(const CallOptions& o) {
  Request r;
  r.op = &require_operator(o.op);
  r.device = Device(o.device);
  const Signature& s = r.op->info().signature;
  for (const std::string& arg : o.args) {
    std::size_t equals = arg.find('=');
    require(equals != std::string::npos, "--arg: expected name=value, got \"", arg, "\"");
    std::string name = arg.substr(0, equals);
    int i = s.find_param(name);
    if (i < 0) {
      r.args.push_back({name, Value()});  // the boxed call says what the parameters are
      continue;
    }
    const Parameter& p = s.params[static_cast<std::size_t>(i)];
    r.args.push_back({name, value_from_json(*r.op, p, json_from_text(p, arg.substr(equals + 1)), r.device)});
  }
  r.out = o.out;
  r.grad_of = o.grad;
  r.grad_out = o.grad_out;
  return r;
}

std::vector<std::string> strings(const Json& json, const char* key) {
  std::vector<std::string> out;
  if (!json.contains(key)) return out;
  require(json[key].is_array(), "request: \"", key, "\": expected a list of strings");
  for (const Json& v : json[key]) {
    require(v.is_string(), "request: \"", key, "\": expected a list of strings");
    out.push_back(v.get<std::string>());
  }
  return out;
}

Request from_json(const Json& json) {
  require(json.is_object(), "request: expected a JSON object");
  for (const auto& [key, value] : json.items()) {
    require(key == "op" || key == "device" || key == "args" || key == "out" || key == "grad", "request: unknown key \"",
            key, "\"");
  }
  require(json.contains("op") && json["op"].is_string(), "request: \"op\" is missing");
  Request r;
  r.op = &require_operator(json["op"].get<std::string>());
  if (json.contains("device")) {
    require(json["device"].is_string(), "request: \"device\": expected a device name");
    r.device = Device(json["device"].get<std::string>());
  }
  const Signature& s = r.op->info().signature;
  if (json.contains("args")) {
    require(json["args"].is_object(), "request: \"args\": expected an object of arguments by name");
    for (const auto& [name, value] : json["args"].items()) {
      int i = s.find_param(name);
      if (i < 0) {
        r.args.push_back({name, Value()});
      } else {
        r.args.push_back({name, value_from_json(*r.op, s.params[static_cast<std::size_t>(i)], value, r.device)});
      }
    }
  }
  r.out = strings(json, "out");
  if (json.contains("grad")) {
    const Json& g = json["grad"];
    require(g.is_object() && g.contains("of"), "request: \"grad\": expected an object with \"of\"");
    r.grad_of = strings(g, "of");
    r.grad_out = strings(g, "out");
    if (g.contains("seed")) {
      require(g["seed"].is_array(), "request: \"seed\": expected a list of tensors");
      for (const Json& seed : g["seed"]) r.seeds.push_back(tensor_from_json(seed, "request: seed"));
    }
  }
  return r;
}

Json failure(ErrorCode code, const std::string& message) {
  return Json{{"ok", false}, {"error", {{"code", std::string(error_code_name(code))}, {"message", message}}}};
}

}  // namespace

int run_call(const CallOptions& o) {
  Request r = from_options(o);
  Response response = run(r);
  if (o.json) {
    std::cout << to_json(response, r).dump() << "\n";
  } else if (o.out.empty()) {
    print(response, r);
  }
  return 0;
}

int run_explain(const CallOptions& o) {
  Request r = from_options(o);
  std::vector<CallRecord> records = explain([&] { run(r); });
  if (!o.json) {
    std::cout << format(records);
    return 0;
  }
  Json list = Json::array();
  for (const CallRecord& c : records) {
    list.push_back(Json{{"op", c.op},
                        {"depth", c.depth},
                        {"device", c.device},
                        {"arguments", c.arguments},
                        {"layers", c.layers},
                        {"chosen", c.chosen},
                        {"rejected", c.rejected}});
  }
  std::cout << list.dump() << "\n";
  return 0;
}

int run_batch() {
  std::string line;
  while (std::getline(std::cin, line)) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    Json answer;
    try {
      Json json = parse_json(line);
      require(!json.is_discarded(), "request: not valid JSON");
      Request r = from_json(json);
      answer = to_json(run(r), r);
    } catch (const Error& e) {
      answer = failure(e.code(), e.what());
    } catch (const std::exception& e) {
      answer = failure(ErrorCode::kInternal, e.what());
    }
    std::cout << answer.dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
  }
  return 0;
}

}  // namespace sy::tool
