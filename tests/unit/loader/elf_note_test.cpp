// Files made byte by byte, right but for one thing.
#include <elf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

#include "switchyard/core/error.h"
#include "switchyard/loader/loader.h"

namespace sy {
namespace {

using testing::HasSubstr;

/// A shared library of headers alone: one loadable segment, one of notes.
struct Library {
  Elf64_Ehdr head{};
  Elf64_Phdr segments[2]{};
  std::string notes;

  Library() {
    std::memcpy(head.e_ident, ELFMAG, SELFMAG);
    head.e_ident[EI_CLASS] = ELFCLASS64;
    head.e_ident[EI_DATA] = ELFDATA2LSB;
    head.e_type = ET_DYN;
#if defined(__x86_64__)
    head.e_machine = EM_X86_64;
#else
    head.e_machine = EM_AARCH64;
#endif
    head.e_phoff = sizeof head;
    head.e_phentsize = sizeof(Elf64_Phdr);
    head.e_phnum = 2;
    segments[0].p_type = PT_LOAD;
    segments[0].p_filesz = sizeof head;
    segments[1].p_type = PT_NOTE;
    segments[1].p_offset = sizeof head + sizeof segments;
    add(note());
  }
  static sy_note note() {
    sy_note n{4, sizeof(sy_note) - 16, 1, "SYD", SY_ABI_MAGIC, SY_ABI_MAJOR, SY_ABI_MINOR, "", "made_up"};
    return n;
  }
  template <typename T>
  void add(const T& bytes) {
    notes.append(reinterpret_cast<const char*>(&bytes), sizeof bytes);
    segments[1].p_filesz = notes.size();
  }
  void replace(const sy_note& n) {
    notes.clear();
    add(n);
  }
  std::string bytes() const {
    std::string all(reinterpret_cast<const char*>(&head), sizeof head);
    all.append(reinterpret_cast<const char*>(segments), sizeof segments);
    return all + notes;
  }
};

/// Reads notes from a file in memory.
class ElfNote : public testing::Test {
 protected:
  void SetUp() override { ASSERT_GE(file_, 0); }
  void TearDown() override { close(file_); }
  absl::StatusOr<PluginNote> read(const std::string& bytes) {
    EXPECT_EQ(ftruncate(file_, 0), 0);
    EXPECT_EQ(pwrite(file_, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
    return read_plugin_note("/proc/self/fd/" + std::to_string(file_));
  }
  std::string reason(const Library& library) {
    absl::StatusOr<PluginNote> note = read(library.bytes());
    return note.ok() ? "read " + note->name : std::string(note.status().message());
  }
  Library library;
  int file_ = memfd_create("library", 0);
};

TEST_F(ElfNote, SaysWhatTheFileIs) {
  absl::StatusOr<PluginNote> note = read(library.bytes());
  ASSERT_TRUE(note.ok()) << note.status().message();
  EXPECT_EQ(note->name, "made_up");
  EXPECT_EQ(note->isa, "");
  EXPECT_EQ(note->abi_major, SY_ABI_MAJOR);
  EXPECT_EQ(note->abi_minor, SY_ABI_MINOR);
}

TEST_F(ElfNote, EveryTruncationIsAnError) {
  std::string whole = library.bytes();
  for (std::size_t n = 0; n < whole.size(); ++n) EXPECT_FALSE(read(whole.substr(0, n)).ok()) << n;
}

TEST_F(ElfNote, ChangedBytesGiveAnErrorOrANote) {
  const std::string whole = library.bytes();
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (char c : {'\0', '\x7f', '\xff'}) {
      std::string changed = whole;
      changed[at] = c;
      absl::StatusOr<PluginNote> note = read(changed);
      if (note.ok()) EXPECT_LE(note->name.size(), sizeof(sy_note::name));
    }
  }
}

TEST_F(ElfNote, OtherFiles) {
  EXPECT_THAT(std::string(read("").status().message()), HasSubstr("no ELF header"));
  EXPECT_THAT(std::string(read("#!/bin/sh\n").status().message()), HasSubstr("no ELF header"));
  EXPECT_EQ(error_code(read_plugin_note("/nonexistent/plugin.so").status()), ErrorCode::kNotFound);
  EXPECT_EQ(read_plugin_note("/").status().message(), "not a regular file");
}

TEST_F(ElfNote, OtherMachines) {
  const std::string foreign = "a shared library for another machine";
  Library other = library;
  other.head.e_machine = EM_RISCV;
  EXPECT_EQ(reason(other), foreign);
  other = library;
  other.head.e_ident[EI_CLASS] = ELFCLASS32;
  EXPECT_EQ(reason(other), foreign);
  other = library;
  other.head.e_type = ET_EXEC;
  EXPECT_EQ(reason(other), foreign);
  other = library;  // of the other byte order
  other.head.e_ident[EI_DATA] = ELFDATA2MSB;
  other.head.e_type = __builtin_bswap16(ET_DYN);
  other.head.e_machine = __builtin_bswap16(library.head.e_machine);
  EXPECT_EQ(reason(other), foreign);
}

TEST_F(ElfNote, DamagedHeaders) {
  Library other = library;
  other.head.e_phentsize = 32;
  EXPECT_EQ(reason(other), "damaged program headers");
  other = library;
  other.head.e_phnum = 5000;
  EXPECT_EQ(reason(other), "damaged program headers");
  other = library;
  other.head.e_phoff = ~std::uint64_t{0} - 8;
  EXPECT_EQ(reason(other), "truncated: its program headers lie beyond its end");
  for (std::uint32_t type : {PT_LOAD, PT_DYNAMIC}) {
    other = library;
    other.segments[0].p_type = type;
    other.segments[0].p_filesz = 1 << 20;
    EXPECT_EQ(reason(other), "truncated: a segment lies beyond its end");
    other.segments[0].p_offset = ~std::uint64_t{0};
    EXPECT_EQ(reason(other), "truncated: a segment lies beyond its end");
  }
  other = library;
  other.head.e_shoff = 1 << 20;
  other.head.e_shentsize = 64;
  other.head.e_shnum = 3;
  EXPECT_EQ(reason(other), "truncated: its section headers lie beyond its end");
}

TEST_F(ElfNote, OtherNotesAreSkipped) {
  struct {
    Elf64_Nhdr head{4, 5, 3};
    char name[4] = "GNU";
    char id[8] = "abcd";  // five bytes, padded to eight
  } gnu;
  library.notes.clear();
  library.add(gnu);
  library.add(Library::note());
  EXPECT_EQ(reason(library), "read made_up");
}

TEST_F(ElfNote, NotesThatAreNotOurs) {
  const std::string none = "not a Switchyard plugin (it carries no Switchyard note)";
  sy_note n = Library::note();
  std::memcpy(n.note_name, "XYD", 4);
  library.replace(n);
  EXPECT_EQ(reason(library), none);
  n = Library::note();
  n.magic = 7;
  library.replace(n);
  EXPECT_EQ(reason(library), none);
  n = Library::note();
  n.desc_size = 0xfffffff0;
  library.replace(n);
  EXPECT_EQ(reason(library), none);
  library.notes.clear();
  library.segments[1].p_filesz = 0;
  EXPECT_EQ(reason(library), none);
}

TEST_F(ElfNote, OtherVersionsAndProcessors) {
  sy_note n = Library::note();
  n.abi_major = SY_ABI_MAJOR + 1;
  library.replace(n);
  EXPECT_THAT(reason(library), HasSubstr(str_cat("built for plugin ABI ", SY_ABI_MAJOR + 1, ".")));
  n = Library::note();
  n.abi_minor = 1000;  // a newer minor is for the plugin to cope with
  library.replace(n);
  EXPECT_EQ(reason(library), "read made_up");
  n = Library::note();
  std::memcpy(n.isa, "x86-64-v9", 10);
  library.replace(n);
  EXPECT_EQ(reason(library), "needs instruction set x86-64-v9, which this processor lacks");
}

TEST_F(ElfNote, NewerNotesMayBeLonger) {
  sy_note n = Library::note();
  n.desc_size += 8;
  library.replace(n);
  EXPECT_EQ(reason(library), "not a Switchyard plugin (it carries no Switchyard note)") << "but not than their segment";
  library.add(std::uint64_t{42});
  EXPECT_EQ(reason(library), "read made_up");
}

TEST_F(ElfNote, TextsThatDoNotEnd) {
  sy_note n = Library::note();
  std::memset(n.name, 'n', sizeof n.name);
  library.replace(n);
  EXPECT_EQ(reason(library), "read " + std::string(sizeof n.name, 'n'));
}

}  // namespace
}  // namespace sy
