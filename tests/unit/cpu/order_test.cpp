#include "loops/order.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace sy::cpu {
namespace {

template <class T>
void keys_ascend(const std::vector<T>& ascending) {
  for (std::size_t i = 1; i < ascending.size(); ++i) {
    EXPECT_LT(order_key(ascending[i - 1]), order_key(ascending[i])) << +ascending[i - 1] << " " << +ascending[i];
  }
}

TEST(OrderKey, ComparesAsTheNumberDoes) {
  using F = std::numeric_limits<float>;
  keys_ascend<float>({-F::infinity(), -F::max(), -1, -F::denorm_min(), 0, F::denorm_min(), F::min(), 1, F::infinity(),
                      F::quiet_NaN()});
  using D = std::numeric_limits<double>;
  keys_ascend<double>({-D::infinity(), -1e300, -1, 0, 1e-320, 2, D::infinity(), D::quiet_NaN()});
  keys_ascend<std::int8_t>({-128, -1, 0, 1, 127});
  keys_ascend<std::uint8_t>({0, 1, 255});
  keys_ascend<std::int32_t>(
      {std::numeric_limits<std::int32_t>::min(), -1, 0, std::numeric_limits<std::int32_t>::max()});
  keys_ascend<std::int64_t>(
      {std::numeric_limits<std::int64_t>::min(), -1, 0, std::numeric_limits<std::int64_t>::max()});
}

TEST(OrderKey, ZerosAreEqualAndNansAreOne) {
  EXPECT_EQ(order_key(-0.0f), order_key(0.0f));
  EXPECT_EQ(order_key(-std::numeric_limits<double>::quiet_NaN()), order_key(std::numeric_limits<double>::quiet_NaN()));
}

template <class Entry, class T>
std::vector<std::int64_t> sorted(const std::vector<T>& x, bool descending) {
  std::vector<Entry> entries(x.size());
  fill_entries(x.data(), 1, static_cast<std::int64_t>(x.size()), descending, entries.data());
  std::sort(entries.begin(), entries.end());
  std::vector<std::int64_t> positions;
  for (const Entry& e : entries) positions.push_back(e.position());
  return positions;
}

using Positions = std::vector<std::int64_t>;

TEST(Entries, EqualOnesKeepTheirOrderEitherWay) {
  const std::vector<float> x = {2, -1, 2, -0.0f, 0};
  EXPECT_EQ((sorted<NarrowEntry>(x, false)), (Positions{1, 3, 4, 0, 2}));
  EXPECT_EQ((sorted<NarrowEntry>(x, true)), (Positions{0, 2, 3, 4, 1}));
  const std::vector<std::int64_t> y = {5, -5, 5};
  EXPECT_EQ((sorted<WideEntry>(y, false)), (Positions{1, 0, 2}));
  EXPECT_EQ((sorted<WideEntry>(y, true)), (Positions{0, 2, 1}));
}

TEST(Entries, WideOnesOfNarrowTypesSortTheSame) {
  const std::vector<std::int16_t> x = {3, -7, 3, 0};
  for (bool descending : {false, true})
    EXPECT_EQ((sorted<WideEntry>(x, descending)), (sorted<NarrowEntry>(x, descending)));
}

TEST(Entries, ReadAtAStep) {
  const float x[] = {9, 0, 1, 0, 5};
  NarrowEntry entries[3];
  fill_entries(x, 2, 3, false, entries);
  EXPECT_LT(entries[1], entries[2]);
  EXPECT_LT(entries[2], entries[0]);
}

template <class T>
bool is_narrow(std::int64_t n) {
  bool narrow = false;
  visit_entry<T>(n, [&](auto entry) { narrow = std::is_same_v<decltype(entry), NarrowEntry>; });
  return narrow;
}

TEST(Entries, NarrowWhereKeyAndPositionFit) {
  EXPECT_TRUE(is_narrow<float>(1000));
  EXPECT_FALSE(is_narrow<float>(std::int64_t{1} << 32));
  EXPECT_FALSE(is_narrow<double>(10));
}

}  // namespace
}  // namespace sy::cpu
