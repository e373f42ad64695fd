// Whole training steps: forward, backward, AdamW. The models are written once, over either library's functions.
#include <torch/torch.h>

#include "benchmarks/rows.h"
#include "switchyard/switchyard.h"

namespace sy::bench {
namespace {

using Sizes = std::vector<std::int64_t>;

struct Ours {
  using Tensor = sy::Tensor;
  static Tensor noise(const Sizes& shape) { return sy::randn(shape); }
  static Tensor classes(std::int64_t n, const Sizes& shape) { return sy::randint(0, n, shape); }
  static Tensor parameter(const Sizes& shape) { return (sy::randn(shape) * 0.02).requires_grad_(); }
  static Tensor linear(const Tensor& x, const Tensor& w, const Tensor& b) { return sy::linear(x, w, b); }
  static Tensor conv2d(const Tensor& x, const Tensor& w, const Tensor& b) { return sy::conv2d(x, w, b); }
  static Tensor pool(const Tensor& x) { return sy::max_pool2d(x, 2); }
  static Tensor relu(const Tensor& x) { return sy::relu(x); }
  static Tensor gelu(const Tensor& x) { return sy::gelu(x); }
  static Tensor norm(const Tensor& x, const Tensor& w, const Tensor& b) { return sy::layer_norm(x, w.size(0), w, b); }
  static Tensor embedding(const Tensor& w, const Tensor& i) { return sy::embedding(w, i); }
  static Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v) {
    return sy::scaled_dot_product_attention(q, k, v, {}, 0.0, true);
  }
  static Tensor permute(const Tensor& x, const Sizes& dims) { return sy::permute(x, dims); }
  static Tensor reshape(const Tensor& x, const Sizes& shape) { return sy::reshape(x, shape); }
  static Tensor cross_entropy(const Tensor& x, const Tensor& y) { return sy::cross_entropy(x, y); }
  struct AdamW {
    explicit AdamW(const std::vector<Tensor>& parameters) : adam(parameters) {}
    void zero_grad() { adam.zero_grad(); }
    void step() { adam.step(); }
    optim::AdamW adam;
  };
};

struct Peer {
  using Tensor = at::Tensor;
  static Tensor noise(const Sizes& shape) { return torch::randn(shape); }
  static Tensor classes(std::int64_t n, const Sizes& shape) { return torch::randint(n, shape, at::kLong); }
  static Tensor parameter(const Sizes& shape) { return (torch::randn(shape) * 0.02).requires_grad_(); }
  static Tensor linear(const Tensor& x, const Tensor& w, const Tensor& b) { return at::linear(x, w, b); }
  static Tensor conv2d(const Tensor& x, const Tensor& w, const Tensor& b) { return at::conv2d(x, w, b); }
  static Tensor pool(const Tensor& x) { return at::max_pool2d(x, {2, 2}); }
  static Tensor relu(const Tensor& x) { return at::relu(x); }
  static Tensor gelu(const Tensor& x) { return at::gelu(x); }
  static Tensor norm(const Tensor& x, const Tensor& w, const Tensor& b) { return at::layer_norm(x, w.sizes(), w, b); }
  static Tensor embedding(const Tensor& w, const Tensor& i) { return at::embedding(w, i); }
  static Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v) {
    std::int64_t time = q.size(-2);
    Tensor mask = torch::ones({time, time}, at::kBool).tril().logical_not();
    double scale = 1 / std::sqrt(static_cast<double>(q.size(-1)));
    Tensor scores = at::matmul(q * scale, k.transpose(-2, -1)).masked_fill(mask, -INFINITY);
    return at::matmul(at::softmax(scores, -1), v);
  }
  static Tensor permute(const Tensor& x, const Sizes& dims) { return x.permute(dims); }
  static Tensor reshape(const Tensor& x, const Sizes& shape) { return x.reshape(shape); }
  static Tensor cross_entropy(const Tensor& x, const Tensor& y) { return at::cross_entropy_loss(x, y); }
  using AdamW = torch::optim::AdamW;
};

template <typename L>
struct Layer {
  Layer(std::int64_t in, std::int64_t out, std::vector<typename L::Tensor>& all)
      : weight(L::parameter({out, in})), bias(L::parameter({out})) {
    all.push_back(weight);
    all.push_back(bias);
  }
  typename L::Tensor operator()(const typename L::Tensor& x) const { return L::linear(x, weight, bias); }
  typename L::Tensor weight, bias;
};

/// A body that trains `loss` on the parameters, one step each.
template <typename L, typename Loss>
Body training(const std::vector<typename L::Tensor>& parameters, Loss loss) {
  auto adam = std::make_shared<typename L::AdamW>(parameters);
  return repeat([adam, loss] {
    adam->zero_grad();
    loss().backward();
    adam->step();
  });
}

template <typename L>
Body mlp() {
  std::vector<typename L::Tensor> all;
  Layer<L> a(784, 256, all), b(256, 256, all), c(256, 10, all);
  auto x = L::noise({32, 784}), y = L::classes(10, {32});
  return training<L>(all, [=] { return L::cross_entropy(c(L::relu(b(L::relu(a(x))))), y); });
}

template <typename L>
Body lenet() {
  std::vector<typename L::Tensor> all{L::parameter({6, 1, 5, 5}), L::parameter({6}), L::parameter({16, 6, 5, 5}),
                                      L::parameter({16})};
  auto w1 = all[0], b1 = all[1], w2 = all[2], b2 = all[3];
  Layer<L> a(256, 120, all), b(120, 84, all), c(84, 10, all);
  auto x = L::noise({64, 1, 28, 28}), y = L::classes(10, {64});
  return training<L>(all, [=] {
    auto h = L::pool(L::relu(L::conv2d(L::pool(L::relu(L::conv2d(x, w1, b1))), w2, b2)));
    return L::cross_entropy(c(L::relu(b(L::relu(a(L::reshape(h, {64, 256})))))), y);
  });
}

/// The demo's transformer, without dropout.
template <typename L>
Body transformer() {
  constexpr std::int64_t kBatch = 12, kTime = 96, kWidth = 128, kHeads = 4;
  using T = typename L::Tensor;
  std::vector<T> all;
  struct Block {
    Layer<L> qkv, project, expand, contract;
    T norm[4];
  };
  auto parameter = [&](const Sizes& shape) {
    all.push_back(L::parameter(shape));
    return all.back();
  };
  T tokens = parameter({256, kWidth}), places = parameter({kTime, kWidth});
  std::vector<Block> blocks;
  for (int i = 0; i < 3; ++i) {
    blocks.push_back({{kWidth, 3 * kWidth, all},
                      {kWidth, kWidth, all},
                      {kWidth, 4 * kWidth, all},
                      {4 * kWidth, kWidth, all},
                      {parameter({kWidth}), parameter({kWidth}), parameter({kWidth}), parameter({kWidth})}});
  }
  T last_weight = parameter({kWidth}), last_bias = parameter({kWidth});
  Layer<L> head(kWidth, 256, all);
  T x = L::classes(256, {kBatch, kTime}), y = L::classes(256, {kBatch * kTime});
  return training<L>(all, [=] {
    T h = L::embedding(tokens, x) + places;
    for (const Block& block : blocks) {
      T split = L::permute(
          L::reshape(block.qkv(L::norm(h, block.norm[0], block.norm[1])), {kBatch, kTime, 3, kHeads, kWidth / kHeads}),
          {2, 0, 3, 1, 4});
      T mixed = L::attention(split.select(0, 0), split.select(0, 1), split.select(0, 2));
      h = h + block.project(L::reshape(L::permute(mixed, {0, 2, 1, 3}), {kBatch, kTime, kWidth}));
      h = h + block.contract(L::gelu(block.expand(L::norm(h, block.norm[2], block.norm[3]))));
    }
    return L::cross_entropy(L::reshape(head(L::norm(h, last_weight, last_bias)), {kBatch * kTime, 256}), y);
  });
}

}  // namespace

std::vector<Row> step_rows() {
  std::vector<Row> rows;
  auto add = [&](const char* what, Body ours, Body peer) {
    for (int threads : {1, 2}) {
      Row row;
      row.group = "steps";
      row.what = what;
      row.threads = threads;
      row.ours = ours;
      row.peer = peer;
      if (threads == 2) row.at_least = 1.3;
      rows.push_back(std::move(row));
    }
  };
  add("MLP 784-256-256-10, batch 32", mlp<Ours>(), mlp<Peer>());
  add("LeNet, batch 64", lenet<Ours>(), lenet<Peer>());
  add("the demo's transformer", transformer<Ours>(), transformer<Peer>());
  return rows;
}

}  // namespace sy::bench
