#include "switchyard/core/abi_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "switchyard/core/error.h"

namespace sy {
namespace {

TEST(AbiError, MessageTravelsWithTheCode) {
  EXPECT_EQ(leave_abi_error(SY_OUT_OF_RANGE, "index 7"), SY_OUT_OF_RANGE);
  absl::Status status = status_from_abi(SY_OUT_OF_RANGE, "gather");
  EXPECT_EQ(error_code(status), ErrorCode::kOutOfRange);
  EXPECT_EQ(status.message(), "gather: index 7");
  EXPECT_EQ(take_abi_error(), "") << "taken once";
}

TEST(AbiError, SuccessIsOk) { EXPECT_TRUE(status_from_abi(SY_OK, "anything").ok()); }

TEST(AbiError, SilentFailureIsStillToldApart) {
  EXPECT_EQ(status_from_abi(SY_UNSUPPORTED, "").message(), "failed with status 3 and no message");
  leave_abi_error(SY_INTERNAL, nullptr);
  EXPECT_EQ(take_abi_error(), "");
}

TEST(AbiError, UnknownCodesAreInternal) {
  for (sy_status code : {SY_NOT_FOUND + 1, -1}) {
    EXPECT_EQ(error_code(status_from_abi(code, "")), ErrorCode::kInternal) << code;
  }
  EXPECT_EQ(error_code(status_from_abi(SY_NOT_FOUND, "")), ErrorCode::kNotFound);
}

TEST(AbiError, EachThreadHasItsOwn) {
  leave_abi_error(SY_INTERNAL, "mine");
  std::thread([] { EXPECT_EQ(take_abi_error(), ""); }).join();
  EXPECT_EQ(take_abi_error(), "mine");
}

}  // namespace
}  // namespace sy
