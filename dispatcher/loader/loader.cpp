#include "switchyard/loader/loader.h"

#include <dirent.h>
#include <linux/membarrier.h>
#include <pwd.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <boost/dll/runtime_symbol_info.hpp>
#include <boost/dll/shared_library.hpp>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <set>
#include <thread>

#include "absl/strings/str_split.h"
#include "switchyard/core/abi_error.h"
#include "switchyard/core/backend.h"
#include "switchyard/core/log.h"
#include "switchyard/dispatch/kernel_call.h"
#include "switchyard/loader/threads.h"

namespace sy {
namespace {

namespace fs = std::filesystem;

struct State {
  std::recursive_mutex mutex;
  std::vector<PluginCandidate> candidates;
  std::vector<Plugin*> plugins;
  std::set<std::string> tried;
  std::vector<std::unique_ptr<boost::dll::shared_library>> opened;
};

State& state() {
  static State* s = new State;  // never destroyed: nothing runs at process exit
  return *s;
}

bool privileged() { return getauxval(AT_SECURE) != 0; }

/// Directories and files that anyone may change are no places for code.
absl::Status check_permissions(const fs::path& path) {
  for (const fs::path& p : {path, path.parent_path()}) {
    struct stat info;
    if (stat(p.c_str(), &info) != 0) return make_status(ErrorCode::kNotFound, str_cat(p.string(), " does not exist"));
    bool sticky_dir = S_ISDIR(info.st_mode) && (info.st_mode & S_ISVTX);
    if ((info.st_mode & S_IWOTH) && !sticky_dir) {
      return make_status(ErrorCode::kFailedPrecondition, str_cat(p.string(), " is writable by everyone"));
    }
    if (privileged() && (info.st_mode & S_IWGRP)) {
      return make_status(ErrorCode::kFailedPrecondition, str_cat(p.string(), " is writable by its group"));
    }
  }
  return absl::OkStatus();
}

/// Opens the library and runs query and init. The library is never closed once its code has run.
absl::StatusOr<Plugin*> open_plugin(const std::string& path) {
  SY_RETURN_IF_ERROR(check_permissions(path));
  absl::StatusOr<PluginNote> note = read_plugin_note(path);
  if (!note.ok()) return note.status();
  boost::dll::fs::error_code ec;
  // Immediate binding, local symbols: a missing dependency or host symbol shows here, by name.
  auto library = std::make_unique<boost::dll::shared_library>();
  library->load(boost::dll::fs::path(path), boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local, ec);
  if (ec) {
    return make_status(ErrorCode::kFailedPrecondition, str_cat("cannot be opened: ", ec.message()));
  }
  if (!library->has(SY_PLUGIN_QUERY_NAME)) return invalid("exports no ", SY_PLUGIN_QUERY_NAME);
  auto query = reinterpret_cast<sy_plugin_query_fn>(library->get<const sy_plugin*()>(SY_PLUGIN_QUERY_NAME));
  state().opened.push_back(std::move(library));  // from here on its code has run, so it stays mapped
  const sy_plugin* table = query();
  constexpr std::size_t kLeast = offsetof(sy_plugin, init) + sizeof(table->init);
  if (table == nullptr) return invalid("its query returned NULL: ", take_abi_error());
  if (table->magic != SY_ABI_MAGIC || table->size < kLeast) return invalid("its query returned no plugin table");
  if (table->abi_major != SY_ABI_MAJOR) {
    return make_status(ErrorCode::kUnsupported, str_cat("speaks plugin ABI ", table->abi_major, ".", table->abi_minor,
                                                        "; this host speaks ", SY_ABI_MAJOR, ".", SY_ABI_MINOR));
  }
  if (table->name == nullptr || table->name[0] == 0 || table->init == nullptr) {
    return invalid("its table lacks a name or init");
  }
  for (const Plugin* p : state().plugins) {
    if (p->alive() && p->name() == table->name) {
      return make_status(ErrorCode::kFailedPrecondition,
                         str_cat("a plugin called ", p->name(), " is loaded already, from ", p->path()));
    }
  }
  auto* plugin = new Plugin(path, table);
  state().plugins.push_back(plugin);  // whether its init succeeds or not: it may have left pointers to it
  plugin->in_init = true;
  sy_status code = plugin->table().init(&host_services(), reinterpret_cast<sy_plugin_handle*>(plugin));
  plugin->in_init = false;
  publish_backends(plugin, code == SY_OK);
  if (code != SY_OK) {
    plugin->retire();
    remove_plugin_kernels(plugin);
    absl::Status status = status_from_abi(code, "");
    return make_status(error_code(status),
                       str_cat(code == SY_UNSUPPORTED ? "declined: " : "init failed: ", std::string(status.message())));
  }
  log(LogLevel::kInfo, str_cat("plugin ", plugin->name(), " ", plugin->version(), " loaded from ", path, ", ",
                               plugin->num_kernels, " kernels"));
  return plugin;
}

absl::StatusOr<Plugin*> consider(const std::string& given, const std::string& source) {
  State& s = state();
  std::error_code ec;
  std::string path = fs::canonical(given, ec).string();
  if (ec) {
    s.candidates.push_back({given, source, nullptr, ec.message()});
    return make_status(ErrorCode::kNotFound, str_cat("plugin ", given, ": ", ec.message()));
  }
  for (const Plugin* p : s.plugins) {
    if (p->path() == path && p->alive()) return const_cast<Plugin*>(p);
  }
  absl::StatusOr<Plugin*> plugin = open_plugin(path);
  PluginCandidate candidate{path, source, plugin.ok() ? *plugin : nullptr,
                            plugin.ok() ? "" : std::string(plugin.status().message())};
  if (!plugin.ok()) log(LogLevel::kInfo, str_cat("plugin ", path, " not loaded: ", candidate.reason));
  s.candidates.push_back(candidate);
  if (plugin.ok()) return plugin;
  return make_status(error_code(plugin.status()), str_cat("plugin ", path, ": ", candidate.reason));
}

void consider_directory(const std::string& directory, const std::string& source) {
  std::error_code ec;
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(directory, ec)) {
    if (entry.path().extension() == ".so") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  for (const std::string& f : files) {
    if (state().tried.insert(fs::path(f).filename().string()).second) consider(f, source).status().IgnoreError();
  }
}

/// lib/switchyard/plugins beside this library, both installed and in the build tree.
std::string package_directory() {
  boost::dll::fs::error_code ec;
  fs::path self = boost::dll::this_line_location(ec).string();
  if (ec) return {};
  for (fs::path dir = self.parent_path(); !dir.empty(); dir = dir.parent_path()) {
    for (const char* sub : {"switchyard/plugins", "lib/switchyard/plugins"}) {
      std::error_code missing;
      if (fs::is_directory(dir / sub, missing)) return (dir / sub).string();
    }
    if (dir.filename() == "lib" || dir == dir.parent_path()) break;
  }
  return {};
}

std::string user_directory() {
  if (privileged()) return {};
  const char* data = std::getenv("XDG_DATA_HOME");
  if (data != nullptr && data[0] == '/') return str_cat(data, "/switchyard/plugins");
  const char* home = std::getenv("HOME");
  return home != nullptr && home[0] == '/' ? str_cat(home, "/.local/share/switchyard/plugins") : "";
}

void load_all() {
  const char* list = privileged() ? nullptr : std::getenv("SWITCHYARD_PLUGINS");
  std::string_view value = list != nullptr ? list : "";
  if (value == "none") return;
  for (absl::string_view part : absl::StrSplit(absl::string_view(value.data(), value.size()), ':', absl::SkipEmpty())) {
    std::string path(part);
    if (path[0] != '/') {
      state().candidates.push_back({path, "SWITCHYARD_PLUGINS", nullptr, "not an absolute path"});
      continue;
    }
    std::error_code ec;
    if (fs::is_directory(path, ec)) {
      consider_directory(path, "SWITCHYARD_PLUGINS");
    } else {
      state().tried.insert(fs::path(path).filename().string());
      consider(path, "SWITCHYARD_PLUGINS").status().IgnoreError();
    }
  }
  if (std::string dir = package_directory(); !dir.empty()) consider_directory(dir, "package");
  if (std::string dir = user_directory(); !dir.empty()) consider_directory(dir, "user");
  consider_directory("/usr/local/lib/switchyard/plugins", "system");
  consider_directory("/usr/lib/switchyard/plugins", "system");
}

}  // namespace

void load_plugins_once() {
  static std::once_flag once;
  std::call_once(once, [] {
    std::lock_guard lock(state().mutex);
    load_all();
  });
}

absl::StatusOr<Plugin*> load_plugin(const std::string& path) {
  std::lock_guard lock(state().mutex);
  return consider(path, "explicit");
}

void unload_plugin(std::string_view name) {
  State& s = state();
  Plugin* plugin = nullptr;
  {
    std::lock_guard lock(s.mutex);
    for (Plugin* p : s.plugins) {
      if (p->alive() && p->name() == name) plugin = p;
    }
    if (plugin == nullptr) fail(ErrorCode::kNotFound, "unload: no plugin called ", name, " is loaded");
    plugin->retire();
  }
  remove_plugin_kernels(plugin);
  // Every thread now either sees that the plugin is retired or has marked itself as inside it.
  syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
  while (any_thread_inside(plugin)) std::this_thread::yield();
  for (std::uint16_t i = 0; i < num_backends(); ++i) {
    Backend* b = find_backend(i);
    if (b == nullptr || b->plugin() != plugin) continue;
    for (std::int32_t d = 0; d < b->device_count(); ++d) b->table().synchronize(b->table().self, d);
    b->retire();
  }
  // Memory functions stay in use by live tensors, so shutdown may release everything else only.
  if (plugin->table().shutdown != nullptr) plugin->table().shutdown();
}

std::vector<PluginCandidate> plugin_candidates() {
  load_plugins_once();
  std::lock_guard lock(state().mutex);
  return state().candidates;
}

std::vector<const Plugin*> loaded_plugins() {
  load_plugins_once();
  std::lock_guard lock(state().mutex);
  std::vector<const Plugin*> alive;
  for (const Plugin* p : state().plugins) {
    if (p->alive()) alive.push_back(p);
  }
  return alive;
}

}  // namespace sy
