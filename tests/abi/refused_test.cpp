// Plugins that do not load: each says why, and the host goes on.
#include <dlfcn.h>

#include <fstream>

#include "cases.h"
#include "switchyard/loader/elf_symbols.h"
#include "switchyard/loader/probe.h"

namespace sy {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

TEST(Refused, Tables) {
  EXPECT_THAT(refusal("wrong_magic"), HasSubstr("wrong_magic.so: its query returned no plugin table (wrong magic)"));
  EXPECT_THAT(refusal("wrong_major"), HasSubstr(str_cat("speaks plugin ABI ", SY_ABI_MAJOR + 1, ".", SY_ABI_MINOR,
                                                        "; this host speaks ", SY_ABI_MAJOR, ".", SY_ABI_MINOR)));
  EXPECT_THAT(refusal("null_query"), HasSubstr("its query returned NULL"));
  EXPECT_THAT(refusal("short_table"),
              HasSubstr(str_cat("its plugin table has ", offsetof(sy_plugin, init), " bytes, expected ")));
  EXPECT_THAT(refusal("no_name"), HasSubstr("its table lacks a name or init"));
}

TEST(Refused, WithoutAnEntryAndNotKeptOpen) {
  EXPECT_THAT(refusal("no_entry"), HasSubstr("exports no sy_plugin_query"));
  EXPECT_FALSE(is_mapped("no_entry"));
  load_case("plain");
  EXPECT_TRUE(is_mapped("plain"));
}

TEST(Refused, InitThatFailsLeavesNothingBehind) {
  for (int again = 0; again < 2; ++again) {
    EXPECT_THAT(refusal("failing_init"), HasSubstr("init failed: the firmware is upside down"));
    EXPECT_THAT(message_of([] { on("failing_init", {1}); }), HasSubstr("no plugin provides device failing_init"));
  }
  EXPECT_THAT(refusal("declining"), HasSubstr("declined: no such hardware here"));
  EXPECT_THAT(message_of([] { on("declining", {1}); }), HasSubstr("no plugin provides device declining"));
}

/// In a child, whose host is of no use afterwards: gives back the one handle that the host should have of each library.
int take_handles() {
  for (const char* name : {"wrong_magic", "wrong_major", "null_query", "short_table", "no_name", "failing_init"}) {
    for (int again = 0; again < 3; ++again) refusal(name);
    void* handle = dlopen(case_file(name).c_str(), RTLD_NOW | RTLD_NOLOAD);
    if (handle == nullptr) return 1;  // its query ran, so it stays
    dlclose(handle);
    if (!is_mapped(name)) return 2;
    dlclose(handle);
    if (is_mapped(name)) return 3;
  }
  return 0;
}

TEST(Refused, TryingAgainAddsNoHandle) { EXPECT_EQ(in_forked_child(take_handles), 0); }

TEST(Refused, TwoPluginsClaimOneDevice) {
  load_case("plain");
  EXPECT_THAT(refusal("claims_plain"), HasSubstr("init failed: register_backend: plugin plain (" + case_file("plain") +
                                                 ") already provides backend plain"));
  EXPECT_THAT(numbers(neg(on("plain", {1}))), testing::ElementsAre(-1)) << "the first one still works";
}

TEST(Refused, MissingDependencyIsNamed) {
  EXPECT_THAT(refusal("needs_another"),
              HasSubstr("cannot be opened: libsy_missing.so: cannot open shared object file"));
}

TEST(Refused, SymbolsOfTheHostAreNamed) {
  EXPECT_THAT(refusal("host_symbols"), HasSubstr("refers to functions of the host, which a plugin may not: "));
  EXPECT_THAT(refusal("host_symbols"), HasSubstr("sy::order_threads()"));
  EXPECT_THAT(refusal("host_symbols"), HasSubstr("sy::load_plugins_once()"));
  EXPECT_FALSE(is_mapped("host_symbols")) << "refused before any code of it ran";
}

TEST(Refused, SymbolsOfNobodyAreNamed) {
  EXPECT_THAT(refusal("unknown_symbol"), HasSubstr("undefined symbol: sy_function_of_no_library"));
}

#if defined(__x86_64__)
/// The instruction set in the note of a case, whether this processor has it or not.
std::string instruction_set(const std::string& name) {
  const absl::StatusOr<PluginNote> note = read_plugin_note(case_file(name));
  return note.ok() ? note->isa : std::string(note.status().message());
}

TEST(Refused, TheNoteAsksForTheWholeLevelOfWhatTheFileWasCompiledFor) {
  EXPECT_THAT(instruction_set("needs_sse3"), HasSubstr("x86-64-v2"));
  EXPECT_THAT(instruction_set("needs_avx"), HasSubstr("x86-64-v3"));
  EXPECT_THAT(instruction_set("needs_avx512f"), HasSubstr("x86-64-v4"));
}

TEST(Refused, InstructionsThatTheProcessorLacksAreNamedBeforeAnyRuns) {
  EXPECT_THAT(refusal("needs_v9"), HasSubstr("needs instruction set x86-64-v9, which this processor lacks"));
  EXPECT_FALSE(is_mapped("needs_v9")) << "its static initialiser would have ended the process";
}
#endif

TEST(Refused, UndefinedSymbolsAreReadFromTheFile) {
  EXPECT_THAT(undefined_symbols(case_file("unknown_symbol")), Contains("sy_function_of_no_library"));
  EXPECT_THAT(undefined_symbols(case_file("plain")), Contains("posix_memalign"));
  EXPECT_THAT(undefined_symbols(case_file("plain")), Not(Contains(HasSubstr("sy_"))));
  EXPECT_TRUE(undefined_symbols("/nonexistent.so").empty());
  // Damaged in every way that a changed byte of its headers makes.
  std::ifstream in(case_file("plain"), std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const std::string copy = testing::TempDir() + "damaged_" + std::to_string(getpid());
  for (std::size_t at = 16; at < 1024; at += 3) {
    std::string changed = whole;
    changed[at] = static_cast<char>(0xff);
    std::ofstream(copy, std::ios::binary) << changed;
    EXPECT_LT(undefined_symbols(copy).size(), 10000u);
  }
  for (std::size_t keep = 0; keep < whole.size(); keep += whole.size() / 50 + 1) {
    std::ofstream(copy, std::ios::binary) << whole.substr(0, keep);
    EXPECT_LT(undefined_symbols(copy).size(), 10000u);
  }
  unlink(copy.c_str());
}

class Probed : public testing::Test {
 protected:
  void SetUp() override { set_plugin_probing(true); }
  void TearDown() override { set_plugin_probing(false); }
};

TEST_F(Probed, WhatKillsTheProcessIsAReason) {
  EXPECT_THAT(refusal("trap"), HasSubstr("trap.so: ends the process in its static initialisers (killed by signal "));
  EXPECT_THAT(refusal("leaves"), HasSubstr("ends the process in its static initialisers (exit status 3)"));
  EXPECT_THAT(refusal("trap_query"), HasSubstr("ends the process in its query (killed by signal "));
  EXPECT_THAT(refusal("trap_init"), HasSubstr("ends the process in its init (killed by signal "));
  EXPECT_FALSE(is_mapped("trap"));
}

TEST_F(Probed, WhatDoesNotIsLoadedAsEver) {
  EXPECT_EQ(get(state_of(load_case("other")).inits), 1u) << "the child's does not count";
  EXPECT_THAT(numbers(neg(on("other", {1}))), testing::ElementsAre(-1));
  EXPECT_THAT(refusal("failing_init"), HasSubstr("init failed: the firmware is upside down"));
  EXPECT_THAT(refusal("needs_another"), HasSubstr("libsy_missing.so"));
}

TEST(Probe, WhatHangsIsAReason) {
  auto hang = [](const std::function<void(LoadStage)>& stage) {
    stage(LoadStage::kInit);
    for (;;) pause();
  };
  EXPECT_EQ(try_in_child(hang, std::chrono::milliseconds(100)).message(),
            "does not return from its init (waited 100 ms)");
}

TEST(Probe, ErrorsOfTheHostAreNotTheChilds) {
  auto error = [](const std::function<void(LoadStage)>&) { fail(ErrorCode::kNotFound, "the parent meets it, too"); };
  EXPECT_TRUE(try_in_child(error, std::chrono::seconds(10)).ok());
}

}  // namespace
}  // namespace sy
