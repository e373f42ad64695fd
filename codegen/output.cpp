#include "codegen/output.h"

#include <fstream>
#include <sstream>

namespace sy::codegen {
namespace fs = std::filesystem;

std::optional<std::string> read_file(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return std::nullopt;
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::ostringstream text;
  text << in.rdbuf();
  if (in.bad()) return std::nullopt;
  return text.str();
}

std::vector<std::string> OutputSet::paths(const fs::path& root) const {
  std::vector<std::string> all;
  for (const auto& file : files_) all.push_back((fs::absolute(root) / file.first).lexically_normal().string());
  return all;
}

bool OutputSet::write(const fs::path& root, std::ostream& err) const {
  for (const auto& [name, contents] : files_) {
    fs::path path = root / name;
    if (read_file(path) == contents) continue;
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << contents;
    out.close();
    if (!out) {
      err << path.string() << ": cannot be written\n";
      return false;
    }
  }
  return true;
}

}  // namespace sy::codegen
