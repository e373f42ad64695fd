// Tensors on an OpenCL device: opaque buffers with offsets, streams, what is read back, and results of the kernels that
// only sizes beyond the conformance suite's reach.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <fstream>

#include "../frontend/helpers.h"
#include "../threads.h"
#include "opencl_test.h"
#include "switchyard/core/stream.h"
#include "switchyard/loader/loader.h"

namespace sy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class OpenclDevice : public OpenclTest {
 protected:
  sy_opencl_counts counts() { return opencl_counts(); }
  Tensor moved(const Tensor& t) { return sy::moved(t, device_); }
  Tensor random(IntArray shape) { return randn(shape, Generator(7)); }
  Tensor iota(std::int64_t n) { return arange(0, n, 1, kF32, device_); }

  Device device_ = Device("opencl");
};

TEST_F(OpenclDevice, MemoryIsOpaque) {
  const Backend& b = backend_of(device_);
  EXPECT_TRUE(b.opaque_memory());
  EXPECT_FALSE(b.host_memory());
}

TEST_F(OpenclDevice, ViewsReadAndWriteAtTheirOffsets) {
  const Tensor t = iota(10);
  EXPECT_THAT(to_vector<float>(t[{Slice(3, 7)}] + 1), ElementsAre(4, 5, 6, 7));
  EXPECT_THAT(to_vector<float>(t[{Slice(7, 3, -2)}] * t[{Slice(0, 2)}]), ElementsAre(0, 5));
  EXPECT_EQ(t[5].item<float>(), 5);
  t[{Slice(2, 5)}].copy_(t[{Slice(7, 10)}]);  // within one block
  t[{Slice(0, 2)}].copy_(moved(tensor<float>({-1, -2})));
  EXPECT_THAT(to_vector<float>(t), ElementsAre(-1, -2, 7, 8, 9, 5, 6, 7, 8, 9));
  const Tensor matrix = t[{Slice(2, 8)}].reshape({2, 3});
  EXPECT_THAT(to_vector<float>(sum(matrix, {0})), ElementsAre(12, 14, 16));
  EXPECT_THAT(to_vector<float>(mm(matrix, transpose(matrix, 0, 1))), ElementsAre(194, 146, 146, 110));
}

TEST_F(OpenclDevice, OverlappingCopiesMoveAllBytes) {
  const Tensor t = iota(6);
  const sy_backend& b = backend_of(device_).table();
  const void* block = t.impl()->abi().view.data;
  const sy_copy copy{sizeof(sy_copy), SY_COPY_DEVICE_TO_DEVICE, const_cast<void*>(block), 8, block, 0, 16, 0, 0, 0};
  ASSERT_EQ(b.copy(b.self, &copy), SY_OK);
  EXPECT_THAT(to_vector<float>(t), ElementsAre(0, 1, 0, 1, 2, 3));
}

TEST_F(OpenclDevice, StreamsWaitForEachOther) {
  const Stream first = Stream::create(device_);
  const Stream second = Stream::create(device_);
  Tensor t = iota(100000);
  Event made;
  made.record(current_stream(device_));
  made.wait(first);
  for (int i = 0; i < 20; ++i) {
    set_current_stream(i % 2 == 0 ? first : second);
    Event before;
    before.record(i % 2 == 0 ? second : first);
    before.wait(current_stream(device_));
    t = t + 1;
  }
  const float last = t[99999].item<float>();
  set_current_stream(Stream(device_));
  EXPECT_EQ(last, 100019);
}

TEST_F(OpenclDevice, ThreadsShareKernels) {
  on_threads(4, [&](int thread) {
    for (int i = 0; i < 50; ++i) {
      const Tensor t = iota(64) * static_cast<float>(thread + 1) + static_cast<float>(i);
      ASSERT_EQ(t[63].item<float>(), 63.0f * static_cast<float>(thread + 1) + static_cast<float>(i));
    }
  });
}

TEST_F(OpenclDevice, OnlyItemAndShapesThatDependOnDataReadBack) {
  nn::Linear hidden(8, 16);
  nn::Linear out(16, 4);
  hidden.to(device_);
  out.to(device_);
  std::vector<Tensor> parameters = hidden.parameters();
  for (const Tensor& p : out.parameters()) parameters.push_back(p);
  optim::Adam adam(parameters, {});
  const Tensor x = moved(random({32, 8}));
  const Tensor y = moved(zeros({32}, kI64));
  const sy_opencl_counts start = counts();
  Tensor loss;
  for (int step = 0; step < 3; ++step) {
    adam.zero_grad();
    loss = cross_entropy(out.forward(layer_norm(gelu(hidden.forward(x)), {16})), y);
    loss.backward();
    adam.step();
  }
  EXPECT_EQ(counts().bytes_copied_to_host, start.bytes_copied_to_host);
  EXPECT_EQ(counts().bytes_read_by_kernels, start.bytes_read_by_kernels);
  loss.item<float>();
  EXPECT_EQ(counts().bytes_copied_to_host, start.bytes_copied_to_host + 4);
  nonzero(x);
  EXPECT_EQ(counts().bytes_read_by_kernels, start.bytes_read_by_kernels + 8);
  masked_select(x, gt(x, 0));
  EXPECT_EQ(counts().bytes_read_by_kernels, start.bytes_read_by_kernels + 16);
  unique(y);
  EXPECT_EQ(counts().bytes_read_by_kernels, start.bytes_read_by_kernels + 24);
  EXPECT_EQ(counts().bytes_copied_to_host, start.bytes_copied_to_host + 4);
  EXPECT_EQ(fallback_stats().cpu, 0u);
}

/// What is left of a contiguous tensor of that rank when every other element is taken in each dimension, so that none
/// merge.
Tensor stepped(int rank, std::int64_t size, Device device) {
  Tensor t = ones(IntArray(std::vector<std::int64_t>(static_cast<std::size_t>(rank), size)), kF32, device);
  for (int d = 0; d < rank; ++d) t = slice(t, d, 0, size, 2);
  return t;
}

// One program for contiguous operands, one for each rank otherwise, two and less being one.
TEST_F(OpenclDevice, ANewRankIsAProgramAndAnotherShapeIsNone) {
  const auto made_by = [&](const Tensor& t) {
    const sy_opencl_counts before = counts();
    expm1(t);
    return counts().programs_built + counts().programs_from_cache - before.programs_built - before.programs_from_cache;
  };
  EXPECT_EQ(made_by(iota(6)), 1u);
  EXPECT_EQ(made_by(iota(24).reshape({2, 3, 4})), 0u);
  for (int rank = 1; rank <= 5; ++rank) {
    EXPECT_EQ(made_by(stepped(rank, 4, device_)), rank == 2 ? 0u : 1u) << rank;
    EXPECT_EQ(made_by(stepped(rank, 4, device_)), 0u) << rank;
    EXPECT_EQ(made_by(stepped(rank, 6, device_)), 0u) << rank;
  }
}

TEST_F(OpenclDevice, AForkedChildIsToldSo) {
  ASSERT_EQ(iota(2)[1].item<float>(), 1);
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string message = message_of([&] { iota(2)[1].item<float>(); });
    ::_exit(message.find("before this process was forked") != std::string::npos ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(OpenclDevice, ABadIndexSurfacesAtTheNextSynchronisation) {
  const Tensor table = iota(4);
  const Tensor bad = moved(tensor<std::int64_t>({1, 9}));
  const Tensor picked = index_select(table, 0, bad);
  EXPECT_THAT(message_of([&] { synchronize(device_); }),
              HasSubstr("index_select: index 9 is out of range for dimension 0 of size 4 (argument index)"));
  synchronize(device_);  // told once
  EXPECT_THAT(to_vector<float>(index_select(table, 0, moved(tensor<std::int64_t>({-1, 0})))), ElementsAre(3, 0));
}

// Beyond the sizes at which CLBlast takes over.
TEST_F(OpenclDevice, LargeProductsAgreeWithTheCpu) {
  const Tensor a = random({150, 130});
  const Tensor b = random({130, 170});
  const Tensor expected = mm(a.to(kF64), b.to(kF64));
  expect_near(mm(moved(a), moved(b)), expected, 1e-5);
  expect_near(mm(moved(a.to(kF64)), moved(b.to(kF64))), expected, 1e-12);
  expect_near(mm(transpose(moved(transpose(a, 0, 1).contiguous()), 0, 1), moved(b)), expected, 1e-5);
  expect_near(mm(moved(a), transpose(moved(transpose(b, 0, 1).contiguous()), 0, 1)), expected, 1e-5);
  expect_near(mm(flip(moved(flip(a, {0})), {0}), moved(b)), expected, 1e-5);
  expect_near(mm(moved(a.to(kBF16)), moved(b.to(kBF16))), expected, 0.1);
  const Tensor row = random({1, 130});
  expect_near(mm(moved(row).expand({150, 130}), moved(b)), mm(row.expand({150, 130}), b), 1e-5);
  expect_near(addmm(moved(random({170})), moved(a), moved(b), 2, 0.5), addmm(random({170}), a, b, 2, 0.5), 1e-5);
  const Tensor c = random({5, 70, 80});
  const Tensor d = random({5, 80, 60});
  expect_near(bmm(moved(c), moved(d)), bmm(c, d), 1e-5);
  expect_near(bmm(moved(c), moved(d[{Slice(0, 1)}]).expand({5, 80, 60})), bmm(c, d[{Slice(0, 1)}].expand({5, 80, 60})),
              1e-5);
}

// What an output held before does not show, not even NaN.
TEST_F(OpenclDevice, ProductsOverwriteNaN) {
  const Tensor a = random({80, 80});
  const Tensor b = moved(a);
  {
    const Tensor poison = full({80, 80}, std::nan(""), kF32, device_);
    synchronize(device_);
  }
  const Tensor product = mm(b, b);  // in the poisoned block
  expect_near(product, mm(a, a), 1e-5);
}

TEST_F(OpenclDevice, LargeConvolutionsAreExactEnough) {
  for (const std::int64_t groups : {1, 2}) {
    Tensor dx = moved(random({3, 8, 20, 18}));
    Tensor dw = moved(random({12, 8 / groups, 3, 3}));
    const Tensor bias = random({12}).to(kF64);
    Tensor x = dx.to(Device()).to(kF64);
    Tensor w = dw.to(Device()).to(kF64);
    for (Tensor* t : {&x, &w, &dx, &dw}) t->requires_grad_();
    const Tensor y = conv2d(x, w, bias, {2, 1}, {1, 1}, {1, 2}, groups);
    const Tensor dy = conv2d(dx, dw, moved(bias.to(kF32)), {2, 1}, {1, 1}, {1, 2}, groups);
    expect_near(dy, y, 1e-5);
    sum(y * y).backward();
    sum(dy * dy).backward();
    expect_near(dx.grad(), x.grad(), 1e-4);
    expect_near(dw.grad(), w.grad(), 1e-4);
  }
}

// One result of many elements, by chunks; few, by groups; many, by items.
TEST_F(OpenclDevice, LargeReductionsAgreeWithTheCpu) {
  const Tensor x = random({300000});
  const Tensor d = moved(x);
  EXPECT_NEAR(sum(d).item<float>(), sum(x.to(kF64)).item<double>(), 0.05);
  EXPECT_EQ(amax(d).item<float>(), amax(x).item<float>());
  EXPECT_EQ(argmax(d).item<std::int64_t>(), argmax(x).item<std::int64_t>());
  EXPECT_EQ(argmin(d).item<std::int64_t>(), argmin(x).item<std::int64_t>());
  EXPECT_EQ(sum(gt(d, 0)).item<std::int64_t>(), sum(gt(x, 0)).item<std::int64_t>());
  expect_near(sum(d.reshape({3, 100000}), {1}), sum(x.reshape({3, 100000}).to(kF64), {1}), 1e-3);
  expect_near(sum(d.reshape({50000, 6}), {1}), sum(x.reshape({50000, 6}), {1}), 1e-5);
  expect_near(sum(d.reshape({50, 6000}), {0}), sum(x.reshape({50, 6000}), {0}), 1e-5);
  expect_near(cumsum(d.reshape({2, 150000}), 1), cumsum(x.reshape({2, 150000}).to(kF64), 1), 1e-2);
}

TEST_F(OpenclDevice, LargeSortsAreStable) {
  const Tensor keys = randint(0, 1000, {50000}, Generator(3), kI32);
  for (const bool descending : {false, true}) {
    const auto [values, order] = sort(moved(keys), 0, descending);
    const auto [expected, expected_order] = sort(keys, 0, descending);
    EXPECT_EQ(to_vector<std::int32_t>(values), to_vector<std::int32_t>(expected));
    EXPECT_EQ(to_vector<std::int64_t>(order), to_vector<std::int64_t>(expected_order));
  }
  EXPECT_EQ(to_vector<std::int64_t>(nonzero(moved(keys))), to_vector<std::int64_t>(nonzero(keys)));
  const auto [values, inverse, often] = unique(moved(keys), true, true);
  const auto [v, i, o] = unique(keys, true, true);
  EXPECT_EQ(to_vector<std::int32_t>(values), to_vector<std::int32_t>(v));
  EXPECT_EQ(to_vector<std::int64_t>(inverse), to_vector<std::int64_t>(i));
  EXPECT_EQ(to_vector<std::int64_t>(often), to_vector<std::int64_t>(o));
}

TEST_F(OpenclDevice, WithoutFp64OnlyF64IsRefusedAndSaysWhy) {
  configure_backend("opencl", "fp64", "off");
  EXPECT_THAT(message_of([&] { moved(ones({2}, kF64)) + 1; }), HasSubstr("has no fp64, so dtype f64 is not supported"));
  EXPECT_THAT(message_of([&] { sum(moved(ones({2}, kF64))); }), HasSubstr("has no fp64"));
  const Tensor ramp = arange(0.1, 20000, 0.1, kF32, device_);  // in f64 elsewhere
  EXPECT_EQ(to_vector<float>(ramp), to_vector<float>(arange(0.1, 20000, 0.1, kF32)));
  expect_near(linspace(-0.7, 3, 1000, kF32, device_), linspace(-0.7, 3, 1000, kF32), 1e-7);
  EXPECT_EQ(to_vector<std::int64_t>(randperm(500, Generator(2), device_)),
            to_vector<std::int64_t>(randperm(500, Generator(2))));
  for (const Dtype dtype : {kF32, kF16, kBF16}) {
    const Tensor x = random({100}).to(dtype);
    expect_near(exp(moved(x)) * 3 + 1, exp(x) * 3 + 1, dtype == kF32 ? 1e-6 : 1e-2);
    expect_near(sum(moved(x)), sum(x), dtype == kF32 ? 1e-5 : 2e-2);
  }
  configure_backend("opencl", "fp64", "on");
  EXPECT_THAT(to_vector<double>(moved(ones({2}, kF64)) + 1), ElementsAre(2, 2));
  EXPECT_THAT(message_of([] { configure_backend("opencl", "fp64", "maybe"); }), HasSubstr("expected on or off"));
}

TEST_F(OpenclDevice, DISABLED_StartsWithoutFp64) {
  const std::uint64_t dtypes = device_state(device_).info.dtype_mask;
  EXPECT_THAT(message_of([&] { moved(ones({2}, kF64)) + 1; }), HasSubstr("has no fp64, so dtype f64 is not supported"));
  EXPECT_EQ((moved(ones({2}, kF16)) + 1)[1].item<float>(), 2);
  tell_parent({static_cast<std::int64_t>(dtypes >> SY_F64 & 1), static_cast<std::int64_t>(dtypes >> SY_F32 & 1)});
}

TEST_F(OpenclDevice, TheEnvironmentTurnsFp64Off) {
  const TempFolder folder;
  EXPECT_THAT(
      run_child("OpenclDevice.DISABLED_StartsWithoutFp64", folder / "report", {{"SWITCHYARD_OPENCL_FP64", "off"}}),
      ElementsAre(0, 1));
}

TEST(OpenclDriver, AnUnknownSettingInTheEnvironmentIsRefused) {
  ::setenv("SWITCHYARD_OPENCL_FP64", "perhaps", 1);
  EXPECT_THAT(message_of([] { device_state(Device("opencl")); }),
              HasSubstr("fp64 (SWITCHYARD_OPENCL_FP64) is \"perhaps\", expected on or off"));
}

TEST_F(OpenclDevice, RandomNumbersAreThoseOfTheCpu) {
  for (const Dtype dtype : {kF64, kF32, kF16, kBF16}) {
    EXPECT_EQ(to_vector<double>(rand({1000}, Generator(5), dtype, device_).to(kF64, Device())),
              to_vector<double>(rand({1000}, Generator(5), dtype).to(kF64)));
  }
  EXPECT_EQ(to_vector<std::int64_t>(randint(-9, 90, {1000}, Generator(5), kI64, device_)),
            to_vector<std::int64_t>(randint(-9, 90, {1000}, Generator(5), kI64)));
}

TEST_F(OpenclDevice, DISABLED_CacheUser) {
  EXPECT_THAT(to_vector<float>(sqrt(iota(3) * iota(3))), ElementsAre(0, 1, 2));
  tell_parent({static_cast<std::int64_t>(counts().programs_built),
               static_cast<std::int64_t>(counts().programs_from_cache),
               static_cast<std::int64_t>(counts().cache_entries_rejected)});
}

TEST(OpenclCache, TheSecondProcessBuildsNothing) {
  const TempFolder folder;
  const std::string cache = folder / "cache";
  const auto run = [&] {
    return run_child("OpenclDevice.DISABLED_CacheUser", folder / "report", {{"XDG_CACHE_HOME", cache}});
  };
  EXPECT_THAT(run(), ElementsAre(3, 0, 0));
  EXPECT_THAT(run(), ElementsAre(0, 3, 0));
  // Entries that are whole but hold no program are refused by the driver and built again.
  for (const auto& entry : std::filesystem::directory_iterator(cache + "/switchyard/opencl")) {
    if (entry.is_regular_file()) std::ofstream(entry.path(), std::ios::trunc) << "damaged";
  }
  EXPECT_THAT(run(), ElementsAre(3, 0, 3));
  EXPECT_THAT(run(), ElementsAre(0, 3, 0));
}

TEST(OpenclCache, ProcessesMayFillItTogether) {
  const TempFolder folder;
  const auto run = [&](const std::string& report) {
    return run_child("OpenclDevice.DISABLED_CacheUser", folder / report,
                     {{"XDG_CACHE_HOME", folder / "cache"}, {"POCL_CACHE_DIR", folder / "pocl"}});
  };
  on_threads(4, [&](int i) {
    const std::vector<std::int64_t> counts = run("report" + std::to_string(i));
    ASSERT_EQ(counts.size(), 3u);
    EXPECT_EQ(counts[0] + counts[1], 3);
    EXPECT_EQ(counts[2], 0);
  });
  EXPECT_THAT(run("report"), ElementsAre(0, 3, 0));
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "cache/switchyard/opencl")) {
    files += entry.path().extension() == ".bin" ? 1 : 0;
  }
  EXPECT_EQ(files, 3);
}

TEST(OpenclDriver, DeclinesPolitelyWithoutAnIcd) {
  const TempFolder folder;
  std::filesystem::create_directories(folder / "vendors");
  ::setenv("OCL_ICD_VENDORS", (folder / "vendors").c_str(), 1);
  const absl::StatusOr<Plugin*> plugin = load_plugin(SWITCHYARD_PLUGIN_DIR "/switchyard_opencl.so");
  ASSERT_FALSE(plugin.ok());
  EXPECT_THAT(std::string(plugin.status().message()), HasSubstr("no OpenCL driver is registered"));
  EXPECT_THAT(message_of([] { device_state(Device("opencl")); }), HasSubstr("no plugin provides device opencl"));
}

TEST(OpenclDriver, ADriverThatIsMissingIsNoDevice) {
  const TempFolder folder;
  std::filesystem::create_directories(folder / "vendors");
  std::ofstream(folder / "vendors/none.icd") << "libno_such_driver.so\n";
  ::setenv("OCL_ICD_VENDORS", (folder / "vendors").c_str(), 1);
  ASSERT_TRUE(load_plugin(SWITCHYARD_PLUGIN_DIR "/switchyard_opencl.so").ok());
  const Device device("opencl");
  EXPECT_EQ(find_backend(device.backend())->device_count(), 0);
  EXPECT_THAT(message_of([&] { device_state(device); }),
              HasSubstr("device opencl:0 does not exist: backend opencl has 0 device(s)"));
}

}  // namespace
}  // namespace sy
