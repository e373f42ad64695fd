#include "switchyard/testing/elf.h"

#include <elf.h>

#include <cstring>
#include <fstream>
#include <iterator>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "switchyard/core/error.h"

namespace sy::testing {
namespace {

/// A file's bytes. Whatever lies outside of them throws.
class Bytes {
 public:
  explicit Bytes(const std::string& path) : path_(path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) fail(ErrorCode::kNotFound, path, ": cannot be read");
    bytes_.assign(std::istreambuf_iterator<char>(in), {});
  }

  template <typename T>
  T at(std::uint64_t offset) const {
    T value;
    check(offset, sizeof value);
    std::memcpy(&value, &bytes_[offset], sizeof value);
    return value;
  }
  /// The text at start, which ends before limit.
  std::string text(std::uint64_t start, std::uint64_t limit) const {
    check(start, 1);
    std::uint64_t end = std::min<std::uint64_t>(limit, bytes_.size());
    if (start >= end) damaged("a name");
    return std::string(&bytes_[start], strnlen(&bytes_[start], end - start));
  }
  void check(std::uint64_t offset, std::uint64_t size) const {
    if (offset > bytes_.size() || size > bytes_.size() - offset) damaged("something");
  }
  [[noreturn]] void damaged(const char* what) const {
    fail(ErrorCode::kInvalidArgument, path_, ": damaged or truncated: ", what, " lies outside of the file");
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::vector<char> bytes_;
};

class Reader {
 public:
  explicit Reader(const std::string& path) : file_(path), head_(file_.at<Elf64_Ehdr>(0)) {
    require(std::memcmp(head_.e_ident, ELFMAG, SELFMAG) == 0 && head_.e_ident[EI_CLASS] == ELFCLASS64, path,
            ": no 64-bit ELF file");
    require(head_.e_type == ET_DYN, path, ": no shared library");
  }

  LibraryFile run() {
    for (std::uint64_t i = 0; i < head_.e_phnum; ++i) {
      auto segment = file_.at<Elf64_Phdr>(head_.e_phoff + i * sizeof(Elf64_Phdr));
      if (segment.p_type == PT_GNU_STACK) library_.executable_stack = segment.p_flags & PF_X;
    }
    bool symbols = false;
    for (std::uint64_t i = 0; i < head_.e_shnum; ++i) {
      Elf64_Shdr s = section(i);
      if (s.sh_type == SHT_DYNSYM) {
        symbols = true;
        read_symbols(s);
      }
      if (s.sh_type == SHT_DYNAMIC) read_dynamic(s);
    }
    require(symbols, file_.path(), ": has no section of dynamic symbols (section headers stripped?)");
    return std::move(library_);
  }

 private:
  Elf64_Shdr section(std::uint64_t i) const {
    if (i >= head_.e_shnum) file_.damaged("a section");
    return file_.at<Elf64_Shdr>(head_.e_shoff + i * sizeof(Elf64_Shdr));
  }

  void read_symbols(const Elf64_Shdr& s) {
    file_.check(s.sh_offset, s.sh_size);
    Elf64_Shdr names = section(s.sh_link);
    for (std::uint64_t at = sizeof(Elf64_Sym); at + sizeof(Elf64_Sym) <= s.sh_size; at += sizeof(Elf64_Sym)) {
      auto symbol = file_.at<Elf64_Sym>(s.sh_offset + at);
      unsigned char binding = ELF64_ST_BIND(symbol.st_info);
      unsigned char visibility = ELF64_ST_VISIBILITY(symbol.st_other);
      if (binding == STB_LOCAL) continue;
      std::string name = file_.text(names.sh_offset + symbol.st_name, names.sh_offset + names.sh_size);
      if (symbol.st_shndx == SHN_UNDEF) {
        (binding == STB_WEAK ? library_.weak : library_.undefined).push_back(name);
      } else if (symbol.st_shndx != SHN_ABS && (visibility == STV_DEFAULT || visibility == STV_PROTECTED)) {
        library_.exported.push_back(name);
      }
    }
  }

  void read_dynamic(const Elf64_Shdr& s) {
    file_.check(s.sh_offset, s.sh_size);
    Elf64_Shdr names = section(s.sh_link);
    auto text = [&](std::uint64_t offset) {
      return file_.text(names.sh_offset + offset, names.sh_offset + names.sh_size);
    };
    for (std::uint64_t at = 0; at + sizeof(Elf64_Dyn) <= s.sh_size; at += sizeof(Elf64_Dyn)) {
      auto entry = file_.at<Elf64_Dyn>(s.sh_offset + at);
      if (entry.d_tag == DT_NULL) return;
      if (entry.d_tag == DT_NEEDED) library_.needed.push_back(text(entry.d_un.d_val));
      if (entry.d_tag == DT_RPATH || entry.d_tag == DT_RUNPATH) {
        for (absl::string_view folder : absl::StrSplit(text(entry.d_un.d_val), ':'))
          library_.search.emplace_back(folder);
      }
      if (entry.d_tag == DT_TEXTREL) library_.text_relocations = true;
      if (entry.d_tag == DT_FLAGS && entry.d_un.d_val & DF_TEXTREL) library_.text_relocations = true;
    }
  }

  Bytes file_;
  Elf64_Ehdr head_;
  LibraryFile library_;
};

struct Sanitizer {
  const char* name;
  const char* prefix;
};
constexpr Sanitizer kSanitizers[] = {
    {"address", "__asan_"}, {"thread", "__tsan_"}, {"memory", "__msan_"}, {"undefined", "__ubsan_"}};

}  // namespace

LibraryFile read_library_file(const std::string& path) { return Reader(path).run(); }

std::string sanitizers_of(const LibraryFile& library) {
  std::vector<std::string> found;
  for (const Sanitizer& s : kSanitizers) {
    bool used = false;
    for (const auto* list : {&library.undefined, &library.weak, &library.exported}) {
      for (const std::string& name : *list) used |= name.starts_with(s.prefix);
    }
    if (used) found.emplace_back(s.name);
  }
  return found.empty() ? "none" : absl::StrJoin(found, ",");
}

bool is_sanitizer_symbol(const std::string& name) {
  for (const Sanitizer& s : kSanitizers) {
    if (name.starts_with(s.prefix)) return true;
  }
  return name.starts_with("__sanitizer_") || name.starts_with("__lsan_");
}

}  // namespace sy::testing
