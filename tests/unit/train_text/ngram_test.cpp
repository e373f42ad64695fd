#include "ngram.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>
#include <string>

namespace {

std::vector<std::uint8_t> bytes(const std::string& text) { return {text.begin(), text.end()}; }
std::vector<std::uint8_t> repeated(const std::string& text, int times) {
  std::vector<std::uint8_t> out;
  for (int i = 0; i < times; ++i) out.insert(out.end(), text.begin(), text.end());
  return out;
}
double sum(const std::vector<double>& v) { return std::accumulate(v.begin(), v.end(), 0.0); }

TEST(Ngram, WeightsAreADistributionOverOrders) {
  NgramModel model(repeated("the quick brown fox ", 50), 3);
  ASSERT_EQ(model.weights().size(), 4u);
  EXPECT_NEAR(sum(model.weights()), 1, 1e-12);
  for (double w : model.weights()) EXPECT_GE(w, 0);
}

TEST(Ngram, PredictsWhatOneByteOfHistoryDecides) {
  NgramModel model(repeated("ab", 1000), 2);
  EXPECT_LT(model.loss(repeated("ab", 100)), 1e-3);
  EXPECT_GT(model.weights()[2], 0.99) << "the bigram";
}

TEST(Ngram, ATrigramNeedsTwo) {
  // After a comes b or c in turn, which only the byte before a tells.
  std::vector<std::uint8_t> text = repeated("xabyac", 500);
  EXPECT_GT(NgramModel(text, 2).loss(text), 0.2);
  EXPECT_LT(NgramModel(text, 3).loss(text), 1e-2);
}

TEST(Ngram, NoiseCostsWhatItIsWorth) {
  std::mt19937 random(1);
  std::vector<std::uint8_t> text(60000);
  for (std::uint8_t& b : text) b = static_cast<std::uint8_t>(random());
  NgramModel model(text, 1);
  EXPECT_NEAR(model.loss(text), std::log(256), 0.01);
}

TEST(Ngram, BytesNeverSeenCostALotButNotEverything) {
  NgramModel model(repeated("ab", 1000), 2);
  double loss = model.loss(bytes("zzzz"));
  EXPECT_TRUE(std::isfinite(loss));
  EXPECT_GT(loss, std::log(256));
}

TEST(Ngram, OfOrderOneIsTheFrequency) {
  // a is three quarters of the text, everywhere alike, so that the uniform part gets no weight.
  std::vector<std::uint8_t> text = repeated("aaab", 2000);
  NgramModel model(text, 1);
  double want = -(0.75 * std::log(0.75) + 0.25 * std::log(0.25));
  EXPECT_NEAR(model.loss(text), want, 1e-3);
}

}  // namespace
