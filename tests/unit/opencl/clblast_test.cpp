// CLBlast is opened by the first product that needs it.
#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../frontend/helpers.h"
#include "opencl_test.h"

namespace sy {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Tensor large() { return ones({100, 100}, kF32, Device("opencl")); }

bool is_open() {
  void* const handle = ::dlopen("libclblast.so.1", RTLD_NOW | RTLD_NOLOAD);
  if (handle != nullptr) ::dlclose(handle);
  return handle != nullptr;
}

class ClblastTest : public OpenclTest {};

TEST_F(ClblastTest, DISABLED_Opens) {
  const Tensor small = ones({4, 4}, kF32, Device("opencl"));
  EXPECT_EQ(mm(small, small)[0][0].item<float>(), 4);
  const bool before = is_open();
  EXPECT_EQ(mm(large(), large())[99][99].item<float>(), 100);
  tell_parent({before, is_open()});
}

TEST_F(ClblastTest, IsOpenedAtTheFirstLargeProduct) {
  const TempFolder folder;
  EXPECT_THAT(run_child("ClblastTest.DISABLED_Opens", folder / "report", {}), ElementsAre(0, 1));
}

TEST_F(ClblastTest, DISABLED_IsMissing) {
  for (int i = 0; i < 2; ++i) {  // and stays so
    EXPECT_THAT(message_of([] { mm(large(), large()); }),
                AllOf(HasSubstr("mm"), HasSubstr("libclblast.so.1"), HasSubstr("apt install libclblast1")));
  }
  const Tensor small = ones({4, 4}, kF32, Device("opencl"));
  EXPECT_EQ(mm(small, small)[0][0].item<float>(), 4);
  EXPECT_EQ(mm(large().to(kI32), large().to(kI32))[99][99].item<std::int32_t>(), 100);
  tell_parent({1});
}

TEST_F(ClblastTest, WithoutItLargeProductsSayWhatToInstall) {
  const TempFolder folder;
  std::ofstream(folder / "libclblast.so.1") << "no library";  // hides the installed one
  const std::string path = std::filesystem::path(folder / "libclblast.so.1").parent_path().string();
  EXPECT_THAT(run_child("ClblastTest.DISABLED_IsMissing", folder / "report", {{"LD_LIBRARY_PATH", path}}),
              ElementsAre(1));
}

}  // namespace
}  // namespace sy
