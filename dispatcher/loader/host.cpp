// The service table that plugins call. Nothing thrown crosses.
#include <algorithm>
#include <cstring>

#include "switchyard/core/abi_error.h"
#include "switchyard/core/backend.h"
#include "switchyard/core/log.h"
#include "switchyard/dispatch/kernel_call.h"
#include "switchyard/loader/plugin.h"

namespace sy {
namespace {

template <typename Fn>
sy_status guarded(Fn&& fn) {
  try {
    absl::Status status = fn();
    if (status.ok()) return SY_OK;
    return leave_abi_error(static_cast<sy_status>(error_code(status)), std::string(status.message()).c_str());
  } catch (const Error& e) {
    return leave_abi_error(static_cast<sy_status>(e.code()), e.what());
  } catch (const std::exception& e) {
    return leave_abi_error(SY_INTERNAL, e.what());
  } catch (...) {
    return leave_abi_error(SY_INTERNAL, "unknown exception in the host");
  }
}

Plugin* as_plugin(sy_plugin_handle* handle) { return reinterpret_cast<Plugin*>(handle); }

absl::Status check_in_init(Plugin* plugin, const char* what) {
  if (plugin == nullptr) return invalid(what, ": the plugin handle is NULL");
  if (!plugin->in_init) return make_status(ErrorCode::kFailedPrecondition, str_cat(what, ": only allowed inside init"));
  return absl::OkStatus();
}

void host_log(sy_plugin_handle* handle, std::int32_t level, const char* message) {
  guarded([&] {
    Plugin* plugin = as_plugin(handle);
    log(static_cast<LogLevel>(std::clamp(level, 0, 3)),
        str_cat(plugin != nullptr ? plugin->name() : "plugin", ": ", message != nullptr ? message : ""));
    return absl::OkStatus();
  });
}

sy_status host_register_backend(sy_plugin_handle* handle, const sy_backend* table, std::uint32_t* id) {
  return guarded([&]() -> absl::Status {
    SY_RETURN_IF_ERROR(check_in_init(as_plugin(handle), "register_backend"));
    if (table == nullptr) return invalid("register_backend: the table is NULL");
    return register_backend(*table, as_plugin(handle), id);
  });
}

sy_status host_register_kernels(sy_plugin_handle* handle, const char* backend, const sy_kernel* const* kernels,
                                std::uint32_t count) {
  return guarded([&]() -> absl::Status {
    Plugin* plugin = as_plugin(handle);
    SY_RETURN_IF_ERROR(check_in_init(plugin, "register_kernels"));
    int id = backend != nullptr ? intern_backend(backend) : -1;
    if (id < 0) return invalid("register_kernels: malformed backend name");
    if (kernels == nullptr && count != 0) return invalid("register_kernels: the list is NULL");
    for (std::uint32_t i = 0; i < count; ++i) {
      absl::Status status = register_kernel(plugin, static_cast<std::uint16_t>(id), kernels[i]);
      if (status.ok()) {
        ++plugin->num_kernels;
      } else {
        plugin->add_message(std::string(status.message()));
        log(LogLevel::kWarning, str_cat(plugin->name(), ": ", std::string(status.message())));
      }
    }
    return absl::OkStatus();
  });
}

sy_status host_dtype_register(sy_plugin_handle* handle, const char* name, sy_dl_dtype dtype, std::uint32_t* id) {
  return guarded([&]() -> absl::Status {
    SY_RETURN_IF_ERROR(check_in_init(as_plugin(handle), "dtype_register"));
    std::int64_t given = name != nullptr ? register_dtype(name, dtype) : -1;
    if (given < 0) return invalid("dtype_register: the name is taken for other bits, too long, or the table is full");
    if (id != nullptr) *id = static_cast<std::uint32_t>(given);
    return absl::OkStatus();
  });
}

sy_status host_workspace(const sy_call* call, std::uint64_t bytes, void** memory) {
  return guarded([&]() -> absl::Status {
    if (call == nullptr || call->host_call == nullptr || memory == nullptr) {
      return invalid("workspace: not inside a call that may allocate");
    }
    return static_cast<HostCall*>(call->host_call)->workspace(bytes, memory);
  });
}

sy_status host_alloc_output(const sy_call* call, std::uint32_t output, std::uint32_t dtype, std::uint32_t ndim,
                            const std::int64_t* shape, sy_tensor** tensor) {
  return guarded([&]() -> absl::Status {
    if (call == nullptr || call->host_call == nullptr || tensor == nullptr || dtype >= SY_MAX_DTYPES ||
        (shape == nullptr && ndim != 0)) {
      return invalid("alloc_output: bad arguments");
    }
    return static_cast<HostCall*>(call->host_call)->alloc_output(output, Dtype(dtype), IntArray(shape, ndim), tensor);
  });
}

void host_report(std::uint32_t backend, std::int32_t device, sy_status code, const char* op, const char* message) {
  guarded([&]() -> absl::Status {
    Backend* b = backend < num_backends() ? find_backend(static_cast<std::uint16_t>(backend)) : nullptr;
    if (b == nullptr || device < 0 || device >= b->device_count()) return invalid("report: no such device");
    DeviceState& state = b->known_device(static_cast<std::int16_t>(device));
    std::string text = message != nullptr ? message : "";
    if (op != nullptr && text.rfind(op, 0) != 0) text = str_cat(op, ": ", text);
    state.report(code, str_cat(text, " [", state.device.str(), ", found asynchronously]"));
    return absl::OkStatus();
  });
}

const void* host_extension(const char*, std::uint32_t) { return nullptr; }  // none is defined yet

}  // namespace

const sy_host& host_services() {
  static const sy_host host = {
      sizeof(sy_host),       SY_ABI_MAJOR,        SY_ABI_MINOR,   leave_abi_error,   host_log,    host_register_backend,
      host_register_kernels, host_dtype_register, host_workspace, host_alloc_output, host_report, host_extension,
  };
  return host;
}

}  // namespace sy
