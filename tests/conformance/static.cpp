#include <dlfcn.h>

#include <algorithm>

#include "absl/strings/str_join.h"
#include "switchyard/core/error.h"
#include "switchyard/core/sanitizer.h"
#include "switchyard/loader/loader.h"
#include "switchyard/testing/elf.h"
#include "switchyard/testing/plugin_suite.h"

namespace sy::testing {
namespace {

std::string first_few(std::vector<std::string> names) {
  std::size_t count = names.size();
  constexpr std::size_t kShown = 8;
  if (count > kShown) names.resize(kShown);
  return str_cat(absl::StrJoin(names, ", "), count > kShown ? str_cat(" and ", count - kShown, " more") : "");
}

/// Symbols that neither the library nor one that it needs defines: the host would have to, or nobody does. The library
/// is opened for it, in this process of its own.
std::vector<std::string> found_nowhere(const std::string& path, const LibraryFile& library) {
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) fail(ErrorCode::kInvalidArgument, dlerror());
  std::vector<std::string> missing;
  for (const std::string& name : library.undefined) {
    if (dlsym(handle, name.c_str()) == nullptr && !is_sanitizer_symbol(name)) missing.push_back(name);
  }
  return missing;
}

const char* own_sanitizer() {
#if defined(__SANITIZE_ADDRESS__)
  return "address";
#elif defined(__SANITIZE_THREAD__)
  return "thread";
#else
  return "none";
#endif
}

/// A library with a sanitizer's checks needs a program with its runtime.
std::string wrong_sanitizer(const LibraryFile& library) {
  std::string kind = sanitizers_of(library);
  for (const char* name : {"address", "thread", "memory"}) {
    if (kind.find(name) != std::string::npos && std::string(name) != own_sanitizer()) {
      return str_cat("built with sanitizers: ", kind, "; this program has ", own_sanitizer());
    }
  }
  return "";
}

std::string library_of_host(const LibraryFile& library) {
  for (const std::string& name : library.needed) {
    if (name.starts_with("libswitchyard_")) return str_cat("needs ", name, ", a library of the host");
  }
  return "";
}

std::string relative_search(const LibraryFile& library) {
  for (const std::string& folder : library.search) {
    if (!folder.starts_with("/") && !folder.starts_with("$ORIGIN")) {
      return str_cat("looks for its libraries in \"", folder, "\", relative to the current directory");
    }
  }
  return "";
}

}  // namespace

void run_static(const Target& target, Report& report) {
  auto check = [&](const char* name, const Report::Fn& fn) { report.run(CaseName{name, "", ""}, fn); };
  check("the file is a complete library with a note", [&] {
    absl::StatusOr<PluginNote> note = read_plugin_note(target.plugin);
    if (!note.ok()) return std::string(note.status().message());
    report.note("abi", "", str_cat(note->abi_major, ".", note->abi_minor));
    report.note("isa", "", note->isa.empty() ? "any" : note->isa);
    return std::string();
  });
  LibraryFile library;
  check("its symbols can be read", [&] {
    library = read_library_file(target.plugin);
    report.note("exported symbols", "", first_few(library.exported));
    report.note("undefined symbols", "", absl::StrJoin(library.undefined, ", "));
    report.note("needed libraries", "", absl::StrJoin(library.needed, ", "));
    report.note("sanitizers", "", sanitizers_of(library));
    return std::string();
  });
  check("it exports sy_plugin_query and nothing else", [&] {
    std::vector<std::string> more = library.exported;
    std::erase(more, std::string(SY_PLUGIN_QUERY_NAME));
    if (more.size() == library.exported.size()) return std::string("does not export sy_plugin_query");
    return more.empty()
               ? ""
               : str_cat("exports more: ", first_few(more), "; hide them (-fvisibility=hidden, a version script)");
  });
  check("its libraries define every symbol that it needs", [&] {
    std::vector<std::string> missing = found_nowhere(target.plugin, library);
    return missing.empty() ? "" : str_cat("found in none of its libraries: ", first_few(missing));
  });
  check("it needs no library of the host", [&] { return library_of_host(library); });
  check("its sanitizers are those of this program", [&] { return wrong_sanitizer(library); });
  check("it looks for libraries in fixed places", [&] { return relative_search(library); });
  check("its stack is not executable",
        [&] { return library.executable_stack ? "asks for an executable stack" : std::string(); });
  check("its code needs no relocation",
        [&] { return library.text_relocations ? "has text relocations: built without -fPIC?" : std::string(); });
}

}  // namespace sy::testing
