#include "switchyard/core/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sy {
namespace {

using testing::AllOf;
using testing::Property;
using testing::StrEq;

constexpr ErrorCode kAll[] = {
    ErrorCode::kInvalidArgument,    ErrorCode::kOutOfRange, ErrorCode::kUnsupported, ErrorCode::kOutOfMemory,
    ErrorCode::kFailedPrecondition, ErrorCode::kDeviceLost, ErrorCode::kInternal,    ErrorCode::kNotFound};

TEST(Error, CodesSurviveTheWayThroughStatus) {
  for (ErrorCode code : kAll) EXPECT_EQ(error_code(make_status(code, "text")), code) << error_code_name(code);
}

TEST(Error, CodesAreThoseOfTheAbi) {
  EXPECT_EQ(error_code_name(static_cast<ErrorCode>(SY_OUT_OF_MEMORY)), "out_of_memory");
  EXPECT_EQ(error_code_name(static_cast<ErrorCode>(SY_DEVICE_LOST)), "device_lost");
  EXPECT_EQ(error_code_name(static_cast<ErrorCode>(99)), "internal");
}

TEST(Error, StatusOfAnotherKindIsInternal) {
  EXPECT_EQ(error_code(absl::DeadlineExceededError("late")), ErrorCode::kInternal);
}

TEST(Error, ThrownWithCodeAndText) {
  auto expected = AllOf(Property(&Error::code, ErrorCode::kOutOfRange), Property(&Error::what, StrEq("index 3 of 2")));
  EXPECT_THAT([] { fail(ErrorCode::kOutOfRange, "index ", 3, " of ", 2); }, testing::Throws<Error>(expected));
  EXPECT_THAT([] { throw_if_error(make_status(ErrorCode::kOutOfRange, "index 3 of 2")); },
              testing::Throws<Error>(expected));
  EXPECT_NO_THROW(throw_if_error(absl::OkStatus()));
}

TEST(Error, RequireThrowsOnlyWhenFalse) {
  EXPECT_NO_THROW(require(true, "fine"));
  EXPECT_THAT([] { require(false, "bad ", 1); },
              testing::Throws<Error>(Property(&Error::code, ErrorCode::kInvalidArgument)));
}

absl::Status first_of(const absl::Status& a, const absl::Status& b) {
  SY_RETURN_IF_ERROR(a);
  SY_RETURN_IF_ERROR(b);
  return absl::OkStatus();
}

TEST(Error, ReturnIfErrorStopsAtTheFirst) {
  EXPECT_EQ(first_of(absl::OkStatus(), invalid("two ", 2)).message(), "two 2");
  EXPECT_EQ(first_of(invalid("one"), invalid("two")).message(), "one");
  EXPECT_TRUE(first_of(absl::OkStatus(), absl::OkStatus()).ok());
}

}  // namespace
}  // namespace sy
