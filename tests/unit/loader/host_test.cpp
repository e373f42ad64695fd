// The services that plugins call.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../dispatch/fake_plugin.h"
#include "switchyard/core/abi_error.h"
#include "switchyard/core/log.h"
#include "switchyard/dispatch/kernel_call.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// A plugin inside its init.
struct Guest {
  sy_plugin table{};
  Plugin plugin;
  FakeDevice device;
  explicit Guest(const char* name) : table(named(name)), plugin("nowhere", &table), device(name) {
    plugin.in_init = true;
  }
  sy_plugin_handle* handle() { return reinterpret_cast<sy_plugin_handle*>(&plugin); }
  static sy_plugin named(const char* name) {
    sy_plugin t{};
    t.size = sizeof t;
    t.name = name;
    return t;
  }
};

const sy_host& host = host_services();

TEST(Host, SaysItsVersion) {
  EXPECT_EQ(host.size, sizeof(sy_host));
  EXPECT_EQ(host.abi_major, SY_ABI_MAJOR);
  EXPECT_EQ(host.abi_minor, SY_ABI_MINOR);
  EXPECT_EQ(host.extension("anything", 1), nullptr);
}

TEST(Host, RegistersOnlyInsideInit) {
  Guest& guest = immortal<Guest>("host_late");
  guest.plugin.in_init = false;
  std::uint32_t id = 0;
  EXPECT_EQ(host.register_backend(guest.handle(), &guest.device.table, &id), SY_FAILED_PRECONDITION);
  EXPECT_EQ(take_abi_error(), "register_backend: only allowed inside init");
  EXPECT_EQ(host.register_kernels(guest.handle(), "host_late", nullptr, 0), SY_FAILED_PRECONDITION);
  EXPECT_EQ(host.dtype_register(guest.handle(), "host_dtype", {5, 64, 1}, &id), SY_FAILED_PRECONDITION);
  EXPECT_EQ(host.register_backend(nullptr, &guest.device.table, &id), SY_INVALID_ARGUMENT);
  EXPECT_EQ(take_abi_error(), "register_backend: the plugin handle is NULL");
}

TEST(Host, RegistersBackendsOfThePlugin) {
  Guest& guest = immortal<Guest>("host_backend");
  EXPECT_EQ(host.register_backend(guest.handle(), nullptr, nullptr), SY_INVALID_ARGUMENT);
  std::uint32_t id = 0;
  ASSERT_EQ(host.register_backend(guest.handle(), &guest.device.table, &id), SY_OK);
  EXPECT_EQ(host.register_backend(guest.handle(), &guest.device.table, &id), SY_FAILED_PRECONDITION);
  EXPECT_EQ(find_backend(static_cast<std::uint16_t>(id)), nullptr) << "another thread's call would miss its kernels";
  publish_backends(&guest.plugin, true);
  ASSERT_NE(find_backend(static_cast<std::uint16_t>(id)), nullptr);
  EXPECT_EQ(find_backend(static_cast<std::uint16_t>(id))->plugin(), &guest.plugin);
}

TEST(Host, BackendsOfAFailedInitAreForgotten) {
  Guest& guest = immortal<Guest>("host_failed");
  std::uint32_t id = 0;
  ASSERT_EQ(host.register_backend(guest.handle(), &guest.device.table, &id), SY_OK);
  publish_backends(&guest.plugin, false);
  EXPECT_EQ(find_backend(static_cast<std::uint16_t>(id)), nullptr);
  EXPECT_EQ(host.register_backend(guest.handle(), &guest.device.table, &id), SY_OK) << "the name is free again";
  publish_backends(&guest.plugin, false);
}

TEST(Host, KernelsThatDoNotFitAreRejectedAlone) {
  Guest& guest = immortal<Guest>("host_kernels");
  FakeKernel& good = immortal<FakeKernel>("exp");
  FakeKernel& bad = immortal<FakeKernel>("neg");
  bad.table.layout_hash ^= 1;
  const sy_kernel* kernels[] = {&good.table, &bad.table, nullptr};
  std::vector<std::string> logged;
  set_log_sink([&](LogLevel, std::string_view text) { logged.emplace_back(text); });
  EXPECT_EQ(host.register_kernels(guest.handle(), "host_kernels", kernels, 3), SY_OK);
  set_log_sink({});
  EXPECT_EQ(guest.plugin.num_kernels, 1u);
  EXPECT_THAT(guest.plugin.messages(),
              ElementsAre(HasSubstr("kernel neg: built for another call layout"), HasSubstr("kernel: NULL")));
  EXPECT_THAT(logged, ElementsAre(HasSubstr("host_kernels: kernel neg"), HasSubstr("host_kernels: kernel: NULL")));
  EXPECT_EQ(host.register_kernels(guest.handle(), "not a name", kernels, 1), SY_INVALID_ARGUMENT);
  EXPECT_EQ(host.register_kernels(guest.handle(), nullptr, kernels, 1), SY_INVALID_ARGUMENT);
  EXPECT_EQ(host.register_kernels(guest.handle(), "host_kernels", nullptr, 1), SY_INVALID_ARGUMENT);
  EXPECT_EQ(host.register_kernels(guest.handle(), "host_kernels", nullptr, 0), SY_OK);
}

TEST(Host, RegistersDtypes) {
  Guest& guest = immortal<Guest>("host_dtypes");
  std::uint32_t id = 0;
  ASSERT_EQ(host.dtype_register(guest.handle(), "host_c64", {5, 64, 1}, &id), SY_OK);
  EXPECT_EQ(Dtype(id).name(), "host_c64");
  EXPECT_EQ(host.dtype_register(guest.handle(), "f32", {5, 64, 1}, &id), SY_INVALID_ARGUMENT);
  EXPECT_THAT(take_abi_error(), HasSubstr("taken for other bits"));
  EXPECT_EQ(host.dtype_register(guest.handle(), nullptr, {5, 64, 1}, &id), SY_INVALID_ARGUMENT);
}

TEST(Host, LogsUnderThePluginsName) {
  Guest& guest = immortal<Guest>("host_log");
  std::vector<std::string> logged;
  set_log_sink(
      [&](LogLevel level, std::string_view text) { logged.push_back(str_cat(static_cast<int>(level), " ", text)); });
  host.log(guest.handle(), SY_LOG_WARNING, "careful");
  host.log(guest.handle(), 99, "beyond the levels");
  host.log(nullptr, SY_LOG_ERROR, nullptr);
  set_log_sink({});
  EXPECT_THAT(logged, ElementsAre("2 host_log: careful", "3 host_log: beyond the levels", "3 plugin: "));
}

TEST(Host, ReportsReachTheDevice) {
  FakePlugin& fake = fake_plugin("host_report");
  std::uint32_t id = fake.at.backend();
  host.report(id, 1, SY_OUT_OF_RANGE, "gather", "index 4 of 3");
  EXPECT_EQ(message_of([] { synchronize(Device("host_report:1")); }),
            "gather: index 4 of 3 [host_report:1, found asynchronously]");
  EXPECT_NO_THROW(synchronize(fake.at)) << "not the other device";
  host.report(id, 0, SY_INTERNAL, "gather", "gather: named already");
  EXPECT_EQ(message_of([&] { synchronize(fake.at); }), "gather: named already [host_report:0, found asynchronously]");
  host.report(id, 0, SY_INTERNAL, nullptr, nullptr);
  EXPECT_EQ(code_of([&] { synchronize(fake.at); }), ErrorCode::kInternal);
  host.report(id, 7, SY_INTERNAL, "x", "nowhere");  // ignored
  host.report(99999, 0, SY_INTERNAL, "x", "nowhere");
  EXPECT_NO_THROW(synchronize(fake.at));
}

TEST(Host, CallServicesNeedACall) {
  void* memory = nullptr;
  sy_tensor* tensor = nullptr;
  sy_call call{};
  EXPECT_EQ(host.workspace(nullptr, 8, &memory), SY_INVALID_ARGUMENT);
  EXPECT_EQ(host.workspace(&call, 8, &memory), SY_INVALID_ARGUMENT) << "pointwise calls on the short way have none";
  EXPECT_EQ(host.alloc_output(&call, 0, SY_F32, 0, nullptr, &tensor), SY_INVALID_ARGUMENT);
  EXPECT_EQ(take_abi_error(), "alloc_output: bad arguments");
}

TEST(Host, ErrorKeepsTheMessage) {
  EXPECT_EQ(host.error(SY_NOT_FOUND, "no such thing"), SY_NOT_FOUND);
  EXPECT_EQ(take_abi_error(), "no such thing");
}

}  // namespace
}  // namespace sy
