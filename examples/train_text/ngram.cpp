#include "ngram.h"

#include <cmath>

namespace {

/// The k bytes before `at` and, for joint keys, the byte there.
std::uint32_t key(const std::uint8_t* at, int history, bool joint) {
  std::uint32_t k = 0;
  for (int i = history; i > 0; --i) k = k << 8 | at[-i];
  return joint ? k << 8 | *at : k;
}

}  // namespace

NgramModel::NgramModel(const std::vector<std::uint8_t>& text, int order)
    : order_(order), weights_(static_cast<std::size_t>(order) + 1, 1.0 / (order + 1)) {
  // Weights on a part that the counts have not seen, then counts on everything.
  std::size_t fit = text.size() - text.size() / 10;
  count(text.data(), fit);
  std::vector<double> p(weights_.size()), share(weights_.size());
  for (int round = 0; round < 50; ++round) {
    std::fill(share.begin(), share.end(), 0.0);
    for (std::size_t i = fit + static_cast<std::size_t>(order_); i < text.size(); ++i) {
      probabilities(text.data() + i, p);
      double total = 0;
      for (std::size_t k = 0; k < p.size(); ++k) total += weights_[k] * p[k];
      for (std::size_t k = 0; k < p.size(); ++k) share[k] += weights_[k] * p[k] / total;
    }
    double sum = 0;
    for (double s : share) sum += s;
    if (sum == 0) break;
    for (std::size_t k = 0; k < share.size(); ++k) weights_[k] = share[k] / sum;
  }
  count(text.data(), text.size());
}

void NgramModel::count(const std::uint8_t* text, std::size_t size) {
  counts_.assign(static_cast<std::size_t>(order_), Counts());
  for (std::size_t i = 0; i < size; ++i) {
    for (int k = 0; k < order_ && static_cast<std::size_t>(k) <= i; ++k) {
      ++counts_[static_cast<std::size_t>(k)].joint[key(text + i, k, true)];
      ++counts_[static_cast<std::size_t>(k)].context[key(text + i, k, false)];
    }
  }
}

void NgramModel::probabilities(const std::uint8_t* at, std::vector<double>& p) const {
  p[0] = 1.0 / 256;
  for (int k = 0; k < order_; ++k) {
    const Counts& c = counts_[static_cast<std::size_t>(k)];
    auto context = c.context.find(key(at, k, false));
    auto joint = c.joint.find(key(at, k, true));
    p[static_cast<std::size_t>(k) + 1] = context == c.context.end() || joint == c.joint.end()
                                             ? 0.0
                                             : static_cast<double>(joint->second) / context->second;
  }
}

double NgramModel::loss(const std::vector<std::uint8_t>& text) const {
  std::vector<double> p(weights_.size());
  double sum = 0;
  std::size_t start = static_cast<std::size_t>(order_) - 1;
  for (std::size_t i = start; i < text.size(); ++i) {
    probabilities(text.data() + i, p);
    double total = 0;
    for (std::size_t k = 0; k < p.size(); ++k) total += weights_[k] * p[k];
    sum -= std::log(total);
  }
  return sum / static_cast<double>(text.size() - start);
}
