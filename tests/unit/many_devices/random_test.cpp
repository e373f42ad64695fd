// One seed, one sequence of numbers, on every device.
#include <gmock/gmock.h>

#include <functional>

#include "../autograd/values.h"
#include "../threads.h"
#include "devices.h"
#include "switchyard/dispatch/current_device.h"
#include "switchyard/nn/dropout.h"
#include "switchyard/nn/init.h"
#include "switchyard/tensor/from_blob.h"

namespace sy {
namespace {

using testing::Each;

class RandomOn : public OnDevice {};
INSTANTIATE_TEST_SUITE_P(Devices, RandomOn, testing::ValuesIn(device_names()), test_name);

const std::vector<std::vector<std::int64_t>> kSizes = {{}, {0}, {1}, {5}, {3, 4}, {1000}, {7, 1, 143}, {1 << 16 | 5}};

/// The same draws on this device and on the cpu, from the default generator, and how far that went.
void expect_same(Device device, const std::function<Tensor(Device)>& draw, double tolerance = 0) {
  std::vector<std::vector<double>> found;
  std::vector<std::uint64_t> offsets;
  for (Device d : {Device(), device}) {
    manual_seed(1234);
    Tensor first = draw(d), second = draw(d);  // the second continues the sequence
    EXPECT_EQ(first.device(), d);
    found.push_back(values(first));
    std::vector<double> more = values(second);
    if (more.size() > 10) EXPECT_NE(found.back(), more) << "the sequence goes on";
    found.back().insert(found.back().end(), more.begin(), more.end());
    offsets.push_back(default_generator().state().offset);
  }
  EXPECT_EQ(offsets[0], offsets[1]) << "as many counters as on the cpu";
  ASSERT_EQ(found[0].size(), found[1].size());
  for (std::size_t i = 0; i < found[0].size(); ++i) {
    double allowed = tolerance * std::max(1.0, std::abs(found[0][i]));
    ASSERT_TRUE(found[0][i] == found[1][i] || std::abs(found[0][i] - found[1][i]) <= allowed)
        << "element " << i << ": " << found[1][i] << ", on the cpu " << found[0][i];
  }
}

TEST_P(RandomOn, UniformNumbersAgreeToTheBit) {
  for (const auto& size : kSizes) {
    for (Dtype dtype : {kF64, kF32, kF16, kBF16}) {
      SCOPED_TRACE(str_cat(dtype.name(), shape_str(size)));
      expect_same(device(), [&](Device d) { return rand(size, std::nullopt, dtype, d); });
    }
  }
}

TEST_P(RandomOn, IntegersAgree) {
  for (const auto& size : kSizes) {
    for (Dtype dtype : {kI64, kI32, kI16, kI8, kU8, kF32}) {
      SCOPED_TRACE(str_cat(dtype.name(), shape_str(size)));
      expect_same(device(),
                  [&](Device d) { return randint(dtype == kU8 ? 0 : -100, 101, size, std::nullopt, dtype, d); });
    }
  }
  expect_same(device(), [](Device d) {
    return randint(-(std::int64_t{1} << 62), std::int64_t{1} << 61, {99}, std::nullopt, kI64, d);
  });
}

TEST_P(RandomOn, PermutationsAgree) {
  for (std::int64_t n : {0, 1, 2, 17, 1000, 5000}) {
    SCOPED_TRACE(n);
    expect_same(device(), [&](Device d) { return randperm(n, std::nullopt, d); });
  }
}

// Through log, sqrt and cos, whose last bits the schema leaves to the device.
TEST_P(RandomOn, NormalNumbersAgreeWithinTheLastBits) {
  for (const auto& size : kSizes) {
    for (auto [dtype, tolerance] : {std::pair{kF64, 1e-14}, {kF32, 2e-6}, {kF16, 2e-3}, {kBF16, 1.6e-2}}) {
      SCOPED_TRACE(str_cat(dtype.name(), shape_str(size)));
      expect_same(
          device(), [&](Device d) { return randn(size, std::nullopt, dtype, d); }, tolerance);
    }
  }
}

/// The same numbers in another order of memory.
std::vector<Tensor> layouts(const Tensor& t) {
  return {t, t.transpose(0, 1).contiguous().transpose(0, 1), t.flip({0, 1}).contiguous().flip({0, 1}),
          stack({t, t}, 2).select(2, 0)};
}

TEST_P(RandomOn, BernoulliAndDropoutAgreeWhateverTheLayout) {
  Tensor p = arange(0, 1, 1.0 / 600, kF32, Device()).slice(0, 0, 600).reshape({20, 30});
  for (std::size_t k = 0; k < layouts(p).size(); ++k) {
    SCOPED_TRACE(k);
    expect_same(device(), [&](Device d) { return bernoulli(layouts(p.to(d))[k]); });
    expect_same(
        device(), [&](Device d) { return dropout(layouts(p.to(d))[k], 0.4); }, 2e-7);
    expect_same(device(), [&](Device d) { return std::get<1>(native_dropout(layouts(p.to(d))[k], 0.4)); });
    manual_seed(3);
    Tensor plain = bernoulli(p);
    manual_seed(3);
    EXPECT_EQ(values(bernoulli(layouts(p.to(device()))[k])), values(plain)) << "by the logical index of an element";
  }
  for (double rate : {0.0, 1.0}) {
    SCOPED_TRACE(rate);
    expect_same(device(), [&](Device d) {
      return dropout(p.to(d), rate) + randint(1, 1000, {20, 30}, std::nullopt, kF32, d);
    });
  }
}

TEST_P(RandomOn, LayersAndInitialisersAgree) {
  expect_same(device(), [](Device d) { return nn::uniform_(empty({30, 7}, kF32, d), -0.5, 0.25); });
  expect_same(device(), [](Device d) { return nn::xavier_uniform_(empty({30, 7}, kF32, d)); });
  expect_same(
      device(),
      [](Device d) {
        return nn::kaiming_normal_(empty({30, 7}, kF32, d));
      },
      2e-6);
  expect_same(
      device(), [](Device d) { return nn::trunc_normal_(empty({300}, kF32, d), 0, 1, -1.5, 1.5); }, 2e-6);
  nn::Dropout layer(0.3);
  expect_same(
      device(), [&](Device d) { return layer.forward(ones({100}, kF32, d)); }, 2e-7);
  expect_same(
      device(),
      [&](Device d) {
        Tensor x = linspace(-1, 1, 48, kF32, d).reshape({2, 4, 6});
        return scaled_dot_product_attention(x, x, x, {}, 0.5);
      },
      1e-5);
}

TEST_P(RandomOn, TheCurrentDeviceDrawsTheSame) {
  expect_same(device(), [](Device d) {
    DeviceGuard guard(d);
    return rand({100}) + randint(0, 5, {100});
  });
}

// One sequence across devices: it does not matter which of them drew before.
TEST_P(RandomOn, DrawsOfSeveralDevicesAreOneSequence) {
  for (std::optional<Generator> generator : {std::optional<Generator>(), std::optional<Generator>(Generator(77))}) {
    auto draw = [&](const std::vector<Device>& devices) {
      generator ? generator->manual_seed(77) : manual_seed(77);
      std::vector<double> all;
      for (Device d : devices) {
        for (double v : values(rand({33}, generator, kF32, d))) all.push_back(v);
      }
      return all;
    };
    std::vector<Device> mixed;
    for (Device d : all_devices()) {
      mixed.push_back(d);
      mixed.push_back(device());
    }
    EXPECT_EQ(draw(mixed), draw(std::vector<Device>(mixed.size(), Device())));
  }
}

TEST_P(RandomOn, AStateComesBack) {
  Generator generator(5);
  rand({3}, generator, kF32, device());
  Generator::State state = generator.state();
  Tensor first = rand({50}, generator, kF32, device());
  generator.set_state(state);
  EXPECT_EQ(values(rand({50}, generator, kF32, Device())), values(first));
}

// Threads on devices of their own with one shared generator: every draw is one of the sequence's, and none comes twice.
TEST(Random, ThreadsShareAGenerator) {
  constexpr int kThreads = 8, kDraws = 6;
  Generator shared(42), again(42);
  std::vector<std::vector<std::int64_t>> wanted, found;
  for (int i = 0; i < kThreads * kDraws; ++i) {
    wanted.push_back(to_vector<std::int64_t>(randint(0, 1 << 30, {20}, again)));
  }
  std::mutex mutex;
  on_threads(kThreads, [&](int i) {
    Device device = all_devices()[static_cast<std::size_t>(i) % all_devices().size()];
    for (int k = 0; k < kDraws; ++k) {
      std::vector<std::int64_t> drawn = to_vector<std::int64_t>(randint(0, 1 << 30, {20}, shared, kI64, device));
      std::lock_guard lock(mutex);
      found.push_back(drawn);
    }
  });
  EXPECT_THAT(found, testing::UnorderedElementsAreArray(wanted));
  EXPECT_EQ(shared.state().offset, static_cast<std::uint64_t>(kThreads * kDraws));
}

}  // namespace
}  // namespace sy
