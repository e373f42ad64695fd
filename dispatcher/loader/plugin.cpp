#include "switchyard/loader/plugin.h"

#include <algorithm>
#include <cstring>

namespace sy {
namespace {
std::string text(const char* s) { return s != nullptr ? s : ""; }
}  // namespace

Plugin::Plugin(std::string path, const sy_plugin* table) : path_(std::move(path)) {
  std::memcpy(&table_, table, std::min<std::size_t>(table->size, sizeof(table_)));
  name_ = text(table_.name);
  version_ = text(table_.version);
  vendor_ = text(table_.vendor);
  description_ = text(table_.description);
}

}  // namespace sy
