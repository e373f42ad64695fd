// copy_ and to between any two devices: layouts, dtypes, sizes, what is refused.
#include <gmock/gmock.h>

#include <map>

#include "../autograd/values.h"
#include "../message_of.h"
#include "devices.h"
#include "switchyard/loader/loader.h"

namespace sy {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

Tensor iota(IntArray shape, Dtype dtype, double first) {
  std::int64_t numel = 0;
  throw_if_error(checked_numel(shape, &numel));
  std::vector<double> numbers;
  for (std::int64_t i = 0; i < numel; ++i) numbers.push_back(first + static_cast<double>(i));
  return make(numbers, shape, dtype);
}

/// A view of shape (4, 6), or one that broadcasts to it, of a base that is larger.
struct Layout {
  const char* name;
  std::vector<std::int64_t> base;
  Tensor (*view)(const Tensor& base);
};

const std::vector<Layout>& targets() {
  static const std::vector<Layout> layouts = {
      {"contiguous", {4, 6}, [](const Tensor& t) { return t; }},
      {"rows in the middle", {7, 6}, [](const Tensor& t) { return t.slice(0, 2, 6); }},
      {"transposed", {6, 4}, [](const Tensor& t) { return t.transpose(0, 1); }},
      {"stepped", {4, 12}, [](const Tensor& t) { return t.slice(1, 1, 12, 2); }},
      {"reversed",
       {4, 6},
       [](const Tensor& t) {
         return t.flip({0, 1});
       }},
      {"view of a view of a view",
       {2, 9, 5},
       [](const Tensor& t) { return t.select(0, 1).transpose(0, 1).slice(0, 1, 5).slice(1, 3, 9).flip(0); }},
      {"one column of many", {4, 6, 3}, [](const Tensor& t) { return t.select(2, 1); }},
  };
  return layouts;
}

const std::vector<Layout>& sources() {
  static const std::vector<Layout> layouts = [] {
    std::vector<Layout> all = targets();
    all.push_back({"a row", {6}, [](const Tensor& t) { return t; }});
    all.push_back({"a column", {4, 1}, [](const Tensor& t) { return t; }});
    all.push_back({"an expanded row", {1, 6}, [](const Tensor& t) { return t.expand({4, 6}); }});
    all.push_back({"an expanded stepped column", {4, 3}, [](const Tensor& t) { return t.slice(1, 2).expand({4, 6}); }});
    all.push_back({"a number", {3}, [](const Tensor& t) { return t.select(0, 1); }});
    return all;
  }();
  return layouts;
}

/// The numbers of `src` written into the view of a base, as indices say: what every device must give.
std::vector<double> expected(const Layout& to, const Layout& from) {
  Tensor whole = iota(to.base, kF64, -1000);
  Tensor at = to.view(iota(to.base, kF64, 0)).contiguous();  // the positions of the view's elements
  Tensor src = from.view(iota(from.base, kF64, 0)).expand({4, 6}).contiguous();
  std::vector<double> out = values(whole), positions = values(at), written = values(src);
  for (std::size_t i = 0; i < positions.size(); ++i) out[static_cast<std::size_t>(positions[i])] = written[i];
  return out;
}

class CopyTo : public OnDevice {};
INSTANTIATE_TEST_SUITE_P(Devices, CopyTo, testing::ValuesIn(device_names()), test_name);

TEST(ManyDevices, AreThere) {
  for (const char* name : {"simulator", "simulator_opaque"})
    EXPECT_EQ(backend_of(Device(name)).device_count(), kSimulators);
  EXPECT_GE(all_devices().size(), 6u);
  // Where there ought to be one, all of its tests would be left out without a word.
  if (opencl_is_expected()) EXPECT_EQ(why_missing("opencl:0"), "");
}

TEST_P(CopyTo, EveryLayoutIntoEveryLayout) {
  for (Device from : all_devices()) {
    for (const Layout& target : targets()) {
      for (const Layout& source : sources()) {
        Tensor whole = iota(target.base, kF32, -1000).to(device());
        Tensor src = source.view(iota(source.base, kF32, 0).to(from));
        Tensor dst = target.view(whole);
        std::uint32_t version = whole.version();
        EXPECT_TRUE(dst.copy_(src).same_as(dst));
        EXPECT_GT(whole.version(), version);
        EXPECT_EQ(whole.device(), device());
        ASSERT_EQ(values(whole), expected(target, source))
            << source.name << " on " << from.str() << " into " << target.name;
      }
    }
  }
}

TEST_P(CopyTo, EveryLayoutByTo) {
  for (Device from : all_devices()) {
    for (const Layout& source : sources()) {
      Tensor here = source.view(iota(source.base, kF32, 0)), there = source.view(iota(source.base, kF32, 0).to(from));
      Tensor moved = there.to(device());
      EXPECT_EQ(moved.device(), device());
      EXPECT_EQ(moved.shape(), here.shape());
      EXPECT_TRUE(from == device() ? moved.same_as(there) : moved.is_contiguous());
      ASSERT_EQ(values(moved), values(here)) << source.name << " from " << from.str();
      Tensor cast = there.to(kF64, device());
      EXPECT_EQ(cast.dtype(), kF64);
      ASSERT_EQ(values(cast), values(here));
    }
  }
}

TEST_P(CopyTo, DtypesAreConverted) {
  const std::vector<std::pair<Dtype, Dtype>> pairs = {{kF64, kF32},  {kF32, kF64}, {kF32, kBF16}, {kBF16, kF32},
                                                      {kF32, kI64},  {kI64, kF32}, {kI32, kU8},   {kF32, kBool},
                                                      {kBool, kF32}, {kI64, kI32}, {kF16, kI8}};
  for (Device from : all_devices()) {
    for (auto [source, target] : pairs) {
      Tensor numbers = make({0, 1, -2.5, 3.75, 100, 0.5}, {2, 3});
      if (target == kU8 || target == kBool || source == kBool) numbers = numbers.abs();
      Tensor src = numbers.to(source);
      for (bool stepped : {false, true}) {
        Tensor dst = zeros({2, 6}, target, device());
        dst = stepped ? dst.slice(1, 0, 6, 2) : dst.slice(1, 0, 3).contiguous();
        dst.copy_(src.to(from));
        ASSERT_EQ(values(dst), values(src.to(target)))
            << source.name() << " on " << from.str() << " to " << target.name() << (stepped ? ", stepped" : "");
        EXPECT_EQ(dst.dtype(), target);
        Tensor functional = copy(dst, src.to(from));
        EXPECT_EQ(functional.device(), device());
        EXPECT_EQ(functional.dtype(), target);
        ASSERT_EQ(values(functional), values(src.to(target)));
      }
    }
  }
}

TEST_P(CopyTo, NothingAndNumbers) {
  for (Device from : all_devices()) {
    Tensor nothing = zeros({0, 3}, kF32, device());
    nothing.copy_(ones({0, 3}, kF32, from));
    nothing.copy_(ones({3}, kF32, from));  // broadcast to no rows
    nothing.copy_(ones({}, kF64, from));
    EXPECT_EQ(nothing.numel(), 0);
    EXPECT_EQ(zeros({0, 3}, kF32, from).to(device()).shape(), IntArray({0, 3}));
    Tensor number = zeros({}, kF32, device());
    number.copy_(full({}, 7, kF32, from));
    EXPECT_EQ(number.item<float>(), 7);
    number.copy_(full({}, 8, kI64, from));
    EXPECT_EQ(number.item<float>(), 8);
    Tensor row = zeros({3}, kF32, device());
    row.select(0, 1).copy_(full({1}, 9, kF64, from).select(0, 0));
    EXPECT_THAT(values(row), ElementsAre(0, 9, 0));
  }
}

TEST_P(CopyTo, MistakesNameWhatIsWrong) {
  for (Device from : all_devices()) {
    Tensor dst = zeros({2, 3}, kF32, device()), src = ones({4, 3}, kF32, from);
    EXPECT_EQ(message_of([&] { dst.copy_(src); }), "copy_: cannot broadcast argument src of shape [4, 3] to [2, 3]");
    EXPECT_EQ(message_of([&] {
                ones({1, 3}, kF32, device()).expand({2, 3}).copy_(ones({3}, kF32, from));
              }),
              "copy_: several elements of self share memory (an expanded view); clone it first");
    EXPECT_THAT(values(dst), Each(0));
    EXPECT_EQ(dst.version(), 0u);
  }
}

TEST_P(CopyTo, OtherOperatorsTakeOneDevice) {
  for (Device other : all_devices()) {
    if (other == device()) continue;
    Tensor here = ones({2, 2}, kF32, device()), there = ones({2, 2}, kF32, other), index = zeros({2}, kI64, other);
    std::string ends = str_cat(" is on ", other.str(), ", expected ", device().str(), " as argument self");
    EXPECT_EQ(message_of([&] { here + there; }), "add: argument other" + ends);
    EXPECT_EQ(message_of([&] { here.add_(there); }), "add: argument other" + ends);
    EXPECT_EQ(message_of([&] { index_select(here, 0, index); }), "index_select: argument index" + ends);
    EXPECT_EQ(message_of([&] { gather(here, 0, index.reshape({1, 2})); }), "gather: argument index" + ends);
    EXPECT_EQ(message_of([&] { add_out(there, here, here); }),
              str_cat("add: the output is on ", other.str(), ", expected ", device().str()));
    EXPECT_EQ(message_of([&] {
                cat({here, here, there}, 0);
              }),
              str_cat("cat: argument tensors[2] is on ", other.str(), ", expected ", device().str(),
                      " as argument tensors[0]"));
  }
}

TEST_P(CopyTo, MetaTensorsTakeAllAndGiveNothing) {
  Tensor meta = empty({2, 3}, kF32, Device("meta")), real = ones({3}, kF32, device());
  meta.copy_(real);
  EXPECT_EQ(meta.device(), Device("meta"));
  meta.slice(1, 0, 2).copy_(real.slice(0, 1));
  EXPECT_EQ(message_of([&] { meta.copy_(ones({2}, kF32, device())); }),
            "copy_: cannot broadcast argument src of shape [2] to [2, 3]");
  EXPECT_EQ(
      message_of([&] { real.copy_(empty({3}, kF32, Device("meta"))); }),
      str_cat("copy_: argument src is f32[3] on meta:0, which has no data, expected a tensor with data for self on ",
              device().str()));
  EXPECT_THAT(values(real), Each(1));
  EXPECT_THAT(
      message_of([&] { meta.to(device()); }),
      HasSubstr("argument self is f32[2, 3] on meta:0, which has no data, expected a tensor with data to copy to " +
                device().str()));
  EXPECT_EQ(real.to(Device("meta")).shape(), real.shape());
}

// Bytes on the way: an expanded source travels once, and of two dtypes the smaller one does.
TEST(Copy, FewBytesTravel) {
  Device device("simulator:0"), other("simulator_opaque:1");
  Tensor row = ones({1, 1 << 10}, kF64, device);
  Tensor wide = zeros({1 << 10, 1 << 10}, kF16, other);  // 2 MiB
  synchronize(device);
  CachingAllocator& here = *device_state(device).allocator;
  CachingAllocator& there = *device_state(other).allocator;
  here.empty_cache();
  there.empty_cache();
  std::int64_t before = here.stats().reserved, before_there = there.stats().reserved;
  wide.copy_(row.expand({1 << 10, 1 << 10}));
  EXPECT_LE(here.stats().reserved - before, 2048) << "one row, converted where it was";
  EXPECT_LE(there.stats().reserved - before_there, 2048) << "and one row that came over";
  EXPECT_EQ(sum(wide.to(kF32)).item<float>(), 1 << 20);
}

}  // namespace
}  // namespace sy
