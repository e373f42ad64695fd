// The block that makes a shared library a plugin: its table, the one exported symbol, and the note in its file.
#pragma once

#include "switchyard/abi/plugin.h"
#include "switchyard/sdk/kernel.h"
#include "switchyard/sdk/log.h"
#include "switchyard/sdk/note.h"
#include "switchyard/sdk/status.h"

namespace sy::sdk {

/// What init works with.
class Registrar {
 public:
  Registrar(const sy_host* host, sy_plugin_handle* handle) : host_(host), handle_(handle) {}

  const sy_host* host() const { return host_; }
  sy_plugin_handle* handle() const { return handle_; }

  /// Registers a backend, which must live as long as the process, and returns its id. Throws Error.
  std::uint32_t backend(const sy_backend& backend) const {
    std::uint32_t id = 0;
    if (const sy_status s = host_->register_backend(handle_, &backend, &id); s != SY_OK) throw Error(s);
    return id;
  }
  /// Registers kernels for the backend of that name, one's own or another's. A kernel that does not fit is rejected
  /// alone. Throws Error.
  void kernels(const char* backend, const KernelTable& table) const {
    const sy_status s = host_->register_kernels(handle_, backend, table.kernels, table.count);
    if (s != SY_OK) throw Error(s);
  }
  /// All kernel files of this plugin: kernels("npu", sy_kernel_list).
  void kernels(const char* backend, const KernelTable* const* list) const {
    for (; *list != nullptr; ++list) kernels(backend, **list);
  }

 private:
  const sy_host* host_;
  sy_plugin_handle* handle_;
};

namespace detail {

template <auto kInit>
sy_status plugin_init(const sy_host* host, sy_plugin_handle* handle) noexcept {
  return guard(host, nullptr, [&]() -> sy_status {
    if constexpr (std::is_void_v<decltype(kInit(Registrar(host, handle)))>) {
      kInit(Registrar(host, handle));
      return SY_OK;
    } else {
      return kInit(Registrar(host, handle));
    }
  });
}

}  // namespace detail
}  // namespace sy::sdk

/// Once per plugin, outside of any namespace. name, version, vendor and description are string literals (name up to 39
/// characters); init is a function `void (const sy::sdk::Registrar&)` (or one that returns a sy_status) that may throw
/// sy::sdk::Error: with SY_UNSUPPORTED it declines politely.
#define SY_PLUGIN_DEFINE(name, version, vendor, description, init)               \
  SY_PLUGIN_NOTE(name);                                                          \
  extern "C" SY_EXPORT const sy_plugin* sy_plugin_query(void) {                  \
    static constexpr sy_plugin kPlugin = {sizeof(sy_plugin),                     \
                                          SY_ABI_MAGIC,                          \
                                          SY_ABI_MAJOR,                          \
                                          SY_ABI_MINOR,                          \
                                          0,                                     \
                                          name,                                  \
                                          version,                               \
                                          vendor,                                \
                                          description,                           \
                                          &::sy::sdk::detail::plugin_init<init>, \
                                          nullptr,                               \
                                          nullptr};                              \
    return &kPlugin;                                                             \
  }                                                                              \
  static_assert(true, "")
