// Rows summed by index: embedding_backward and index_put rest on this.
#include "loops/row_sums.h"

#include <gmock/gmock.h>

#include "arrays.h"
#include "loops/convert.h"

namespace sy::cpu {
namespace {

using ::testing::ElementsAre;

std::vector<std::int64_t> sources_of(const RowGroups& groups, std::int64_t group) {
  return {groups.begin(group), groups.end(group)};
}

TEST(RowGroups, ByCountingHaveEveryRow) {
  TestCall call;
  const std::int64_t targets[] = {2, 0, 2, 3, 0};
  const RowGroups groups(call, targets, 5, 4, RowGroups::Rows::kAll, 3);
  ASSERT_EQ(groups.count(), 4);
  EXPECT_EQ(groups.sources(), 4);
  EXPECT_EQ(groups.row(2), 2);
  EXPECT_THAT(sources_of(groups, 0), ElementsAre(1, 4));
  EXPECT_THAT(sources_of(groups, 1), ElementsAre());
  EXPECT_THAT(sources_of(groups, 2), ElementsAre(0, 2));
  EXPECT_THAT(sources_of(groups, 3), ElementsAre()) << "skipped";
}

TEST(RowGroups, BySortingHaveTheNamedRows) {
  TestCall call;
  const std::int64_t targets[] = {900, 5, 900, 17, 5};
  const RowGroups groups(call, targets, 5, 1000, RowGroups::Rows::kNamed);
  ASSERT_EQ(groups.count(), 3);
  EXPECT_EQ(groups.row(0), 5);
  EXPECT_EQ(groups.row(1), 17);
  EXPECT_EQ(groups.row(2), 900);
  EXPECT_THAT(sources_of(groups, 0), ElementsAre(1, 4));
  EXPECT_THAT(sources_of(groups, 1), ElementsAre(3));
  EXPECT_THAT(sources_of(groups, 2), ElementsAre(0, 2));
}

TEST(RowGroups, MayBeNone) {
  TestCall call;
  EXPECT_EQ(RowGroups(call, nullptr, 0, 1000, RowGroups::Rows::kNamed).count(), 0);
  EXPECT_EQ(RowGroups(call, nullptr, 0, 3, RowGroups::Rows::kAll).count(), 3);
}

TEST(SumRows, OverwritesOrAddsOnto) {
  TestCall call;
  const std::int64_t targets[] = {1, 1, 0};
  const RowGroups groups(call, targets, 3, 3, RowGroups::Rows::kAll);
  const std::vector<std::int32_t> sources{1, 2, 10, 20, 100, 200};
  std::vector<std::int32_t> rows(6, 7);
  sum_rows(groups, SY_I32, 2, sources.data(), rows.data(), true);
  EXPECT_THAT(rows, ElementsAre(107, 207, 18, 29, 7, 7));
  sum_rows(groups, SY_I32, 2, sources.data(), rows.data(), false);
  EXPECT_THAT(rows, ElementsAre(100, 200, 11, 22, 0, 0));
}

TEST(SumRows, HalvesAreRoundedOnce) {
  TestCall call;
  constexpr std::int64_t kCount = 300, kWidth = 2500;  // wider than what is summed together
  const std::vector<std::int64_t> targets(kCount, 0);
  for (const std::uint32_t dtype : {SY_F16, SY_BF16}) {
    std::vector<float> one(kWidth * kCount, 1.0f), sum(kWidth);
    std::vector<std::uint16_t> sources(one.size()), row(kWidth);
    float_to_half(dtype, one.data(), sources.data(), static_cast<std::int64_t>(one.size()));
    const RowGroups groups(call, targets.data(), kCount, 1, RowGroups::Rows::kNamed);
    sum_rows(groups, dtype, kWidth, sources.data(), row.data(), false);
    half_to_float(dtype, row.data(), sum.data(), kWidth);
    EXPECT_THAT(sum, testing::Each(300.0f)) << "added one by one, bf16 would stay at 256";
    sum_rows(groups, dtype, kWidth, sources.data(), row.data(), true);
    half_to_float(dtype, row.data(), sum.data(), kWidth);
    EXPECT_THAT(sum, testing::Each(600.0f));
  }
}

}  // namespace
}  // namespace sy::cpu
