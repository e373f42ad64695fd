// Tables of a backend's extensions that are shorter or longer than ours, or have gaps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>

#include "../unit/dispatch/fake_plugin.h"
#include "switchyard/abi/capture.h"
#include "switchyard/abi/subgraph.h"
#include "switchyard/core/backend_call.h"
#include "switchyard/dispatch/graph.h"
#include "switchyard/ops/operators.h"

namespace sy {
namespace {

using testing::HasSubstr;

/// A table with poison behind it, and inside of it from `size` on.
template <typename Table>
struct Poisoned {
  Table table;
  char tail[64];

  void reset(Table whole, std::size_t size) {
    whole.size = static_cast<std::uint32_t>(size);
    std::memset(this, 0x6b, sizeof(*this));
    std::memcpy(&table, &whole, std::min(size, sizeof(table)));
  }
};

int g_begun, g_launched, g_destroyed;
Poisoned<sy_capture> g_capture;
Poisoned<sy_compiler> g_compiler;

constexpr sy_capture kCapture = {sizeof(sy_capture),
                                 0,
                                 [](void*, std::int32_t, sy_stream) -> sy_status {
                                   ++g_begun;
                                   return SY_OK;
                                 },
                                 [](void*, std::int32_t, sy_stream, sy_graph* graph) -> sy_status {
                                   *graph = 1;
                                   return SY_OK;
                                 },
                                 [](void*, std::int32_t, sy_graph, sy_stream) -> sy_status {
                                   ++g_launched;
                                   return SY_OK;
                                 },
                                 [](void*, std::int32_t, sy_graph) -> sy_status {
                                   ++g_destroyed;
                                   return SY_OK;
                                 }};
constexpr sy_compiler kCompiler = {
    sizeof(sy_compiler), 0, nullptr,
    [](void*, std::int32_t, const sy_subgraph*, const sy_kernel**) -> sy_status { return SY_UNSUPPORTED; },
    [](void*, const sy_kernel*) {}};

/// A device with streams whose backend gives the two tables above.
Device device() {
  static const Device at = [] {
    FakeDevice& fake = immortal<FakeDevice>("extended", FakeDevice::kStreams);
    fake.table.extension = [](void*, const char* name, std::uint32_t) -> const void* {
      if (std::string_view(name) == SY_CAPTURE_NAME) return &g_capture;
      return std::string_view(name) == SY_SUBGRAPH_NAME ? &g_compiler : nullptr;
    };
    static sy_plugin table{};
    table.size = sizeof table;
    table.name = "extended";
    Plugin& plugin = immortal<Plugin>("in the test", &table);
    throw_if_error(register_backend(fake.table, &plugin, nullptr));
    FakeKernel& kernel = immortal<FakeKernel>("neg");
    kernel.flags(SY_KERNEL_STRIDED | SY_KERNEL_CAPTURE_SAFE);
    throw_if_error(register_kernel(&plugin, Device("extended").backend(), &kernel.table));
    return Device("extended");
  }();
  return at;
}

/// What capturing on a backend with that table of sy.capture says.
std::string capture(const sy_capture& table, std::size_t size) {
  g_begun = g_launched = g_destroyed = 0;
  g_capture.reset(table, size);
  Tensor x = empty({2}, kF32, device());
  return message_of([&] {
    Graph graph = Graph::capture(device(), [&] { neg(x); });
    graph.replay();
    graph.replay();
  });
}

TEST(Extensions, ATableThatEndsEarlyLacksWhatComesBehind) {
  EXPECT_THAT(capture(kCapture, offsetof(sy_capture, destroy)),
              HasSubstr("captures nothing: its table has no destroy"));
  EXPECT_THAT(capture(kCapture, offsetof(sy_capture, launch)), HasSubstr("captures nothing: its table has no launch"));
  EXPECT_THAT(capture(kCapture, offsetof(sy_capture, end)), HasSubstr("captures nothing: its table has no end"));
  EXPECT_THAT(capture(kCapture, sizeof(std::uint32_t)), HasSubstr("captures nothing: its table has no begin"));
  EXPECT_EQ(g_begun, 0);
}

TEST(Extensions, ASlotThatIsNullIsLackingToo) {
  sy_capture gap = kCapture;
  gap.launch = nullptr;
  EXPECT_THAT(capture(gap, sizeof(gap)), HasSubstr("captures nothing: its table has no launch"));
  EXPECT_EQ(g_begun, 0);
}

TEST(Extensions, ALongerTableIsReadAsFarAsWeKnow) {
  EXPECT_EQ(capture(kCapture, sizeof(g_capture)), "no error");
  EXPECT_EQ(g_begun, 1);
  EXPECT_EQ(g_launched, 2);
  EXPECT_EQ(g_destroyed, 1);
}

TEST(Extensions, TheCompilersTableFollowsTheSameRules) {
  Backend& backend = backend_of(device());
  const auto read = [&](std::size_t size) {
    g_compiler.reset(kCompiler, size);
    return backend_extension<sy_compiler>(backend, SY_SUBGRAPH_NAME, SY_SUBGRAPH_VERSION).value();
  };
  const sy_compiler shorter = read(offsetof(sy_compiler, destroy));
  EXPECT_EQ(shorter.compile, kCompiler.compile);
  EXPECT_EQ(shorter.destroy, nullptr);
  EXPECT_EQ(read(offsetof(sy_compiler, compile)).compile, nullptr);
  const sy_compiler longer = read(sizeof(g_compiler));
  EXPECT_EQ(longer.supports, nullptr) << "a gap stays one";
  EXPECT_EQ(longer.compile, kCompiler.compile);
  EXPECT_EQ(longer.destroy, kCompiler.destroy);
}

}  // namespace
}  // namespace sy
