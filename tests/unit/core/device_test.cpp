#include "switchyard/core/device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../message_of.h"

namespace sy {
namespace {

TEST(Device, NamesAndIndices) {
  EXPECT_EQ(Device(), Device("cpu"));
  EXPECT_EQ(Device("cpu:0"), Device("cpu"));
  EXPECT_EQ(Device("device_test:32767").index(), 32767);
  EXPECT_EQ(Device("device_test:3").str(), "device_test:3");
  EXPECT_EQ(Device("device_test").backend_name(), "device_test");
  EXPECT_NE(Device("device_test:0"), Device("device_test:1"));
  EXPECT_NE(Device("device_test"), Device("cpu"));
}

TEST(Device, CpuAndMetaAreAlwaysThere) {
  EXPECT_TRUE(Device("cpu").is_cpu());
  EXPECT_EQ(Device("cpu").backend(), kCpuBackend);
  EXPECT_TRUE(Device("meta:1").is_meta());
  EXPECT_FALSE(Device("device_test").is_cpu());
}

TEST(Device, MalformedNames) {
  for (const char* name : {"", ":", ":0", "cpu:", "cpu:x", "cpu:-1", "cpu:+1", "cpu:1 ", "cpu: 1", "cpu:1:2",
                           "cpu:32768", "cpu:99999999999", "a b", "a-b", "caf\xc3\xa9"}) {
    EXPECT_EQ(message_of([&] { Device d(name); }),
              std::string("device: expected \"name\" or \"name:index\", got \"") + name + "\"");
  }
  EXPECT_THROW(Device(std::string(65, 'a')), Error);
  EXPECT_NO_THROW(Device(std::string(64, 'a')));
}

TEST(Device, MalformedNamesAreNotRemembered) {
  std::uint16_t before = num_backends();
  EXPECT_THROW(Device("device_test_never:x"), Error);
  EXPECT_EQ(num_backends(), before);
}

TEST(InternBackend, OneIdPerName) {
  int id = intern_backend("intern_test");
  EXPECT_GE(id, 2);
  EXPECT_EQ(intern_backend("intern_test"), id);
  EXPECT_NE(intern_backend("Intern_test"), id);
  EXPECT_EQ(backend_name(static_cast<std::uint16_t>(id)), "intern_test");
  EXPECT_EQ(intern_backend("no good"), -1);
}

}  // namespace
}  // namespace sy
