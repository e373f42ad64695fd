// What the SDK wraps around a kernel function: nothing thrown gets out, slots are checked, outputs and workspace come.
#include "switchyard/sdk/kernel.h"

#include <gtest/gtest.h>

#include <memory>
#include <new>
#include <stdexcept>
#include <string>

namespace {

using namespace sy::sdk;  // NOLINT

std::string message;  // NOLINT: of the last error

sy_status keep_error(sy_status code, const char* text) {
  message = text;
  return code;
}

sy_status give_workspace(const sy_call*, std::uint64_t bytes, void** memory) {
  static char block[64];
  *memory = bytes <= sizeof block ? block : nullptr;
  return bytes <= sizeof block ? SY_OK : keep_error(SY_OUT_OF_MEMORY, "no room");
}

struct TestArgs {
  static constexpr const char* kOp = "test";
  static constexpr std::uint64_t kLayoutHash = 42;
  std::int64_t number;
  std::optional<double> factor;
  explicit TestArgs(const Call& call) : number(call.integer(0)), factor(call.optional_floating(1)) {}
};

/// Throws what the number asks for, if anything.
void throw_as(std::int64_t number) {
  if (number == 1) throw 42;
  if (number == 2) throw std::runtime_error("broken");
  if (number == 3) throw std::bad_alloc();
  if (number == 4) throw Error(SY_OUT_OF_RANGE, "index %d", 7);
}

/// Fails in the way that the number asks for.
sy_status run(const Call& call, const TestArgs& args) {
  throw_as(args.number);
  switch (args.number) {
    case 5:
      return call.error(SY_INVALID_ARGUMENT, "value %d", 5);
    case 6:
      call.workspace(64);
      return SY_OK;
    case 7:
      call.workspace(65);
      return SY_OK;
    case 8:
      call.alloc_output(0, SY_F32, {1});
      return SY_OK;
    default:
      return args.factor ? SY_FAILED_PRECONDITION : SY_OK;
  }
}

std::uint64_t workspace(const Call&, const TestArgs& args) { return static_cast<std::uint64_t>(args.number) * 2; }

std::unique_ptr<int> plan(const Call&, const TestArgs& args) { return std::make_unique<int>(args.number + 1); }

constexpr sy_kernel kKernel = with_plan<int, TestArgs, plan>(
    with_workspace<TestArgs, workspace>(make_kernel<TestArgs, run>(kPointwise, Floating(), 3)));

std::uint64_t throwing_bytes(const Call&, const TestArgs& args) {
  throw_as(args.number);
  return 1;
}

/// A plan whose destructor throws, too.
struct ThrowingPlan {
  ~ThrowingPlan() noexcept(false) { throw std::runtime_error("broken"); }
};
std::unique_ptr<ThrowingPlan> throwing_plan(const Call&, const TestArgs& args) {
  throw_as(args.number);
  return std::make_unique<ThrowingPlan>();
}

/// All of its functions throw.
constexpr sy_kernel kThrowing = with_plan<ThrowingPlan, TestArgs, throwing_plan>(
    with_reserve<TestArgs, throwing_bytes>(with_workspace<TestArgs, throwing_bytes>(
        with_supports<TestArgs, run>(make_kernel<TestArgs, run>(kDeterministic)))));

class KernelTest : public ::testing::Test {
 protected:
  KernelTest() {
    host_.size = offsetof(sy_host, alloc_output);  // an older host, which ends before alloc_output
    host_.error = keep_error;
    host_.workspace = give_workspace;
    call_.size = sizeof call_;
    call_.op = "test";
    call_.host = &host_;
    call_.kernel = &kKernel;
    call_.args = slots_;
    call_.num_args = 2;
  }
  sy_status with(std::int64_t number) {
    number_ = number;
    message.clear();
    return kKernel.run(&call_);
  }

  std::int64_t number_ = 0;
  sy_slot slots_[2] = {{SY_ARG_INT, 1, &number_}, {SY_ARG_NONE, 0, nullptr}};
  sy_host host_{};
  sy_call call_{};
};

/// A function of a kernel, called as the host does.
struct Entry {
  const char* name;
  sy_status (*call)(const sy_call*);
};
const Entry kEntries[] = {
    {"run", [](const sy_call* call) { return kThrowing.run(call); }},
    {"supports", [](const sy_call* call) { return kThrowing.supports(call); }},
    {"prepare_and_drop",
     [](const sy_call* call) {
       sy_plan made{};
       made.size = sizeof made;
       const sy_status status = kThrowing.prepare(call, &made);
       if (status == SY_OK) kThrowing.drop(&kThrowing, made.state);
       return status;
     }},
    {"workspace_size",
     [](const sy_call* call) {
       std::uint64_t bytes = 0;
       return kThrowing.workspace_size(call, &bytes);
     }},
    {"reserve_size",
     [](const sy_call* call) {
       std::uint64_t bytes = 0;
       return kThrowing.reserve_size(call, &bytes);
     }},
};

class EntryTest : public KernelTest, public ::testing::WithParamInterface<Entry> {
 protected:
  sy_status with(std::int64_t number) {
    number_ = number;
    message.clear();
    return GetParam().call(&call_);
  }
};
INSTANTIATE_TEST_SUITE_P(All, EntryTest, ::testing::ValuesIn(kEntries),
                         [](const auto& entry) { return std::string(entry.param.name); });

TEST_P(EntryTest, NothingThrownGetsOut) {
  EXPECT_EQ(with(0), SY_OK);
  EXPECT_EQ(with(1), SY_INTERNAL);
  EXPECT_EQ(message, "test: an exception of unknown type");
  EXPECT_EQ(with(2), SY_INTERNAL);
  EXPECT_EQ(message, "test: broken");
  EXPECT_EQ(with(3), SY_OUT_OF_MEMORY);
  EXPECT_EQ(message, "test: out of host memory");
  EXPECT_EQ(with(4), SY_OUT_OF_RANGE);
  EXPECT_EQ(message, "test: index 7");
  slots_[0].tag = 99;  // thrown while the arguments are read
  EXPECT_EQ(with(0), SY_UNSUPPORTED);
}

TEST_F(KernelTest, AReturnedErrorKeepsItsMessage) {
  EXPECT_EQ(with(5), SY_INVALID_ARGUMENT);
  EXPECT_EQ(message, "test: value 5");
}

TEST_F(KernelTest, HostServices) {
  EXPECT_EQ(with(6), SY_OK);
  EXPECT_EQ(with(7), SY_OUT_OF_MEMORY);
  EXPECT_EQ(message, "no room");
  EXPECT_EQ(with(8), SY_UNSUPPORTED);  // beyond the table's size
  EXPECT_EQ(message, "test: the host allocates no outputs");
}

TEST_F(KernelTest, SlotsOfAnotherKindAreUnsupported) {
  slots_[0].tag = 99;
  EXPECT_EQ(with(0), SY_UNSUPPORTED);
  EXPECT_EQ(message, "test: argument 0 has tag 99, expected 4");
  slots_[0].tag = SY_ARG_INT;
  const double factor = 2;
  slots_[1] = {SY_ARG_FLOAT, 1, &factor};
  EXPECT_EQ(with(0), SY_FAILED_PRECONDITION);
  call_.num_args = 0;
  EXPECT_EQ(with(0), SY_UNSUPPORTED);
}

TEST_F(KernelTest, Table) {
  EXPECT_EQ(kKernel.layout_hash, 42u);
  EXPECT_EQ(kKernel.num_dtypes, 4u);
  EXPECT_EQ(kKernel.dtypes[0], SY_F16);
  EXPECT_EQ(kKernel.priority, 3);
  number_ = 8;
  std::uint64_t bytes = 0;
  EXPECT_EQ(kKernel.workspace_size(&call_, &bytes), SY_OK);
  EXPECT_EQ(bytes, 16u);
  sy_plan made{};
  made.size = sizeof made;
  ASSERT_EQ(kKernel.prepare(&call_, &made), SY_OK);
  call_.plan = made.state;
  EXPECT_EQ(*Call(&call_).plan<int>(), 9);
  kKernel.drop(&kKernel, made.state);
}

}  // namespace
