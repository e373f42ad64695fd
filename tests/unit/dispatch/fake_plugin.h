// Plugins that live in the test program: a device of their own, and kernels that are C++ functions.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "../core/fake_device.h"
#include "../message_of.h"
#include "switchyard/core/backend.h"
#include "switchyard/dispatch/operator.h"
#include "switchyard/loader/loader.h"

namespace sy {

using KernelFn = std::function<sy_status(const sy_call&)>;

/// A kernel whose functions the test gives; fits the operator as it is declared unless the test changes the table.
struct FakeKernel {
  sy_kernel table{};
  KernelFn on_run, on_supports;
  std::vector<std::uint32_t> dtypes;
  int runs = 0;

  explicit FakeKernel(const char* op, KernelFn run = {}) : on_run(std::move(run)) {
    table.size = sizeof(sy_kernel);
    table.op = op;
    table.self = this;
    table.flags = SY_KERNEL_STRIDED | SY_KERNEL_HOST_SCALARS;
    if (const Operator* known = find_operator(op)) table.layout_hash = known->info().layout_hash;
    table.run = [](const sy_call* call) {
      FakeKernel& k = of(call);
      ++k.runs;
      return k.on_run ? k.on_run(*call) : SY_OK;
    };
  }
  FakeKernel& only(std::vector<std::uint32_t> given) {
    dtypes = std::move(given);
    table.dtypes = dtypes.data();
    table.num_dtypes = static_cast<std::uint32_t>(dtypes.size());
    return *this;
  }
  FakeKernel& priority(std::int32_t p) {
    table.priority = p;
    return *this;
  }
  FakeKernel& flags(std::uint32_t f) {
    table.flags = f;
    return *this;
  }
  FakeKernel& supports(KernelFn fn) {
    on_supports = std::move(fn);
    table.supports = [](const sy_call* call) { return of(call).on_supports(*call); };
    return *this;
  }

 private:
  static FakeKernel& of(const sy_call* call) { return *static_cast<FakeKernel*>(call->kernel->self); }
};

/// A plugin with one device kind of the same name. Use it through fake_plugin(): it must live as long as the process.
struct FakePlugin {
  FakeDevice device;
  sy_plugin table{};
  std::unique_ptr<Plugin> plugin;
  Device at;

  explicit FakePlugin(const char* name, std::uint32_t flags = FakeDevice::kHost) : device(name, flags) {
    load_plugins_once();  // tests compare with the cpu, and fall back to it
    table.size = sizeof(sy_plugin);
    table.name = name;
    plugin = std::make_unique<Plugin>("in the test", &table);
    device.devices = 2;
    throw_if_error(register_backend(device.table, plugin.get(), nullptr));
    at = Device(name);
  }
  absl::Status offer(const FakeKernel& kernel) { return register_kernel(plugin.get(), at.backend(), &kernel.table); }
  FakeKernel& kernel(const char* op, KernelFn run = {}) { return add(immortal<FakeKernel>(op, std::move(run))); }
  FakeKernel& add(FakeKernel& kernel) {
    throw_if_error(offer(kernel));
    return kernel;
  }
};

inline FakePlugin& fake_plugin(const char* name, std::uint32_t flags = FakeDevice::kHost) {
  return immortal<FakePlugin>(name, flags);
}

inline const sy_tensor& argument(const sy_call& call, std::uint32_t i) {
  return *static_cast<const sy_tensor*>(call.args[i].ptr);
}
inline const sy_tensor& output(const sy_call& call) { return *static_cast<const sy_tensor*>(call.outputs[0].ptr); }
template <typename T>
T* first(const sy_tensor& t) {
  return reinterpret_cast<T*>(static_cast<char*>(t.view.data) + t.view.byte_offset);
}
inline std::int64_t numel(const sy_tensor& t) {
  std::int64_t n = 1;
  for (std::int32_t d = 0; d < t.view.ndim; ++d) n *= t.view.shape[d];
  return n;
}

/// A kernel that writes one value into every element of a dense f32 output.
inline KernelFn writes(float value) {
  return [value](const sy_call& call) {
    for (std::int64_t i = 0; i < numel(output(call)); ++i) first<float>(output(call))[i] = value;
    return SY_OK;
  };
}
inline KernelFn declines(const char* reason) {
  return
      [reason](const sy_call&) { return reason != nullptr ? leave_abi_error(SY_UNSUPPORTED, reason) : SY_UNSUPPORTED; };
}

}  // namespace sy
