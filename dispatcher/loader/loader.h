// Finds and loads plugins. The one place that opens libraries.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "switchyard/loader/plugin.h"

namespace sy {

/// One file that was considered, or a directory that was refused.
struct PluginCandidate {
  std::string path;    // the real path
  std::string source;  // which place named it: "explicit", "SWITCHYARD_PLUGINS", "package", "user", "system"
  const Plugin* plugin = nullptr;  // when loaded
  std::string reason;              // when not: why
};

/// One of the places where plugins are looked for.
struct PluginPlace {
  std::string path;    // empty: an environment variable that is ignored
  std::string source;  // as in PluginCandidate
  std::string note;    // what was found there, or why nothing was taken
};

/// Loads every plugin of the known places, once; later calls return at once. In order: SWITCHYARD_PLUGINS (files or
/// directories with ':' between, ignored for privileged processes; "none" loads nothing), the package's directory, the
/// user's, the system's. Never the current directory. Thread-safe.
void load_plugins_once();

/// Loads one plugin by path. The error says why not; a plugin that is loaded already is returned as it is. Thread-safe.
absl::StatusOr<Plugin*> load_plugin(const std::string& path);

/// From now on a child process loads every plugin first, so that one which crashes or hangs in its initialisers, its
/// query or its init is a candidate with that reason, and not the end of this process. For tools: it costs a fork and a
/// second load per plugin. Call it before threads start. Off by default.
void set_plugin_probing(bool on);

/// Refuses new calls, waits for calls under way and the devices' work, and calls shutdown. Live tensors keep their
/// memory; the library stays mapped. Throws sy::Error when no such plugin is loaded. Not from inside the plugin's own
/// code, which it would wait for.
void unload_plugin(std::string_view name);

/// Everything considered so far, in order.
std::vector<PluginCandidate> plugin_candidates();
/// The places that were searched, in order.
std::vector<PluginPlace> plugin_places();
/// The plugins that are loaded and alive.
std::vector<const Plugin*> loaded_plugins();

/// What a file says of itself without being opened as a library.
struct PluginNote {
  std::uint16_t abi_major = 0;
  std::uint16_t abi_minor = 0;
  std::string isa;
  std::string name;
};
/// Opens nothing. Checks that path is a complete shared library of this machine with a Switchyard note, and that the processor has its
/// instruction set.
absl::StatusOr<PluginNote> read_plugin_note(const std::string& path);

}  // namespace sy
