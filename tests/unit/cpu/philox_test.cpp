// The vectorised form against the SDK's, whose known answers are tested there.
#include "switchyard/sdk/philox.h"

#include <gtest/gtest.h>
#include <hwy/highway.h>

#include "loops/philox-inl.h"

namespace sy::cpu::HWY_NAMESPACE {
namespace {

TEST(PhiloxBlock, IsPhiloxAtEachIndex) {
  const std::uint64_t seeds[] = {0, 42, 0x123456789abcdef0u}, offsets[] = {0, 7, 0xfedcba9876543210u};
  for (std::uint64_t seed : seeds) {
    for (std::uint64_t offset : offsets) {
      for (std::uint64_t first :
           {std::uint64_t{0}, std::uint64_t{64}, (std::uint64_t{1} << 32) - 64, std::uint64_t{5} << 32}) {
        PhiloxBlock block, two;
        block.fill(seed, offset, first);
        two.fill<2>(seed, offset, first);
        for (int k = 0; k < PhiloxBlock::kSize; ++k) {
          auto want = sdk::philox(seed, offset, first + static_cast<std::uint64_t>(k));
          for (int w = 0; w < 4; ++w)
            ASSERT_EQ(block.w[w][k], want[w]) << seed << " " << offset << " " << first << " " << k;
          for (int w = 0; w < 2; ++w)
            ASSERT_EQ(two.w[w][k], want[w]) << seed << " " << offset << " " << first << " " << k;
        }
      }
    }
  }
}

TEST(PhiloxFor, EachElementOnceWhateverTheThreads) {
  const sy_rng raw{sizeof(sy_rng), 0, 5, 9, nullptr};
  std::vector<std::uint32_t> one;
  for (int threads : {1, 3}) {
    set_num_threads(threads);
    std::vector<std::uint32_t> words(20001, 0);
    philox_for(sdk::Rng(raw), 20001, [&](const PhiloxBlock& block, std::int64_t at, int count) {
      for (int k = 0; k < count; ++k) words[static_cast<std::size_t>(at + k)] += block.w[0][k];
    });
    if (threads == 1) one = words;
    EXPECT_EQ(words, one);
  }
  set_num_threads(1);
  EXPECT_EQ(one[20000], (sdk::philox(5, 9, 20000)[0]));
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
