#include "pointwise.h"

#include "iteration.h"

namespace sy::opencl {

namespace {

constexpr const char* kInputs[] = {"a", "b", "c", "d"};

std::string body(const Pointwise& p, const std::vector<bool>& on_host, int rank, bool flat) {
  std::string text = p.setup + "__kernel void run(OUT0";
  for (std::size_t k = 1; k <= on_host.size(); ++k) text += ", IN" + std::to_string(k);
  text += p.parameters + ", const idx n";
  int strided = 1;
  for (const bool scalar : on_host) strided += scalar ? 0 : 1;
  if (!flat) text += iteration_parameters(rank, strided, "");
  text += ") {\n  idx rest = get_global_id(0);\n  if (rest >= n) return;\n";
  text += flat ? "  const idx at0 = rest;\n" : iteration_positions(rank, strided, "");
  int position = 1;
  for (std::size_t k = 1; k <= on_host.size(); ++k) {
    const std::string n = std::to_string(k);
    const std::string at = flat || on_host[k - 1] ? "at0" : "at" + std::to_string(position);
    if (!on_host[k - 1]) ++position;
    text += "  const C" + n + " " + kInputs[k - 1] + " = GET" + n + "(" + at + ");\n";
  }
  return text + "  PUT0(at0, (" + p.expression + "));\n}\n";
}

}  // namespace

void run_pointwise(const sdk::Call& call, const std::string& name, const Pointwise& p) {
  const sdk::Tensor result = call.output(0);
  std::vector<bool> on_host;
  std::vector<sdk::Ints> strides = {result.strides()};
  std::vector<sdk::Tensor> inputs;
  for (std::uint32_t i = 0; p.reads && i < call.abi()->num_args; ++i) {
    if (call.abi()->args[i].tag != SY_ARG_TENSOR) continue;
    const sdk::Tensor t = call.tensor(i);
    if (inputs.size() == std::size(kInputs)) throw sdk::Error(SY_UNSUPPORTED, "more than four operands");
    inputs.push_back(t);
    on_host.push_back(t.is_host_scalar());
    if (!t.is_host_scalar()) strides.push_back(t.strides());
  }
  Iteration it(result.shape(), strides);
  const bool flat = it.is_flat();
  if (!flat) it.pad_to(2);
  Launch launch(call, name + (flat ? "" : "/r" + std::to_string(it.rank())));
  launch.tensor(result);
  for (const sdk::Tensor& t : inputs) t.is_host_scalar() ? launch.host_scalar(t) : launch.tensor(t);
  if (p.add) p.add(launch);
  launch.index(it.size());
  if (!flat) it.add_to(launch);
  launch.run(it.size(), [&] { return body(p, on_host, it.rank(), flat); });
}

}  // namespace sy::opencl
