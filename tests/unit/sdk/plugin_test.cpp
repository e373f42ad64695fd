// A plugin's init as the host calls it: nothing thrown gets out, and a refusal of the host goes back to it as it came.
#include "switchyard/sdk/plugin.h"

#include <gtest/gtest.h>

#include <functional>
#include <new>
#include <stdexcept>
#include <string>

namespace {

using namespace sy::sdk;  // NOLINT

std::string message;                            // NOLINT: of the last error
std::function<void(const Registrar&)> do_init;  // NOLINT: what init does

sy_status keep_error(sy_status code, const char* text) {
  message = text;
  return code;
}

void init(const Registrar& registrar) { do_init(registrar); }

}  // namespace

SY_PLUGIN_DEFINE("sdk_test", "1", "tests", "a plugin inside of the test", init);

namespace {

class PluginTest : public ::testing::Test {
 protected:
  PluginTest() {
    host_.size = sizeof host_;
    host_.error = keep_error;
    host_.register_backend = [](sy_plugin_handle*, const sy_backend*, std::uint32_t*) {
      return keep_error(SY_INVALID_ARGUMENT, "the name is taken");
    };
    host_.register_kernels = [](sy_plugin_handle*, const char*, const sy_kernel* const*, std::uint32_t) {
      return keep_error(SY_NOT_FOUND, "no such device");
    };
  }
  sy_status with(std::function<void(const Registrar&)> work) {
    message.clear();
    do_init = std::move(work);
    return sy_plugin_query()->init(&host_, reinterpret_cast<sy_plugin_handle*>(this));
  }

  sy_host host_{};
};

TEST_F(PluginTest, NothingThrownGetsOut) {
  EXPECT_EQ(with([](const Registrar&) {}), SY_OK);
  EXPECT_EQ(with([](const Registrar&) { throw 42; }), SY_INTERNAL);
  EXPECT_EQ(message, "an exception of unknown type");
  EXPECT_EQ(with([](const Registrar&) { throw std::runtime_error("no firmware"); }), SY_INTERNAL);
  EXPECT_EQ(message, "no firmware");
  EXPECT_EQ(with([](const Registrar&) { throw std::bad_alloc(); }), SY_OUT_OF_MEMORY);
}

TEST_F(PluginTest, DeclinesByThrowing) {
  EXPECT_EQ(with([](const Registrar&) { throw Error(SY_UNSUPPORTED, "no %s here", "npu"); }), SY_UNSUPPORTED);
  EXPECT_EQ(message, "no npu here");
}

TEST_F(PluginTest, TheHostsRefusalKeepsItsMessage) {
  EXPECT_EQ(with([](const Registrar& r) { r.backend(sy_backend{}); }), SY_INVALID_ARGUMENT);
  EXPECT_EQ(message, "the name is taken");
  EXPECT_EQ(with([](const Registrar& r) { r.kernels("npu", KernelTable{nullptr, 0}); }), SY_NOT_FOUND);
  EXPECT_EQ(message, "no such device");
}

}  // namespace
