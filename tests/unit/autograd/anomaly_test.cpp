#include "switchyard/autograd/anomaly.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../message_of.h"
#include "switchyard/autograd/autograd_meta.h"
#include "values.h"

namespace sy {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Anomaly, IsOnWhileAnyObjectLives) {
  EXPECT_FALSE(anomaly_enabled());
  {
    AnomalyMode outer;
    { AnomalyMode inner; }
    EXPECT_TRUE(anomaly_enabled());
  }
  EXPECT_FALSE(anomaly_enabled());
}

TEST(Anomaly, CallsRecordTheirStackOnlyThen) {
  Tensor x = leaf({1});
  EXPECT_TRUE(gradient_edge(x * 2).node->created_at.empty());
  AnomalyMode on;
  EXPECT_THAT(gradient_edge(x * 2).node->created_at, HasSubstr("\n"));
}

TEST(Anomaly, ErrorsOfABackwardTellWhereTheForwardWas) {
  Tensor x = leaf({1});
  AnomalyMode on;
  Tensor h = x * 1;
  Tensor y = (h * h).sum();
  h.add_(1);
  std::string message = message_of([&] { y.backward(); });
  EXPECT_THAT(message, HasSubstr("changed in place by add"));
  EXPECT_THAT(message, HasSubstr("forward call of mul:\n"));
}

TEST(Anomaly, OnlyGradientsCount) {
  AnomalyMode on;
  Tensor x = leaf({-1});
  EXPECT_EQ(message_of([&] { sqrt(x).detach().sum().item(); }), "no error")
      << "a NaN going forward is nobody's mistake here";
  EXPECT_THAT(message_of([&] { (sqrt(x) * 2).sum().backward(); }),
              HasSubstr("backward of sqrt gave NaN in gradient 0"));
  EXPECT_EQ(message_of([&] { (x * 2).sum().backward(); }), "no error");
}

}  // namespace
}  // namespace sy
