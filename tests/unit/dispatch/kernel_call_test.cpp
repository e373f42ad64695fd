// What a kernel sees of a call.
#include "switchyard/dispatch/kernel_call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../autograd/values.h"
#include "fake_plugin.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(KernelCall, DescribesTheCall) {
  FakePlugin& fake = fake_plugin("call_fields");
  Device second("call_fields:1");
  FakeKernel& k = fake.kernel("mm", [&](const sy_call& call) {
    EXPECT_EQ(call.size, sizeof(sy_call));
    EXPECT_STREQ(call.op, "mm");
    EXPECT_EQ(call.host, &host_services());
    EXPECT_EQ(call.num_args, 2u);
    EXPECT_EQ(call.num_outputs, 1u);
    EXPECT_THAT(call.dtypes, ElementsAre(SY_F32, SY_DTYPE_NONE, SY_DTYPE_NONE, SY_DTYPE_NONE));
    EXPECT_EQ(call.device, 1);
    EXPECT_TRUE(argument(call, 0).flags & SY_TENSOR_READ_ONLY);
    EXPECT_FALSE(output(call).flags & SY_TENSOR_READ_ONLY);
    EXPECT_EQ(argument(call, 0).view.strides[0], 1);
    return SY_OK;
  });
  Tensor t = empty({2, 2}, kF32, second);
  mm(t.transpose(0, 1), t);
  EXPECT_EQ(k.runs, 1);
}

TEST(KernelCall, PointwiseOperandsAreBroadcastAndMerged) {
  FakePlugin& fake = fake_plugin("call_merged");
  std::vector<std::string> seen;
  fake.add(immortal<FakeKernel>("mul", [&](const sy_call& call) {
             std::string text = call.flags & SY_CALL_FLAT ? "flat" : "";
             for (const sy_tensor* t : {&argument(call, 0), &argument(call, 1), &output(call)}) {
               str_append(&text, " ", shape_str(IntArray(t->view.shape, static_cast<std::size_t>(t->view.ndim))),
                          shape_str(IntArray(t->view.strides, static_cast<std::size_t>(t->view.ndim))));
             }
             seen.push_back(text);
             return SY_OK;
           }).supports([](const sy_call&) { return SY_OK; }));
  Tensor t = empty({2, 3}, kF32, fake.at), row = empty({3}, kF32, fake.at);
  mul(t, t);
  mul(t, row);
  mul(t.transpose(0, 1), t.transpose(0, 1));  // the result is laid out as they are
  mul(t.select(0, 0).select(0, 0), t.select(0, 0).select(0, 0));
  EXPECT_THAT(seen, ElementsAre("flat [6][1] [6][1] [6][1]", " [2, 3][3, 1] [2, 3][0, 1] [2, 3][3, 1]",
                                "flat [6][1] [6][1] [6][1]", "flat [1][1] [1][1] [1][1]"));
}

TEST(KernelCall, NumbersComeInlineWhereTheKernelTakesThem) {
  FakePlugin& fake = fake_plugin("call_numbers", FakeDevice::kStreams);
  std::uint32_t seen = 0;
  KernelFn look = [&](const sy_call& call) {
    seen = argument(call, 1).flags & SY_TENSOR_HOST_SCALAR;
    return SY_OK;
  };
  Tensor t = empty({2}, kF32, fake.at);
  fake.add(immortal<FakeKernel>("mul", look));
  t * 2.0;
  EXPECT_TRUE(seen);
  fake.add(immortal<FakeKernel>("mul", look).flags(SY_KERNEL_STRIDED).priority(1));
  t * 2.0;
  EXPECT_FALSE(seen) << "copied to the device";
}

TEST(KernelCall, Workspace) {
  FakePlugin& fake = fake_plugin("call_workspace");
  static std::uint64_t bytes = 100;
  FakeKernel& k = immortal<FakeKernel>("exp", [](const sy_call& call) {
    EXPECT_EQ(call.workspace_bytes, bytes);
    EXPECT_EQ(call.workspace != nullptr, bytes != 0);
    void* more = nullptr;
    EXPECT_EQ(call.host->workspace(&call, 64, &more), SY_OK);
    EXPECT_NE(more, nullptr);
    EXPECT_NE(more, call.workspace);
    return SY_OK;
  });
  k.table.workspace_size = [](const sy_call*, std::uint64_t* n) {
    if (bytes == 1) return leave_abi_error(SY_INTERNAL, "cannot tell");
    *n = bytes;
    return SY_OK;
  };
  fake.add(k);
  Tensor t = empty({2}, kF32, fake.at);
  std::int64_t before = device_state(fake.at).allocator->stats().allocated;
  exp(t);
  EXPECT_EQ(device_state(fake.at).allocator->stats().allocated, before) << "given back after the call";
  bytes = 0;
  exp(t);
  EXPECT_EQ(k.runs, 2);
  bytes = 1;
  EXPECT_THAT(message_of([&] { exp(t); }), HasSubstr("exp: workspace_size: cannot tell"));
  fake.device.capacity = 4096;
  bytes = 1 << 20;
  EXPECT_EQ(code_of([&] { exp(t); }), ErrorCode::kOutOfMemory);
}

TEST(KernelCall, PlansByShapeAndPlanKey) {
  FakePlugin& fake = fake_plugin("call_plans");
  static int made = 0;
  FakeKernel& k = immortal<FakeKernel>("gelu", [](const sy_call& call) {
    EXPECT_EQ(call.plan, &made);
    return SY_OK;
  });
  k.table.prepare = [](const sy_call*, sy_plan* plan) {
    ++made;
    plan->state = &made;
    return SY_OK;
  };
  fake.add(k);
  Tensor t = empty({2, 4}, kF32, fake.at);
  gelu(t);
  gelu(t.clone());
  EXPECT_EQ(made, 1) << "the same signature";
  gelu(t, "tanh");
  EXPECT_EQ(made, 2) << "approximate is part of the key";
  gelu(empty({3}, kF32, fake.at));
  EXPECT_EQ(made, 3);
  gelu(empty({2, 4}, kF64, fake.at));
  EXPECT_EQ(made, 4);
  gelu(empty({2, 8}, kF32, fake.at).slice(1, 0, 8, 2));
  EXPECT_EQ(made, 5) << "other strides";
}

TEST(KernelCall, ErrorsNameOperatorDeviceAndPlugin) {
  FakePlugin& fake = fake_plugin("call_errors");
  sy_status code = SY_OUT_OF_RANGE;
  const char* text = "element 3 is wrong";
  fake.kernel("mm", [&](const sy_call&) { return leave_abi_error(code, text); });
  Tensor t = empty({2, 2}, kF32, fake.at);
  auto run = [&] { mm(t, t); };
  EXPECT_EQ(message_of(run), "mm: element 3 is wrong [call_errors:0, plugin call_errors]");
  EXPECT_EQ(code_of(run), ErrorCode::kOutOfRange);
  text = "mm: said so itself";
  EXPECT_EQ(message_of(run), "mm: said so itself [call_errors:0, plugin call_errors]");
  text = nullptr;
  code = 99;
  EXPECT_EQ(message_of(run), "mm: status 99 and no message [call_errors:0, plugin call_errors]");
  EXPECT_EQ(code_of(run), ErrorCode::kInternal);
}

TEST(KernelCall, ALostDeviceAnswersNoMore) {
  FakePlugin& fake = fake_plugin("call_lost");
  FakeKernel& k = fake.kernel("mm", [](const sy_call&) { return leave_abi_error(SY_DEVICE_LOST, "fell off the bus"); });
  Tensor t = empty({2, 2}, kF32, fake.at);
  EXPECT_EQ(code_of([&] { mm(t, t); }), ErrorCode::kDeviceLost);
  EXPECT_THAT(message_of([&] { mm(t, t); }), HasSubstr("fell off the bus"));
  EXPECT_EQ(k.runs, 1) << "nobody asked it again";
}

TEST(KernelCall, UnloadedPluginsAreNotEntered) {
  FakePlugin& fake = fake_plugin("call_retired");
  FakePlugin& other = fake_plugin("call_retired_kernels");
  FakeKernel& theirs = immortal<FakeKernel>("neg", writes(1));
  theirs.priority(1);
  ASSERT_TRUE(register_kernel(other.plugin.get(), fake.at.backend(), &theirs.table).ok());
  fake.kernel("neg", writes(2));
  Tensor t = empty({2}, kF32, fake.at);
  EXPECT_THAT(values(neg(t)), ElementsAre(1, 1));
  other.plugin->retire();
  EXPECT_THAT(values(neg(t)), ElementsAre(2, 2));
}

TEST(KernelCall, OneCounterPerRandomCall) {
  FakePlugin& fake = fake_plugin("call_random");
  std::vector<std::uint64_t> offsets;
  fake.kernel("rand", [&](const sy_call& call) {
    const auto& rng = *static_cast<const sy_rng*>(call.args[1].ptr);
    EXPECT_EQ(call.args[1].tag, SY_ARG_GENERATOR);
    EXPECT_EQ(rng.size, sizeof(sy_rng));
    offsets.push_back(rng.seed * 1000 + rng.offset);
    return SY_OK;
  });
  Generator g(3);
  manual_seed(7);
  rand({2}, g, kF32, fake.at);
  rand({2}, g, kF32, fake.at);
  rand({2}, std::nullopt, kF32, fake.at);
  EXPECT_THAT(offsets, ElementsAre(3000, 3001, 7000));
  EXPECT_EQ(default_generator().state().offset, 1u);
}

TEST(KernelCall, DataDependentOutputsAreAllocatedInside) {
  FakePlugin& fake = fake_plugin("call_alloc");
  sy_status twice = SY_OK;
  fake.kernel("nonzero", [&](const sy_call& call) {
    EXPECT_EQ(call.outputs[0].tag, SY_ARG_NONE);
    const std::int64_t shape[] = {2, 1}, bad[] = {-1};
    sy_tensor* out = nullptr;
    EXPECT_EQ(call.host->alloc_output(&call, 1, SY_I64, 2, shape, &out), SY_INVALID_ARGUMENT) << "there is one output";
    EXPECT_EQ(call.host->alloc_output(&call, 0, SY_I64, 1, bad, &out), SY_INVALID_ARGUMENT);
    twice = call.host->alloc_output(&call, 0, SY_I64, 2, shape, &out);
    first<std::int64_t>(*out)[0] = 4;
    first<std::int64_t>(*out)[1] = 5;
    return SY_OK;
  });
  Tensor y = nonzero(empty({6}, kF32, fake.at));
  EXPECT_EQ(twice, SY_OK);
  EXPECT_EQ(describe(y), "i64[2, 1] on call_alloc:0");
  EXPECT_THAT(values(y), ElementsAre(4, 5));
}

TEST(KernelCall, MemoryUsedOnAnotherStreamIsKeptForIt) {
  FakePlugin& fake = fake_plugin("call_streams", FakeDevice::kStreams);
  fake.kernel("exp");
  Stream side = Stream::create(fake.at);
  {
    Tensor t = empty({2}, kF32, fake.at);
    StreamGuard guard(side);
    exp(t);
    fake.device.log.clear();
    t = Tensor();
  }
  EXPECT_THAT(fake.device.log, testing::Contains(HasSubstr("on 1"))) << "an event on the side stream before reuse";
}

TEST(Assign, BroadcastsAndConverts) {
  Tensor dst = zeros({2, 3}, kI32);
  assign(dst, make({1.9, -2.9, 3}, {3}));
  EXPECT_THAT(values(dst), ElementsAre(1, -2, 3, 1, -2, 3));
}

TEST(Mirror, KeepsTheGeometryOverTheWholeStorage) {
  FakePlugin& fake = fake_plugin("call_mirror");
  Tensor t = make({1, 2, 3, 4, 5, 6}, {6}, kF32);
  Tensor view = t.slice(0, 1, 6, 2);
  TensorBase far = mirror(view, fake.at);
  EXPECT_EQ(far.storage_offset(), 1);
  EXPECT_THAT(far.strides().vec(), ElementsAre(2));
  EXPECT_EQ(far.storage()->bytes(), t.storage()->bytes());
  EXPECT_THAT(values(as_tensor(far)), ElementsAre(2, 4, 6));
}

}  // namespace
}  // namespace sy
