#include "switchyard/nn/multihead_attention.h"

namespace sy::nn {

MultiheadAttention::MultiheadAttention(std::int64_t width, std::int64_t heads, double dropout, bool bias)
    : width_(width), heads_(heads), dropout_(dropout) {
  require(heads > 0 && width % heads == 0, "MultiheadAttention: ", heads, " heads do not divide width ", width);
  query_ = register_module<Linear>("query", width, width, bias);
  key_ = register_module<Linear>("key", width, width, bias);
  value_ = register_module<Linear>("value", width, width, bias);
  out_ = register_module<Linear>("out", width, width, bias);
}

Tensor MultiheadAttention::split(const Tensor& x) const {
  require(x.dim() == 3 && x.size(2) == width_, "MultiheadAttention: expected (batch, time, ", width_, "), got ",
          shape_str(x.shape()));
  return x.view({x.size(0), x.size(1), heads_, width_ / heads_}).transpose(1, 2);
}

Tensor MultiheadAttention::forward(const Tensor& query, const Tensor& key, const Tensor& value, const Tensor& mask,
                                   bool causal) {
  Tensor mixed =
      scaled_dot_product_attention(split(query_->forward(query)), split(key_->forward(key)),
                                   split(value_->forward(value)), mask, is_training() ? dropout_ : 0.0, causal);
  return out_->forward(mixed.transpose(1, 2).reshape({query.size(0), query.size(1), width_}));
}

}  // namespace sy::nn
