// A small decoder-only transformer over bytes: pre-normalised blocks of causal self-attention and a GELU network.
#pragma once

#include <memory>
#include <vector>

#include "switchyard/switchyard.h"

struct ModelConfig {
  std::int64_t context = 96;
  std::int64_t width = 128;
  std::int64_t heads = 4;
  std::int64_t layers = 3;
  double dropout = 0.15;
};

/// x + attention(norm(x)), then x + network(norm(x)).
class Block : public sy::nn::Module {
 public:
  explicit Block(const ModelConfig& config);
  /// (batch, time, width) to the same.
  sy::Tensor forward(const sy::Tensor& x);

 private:
  sy::Tensor attend(const sy::Tensor& x);

  std::int64_t heads_;
  double dropout_;
  std::shared_ptr<sy::nn::LayerNorm> norm1_, norm2_;
  std::shared_ptr<sy::nn::Linear> qkv_, project_, expand_, contract_;
};

class TextModel : public sy::nn::Module {
 public:
  explicit TextModel(const ModelConfig& config);
  /// Bytes (batch, time) of dtype i64, time at most the context, to logits (batch, time, 256).
  sy::Tensor forward(const sy::Tensor& tokens);
  /// Mean cross entropy, nats per byte, of targets (batch, time).
  sy::Tensor loss(const sy::Tensor& tokens, const sy::Tensor& targets);
  const ModelConfig& config() const { return config_; }

 private:
  ModelConfig config_;
  std::shared_ptr<sy::nn::Embedding> token_, position_;
  std::vector<std::shared_ptr<Block>> blocks_;
  std::shared_ptr<sy::nn::LayerNorm> norm_;
  std::shared_ptr<sy::nn::Linear> head_;
};
