// The files of a new plugin: those of plugins/template, under another name.
#pragma once

#include <string>
#include <vector>

namespace sy::tool {

/// A file of plugins/template, as it was when the tool was built.
struct TemplateFile {
  const char* path;  // within the folder
  const char* text;
};
extern const std::vector<TemplateFile> kTemplateFiles;

/// Why a plugin, and its device, cannot be called so; empty when it can.
std::string why_no_plugin_name(const std::string& name);
/// text with the word `template` replaced. The template's files use it as their plugin's name and for nothing else.
std::string with_name(const std::string& text, const std::string& name);

}  // namespace sy::tool
