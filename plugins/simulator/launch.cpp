#include "launch.h"

#include <cstdio>
#include <memory>

#include "call_copy.h"
#include "simulator.h"
#include "switchyard/sdk/status.h"

namespace sy::simulator {

namespace {

/// The error of the kernel that runs on this thread. Plain memory, so that nothing happens when the thread ends.
thread_local char last_message[640];

sy_status keep_message(sy_status code, const char* message) {
  std::snprintf(last_message, sizeof last_message, "%s", message);
  return code;
}

/// What a copied call's host_call points to.
struct Launch {
  const Launched* launched = nullptr;
  std::unique_ptr<CallCopy> copy;
  const sy_call* original = nullptr;  // while run() waits for the kernel
};

Launch& launch_of(const sy_call* call) { return *static_cast<Launch*>(call->host_call); }

sy_status queued_workspace(const sy_call* call, std::uint64_t bytes, void** memory) {
  *memory = launch_of(call).copy->scratch(bytes);
  return SY_OK;
}

sy_status queued_output(const sy_call*, std::uint32_t, std::uint32_t, std::uint32_t, const std::int64_t*, sy_tensor**) {
  return keep_message(SY_INTERNAL, "simulator: a queued kernel may not allocate outputs");
}

/// While the caller waits, outputs come from the host and are handed on with the twin's address.
sy_status waiting_output(const sy_call* call, std::uint32_t output, std::uint32_t dtype, std::uint32_t ndim,
                         const std::int64_t* shape, sy_tensor** tensor) {
  Launch& launch = launch_of(call);
  return sdk::guard(host().services, call->op, [&]() -> sy_status {
    sy_tensor* made = nullptr;
    const sy_status status = host().services->alloc_output(launch.original, output, dtype, ndim, shape, &made);
    if (status == SY_OK) *tensor = launch.copy->copy_tensor(*made);
    return status;
  });
}

/// The host's services as a kernel on a stream's thread gets them.
const sy_host* queued_services() {
  static const sy_host services = [] {
    sy_host s = *host().services;
    s.size = sizeof s;
    s.error = &keep_message;
    s.workspace = &queued_workspace;
    s.alloc_output = &queued_output;
    return s;
  }();
  return &services;
}

const sy_host* waiting_services() {
  static const sy_host services = [] {
    sy_host s = *host().services;
    s.size = sizeof s;
    s.workspace = &queued_workspace;
    s.alloc_output = &waiting_output;
    return s;
  }();
  return &services;
}

bool is_data_dependent(const sy_call& call) {
  for (std::uint32_t k = 0; k < call.num_outputs; ++k) {
    if (call.outputs[k].tag == SY_ARG_NONE) return true;
  }
  return false;
}

/// What a broken device would do to the first element: a high bit turns over, whatever its dtype.
void spoil(const sy_call& call) {
  if (call.num_outputs == 0 || call.outputs[0].tag != SY_ARG_TENSOR) return;
  const auto& t = *static_cast<const sy_tensor*>(call.outputs[0].ptr);
  for (int d = 0; d < t.view.ndim; ++d) {
    if (t.view.shape[d] == 0) return;
  }
  const int last = t.view.dtype.bits / 8 - 1;
  auto* bytes = static_cast<unsigned char*>(t.view.data) + t.view.byte_offset;
  bytes[last] ^= t.dtype == SY_BOOL ? 1 : 0x40;
}

sy_status run_inner(Launch& launch, Simulator& simulator) {
  const sy_status status = launch.launched->inner->run(&launch.copy->call());
  if (status == SY_OK && simulator.faults().spoils(launch.copy->op())) spoil(launch.copy->call());
  return status;
}

void run_queued(Launch& launch, Simulator& simulator) {
  last_message[0] = '\0';
  const sy_status status = run_inner(launch, simulator);
  if (status == SY_OK) return;
  host().services->report(host().backends[static_cast<int>(simulator.mode())], launch.copy->call().device, status,
                          launch.copy->op().c_str(), last_message);
}

sy_status run(const sy_call* call) {
  return sdk::guard(host().services, call->op, [&]() -> sy_status {
    const auto* launched = static_cast<const Launched*>(call->kernel->self);
    Simulator& simulator = Simulator::get(launched->mode);
    simulator.require_alive(call->device);
    Stream& stream = simulator.stream(call->device, call->stream);
    const auto launch = std::make_shared<Launch>();
    launch->launched = launched;
    launch->copy = std::make_unique<CallCopy>(*call, simulator);
    sy_call& copy = launch->copy->call();
    copy.host_call = launch.get();
    copy.kernel = launched->inner;
    if (is_data_dependent(*call)) {
      stream.drain();
      launch->original = call;
      copy.host = waiting_services();
      return run_inner(*launch, simulator);
    }
    copy.host = queued_services();
    simulator.push(call->device, stream, [launch, &simulator] { run_queued(*launch, simulator); });
    return SY_OK;
  });
}

}  // namespace

sy_kernel kernel_of(const Launched& launched) {
  sy_kernel kernel = *launched.inner;
  kernel.self = const_cast<Launched*>(&launched);
  kernel.run = &run;
  return kernel;
}

}  // namespace sy::simulator
