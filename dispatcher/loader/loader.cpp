#include "switchyard/loader/loader.h"

#include <dlfcn.h>

#include <algorithm>
#include <boost/dll/runtime_symbol_info.hpp>
#include <boost/dll/shared_library.hpp>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "absl/strings/str_split.h"
#include "switchyard/core/abi_error.h"
#include "switchyard/core/backend.h"
#include "switchyard/core/log.h"
#include "switchyard/dispatch/kernel_call.h"
#include "switchyard/loader/elf_symbols.h"
#include "switchyard/loader/permissions.h"
#include "switchyard/loader/probe.h"
#include "switchyard/loader/threads.h"

namespace sy {
namespace {

namespace fs = std::filesystem;

struct State {
  std::recursive_mutex mutex;
  std::vector<PluginCandidate> candidates;
  std::vector<PluginPlace> places;
  std::vector<Plugin*> plugins;
  std::map<std::string, std::string> tried;  // the real path of each file name that a search came upon first
  std::map<std::string, std::unique_ptr<boost::dll::shared_library>> opened;  // by real path: one handle each, for good
  bool probing = false;
};

State& state() {
  static State* s = new State;  // never destroyed: nothing runs at process exit
  return *s;
}

using NoteStage = std::function<void(LoadStage)>;

/// The library, once it is known to be a whole plugin that wants nothing but the ABI of this host.
absl::StatusOr<std::unique_ptr<boost::dll::shared_library>> open_library(const std::string& path,
                                                                         const NoteStage& stage) {
  SY_RETURN_IF_ERROR(check_plugin_file(path, is_privileged()));
  absl::StatusOr<PluginNote> note = read_plugin_note(path);
  if (!note.ok()) return note.status();
  SY_RETURN_IF_ERROR(check_host_symbols(path));
  boost::dll::fs::error_code ec;
  // Immediate binding, local symbols: a missing dependency or symbol shows here, by name.
  auto library = std::make_unique<boost::dll::shared_library>();
  stage(LoadStage::kStaticInitialisers);
  library->load(boost::dll::fs::path(path), boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local, ec);
  if (ec) {
    const char* reason = dlerror();  // Boost's code says nothing of what is missing
    return make_status(ErrorCode::kFailedPrecondition,
                       str_cat("cannot be opened: ", reason != nullptr ? reason : ec.message()));
  }
  if (!library->has(SY_PLUGIN_QUERY_NAME)) return invalid("exports no ", SY_PLUGIN_QUERY_NAME);
  return library;
}

absl::Status check_table(const sy_plugin* table) {
  constexpr std::size_t kLeast = offsetof(sy_plugin, init) + sizeof(table->init);
  if (table == nullptr) return invalid("its query returned NULL");
  if (table->magic != SY_ABI_MAGIC) return invalid("its query returned no plugin table (wrong magic)");
  if (table->abi_major != SY_ABI_MAJOR) {
    return make_status(ErrorCode::kUnsupported, str_cat("speaks plugin ABI ", table->abi_major, ".", table->abi_minor,
                                                        "; this host speaks ", SY_ABI_MAJOR, ".", SY_ABI_MINOR));
  }
  if (table->size < kLeast) {
    return invalid("its plugin table has ", table->size, " bytes, expected ", kLeast, " or more");
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
  return absl::OkStatus();
}

/// Opens the library and runs query and init. The library is never unmapped once its query was called.
absl::StatusOr<Plugin*> open_plugin(const std::string& path, const NoteStage& stage) {
  absl::StatusOr<std::unique_ptr<boost::dll::shared_library>> library = open_library(path, stage);
  if (!library.ok()) return library.status();
  auto query = reinterpret_cast<sy_plugin_query_fn>((*library)->get<const sy_plugin*()>(SY_PLUGIN_QUERY_NAME));
  state().opened.emplace(path, *std::move(library));  // where it has a handle already, the new one is given back
  stage(LoadStage::kQuery);
  const sy_plugin* table = query();
  SY_RETURN_IF_ERROR(check_table(table));
  auto* plugin = new Plugin(path, table);
  state().plugins.push_back(plugin);  // whether its init succeeds or not: it may have left pointers to it
  stage(LoadStage::kInit);
  take_abi_error();  // what others left is not its reason
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

absl::StatusOr<Plugin*> probe_and_open(const std::string& path) {
  constexpr std::chrono::seconds kLimit{10};
  if (state().probing) {
    SY_RETURN_IF_ERROR(
        try_in_child([&](const NoteStage& stage) { open_plugin(path, stage).status().IgnoreError(); }, kLimit));
  }
  return open_plugin(path, [](LoadStage) {});
}

/// A name under which a loaded plugin's file was found once more; each such name is a candidate once.
void note_same_file(const std::string& given, const std::string& source, const Plugin& plugin) {
  std::vector<PluginCandidate>& all = state().candidates;
  if (std::any_of(all.begin(), all.end(), [&](const PluginCandidate& c) { return c.path == given; })) return;
  all.push_back({given, source, nullptr, str_cat("the same file as ", plugin.path(), ", loaded already")});
}

absl::StatusOr<Plugin*> consider(const std::string& given, const std::string& source) {
  State& s = state();
  std::error_code ec;
  std::string path = fs::canonical(given, ec).string();
  if (ec) {
    s.candidates.push_back({given, source, nullptr, ec.message()});
    return make_status(ErrorCode::kNotFound, str_cat("plugin ", given, ": ", ec.message()));
  }
  for (Plugin* p : s.plugins) {
    if (p->path() != path || !p->alive()) continue;
    note_same_file(given, source, *p);
    return p;
  }
  absl::StatusOr<Plugin*> plugin = probe_and_open(path);
  PluginCandidate candidate{path, source, plugin.ok() ? *plugin : nullptr,
                            plugin.ok() ? "" : std::string(plugin.status().message())};
  if (!plugin.ok()) log(LogLevel::kInfo, str_cat("plugin ", path, " not loaded: ", candidate.reason));
  s.candidates.push_back(candidate);
  if (plugin.ok()) return plugin;
  return make_status(error_code(plugin.status()), str_cat("plugin ", path, ": ", candidate.reason));
}

/// A file that a search came upon: the first of each name counts.
void consider_found(const std::string& file, const std::string& source) {
  State& s = state();
  auto [earlier, is_first] = s.tried.emplace(fs::path(file).filename().string(), file);
  if (is_first) return consider(file, source).status().IgnoreError();
  if (earlier->second != file) {
    s.candidates.push_back({file, source, nullptr, str_cat("a file of this name was found before: ", earlier->second)});
  }
}

/// What is in the directory, by name; an error says why nothing is taken from it.
absl::StatusOr<std::vector<std::string>> plugin_files(const std::string& directory) {
  std::error_code ec;
  fs::path real = fs::canonical(directory, ec);
  if (ec) return make_status(ErrorCode::kNotFound, "does not exist");
  SY_RETURN_IF_ERROR(check_plugin_directory(real.string(), is_privileged()));
  std::vector<std::string> files;
  for (fs::directory_iterator it(real, ec), end; !ec && it != end; it.increment(ec)) {
    if (it->path().extension() == ".so") files.push_back(it->path().string());
  }
  if (ec) return make_status(ErrorCode::kFailedPrecondition, ec.message());
  std::sort(files.begin(), files.end());
  return files;
}

void consider_directory(const std::string& directory, const std::string& source) {
  State& s = state();
  absl::StatusOr<std::vector<std::string>> files = plugin_files(directory);
  if (!files.ok()) {
    std::string reason(files.status().message());
    s.places.push_back({directory, source, reason});
    if (error_code(files.status()) == ErrorCode::kNotFound) return;
    s.candidates.push_back({directory, source, nullptr, reason});
    return log(LogLevel::kWarning, str_cat("no plugin is taken from ", directory, ": ", reason));
  }
  s.places.push_back({directory, source, str_cat(files->size(), files->size() == 1 ? " file" : " files")});
  for (const std::string& f : *files) consider_found(f, source);
}

/// lib/switchyard/plugins beside this library, both installed and in the build tree. Where the dynamic linker knows the
/// library by a relative name, what that is relative to may have changed: nothing is taken from the current directory.
std::string package_directory() {
  boost::dll::fs::error_code ec;
  fs::path self = boost::dll::this_line_location(ec).string();
  if (ec) return {};
  if (!self.is_absolute()) {
    state().places.push_back({self.string(), "package", "not an absolute path: see LD_LIBRARY_PATH"});
    return {};
  }
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
  const char* data = std::getenv("XDG_DATA_HOME");
  if (data != nullptr && data[0] == '/') return str_cat(data, "/switchyard/plugins");
  const char* home = std::getenv("HOME");
  return home != nullptr && home[0] == '/' ? str_cat(home, "/.local/share/switchyard/plugins") : "";
}

void consider_listed(const std::string& path) {
  constexpr const char* kSource = "SWITCHYARD_PLUGINS";
  std::error_code ec;
  if (path[0] != '/') {
    state().candidates.push_back({path, kSource, nullptr, "not an absolute path"});
  } else if (fs::is_directory(path, ec)) {
    consider_directory(path, kSource);
  } else {
    state().tried.emplace(fs::path(path).filename().string(), path);
    consider(path, kSource).status().IgnoreError();
  }
}

void load_all() {
  constexpr const char* kIgnored = "ignored, because this process is privileged";
  std::vector<PluginPlace>& places = state().places;
  const char* list = std::getenv("SWITCHYARD_PLUGINS");
  const std::string user = user_directory();
  if (is_privileged()) {
    if (list != nullptr) places.push_back({"", "SWITCHYARD_PLUGINS", kIgnored});
  } else if (list != nullptr) {
    if (std::string_view(list) == "none")
      return places.push_back({"", "SWITCHYARD_PLUGINS", "none: nothing is loaded"});
    for (absl::string_view part : absl::StrSplit(list, ':', absl::SkipEmpty())) consider_listed(std::string(part));
  }
  if (std::string dir = package_directory(); !dir.empty()) consider_directory(dir, "package");
  if (is_privileged()) {
    places.push_back({user, "user", kIgnored});
  } else if (!user.empty()) {
    consider_directory(user, "user");
  }
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

void set_plugin_probing(bool on) {
  std::lock_guard lock(state().mutex);
  state().probing = on;
}

void unload_plugin(std::string_view name) {
  State& s = state();
  // For the whole of it: nobody may load the plugin anew before its shutdown is over.
  std::lock_guard lock(s.mutex);
  Plugin* plugin = nullptr;
  for (Plugin* p : s.plugins) {
    if (p->alive() && p->name() == name) plugin = p;
  }
  if (plugin == nullptr) fail(ErrorCode::kNotFound, "unload: no plugin called ", name, " is loaded");
  if (!order_threads()) {
    fail(ErrorCode::kFailedPrecondition, "unload: ", name, " stays: the system call membarrier is refused by now, so ",
         "that nobody can tell which threads are inside it");
  }
  plugin->retire();
  remove_plugin_kernels(plugin);
  // Every thread now either sees that the plugin is retired or has marked itself as inside it.
  order_threads();
  while (any_thread_inside(plugin)) std::this_thread::yield();
  drop_plugin_plans(plugin);
  for (std::uint16_t i = 0; i < num_backends(); ++i) {
    Backend* b = find_backend(i);
    if (b == nullptr || b->plugin() != plugin) continue;
    for (std::int32_t d = 0; d < b->device_count(); ++d) {
      const sy_status code = b->table().synchronize(b->table().self, d);
      if (code == SY_OK) continue;  // what queued work found has no other place to surface
      log(LogLevel::kWarning, std::string(status_from_abi(code, str_cat("unload: ", name, ", device ", d)).message()));
    }
    b->retire();
    for (std::int32_t d = 0; d < b->device_count(); ++d)
      b->known_device(static_cast<std::int16_t>(d)).allocator->close();
  }
  // Live tensors still give their memory back, so shutdown may release everything else only.
  if (plugin->table().shutdown != nullptr) plugin->table().shutdown();
}

std::vector<PluginCandidate> plugin_candidates() {
  load_plugins_once();
  std::lock_guard lock(state().mutex);
  return state().candidates;
}

std::vector<PluginPlace> plugin_places() {
  load_plugins_once();
  std::lock_guard lock(state().mutex);
  return state().places;
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
