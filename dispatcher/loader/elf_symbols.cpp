#include "switchyard/loader/elf_symbols.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <elf.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string_view>

#include "switchyard/core/error.h"
#include "switchyard/loader/elf_file.h"

namespace sy {
namespace {

constexpr std::uint64_t kMaxTable = std::uint64_t{1} << 28;  // bytes; a table beyond it is a damaged header

/// The dynamic section of a library: tables by address, which the loadable segments place in the file.
class Dynamic {
 public:
  explicit Dynamic(const std::string& path) : file_(path) {
    Elf64_Ehdr head;
    if (!file_.read(0, &head, sizeof(head)) ||
        std::string_view(reinterpret_cast<char*>(head.e_ident), SELFMAG) != ELFMAG ||
        head.e_ident[EI_CLASS] != ELFCLASS64 || head.e_phentsize != sizeof(Elf64_Phdr)) {
      return;
    }
    segments_ = table<Elf64_Phdr>(head.e_phoff, std::uint64_t{head.e_phnum} * sizeof(Elf64_Phdr));
    for (const Elf64_Phdr& s : segments_) {
      if (s.p_type == PT_DYNAMIC) entries_ = table<Elf64_Dyn>(s.p_offset, s.p_filesz);
    }
  }
  std::uint64_t value(std::int64_t tag) const {
    for (const Elf64_Dyn& d : entries_) {
      if (d.d_tag == tag) return d.d_un.d_val;
    }
    return 0;
  }
  /// The table that lies at the address in `tag` and has as many bytes as `size_tag` says.
  template <typename T>
  std::vector<T> at(std::int64_t tag, std::int64_t size_tag) {
    return table<T>(offset(value(tag)), value(size_tag));
  }
  /// The first `count` symbols; the table does not say how many it has.
  std::vector<Elf64_Sym> symbols(std::uint64_t count) {
    if (count > kMaxTable / sizeof(Elf64_Sym)) return {};
    return table<Elf64_Sym>(offset(value(DT_SYMTAB)), count * sizeof(Elf64_Sym));
  }

 private:
  std::uint64_t offset(std::uint64_t address) const {
    for (const Elf64_Phdr& s : segments_) {
      if (s.p_type == PT_LOAD && address >= s.p_vaddr && address - s.p_vaddr < s.p_filesz) {
        return address - s.p_vaddr + s.p_offset;
      }
    }
    return ~std::uint64_t{0};  // beyond every file
  }
  template <typename T>
  std::vector<T> table(std::uint64_t offset, std::uint64_t bytes) {
    if (bytes > kMaxTable || !file_.holds(offset, bytes)) return {};
    std::vector<T> out(bytes / sizeof(T));
    if (!file_.read(offset, out.data(), out.size() * sizeof(T))) out.clear();
    return out;
  }

  ElfFile file_;
  std::vector<Elf64_Phdr> segments_;
  std::vector<Elf64_Dyn> entries_;
};

std::string demangled(const std::string& name) {
  int status = 0;
  std::unique_ptr<char, decltype(&std::free)> text(abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status),
                                                   &std::free);
  return status == 0 ? text.get() : name;
}

/// Whether the dynamic linker would take the symbol from one of the host's libraries.
bool is_of_host(const std::string& name) {
  void* found = dlsym(RTLD_DEFAULT, name.c_str());
  Dl_info info;
  if (found == nullptr || dladdr(found, &info) == 0 || info.dli_fname == nullptr) return false;
  return std::filesystem::path(info.dli_fname).filename().string().rfind("libswitchyard_", 0) == 0;
}

}  // namespace

std::vector<std::string> undefined_symbols(const std::string& path) {
  Dynamic dynamic(path);
  std::vector<std::uint64_t> used;
  for (auto [tag, size_tag] : {std::pair{DT_RELA, DT_RELASZ}, {DT_JMPREL, DT_PLTRELSZ}}) {
    for (const Elf64_Rela& r : dynamic.at<Elf64_Rela>(tag, size_tag)) {
      if (ELF64_R_SYM(r.r_info) != 0) used.push_back(ELF64_R_SYM(r.r_info));
    }
  }
  std::sort(used.begin(), used.end());
  used.erase(std::unique(used.begin(), used.end()), used.end());
  if (used.empty()) return {};
  const std::vector<char> strings = dynamic.at<char>(DT_STRTAB, DT_STRSZ);
  const std::vector<Elf64_Sym> symbols = dynamic.symbols(used.back() + 1);
  std::vector<std::string> names;
  for (std::uint64_t index : used) {
    if (index >= symbols.size()) break;
    const Elf64_Sym& symbol = symbols[index];
    if (symbol.st_shndx != SHN_UNDEF || symbol.st_name >= strings.size()) continue;
    const char* name = strings.data() + symbol.st_name;
    names.emplace_back(name, strnlen(name, strings.size() - symbol.st_name));
  }
  return names;
}

absl::Status check_host_symbols(const std::string& path) {
  constexpr std::size_t kShown = 5;
  std::string list;
  std::size_t count = 0;
  for (const std::string& name : undefined_symbols(path)) {
    // Anything else of the host, such as its copies of the C++ library's templates, is as good as the library's own.
    const bool ours = name.rfind("sy_", 0) == 0 || name.find("2sy") != std::string::npos;
    if (!ours || !is_of_host(name)) continue;
    if (++count <= kShown) str_append(&list, count > 1 ? ", " : "", demangled(name));
  }
  if (count == 0) return absl::OkStatus();
  if (count > kShown) str_append(&list, " and ", count - kShown, " more");
  return make_status(ErrorCode::kFailedPrecondition,
                     str_cat("refers to functions of the host, which a plugin may not: ", list,
                             " (it may use the C ABI alone, and is linked with -Wl,--no-undefined)"));
}

}  // namespace sy
