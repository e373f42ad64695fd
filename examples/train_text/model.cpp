#include "model.h"

#include <cmath>

namespace nn = sy::nn;

Block::Block(const ModelConfig& c) : heads_(c.heads), dropout_(c.dropout) {
  norm1_ = register_module<nn::LayerNorm>("norm1", c.width);
  qkv_ = register_module<nn::Linear>("qkv", c.width, 3 * c.width);
  project_ = register_module<nn::Linear>("project", c.width, c.width);
  norm2_ = register_module<nn::LayerNorm>("norm2", c.width);
  expand_ = register_module<nn::Linear>("expand", c.width, 4 * c.width);
  contract_ = register_module<nn::Linear>("contract", 4 * c.width, c.width);
}

sy::Tensor Block::attend(const sy::Tensor& x) {
  std::int64_t batch = x.size(0), time = x.size(1), width = x.size(2);
  // (batch, time, 3, heads, head) to three of (batch, heads, time, head).
  sy::Tensor qkv = qkv_->forward(x).view({batch, time, 3, heads_, width / heads_}).permute({2, 0, 3, 1, 4});
  sy::Tensor mixed =
      sy::scaled_dot_product_attention(qkv.select(0, 0), qkv.select(0, 1), qkv.select(0, 2), {}, 0.0, true);
  return project_->forward(mixed.permute({0, 2, 1, 3}).reshape({batch, time, width}));
}

sy::Tensor Block::forward(const sy::Tensor& x) {
  sy::Tensor y = x + sy::dropout(attend(norm1_->forward(x)), dropout_, is_training());
  sy::Tensor network = contract_->forward(sy::gelu(expand_->forward(norm2_->forward(y))));
  return y + sy::dropout(network, dropout_, is_training());
}

TextModel::TextModel(const ModelConfig& c) : config_(c) {
  token_ = register_module<nn::Embedding>("token", 256, c.width);
  position_ = register_module<nn::Embedding>("position", c.context, c.width);
  for (std::int64_t i = 0; i < c.layers; ++i) {
    blocks_.push_back(register_module<Block>("block" + std::to_string(i), c));
  }
  norm_ = register_module<nn::LayerNorm>("norm", c.width);
  head_ = register_module<nn::Linear>("head", c.width, 256);
  // Small weights, and smaller ones where residual branches end, so that the first loss is that of the uniform guess.
  sy::NoGrad no_grad;
  for (auto& [name, p] : named_parameters()) {
    if (p.dim() < 2) continue;
    bool ends_branch = name.find("project") != std::string::npos || name.find("contract") != std::string::npos;
    double scale = ends_branch ? 0.02 / std::sqrt(2.0 * static_cast<double>(c.layers)) : 0.02;
    p.copy_(sy::randn(p.shape()) * scale);
  }
}

sy::Tensor TextModel::forward(const sy::Tensor& tokens) {
  sy::Tensor places = sy::arange(0, tokens.size(1), 1, sy::kI64, tokens.device());
  sy::Tensor x = token_->forward(tokens) + position_->forward(places);
  x = sy::dropout(x, config_.dropout, is_training());
  for (auto& block : blocks_) x = block->forward(x);
  return head_->forward(norm_->forward(x));
}

sy::Tensor TextModel::loss(const sy::Tensor& tokens, const sy::Tensor& targets) {
  return sy::cross_entropy(forward(tokens).reshape({-1, 256}), targets.reshape({-1}));
}
