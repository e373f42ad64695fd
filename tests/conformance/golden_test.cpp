// Golden values: what PyTorch computed, so that the reference is not its own judge. See the head of each golden/*.json.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "switchyard/autograd/engine.h"
#include "switchyard/core/backend.h"
#include "switchyard/testing/compare.h"
#include "switchyard/testing/outcome.h"

namespace sy::testing {
namespace {

using nlohmann::json;

Scalar number(const json& v, Dtype dtype) {
  if (v.is_string()) {
    double inf = std::numeric_limits<double>::infinity();
    return v == "nan" ? std::numeric_limits<double>::quiet_NaN() : (v == "inf" ? inf : -inf);
  }
  if (v.is_boolean()) return v.get<bool>();
  if (dtype.is_floating()) return v.get<double>();
  return v.get<std::int64_t>();
}

Array array(const json& v) {
  Array a(Dtype::parse(v.at("dtype").get<std::string>()).value(), v.at("shape").get<std::vector<std::int64_t>>());
  for (std::int64_t i = 0; i < a.numel(); ++i) a.set(i, number(v.at("data").at(static_cast<std::size_t>(i)), a.dtype));
  return a;
}

Inputs::Tensor tensor(const json& v, Layout layout) {
  if (v.is_null()) return {};
  return {array(v), layout};
}

Inputs inputs_of(const OperatorSamples& op, const json& args, Layout layout) {
  Inputs inputs;
  Signature signature = op.parsed();
  for (const auto& [name, v] : args.items()) {
    Inputs::Argument a{name, signature.params[static_cast<std::size_t>(signature.find_param(name))].mutated, Value()};
    if (v.contains("tensor")) {
      a.value = tensor(v["tensor"], layout);
    } else if (v.contains("tensors")) {
      std::vector<Inputs::Tensor> list;
      for (const json& t : v["tensors"]) list.push_back(tensor(t, layout));
      a.value = std::move(list);
    } else if (v.contains("int")) {
      a.value = Value(v["int"].get<std::int64_t>());
    } else if (v.contains("float")) {
      a.value = Value(v["float"].get<double>());
    } else if (v.contains("bool")) {
      a.value = Value(v["bool"].get<bool>());
    } else if (v.contains("str")) {
      a.value = Value(v["str"].get<std::string>());
    } else if (v.contains("ints")) {
      a.value = Value(v["ints"].get<std::vector<std::int64_t>>());
    } else if (v.contains("dtype")) {
      a.value = Value(*Dtype::parse(v["dtype"].get<std::string>()));
    } else if (v.contains("device")) {
      a.value = DeviceName{v["device"].get<std::string>()};
    } else if (v.contains("seed")) {
      a.value = Seed{v["seed"].get<std::uint64_t>()};
    } else if (!v.contains("none")) {
      throw std::runtime_error(str_cat("golden value of an unknown kind: ", v.dump()));
    }
    inputs.arguments.push_back(std::move(a));
  }
  // Factories go to the device under test.
  int device = signature.find_param("device");
  if (device >= 0 && !args.contains("device") && signature.find_param("self") < 0) {
    inputs.arguments.push_back({"device", false, DeviceName{"current"}});
  }
  return inputs;
}

const OperatorSamples& samples_of(const std::string& name) {
  for (const OperatorSamples& op : all_samples()) {
    if (op.name == name) return op;
  }
  throw std::runtime_error(str_cat("golden values of an unknown operator ", name));
}

/// The tolerance of values that two good implementations compute in a dtype.
Tolerance tolerance(Dtype dtype) {
  OperatorSamples none;
  return dtype == kF64 ? Tolerance{1e-10, 1e-12} : tolerance_of(none, dtype);
}

void check_forward(const OperatorSamples& op, const json& c, Device device, Layout layout) {
  PlacedInputs placed = place(inputs_of(op, c["args"], layout), device);
  Outcome outcome = run_function(op, placed, device);
  bool may_refuse = op.kind == "view" && layout != Layout::kContiguous;
  if (outcome.threw && may_refuse) return;
  ASSERT_FALSE(outcome.threw) << outcome.message;
  EXPECT_EQ(outcome.fault, "");
  ASSERT_EQ(outcome.results.size(), c["results"].size());
  for (std::size_t k = 0; k < outcome.results.size(); ++k) {
    Array wanted = array(c["results"][k]);
    EXPECT_EQ(difference(outcome.results[k], wanted, tolerance(wanted.dtype)), "") << "result " << k;
  }
  if (!c.contains("mutated")) return;
  std::size_t k = 0;
  for (const char* name : {"running_mean", "running_var"}) {
    Array wanted = array(c["mutated"].at(name));
    EXPECT_EQ(difference(outcome.mutated.at(k++), wanted, tolerance(wanted.dtype)), "") << name;
  }
}

void check_gradients(const OperatorSamples& op, const json& c, Device device, Layout layout) {
  PlacedInputs placed = place(inputs_of(op, c["args"], layout), device);
  std::vector<Tensor> in;
  std::vector<json> wanted;
  for (NamedValue& a : placed.arguments) {
    if (!c["gradients"].contains(a.name)) continue;
    std::vector<TensorBase> list;
    if (auto* t = std::get_if<TensorBase>(&a.value)) list = {*t};
    if (auto* l = std::get_if<std::vector<TensorBase>>(&a.value)) list = *l;
    std::size_t k = 0;
    for (const TensorBase& t : list) {
      if (!t.defined() || t.dtype() != kF64) continue;
      in.emplace_back(t);
      in.back().requires_grad_(true);
      wanted.push_back(c["gradients"][a.name].at(k++));
    }
  }
  std::vector<TensorBase> results = call(op.name, placed.arguments);
  std::vector<Tensor> out, cotangents;
  for (const auto& [k, v] : c["cotangents"].items()) {
    out.emplace_back(results.at(static_cast<std::size_t>(std::stoi(k))));
    cotangents.emplace_back(place(array(v), device, Layout::kContiguous).tensor);
  }
  std::vector<Tensor> grads = grad(out, in, cotangents, false, false, true);
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (wanted[i].is_null()) {
      if (grads[i].defined()) {
        EXPECT_EQ(difference(to_array(grads[i]), Array(kF64, in[i].shape().vec()), {}), "")
            << "gradient of input " << i;
      }
      continue;
    }
    ASSERT_TRUE(grads[i].defined()) << "gradient of input " << i;
    EXPECT_EQ(difference(to_array(grads[i]), array(wanted[i]), {1e-9, 1e-11}), "") << "gradient of input " << i;
  }
}

using Param = std::tuple<std::string, std::string>;

class Golden : public ::testing::TestWithParam<Param> {};

TEST_P(Golden, AgreesWithPyTorch) {
  const auto& [path, device_name] = GetParam();
  Device device(device_name);
  json root = json::parse(std::ifstream(path));
  for (std::size_t i = 0; i < root["cases"].size(); ++i) {
    const json& c = root["cases"][i];
    const OperatorSamples& op = samples_of(c["op"]);
    for (Layout layout : {Layout::kContiguous, Layout::kTransposed, Layout::kStepped, Layout::kNegative}) {
      if (op.name == "as_strided" && layout != Layout::kContiguous) continue;
      SCOPED_TRACE(str_cat(op.name, ", case ", i, ", ", layout_name(layout), ": ", c["args"].dump().substr(0, 200)));
      check_forward(op, c, device, layout);
      if (!c.contains("gradients") || (op.name == "view" && layout != Layout::kContiguous)) continue;
      check_gradients(op, c, device, layout);
    }
  }
}

std::vector<std::string> files() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(SWITCHYARD_SOURCE_DIR "/tests/conformance/golden")) {
    paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

INSTANTIATE_TEST_SUITE_P(All, Golden,
                         ::testing::Combine(::testing::ValuesIn(files()), ::testing::Values("reference", "cpu")),
                         [](const auto& info) {
                           return std::get<1>(info.param) + "_" +
                                  std::filesystem::path(std::get<0>(info.param)).stem().string();
                         });

}  // namespace
}  // namespace sy::testing
