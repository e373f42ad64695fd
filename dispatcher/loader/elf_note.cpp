// Looks into a library's file before it is opened: a truncated one can kill the process inside dlopen, and one built
// for newer instructions does so in its initialisers.
#include <elf.h>
#include <sys/stat.h>

#include <cstring>

#include "switchyard/core/error.h"
#include "switchyard/loader/elf_file.h"
#include "switchyard/loader/loader.h"

namespace sy {
namespace {

bool processor_has(std::string_view isa) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (isa.empty() || isa == "x86-64") return true;
  if (isa == "x86-64-v2") return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt");
  if (isa == "x86-64-v3") {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  }
  if (isa == "x86-64-v4") {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  }
  return false;
#else
  return isa.empty() || isa == "aarch64";
#endif
}

#if defined(__x86_64__)
constexpr std::uint16_t kMachine = EM_X86_64;
#else
constexpr std::uint16_t kMachine = EM_AARCH64;
#endif

std::string field(const char* data, std::size_t size) { return std::string(data, strnlen(data, size)); }

}  // namespace

absl::StatusOr<PluginNote> read_plugin_note(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return make_status(ErrorCode::kNotFound, "no such file");
  if (!S_ISREG(info.st_mode)) return invalid("not a regular file");
  ElfFile file(path);
  if (!file.ok()) return make_status(ErrorCode::kNotFound, str_cat("cannot be read: ", std::strerror(errno)));
  Elf64_Ehdr head;
  if (!file.read(0, &head, sizeof(head)) || std::memcmp(head.e_ident, ELFMAG, SELFMAG) != 0) {
    return invalid("not a shared library (no ELF header)");
  }
  if (head.e_ident[EI_CLASS] != ELFCLASS64 || head.e_type != ET_DYN || head.e_machine != kMachine) {
    return invalid("a shared library for another machine");
  }
  if (head.e_phentsize != sizeof(Elf64_Phdr) || head.e_phnum > 512) return invalid("damaged program headers");
  bool found = false;
  sy_note note{};
  for (std::uint16_t i = 0; i < head.e_phnum; ++i) {
    Elf64_Phdr segment;
    if (!file.read(head.e_phoff + std::uint64_t{i} * sizeof(segment), &segment, sizeof(segment))) {
      return invalid("truncated: its program headers lie beyond its end");
    }
    if ((segment.p_type == PT_LOAD || segment.p_type == PT_DYNAMIC) &&
        !file.holds(segment.p_offset, segment.p_filesz)) {
      return invalid("truncated: a segment lies beyond its end");
    }
    if (segment.p_type != PT_NOTE) continue;
    std::uint64_t at = segment.p_offset;
    const std::uint64_t end = segment.p_offset + std::min<std::uint64_t>(segment.p_filesz, 1 << 20);
    while (at + 12 <= end && !found) {
      std::uint32_t words[3];
      char name[4] = {};
      if (!file.read(at, words, sizeof(words))) break;
      // A newer minor's note may be longer.
      if (words[0] == 4 && words[1] >= sizeof(sy_note) - 16 && std::uint64_t{words[1]} + 16 <= end - at &&
          file.read(at + 12, name, 4) && std::memcmp(name, "SYD", 4) == 0 && file.read(at, &note, sizeof(note))) {
        found = note.magic == SY_ABI_MAGIC;
      }
      at += 12 + (std::uint64_t{words[0]} + 3) / 4 * 4 + (std::uint64_t{words[1]} + 3) / 4 * 4;
    }
  }
  if (head.e_shoff != 0 && !file.holds(head.e_shoff, std::uint64_t{head.e_shnum} * head.e_shentsize)) {
    return invalid("truncated: its section headers lie beyond its end");
  }
  if (!found) return invalid("not a Switchyard plugin (it carries no Switchyard note)");
  PluginNote out;
  out.abi_major = note.abi_major;
  out.abi_minor = note.abi_minor;
  out.isa = field(note.isa, sizeof(note.isa));
  out.name = field(note.name, sizeof(note.name));
  if (out.abi_major != SY_ABI_MAJOR) {
    return make_status(ErrorCode::kUnsupported, str_cat("built for plugin ABI ", out.abi_major, ".", out.abi_minor,
                                                        "; this host speaks ", SY_ABI_MAJOR, ".", SY_ABI_MINOR));
  }
  if (!processor_has(out.isa)) {
    return make_status(ErrorCode::kUnsupported,
                       str_cat("needs instruction set ", out.isa, ", which this processor lacks"));
  }
  return out;
}

}  // namespace sy
