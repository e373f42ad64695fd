// `switchyard new-plugin`: a vendor's first step.
#include "new_plugin.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>

#include "commands.h"
#include "switchyard/core/error.h"

namespace sy::tool {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPlaceholder = "template";

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

void write_file(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  require(out.good(), "new-plugin: ", path.string(), " cannot be written: ", std::strerror(errno));
}

}  // namespace

std::string why_no_plugin_name(const std::string& name) {
  // Devices that are there already, and targets that CMake keeps to itself.
  static const std::set<std::string> taken = {"cpu",       "meta",      "minimal",         "opencl",
                                              "reference", "simulator", "simulator_opaque"};
  static const std::set<std::string> reserved = {
      "all",        "clean", "edit_cache", "help",           "install",
      "preinstall", "test",  "package",    "package_source", "rebuild_cache"};
  constexpr std::size_t kLongest = 39;  // of a name in the plugin's note
  if (name.empty()) return "it is empty";
  if (name.size() > kLongest) return str_cat("it has ", name.size(), " characters, expected at most ", kLongest);
  if (name[0] < 'a' || name[0] > 'z') return "expected a lower-case letter first";
  if (!std::all_of(name.begin(), name.end(), [](char c) { return is_word(c) && !(c >= 'A' && c <= 'Z'); })) {
    return "expected lower-case letters, digits and _";
  }
  if (taken.count(name)) return "a device of Switchyard has this name";
  if (reserved.count(name)) return "CMake has a target of this name";
  return "";
}

std::string with_name(const std::string& text, const std::string& name) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const bool starts = at == 0 || !is_word(text[at - 1]);
    const std::size_t end = at + kPlaceholder.size();
    if (starts && text.compare(at, kPlaceholder.size(), kPlaceholder) == 0 &&
        (end == text.size() || !is_word(text[end]))) {
      out += name;
      at = end;
    } else {
      out += text[at++];
    }
  }
  return out;
}

int run_new_plugin(const std::string& name, const std::string& directory) {
  const std::string reason = why_no_plugin_name(name);
  require(reason.empty(), "new-plugin: \"", name, "\" is no name for a plugin: ", reason);
  std::error_code ec;
  const fs::path root = fs::absolute(directory, ec).lexically_normal();
  require(!fs::exists(fs::symlink_status(root, ec)), "new-plugin: ", directory, " exists already");
  fs::create_directory(root, ec);
  require(!ec, "new-plugin: ", directory, " cannot be made: ", ec.message());
  for (const TemplateFile& file : kTemplateFiles) write_file(root / file.path, with_name(file.text, name));
  std::cout << "Wrote plugin " << name << ", " << kTemplateFiles.size() << " files in " << directory << ". Next:\n\n"
            << "  cd " << directory << "\n"
            << "  cmake -B build -DCMAKE_PREFIX_PATH=<where Switchyard is installed>\n"
            << "  cmake --build build\n"
            << "  ctest --test-dir build --output-on-failure\n\n"
            << "README.md says how to go on.\n";
  return 0;
}

}  // namespace sy::tool
