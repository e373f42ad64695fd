#include "switchyard/dispatch/plan_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "switchyard/core/abi_error.h"
#include "switchyard/core/tensor_base.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Counts {
  int made = 0, dropped = 0;
  sy_status status = SY_OK;
  bool null_state = false;
  const sy_kernel* dropped_for = nullptr;
  std::vector<std::int64_t> proposal;  // empty: none
};
Counts counts;

/// A kernel that counts its plans, called with one output.
class Plans : public testing::Test {
 protected:
  void SetUp() override {
    counts = {};
    kernel.op = "test_op";
    kernel.prepare = [](const sy_call*, sy_plan* plan) {
      if (counts.status != SY_OK) return leave_abi_error(counts.status, "no plan for that");
      ++counts.made;
      if (!counts.null_state) plan->state = new int(counts.made);
      if (!counts.proposal.empty()) std::copy(counts.proposal.begin(), counts.proposal.end(), plan->strides[0]);
      return SY_OK;
    };
    kernel.drop = [](const sy_kernel* k, void* state) {
      ++counts.dropped;
      counts.dropped_for = k;
      delete static_cast<int*>(state);
    };
    set_output(IntArray(3));
  }
  void set_output(IntArray shape) {
    output = TensorBase(TensorImpl::make_contiguous({}, Device("meta"), kF32, shape));
    slot = {SY_ARG_TENSOR, 1, &output.impl()->abi()};
    call.outputs = &slot;
    call.num_outputs = 1;
  }
  PlanCache::Plan get(const std::string& key) {
    PlanCache::Plan plan;
    absl::Status status = cache.get(kernel, &original, call, key, &plan);
    EXPECT_TRUE(status.ok()) << status.message();
    return plan;
  }
  std::string refusal() {
    PlanCache::Plan plan;
    return std::string(cache.get(kernel, &original, call, "refused", &plan).message());
  }
  sy_kernel kernel{}, original{};
  sy_call call{};
  TensorBase output;
  sy_slot slot{};
  PlanCache cache;
};

TEST_F(Plans, OnePerKey) {
  PlanCache::Plan a = get("a");
  EXPECT_EQ(get("a"), a);
  EXPECT_NE(get("b"), a);
  EXPECT_EQ(counts.made, 2);
}

TEST_F(Plans, LeastRecentlyUsedGoesFirst) {
  get("oldest");
  get("second");
  for (std::size_t i = 2; i < PlanCache::kCapacity; ++i) get(std::to_string(i));
  EXPECT_EQ(counts.dropped, 0);
  get("oldest");  // now the most recent
  get("one too many");
  EXPECT_EQ(counts.dropped, 1);
  int made = counts.made;
  get("oldest");
  EXPECT_EQ(counts.made, made);
  get("second");
  EXPECT_EQ(counts.made, made + 1) << "it was the one that went";
}

TEST_F(Plans, AnEvictedPlanLivesWhileItIsUsed) {
  PlanCache::Plan used = get("used");
  for (std::size_t i = 0; i < PlanCache::kCapacity; ++i) get(std::to_string(i));
  EXPECT_EQ(counts.dropped, 0);
  EXPECT_EQ(*static_cast<int*>(used->state), 1);
  used.reset();
  EXPECT_EQ(counts.dropped, 1);
  EXPECT_EQ(counts.dropped_for, &original) << "the plugin's own table, not the host's copy";
}

TEST_F(Plans, FailureIsNotKept) {
  counts.status = SY_INTERNAL;
  EXPECT_EQ(refusal(), "test_op: prepare: no plan for that");
  counts.status = SY_OK;
  EXPECT_NE(get("refused")->state, nullptr);
}

TEST_F(Plans, NoStateIsAPlanToo) {
  counts.null_state = true;
  EXPECT_EQ(get("a")->state, nullptr);
  EXPECT_EQ(get("a")->state, nullptr);
  EXPECT_EQ(counts.made, 1);
  for (std::size_t i = 0; i < PlanCache::kCapacity; ++i) get(std::to_string(i));
  EXPECT_EQ(counts.dropped, 0) << "there is nothing to drop";
}

TEST_F(Plans, AnyDenseOrderMayBeProposed) {
  set_output({2, 3, 4});
  EXPECT_THAT(IntArray(get("row-major")->strides[0]).vec(), ElementsAre(12, 4, 1));
  counts.proposal = {1, 2, 6};
  EXPECT_THAT(IntArray(get("column-major")->strides[0]).vec(), ElementsAre(1, 2, 6));
  set_output({2, 1, 4});
  counts.proposal = {4, 99, 1};
  get("the stride of one element says nothing");
}

TEST_F(Plans, GapsAndOverlapsAreRefused) {
  set_output({2, 3});
  counts.proposal = {6, 2};
  EXPECT_EQ(refusal(), "test_op: prepare proposes strides [6, 2] for output 0 of shape [2, 3], which are not dense");
  for (std::vector<std::int64_t> wrong : {std::vector<std::int64_t>{1, 1}, {0, 1}, {-3, 1}}) {
    counts.proposal = wrong;
    EXPECT_THAT(refusal(), HasSubstr("which are not dense"));
  }
  EXPECT_EQ(counts.dropped, 4) << "what was prepared is dropped";
}

TEST_F(Plans, OutputsOfNoElements) {
  set_output({2, 0, 3});
  EXPECT_EQ(refusal(), "");
}

TEST_F(Plans, OutputsWithMemoryAreNotAskedFor) {
  char memory[4];
  output = TensorBase(TensorImpl::make_contiguous(Storage::wrap(Device(), memory, 4, {}), Device(), kF32, 1));
  slot.ptr = &output.impl()->abi();
  kernel.prepare = [](const sy_call*, sy_plan* plan) {
    EXPECT_EQ(plan->num_outputs, 1u);
    EXPECT_EQ(plan->strides[0], nullptr);
    return SY_OK;
  };
  EXPECT_TRUE(get("a")->strides[0].empty());
}

}  // namespace
}  // namespace sy
