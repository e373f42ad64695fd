// A reserve that goes from forward to backward, and outputs laid out as their kernel proposes.
#include "switchyard/ops/gen/kept.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "switchyard/autograd/engine.h"
#include "switchyard/loader/loader.h"
#include "switchyard/tensor/from_blob.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

bool equal(const Tensor& a, const Tensor& b) { return a.eq(b).all().item<bool>(); }

class KeptTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    absl::StatusOr<Plugin*> plugin = load_plugin(SWITCHYARD_CASES "/switchyard_kept.so");
    ASSERT_TRUE(plugin.ok()) << plugin.status();
  }
};

TEST_F(KeptTest, ReserveReachesTheBackward) {
  Tensor x = tensor<double>({0.5, -1.0, 2.0}).requires_grad_();
  auto [y, kept] = kept::tanh(x);
  EXPECT_EQ(kept.dtype(), kU8);
  EXPECT_THAT(kept.shape().vec(), ElementsAre(24));
  y.sum().backward();
  Tensor expected = 1 - tanh(x.detach()) * tanh(x.detach());
  EXPECT_LT((x.grad() - expected).abs().amax().item<double>(), 1e-15);
}

TEST_F(KeptTest, ReserveOfNothingIsEmptyAndMeta) {
  auto [y, kept] = kept::tanh(empty({0, 3}, kF32));
  EXPECT_THAT(kept.shape().vec(), ElementsAre(0));
  auto [meta, meta_kept] = kept::tanh(empty({2, 3}, kF32, Device("meta")));
  EXPECT_THAT(meta.shape().vec(), ElementsAre(2, 3));
}

TEST_F(KeptTest, AReserveOfAnotherKernelIsRefused) {
  try {
    kept::tanh_backward(ones({2}), empty({3}, kU8));
    FAIL();
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), HasSubstr("nothing was kept"));
  }
}

TEST_F(KeptTest, OutputsAreLaidOutAsProposed) {
  Tensor x = arange(0, 120, 1, kF32).reshape({2, 3, 4, 5});
  for (int again = 0; again < 2; ++again) {  // the second time from the cached plan
    Tensor y = kept::channels_last(x);
    EXPECT_THAT(y.strides().vec(), ElementsAre(60, 1, 15, 3));
    EXPECT_TRUE(equal(y, x));
    EXPECT_TRUE(equal(y * 2 + x, x * 3));
  }
  Tensor given = empty({2, 3, 4, 5}, kF32);
  kept::channels_last_out(given, x);
  EXPECT_THAT(given.strides().vec(), ElementsAre(60, 20, 5, 1));
  EXPECT_TRUE(equal(given, x));
  Tensor leaf = x.clone().requires_grad_();
  (kept::channels_last(leaf) * x).sum().backward();
  EXPECT_TRUE(equal(leaf.grad(), x));
}

}  // namespace
}  // namespace sy
