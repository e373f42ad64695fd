// The tables that a plugin hands out, taken by a host made for the purpose: one of a later minor version, with structs
// that are longer than the plugin knows.
#include <dlfcn.h>

#include <cstring>
#include <filesystem>
#include <set>

#include "switchyard/core/abi_error.h"
#include "switchyard/core/error.h"
#include "switchyard/dispatch/operator.h"
#include "switchyard/loader/loader.h"
#include "switchyard/testing/plugin_suite.h"

namespace sy::testing {
namespace {

constexpr unsigned char kPoison = 0xa5;

/// A struct of the ABI as a later version would have it: the same, and 64 bytes more, which nobody may touch.
template <typename T>
struct Longer {
  T known{};
  unsigned char tail[64];

  Longer() {
    known.size = sizeof(Longer);
    std::memset(tail, kPoison, sizeof tail);
  }
  bool touched() const {
    for (unsigned char c : tail) {
      if (c != kPoison) return true;
    }
    return false;
  }
};

struct Registered {
  std::vector<const sy_backend*> backends;
  struct Kernel {
    std::string backend;
    const sy_kernel* kernel;
  };
  std::vector<Kernel> kernels;
  std::string misuse;  // of the host's services
};

/// One plugin's registrations, for the C functions below.
Registered& registered() {
  static auto* all = new Registered;
  return *all;
}

void ignore_log(sy_plugin_handle*, std::int32_t, const char*) {}
void ignore_report(std::uint32_t, std::int32_t, sy_status, const char*, const char*) {}
const void* no_extension(const char*, std::uint32_t) { return nullptr; }
sy_plugin_handle* handle() { return reinterpret_cast<sy_plugin_handle*>(&registered()); }

sy_status take_backend(sy_plugin_handle* plugin, const sy_backend* backend, std::uint32_t* id) {
  if (plugin != handle()) registered().misuse = "register_backend: not the handle that init was given";
  if (id != nullptr) *id = 100 + static_cast<std::uint32_t>(registered().backends.size());
  registered().backends.push_back(backend);
  return SY_OK;
}
sy_status take_kernels(sy_plugin_handle* plugin, const char* backend, const sy_kernel* const* kernels,
                       std::uint32_t count) {
  if (plugin != handle()) registered().misuse = "register_kernels: not the handle that init was given";
  for (std::uint32_t i = 0; i < count; ++i) registered().kernels.push_back({backend, kernels[i]});
  return SY_OK;
}
sy_status take_dtype(sy_plugin_handle*, const char*, sy_dl_dtype, std::uint32_t* id) {
  if (id != nullptr) *id = SY_NUM_STANDARD_DTYPES;
  return SY_OK;
}
sy_status no_workspace(const sy_call*, std::uint64_t, void**) { return leave_abi_error(SY_OUT_OF_MEMORY, "none"); }
sy_status no_output(const sy_call*, std::uint32_t, std::uint32_t, std::uint32_t, const std::int64_t*, sy_tensor**) {
  return leave_abi_error(SY_OUT_OF_MEMORY, "none");
}

/// Lives as long as the process: the plugin may keep it.
Longer<sy_host>& later_host() {
  static auto* host = [] {
    auto* h = new Longer<sy_host>;
    h->known = {sizeof(Longer<sy_host>),
                SY_ABI_MAJOR,
                SY_ABI_MINOR + 1,
                leave_abi_error,
                ignore_log,
                take_backend,
                take_kernels,
                take_dtype,
                no_workspace,
                no_output,
                ignore_report,
                no_extension};
    return h;
  }();
  return *host;
}

std::size_t entries(const char* folder) {
  std::size_t n = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++n;
  return n;
}

const sy_plugin* open_and_query(const std::string& path, std::string* impure) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) fail(ErrorCode::kInvalidArgument, dlerror());
  auto query = reinterpret_cast<sy_plugin_query_fn>(dlsym(library, SY_PLUGIN_QUERY_NAME));
  require(query != nullptr, path, ": exports no ", SY_PLUGIN_QUERY_NAME);
  std::size_t threads = entries("/proc/self/task"), files = entries("/proc/self/fd");
  const sy_plugin* plugin = query();
  if (query() != plugin) *impure = "a second query gives another table";
  if (entries("/proc/self/task") != threads) *impure = "query started threads";
  if (entries("/proc/self/fd") != files) *impure = "query opened files";
  return plugin;
}

std::string wrong_header(const sy_plugin& p, const std::string& path) {
  if (p.size < offsetof(sy_plugin, shutdown)) return str_cat("its size is ", p.size, ", too small to hold init");
  if (p.magic != SY_ABI_MAGIC) return str_cat("its magic is ", p.magic, ", expected ", SY_ABI_MAGIC);
  if (p.abi_major != SY_ABI_MAJOR) return str_cat("its major version is ", p.abi_major, ", expected ", SY_ABI_MAJOR);
  if (p.flags != 0) return str_cat("its flags are ", p.flags, ", expected 0");
  if (p.name == nullptr || *p.name == '\0') return "its name is missing";
  if (p.init == nullptr) return "init is NULL";
  absl::StatusOr<PluginNote> note = read_plugin_note(path);
  if (!note.ok()) return std::string(note.status().message());
  if (note->abi_major != p.abi_major || note->abi_minor != p.abi_minor) {
    return str_cat("the note says ABI ", note->abi_major, ".", note->abi_minor, ", the table ", p.abi_major, ".",
                   p.abi_minor);
  }
  if (note->name != p.name) return str_cat("the note says name ", note->name, ", the table ", p.name);
  return "";
}

std::string wrong_slots(const sy_backend& b) {
  if (b.name == nullptr || intern_backend(b.name) < 0) return "its name is malformed: letters, digits and _";
  constexpr std::uint32_t kFlags = SY_BACKEND_HOST_MEMORY | SY_BACKEND_OPAQUE_MEMORY | SY_BACKEND_SYNCHRONOUS;
  if ((b.flags & ~kFlags) != 0) return str_cat("unknown flags ", b.flags & ~kFlags);
  if (b.flags & SY_BACKEND_HOST_MEMORY && b.flags & SY_BACKEND_OPAQUE_MEMORY) return "memory is both plain and opaque";
  if (b.device_count == nullptr || b.alloc == nullptr || b.free == nullptr || b.copy == nullptr ||
      b.synchronize == nullptr) {
    return "device_count, alloc, free, copy or synchronize is NULL";
  }
  return "";
}

std::string wrong_info(const sy_backend& b) {
  std::int32_t count = -1;
  sy_status status = b.device_count(b.self, &count);
  if (status != SY_OK) return str_cat("device_count: status ", status, ": ", take_abi_error());
  if (count < 0) return str_cat("device_count gives ", count);
  if (count == 0) throw Skip{"this machine has no device for it"};
  if (b.device_info == nullptr) throw Skip{"device_info is NULL: it says nothing"};
  for (std::int32_t d = 0; d < count; ++d) {
    Longer<sy_device_info> info;
    std::memset(info.known.name, kPoison, sizeof info.known.name);
    status = b.device_info(b.self, d, &info.known);
    if (status != SY_OK) return str_cat("device_info of device ", d, ": status ", status, ": ", take_abi_error());
    if (info.touched()) return str_cat("device_info of device ", d, " writes behind the fields that it knows");
    const sy_device_info& i = info.known;
    if (std::memchr(i.name, 0, sizeof i.name) == nullptr) return "the device's name is not terminated";
    if (i.alignment == 0 || (i.alignment & (i.alignment - 1)) != 0) {
      return str_cat("alignment is ", i.alignment, ", expected a power of two");
    }
    if (i.max_block != 0 && i.total_memory != 0 && i.max_block > i.total_memory)
      return "max_block exceeds total_memory";
    if (i.dtype_mask == 0) return "dtype_mask is 0: the device computes on nothing";
  }
  Longer<sy_device_info> none;
  if (b.device_info(b.self, count, &none.known) == SY_OK) return str_cat("device_info of device ", count, " succeeds");
  take_abi_error();
  return "";
}

std::string wrong_optionals(const sy_backend& given) {
  sy_backend b{};
  std::memcpy(&b, &given, std::min<std::size_t>(given.size, sizeof b));
  if (b.configure != nullptr) {
    sy_status status = b.configure(b.self, "switchyard.no_such_setting", "1");
    if (status != SY_NOT_FOUND) return str_cat("configure of an unknown setting: expected SY_NOT_FOUND, got ", status);
  }
  if (b.extension != nullptr && b.extension(b.self, "switchyard.no_such_extension", 1) != nullptr) {
    return "extension gives a table for an unknown name";
  }
  return "";
}

std::string wrong_kernel(const sy_kernel* k) {
  if (k == nullptr) return "NULL in the list of kernels";
  std::string op = k->op != nullptr ? k->op : "(no operator)";
  if (k->size < offsetof(sy_kernel, run) + sizeof k->run)
    return str_cat("kernel ", op, ": size ", k->size, " is too small");
  if (k->op == nullptr || k->run == nullptr) return str_cat("kernel ", op, ": op or run is NULL");
  constexpr std::uint32_t kFlags = SY_KERNEL_STRIDED | SY_KERNEL_CAPTURE_SAFE | SY_KERNEL_DETERMINISTIC |
                                   SY_KERNEL_HOST_SCALARS | SY_KERNEL_MULTI_DEVICE | SY_KERNEL_NOT_REENTRANT;
  if ((k->flags & ~kFlags) != 0) return str_cat("kernel ", op, ": unknown flags ", k->flags & ~kFlags);
  if ((k->prepare == nullptr) != (k->drop == nullptr))
    return str_cat("kernel ", op, ": prepare and drop come together");
  if (k->dtypes == nullptr && k->num_dtypes != 0) return str_cat("kernel ", op, ": num_dtypes without dtypes");
  Operator* known = find_operator(k->op);
  if (known == nullptr) return "";  // it waits for an operator that somebody else declares
  for (std::uint32_t i = 0; i < k->num_dtypes; ++i) {
    std::uint32_t id = k->dtypes[i];
    if (id < SY_NUM_STANDARD_DTYPES && !(known->def().type_vars[0] >> id & 1)) {
      return str_cat("kernel ", op, ": takes ", Dtype(id).name(), ", which the operator does not");
    }
  }
  return "";
}

}  // namespace

void run_tables(const Target& target, Report& report) {
  auto check = [&](const std::string& name, const Report::Fn& fn) { report.run(CaseName{name, "", ""}, fn); };
  std::string impure;
  const sy_plugin* plugin = nullptr;
  check("query gives a table and does nothing else", [&] {
    plugin = open_and_query(target.plugin, &impure);
    return plugin == nullptr ? "query gives NULL" : impure;
  });
  if (plugin == nullptr) return;
  check("the plugin's table", [&] { return wrong_header(*plugin, target.plugin); });
  sy_status status = SY_OK;
  check("init under a host of a later minor version", [&] {
    status = plugin->init(&later_host().known, handle());
    std::string message = take_abi_error();
    if (status == SY_UNSUPPORTED && !message.empty()) throw Skip{str_cat("the plugin declines: ", message)};
    if (status != SY_OK) return str_cat("status ", status, ": ", message.empty() ? "and no message" : message);
    if (later_host().touched()) return std::string("init wrote to the host's table");
    if (registered().backends.empty() && registered().kernels.empty()) return std::string("registers nothing");
    return registered().misuse;
  });
  if (status != SY_OK) return;
  for (const sy_backend* b : registered().backends) {
    std::string name = b->name != nullptr ? b->name : "(no name)";
    bool usable = false;
    check(str_cat("backend ", name, ": required slots"), [&] {
      std::string wrong = wrong_slots(*b);
      usable = wrong.empty();
      return wrong;
    });
    if (!usable) continue;
    check(str_cat("backend ", name, ": what it says of its devices"), [&] { return wrong_info(*b); });
    check(str_cat("backend ", name, ": unknown settings and extensions"), [&] { return wrong_optionals(*b); });
  }
  check("kernels are whole", [&] {
    for (const Registered::Kernel& k : registered().kernels) {
      if (std::string wrong = wrong_kernel(k.kernel); !wrong.empty()) return wrong;
    }
    return std::string();
  });
  check("no kernel stands twice", [&] {
    std::set<const sy_kernel*> seen;
    for (const Registered::Kernel& k : registered().kernels) {
      if (!seen.insert(k.kernel).second) return str_cat("kernel ", k.kernel->op, " is registered twice");
    }
    return std::string();
  });
}

}  // namespace sy::testing
