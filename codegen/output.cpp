#include "codegen/output.h"

#include <fstream>
#include <iterator>

namespace sy::codegen {
namespace fs = std::filesystem;
namespace {

bool has_contents(const fs::path& path, const std::string& contents) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return false;
  return std::string(std::istreambuf_iterator<char>(in), {}) == contents;
}

}  // namespace

std::vector<std::string> OutputSet::paths(const fs::path& root) const {
  std::vector<std::string> all;
  for (const auto& file : files_) all.push_back((fs::absolute(root) / file.first).lexically_normal().string());
  return all;
}

bool OutputSet::write(const fs::path& root, std::ostream& err) const {
  for (const auto& [name, contents] : files_) {
    fs::path path = root / name;
    if (has_contents(path, contents)) continue;
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
