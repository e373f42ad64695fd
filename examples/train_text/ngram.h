// Interpolated n-gram models over bytes, as yardsticks: Jelinek and Mercer's linear interpolation of relative
// frequencies of orders 0 to n, p(c | h) = sum_k w_k p_k(c | last k-1 bytes of h), the weights fitted by expectation
// maximisation on the last tenth of the training text.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

class NgramModel {
 public:
  /// order 2: bigram, 3: trigram.
  NgramModel(const std::vector<std::uint8_t>& text, int order);
  /// Mean negative log likelihood per byte, in nats, of text after its first order - 1 bytes.
  double loss(const std::vector<std::uint8_t>& text) const;
  const std::vector<double>& weights() const { return weights_; }

 private:
  struct Counts {
    std::unordered_map<std::uint32_t, std::uint32_t> joint, context;
  };
  void count(const std::uint8_t* text, std::size_t size);
  /// p_0 (uniform), p_1, ... p_order at one position.
  void probabilities(const std::uint8_t* at, std::vector<double>& p) const;

  int order_;
  std::vector<Counts> counts_;
  std::vector<double> weights_;
};
