// Several OpenCL devices in one process. PoCL shows as many as it is told to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../frontend/helpers.h"
#include "../threads.h"
#include "opencl_test.h"
#include "switchyard/core/stream.h"

namespace sy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SeveralDevices : public OpenclTest {
 protected:
  void SetUp() override {
    OpenclTest::SetUp();
    ::setenv("POCL_DEVICES", "pthread pthread",
             1);  // the driver starts below; its device "basic" may not be used with others
    const std::int32_t count = backend_of(Device("opencl")).device_count();
    const std::string name = count > 0 ? device_state(Device("opencl:0")).info.name : "";
    const bool pocl = name.find("pthread") == 0;
    if (!pocl && count < 2) GTEST_SKIP() << "this driver has fewer than two devices";
    ASSERT_GE(count, 2);
  }
  Device device(int i) { return Device("opencl:" + std::to_string(i)); }
  Tensor random(IntArray shape) { return randn(shape, Generator(7)); }
};

TEST_F(SeveralDevices, AllComputeWithKernelsOfTheirOwn) {
  EXPECT_THAT(message_of([] { device_state(Device("opencl:9")); }), HasSubstr("opencl"));
  std::uint64_t before = 0;
  for (int i = 0; i < 2; ++i) {
    const Tensor x = arange(0, 100, 1, kF32, device(i));
    EXPECT_EQ(x.device(), device(i));
    EXPECT_EQ(sum(x * 2).item<float>(), 9900);
    const std::uint64_t programs = opencl_counts().programs_built + opencl_counts().programs_from_cache;
    EXPECT_EQ(programs - before, i == 0 ? programs : before);  // as many again
    before = programs;
    const Tensor a = random({90, 120});
    const Tensor b = random({120, 80});
    expect_near(mm(moved(a, device(i)), moved(b, device(i))), mm(a, b), 1e-5);
  }
}

TEST_F(SeveralDevices, TensorsMoveBetweenThem) {
  for (const std::int64_t n : {1, 1000, 1000000}) {
    const Tensor x = random({n});
    const Tensor first = moved(x, device(0));
    const Tensor second = moved(first, device(1));
    EXPECT_EQ(second.device(), device(1));
    first.fill_(0);
    EXPECT_EQ(to_vector<float>(second), to_vector<float>(x)) << n;
    EXPECT_EQ(to_vector<float>(moved(second, device(0))), to_vector<float>(x)) << n;
    second.add_(1);
    EXPECT_EQ(to_vector<float>(second), to_vector<float>(x + 1)) << n;
  }
  const Tensor matrix = moved(arange(0, 12, 1, kF32).reshape({3, 4}), device(0));
  const Tensor view = transpose(matrix, 0, 1)[{Slice(1, 4, 2)}];
  EXPECT_THAT(to_vector<float>(moved(view, device(1))), ElementsAre(1, 5, 9, 3, 7, 11));
  EXPECT_THAT(to_vector<float>(moved(matrix[1], device(1)) + 1), ElementsAre(5, 6, 7, 8));
}

TEST_F(SeveralDevices, CopiesWaitForWhatMakesTheSource) {
  const Stream streams[] = {Stream::create(device(0)), Stream::create(device(1))};
  for (const bool own_streams : {false, true}) {
    if (own_streams) {
      for (const Stream& s : streams) set_current_stream(s);
    }
    Tensor x = zeros({200000}, kF32, device(0));
    for (int i = 0; i < 40; ++i) {
      for (int k = 0; k < 5; ++k) x = x + 1;
      x = moved(x, device((i + 1) % 2));
    }
    EXPECT_EQ(x.device(), device(0));
    EXPECT_EQ(amin(x).item<float>(), 200);
    EXPECT_EQ(amax(x).item<float>(), 200);
  }
  for (int i = 0; i < 2; ++i) set_current_stream(Stream(device(i)));
}

TEST_F(SeveralDevices, OneThreadEach) {
  const Tensor x = random({64, 96});
  const Tensor w = random({96, 80});
  Tensor expected_w = w.clone();
  expected_w.requires_grad_();
  sum(gelu(mm(x, expected_w))).backward();
  on_threads(4, [&](int thread) {
    const Device d = device(thread % 2);
    for (int i = 0; i < 10; ++i) {
      Tensor dw = moved(w, d);
      dw.requires_grad_();
      sum(gelu(mm(moved(x, d), dw))).backward();
      expect_near(dw.grad(), expected_w.grad(), 1e-4);
    }
  });
}

TEST_F(SeveralDevices, ThreadsPassTensorsBackAndForth) {
  on_threads(4, [&](int thread) {
    const Stream stream = Stream::create(device(thread % 2));
    set_current_stream(stream);
    Tensor x = full({5000}, thread, kF32, device(thread % 2));
    for (int i = 0; i < 40; ++i) x = moved(x + 1, device((thread + i + 1) % 2));
    EXPECT_EQ(amin(x).item<float>(), static_cast<float>(thread + 40));
    EXPECT_EQ(amax(x).item<float>(), static_cast<float>(thread + 40));
    set_current_stream(Stream(device(thread % 2)));
  });
}

TEST_F(SeveralDevices, BackwardCrossesThem) {
  Tensor x = random({50});
  x.requires_grad_();
  const Tensor y = moved(exp(moved(moved(x, device(0)) * 2, device(1))), Device());
  sum(y).backward();
  ASSERT_TRUE(x.grad().defined());
  EXPECT_EQ(x.grad().device(), Device());
  expect_near(x.grad(), exp(x.detach() * 2) * 2, 1e-5);
}

TEST_F(SeveralDevices, RandomNumbersAgree) {
  for (const Dtype dtype : {kF32, kF64}) {
    EXPECT_EQ(to_vector<double>(rand({1000}, Generator(5), dtype, device(0)).to(kF64, Device())),
              to_vector<double>(rand({1000}, Generator(5), dtype, device(1)).to(kF64, Device())));
  }
}

TEST_F(SeveralDevices, ABadIndexIsReportedWhereItHappened) {
  const Tensor table = arange(0, 4, 1, kF32, device(1));
  const Tensor picked = index_select(table, 0, moved(tensor<std::int64_t>({1, 9}), device(1)));
  synchronize(device(0));
  EXPECT_THAT(message_of([&] { synchronize(device(1)); }), HasSubstr("index 9 is out of range"));
}

TEST_F(SeveralDevices, DISABLED_CacheUser) {
  for (int i = 0; i < 2; ++i) EXPECT_EQ((arange(0, 3, 1, kF32, device(i)) + 1)[2].item<float>(), 3);
  const sy_opencl_counts c = opencl_counts();
  tell_parent({static_cast<std::int64_t>(c.programs_built), static_cast<std::int64_t>(c.programs_from_cache),
               static_cast<std::int64_t>(c.cache_entries_rejected)});
}

// They are of one kind, so that the second one takes what the first one built.
TEST_F(SeveralDevices, ShareTheCacheOnDisk) {
  const TempFolder folder;
  const auto run = [&] {
    return run_child("SeveralDevices.DISABLED_CacheUser", folder / "report", {{"XDG_CACHE_HOME", folder / "cache"}});
  };
  EXPECT_THAT(run(), ElementsAre(2, 2, 0));
  EXPECT_THAT(run(), ElementsAre(0, 4, 0));
}

}  // namespace
}  // namespace sy
