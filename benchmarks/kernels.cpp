// Whole operators at three sizes, by dtype, threads and layout, beside libtorch.
#include <torch/torch.h>

#include <map>

#include "benchmarks/rows.h"
#include "switchyard/switchyard.h"

namespace sy::bench {
namespace {

struct Kind {
  const char* name;
  Dtype dtype;
  at::ScalarType torch;
};
const Kind kKinds[] = {{"f32", kF32, at::kFloat}, {"bf16", kBF16, at::kBFloat16}};

struct Size {
  const char* name;
  std::int64_t rows, columns;
};
const Size kSizes[] = {{"10^3", 10, 100}, {"10^5", 100, 1000}, {"10^7", 2500, 4000}};

/// For large contiguous pointwise rows: what a copy of as many bytes takes. One body per number of bytes.
Body memory(double bytes) {
  static std::map<double, Body> bodies;
  Body& body = bodies[bytes];
  if (!body) body = copy_limit(bytes);
  return body;
}

/// Rows asked for more than not to lose.
const std::map<std::string, double> kAtLeast = {{"tanh f32 10^5", 10}, {"conv2d 3x3 f32 8x64x56x56", 1}};

class Rows {
 public:
  template <typename Ours, typename Peer>
  void add(std::string what, int threads, Ours ours, Peer peer, double bytes = 0, double flops = 0) {
    Row row;
    row.group = "kernels";
    const auto asked = kAtLeast.find(what);
    row.at_least = asked != kAtLeast.end() ? asked->second : 0.95;
    row.what = std::move(what);
    row.threads = threads;
    row.bytes = bytes;
    row.flops = flops;
    row.ours = unrecorded<NoGrad>(repeat(std::move(ours)));
    row.peer = unrecorded<torch::NoGradGuard>(repeat(std::move(peer)));
    all.push_back(std::move(row));
  }
  /// A limit for the row that was added last.
  void limit(std::string name, Body body, std::optional<double> of_limit = {}) {
    all.back().limit_name = std::move(name);
    all.back().limit = std::move(body);
    all.back().of_limit = of_limit;
  }
  std::vector<Row> all;

 private:
  template <typename Guard>
  static Body unrecorded(Body body) {
    return [body = std::move(body)](std::int64_t n) {
      Guard guard;
      body(n);
    };
  }
};

/// Elementwise operators and reductions on a matrix, contiguous and transposed.
void matrix_rows(Rows& rows, const Kind& kind, const Size& size, int threads, bool transposed) {
  Shape shape = transposed ? Shape{size.columns, size.rows} : Shape{size.rows, size.columns};
  auto ours = [&] {
    Tensor t = randn(shape).to(kind.dtype);
    return transposed ? t.transpose(0, 1) : t;
  };
  auto peer = [&] {
    at::Tensor t = torch::randn({shape[0], shape[1]}).to(kind.torch);
    return transposed ? t.transpose(0, 1) : t;
  };
  Tensor a = ours(), b = ours(), mask = ours() > 0;
  at::Tensor ta = peer(), tb = peer(), tmask = peer() > 0;
  std::string tail = std::string(" ") + kind.name + " " + size.name + (transposed ? " transposed" : "");
  double one = static_cast<double>(a.numel()) * static_cast<double>(a.itemsize());
  auto at_memory = [&](double bytes) {
    if (size.rows * size.columns == 10'000'000 && !transposed) rows.limit("copy", memory(bytes), 0.9);
  };
  rows.add(
      "exp" + tail, threads, [=] { exp(a); }, [=] { at::exp(ta); }, 2 * one);
  at_memory(2 * one);
  rows.add(
      "tanh" + tail, threads, [=] { tanh(a); }, [=] { at::tanh(ta); }, 2 * one);
  at_memory(2 * one);
  rows.add(
      "gelu" + tail, threads, [=] { gelu(a); }, [=] { at::gelu(ta); }, 2 * one);
  at_memory(2 * one);
  rows.add(
      "add" + tail, threads, [=] { a + b; }, [=] { ta + tb; }, 3 * one);
  at_memory(3 * one);
  double masked = 3 * one + static_cast<double>(mask.numel());
  rows.add(
      "where" + tail, threads, [=] { where(mask, a, b); }, [=] { at::where(tmask, ta, tb); }, masked);
  at_memory(masked);
  rows.add(
      "cast to f64" + tail, threads, [=] { cast(a, kF64); }, [=] { ta.to(at::kDouble); });
  for (std::int64_t dim : {1, 0}) {
    std::string over = dim == 1 ? " over the inner dimension" : " over the outer dimension";
    rows.add(
        "sum" + over + tail, threads, [=] { sum(a, dim); }, [=] { at::sum(ta, dim); }, one);
    rows.add(
        "mean" + over + tail, threads, [=] { mean(a, dim); }, [=] { at::mean(ta, dim); }, one);
    rows.add(
        "amax" + over + tail, threads, [=] { amax(a, dim); }, [=] { at::amax(ta, dim); }, one);
    rows.add(
        "var" + over + tail, threads, [=] { var(a, dim); }, [=] { at::var(ta, {dim}, true); }, one);
  }
  rows.add(
      "softmax" + tail, threads, [=] { softmax(a, 1); }, [=] { at::softmax(ta, 1); }, 2 * one);
  rows.add(
      "contiguous copy" + tail, threads, [=] { a.clone(); }, [=] { ta.clone(at::MemoryFormat::Contiguous); }, 2 * one);
  rows.add(
      "cumsum" + tail, threads, [=] { cumsum(a, 1); }, [=] { at::cumsum(ta, 1); }, 2 * one);
  Tensor classes = randint(0, size.columns, {size.rows});
  at::Tensor tclasses = torch::randint(size.columns, {size.rows}, at::kLong);
  rows.add(
      "cross_entropy" + tail, threads, [=] { cross_entropy(a, classes); },
      [=] { at::cross_entropy_loss(ta, tclasses); }, one);
  rows.add(
      "cat" + tail, threads,
      [=] {
        cat(std::vector<Tensor>{a, b}, 1);
      },
      [=] {
        at::cat({ta, tb}, 1);
      },
      4 * one);
  Tensor weight = randn({size.columns}).to(kind.dtype), bias = randn({size.columns}).to(kind.dtype);
  at::Tensor tweight = torch::randn({size.columns}).to(kind.torch), tbias = torch::randn({size.columns}).to(kind.torch);
  std::int64_t columns = size.columns;
  rows.add(
      "layer_norm" + tail, threads, [=] { layer_norm(a, columns, weight, bias); },
      [=] { at::layer_norm(ta, {columns}, tweight, tbias); }, 2 * one);
}

/// Indexing and sorting.
void index_rows(Rows& rows, const Kind& kind, const Size& size, int threads, bool transposed) {
  std::int64_t n = size.rows, columns = size.columns;
  Tensor a = randn({n, columns}).to(kind.dtype);
  at::Tensor ta = torch::randn({n, columns}).to(kind.torch);
  if (transposed) {
    a = randn({columns, n}).to(kind.dtype).transpose(0, 1);
    ta = torch::randn({columns, n}).to(kind.torch).transpose(0, 1);
  }
  Tensor picks = randint(0, n, {n});
  at::Tensor tpicks = torch::randint(n, {n}, at::kLong);
  Tensor across = randint(0, columns, {n, columns});
  at::Tensor tacross = torch::randint(columns, {n, columns}, at::kLong);
  std::string tail = std::string(" ") + kind.name + " " + size.name + (transposed ? " transposed" : "");
  double one = static_cast<double>(a.numel()) * static_cast<double>(a.itemsize());
  rows.add(
      "gather" + tail, threads, [=] { gather(a, 1, across); }, [=] { at::gather(ta, 1, tacross); },
      2 * one + 8 * static_cast<double>(a.numel()));
  rows.add(
      "index_select" + tail, threads, [=] { index_select(a, 0, picks); }, [=] { at::index_select(ta, 0, tpicks); },
      2 * one);
  rows.add(
      "embedding" + tail, threads, [=] { embedding(a, picks); }, [=] { at::embedding(ta, tpicks); }, 2 * one);
  rows.add(
      "embedding_backward" + tail, threads, [=] { embedding_backward(a, picks, n, -1); },
      [=] { at::embedding_dense_backward(ta, tpicks, n, -1, false); }, 2 * one);
  rows.add(
      "index_put accumulating" + tail, threads, [=] { index_put(a, {picks}, a, true); },
      [=] { at::index_put(ta, {tpicks}, ta, true); }, 3 * one);
  rows.add(
      "sort" + tail, threads, [=] { sort(a, 1); }, [=] { at::sort(ta, 1); });
  rows.add(
      "topk of 10" + tail, threads, [=] { topk(a, 10, 1); }, [=] { at::topk(ta, 10, 1); });
  if (transposed) return;
  Dtype dtype = kind.dtype;
  at::ScalarType torch_dtype = kind.torch;
  rows.add(
      "rand" + tail, threads,
      [=] {
        rand({n, columns}, {}, dtype);
      },
      [=] {
        torch::rand({n, columns}, torch_dtype);
      },
      one);
  rows.add(
      "randn" + tail, threads,
      [=] {
        randn({n, columns}, {}, dtype);
      },
      [=] {
        torch::randn({n, columns}, torch_dtype);
      },
      one);
}

/// Matrix products: small, medium, large; with transposed factors, too.
void product_rows(Rows& rows, const Kind& kind, int threads) {
  auto ours = [&](Shape shape) { return randn(shape).to(kind.dtype); };
  auto peer = [&](at::IntArrayRef shape) { return torch::randn(shape).to(kind.torch); };
  std::string tail = std::string(" ") + kind.name;
  for (std::int64_t n : {64, 256, 1024}) {
    Tensor a = ours({n, n}), b = ours({n, n}), bias = ours({n}), at_ = a.transpose(0, 1);
    at::Tensor ta = peer({n, n}), tb = peer({n, n}), tbias = peer({n}), tat = ta.transpose(0, 1);
    std::string at = " " + std::to_string(n) + "^3" + tail;
    double flops = 2 * std::pow(static_cast<double>(n), 3);
    rows.add(
        "mm" + at, threads, [=] { mm(a, b); }, [=] { at::mm(ta, tb); }, 0, flops);
    if (kind.dtype == kF32) rows.limit("oneDNN", matmul_limit(n), n == 1024 ? std::optional(0.97) : std::nullopt);
    rows.add(
        "mm" + at + " transposed", threads, [=] { mm(at_, b); }, [=] { at::mm(tat, tb); }, 0, flops);
    rows.add(
        "linear with bias" + at, threads, [=] { linear(a, b, bias); }, [=] { at::linear(ta, tb, tbias); }, 0, flops);
    if (kind.dtype == kF64) continue;
    rows.add(
        "linear with bias, and gelu" + at, threads, [=] { gelu(linear(a, b, bias)); },
        [=] { at::gelu(at::linear(ta, tb, tbias)); }, 0, flops);
  }
  for (std::int64_t batch : {4, 32, 256}) {
    Tensor p = ours({batch, 64, 64}), q = ours({batch, 64, 64});
    at::Tensor tp = peer({batch, 64, 64}), tq = peer({batch, 64, 64});
    rows.add(
        "bmm of " + std::to_string(batch) + " 64^3" + tail, threads, [=] { bmm(p, q); }, [=] { at::bmm(tp, tq); }, 0,
        static_cast<double>(batch) * 2 * 64 * 64 * 64);
  }
}

/// Images: so many of so many channels and pixels a side.
struct Images {
  const char* name;
  std::int64_t batch, channels, side;
};
const Images kImages[] = {{"1x16x8x8", 1, 16, 8}, {"2x32x40x40", 2, 32, 40}, {"8x64x56x56", 8, 64, 56}};

/// Convolution, pooling, normalisation.
void image_rows(Rows& rows, const Kind& kind, const Images& images, int threads) {
  auto ours = [&](Shape shape) { return randn(shape).to(kind.dtype); };
  auto peer = [&](at::IntArrayRef shape) { return torch::randn(shape).to(kind.torch); };
  std::int64_t n = images.batch, channels = images.channels, side = images.side;
  std::string tail = std::string(" ") + kind.name + " " + images.name;
  Tensor x = ours({n, channels, side, side});
  at::Tensor tx = peer({n, channels, side, side});
  struct Conv {
    const char* name;
    std::int64_t kernel, stride, groups;
  };
  for (const Conv& c : {Conv{"conv2d 3x3", 3, 1, 1},
                        {"conv2d 1x1", 1, 1, 1},
                        {"conv2d depthwise 3x3", 3, 1, channels},
                        {"conv2d 3x3 of stride 2", 3, 2, 1}}) {
    Tensor w = ours({channels, channels / c.groups, c.kernel, c.kernel});
    at::Tensor tw = peer({channels, channels / c.groups, c.kernel, c.kernel});
    std::int64_t pad = c.kernel / 2, out = side / c.stride;
    double flops = 2.0 * static_cast<double>(n * channels * out * out * (channels / c.groups) * c.kernel * c.kernel);
    rows.add(
        c.name + tail, threads, [=] { conv2d(x, w, {}, c.stride, pad, 1, c.groups); },
        [=] { at::conv2d(tx, tw, {}, c.stride, pad, 1, c.groups); }, 0, flops);
    if (kind.dtype == kF32) {
      rows.limit("oneDNN, its layouts", conv_limit(n, channels, channels, side, c.kernel, c.stride, c.groups));
    }
    Tensor g = conv2d(x, w, {}, c.stride, pad, 1, c.groups);
    at::Tensor tg = at::conv2d(tx, tw, {}, c.stride, pad, 1, c.groups);
    rows.add(
        std::string(c.name) + " backward" + tail, threads,
        [=] {
          conv2d_backward_input(g, w, x.shape(), c.stride, pad, 1, c.groups);
          conv2d_backward_weight(g, x, w.shape(), c.stride, pad, 1, c.groups);
        },
        [=] {
          at::convolution_backward(tg, tx, tw, at::nullopt, {c.stride, c.stride}, {pad, pad}, {1, 1}, false, {0, 0},
                                   c.groups, {true, true, false});
        },
        0, 2 * flops);
  }
  Tensor w = ours({channels});
  at::Tensor tw = peer({channels});
  rows.add(
      "batch_norm" + tail, threads, [=] { batch_norm(x, w, w, {}, {}, true, 0.1, 1e-5); },
      [=] { at::batch_norm(tx, tw, tw, {}, {}, true, 0.1, 1e-5, false); });
  rows.add(
      "max_pool2d" + tail, threads, [=] { max_pool2d(x, 2); },
      [=] {
        at::max_pool2d(tx, {2, 2});
      });
  rows.add(
      "avg_pool2d" + tail, threads, [=] { avg_pool2d(x, 2); },
      [=] {
        at::avg_pool2d(tx, {2, 2});
      });
}

void attention_rows(Rows& rows, const Kind& kind, int threads) {
  struct Heads {
    const char* name;
    std::int64_t batch, heads, time;
  };
  for (const Heads& h : {Heads{"1x1x16x64", 1, 1, 16}, {"1x4x64x64", 1, 4, 64}, {"4x8x128x64", 4, 8, 128}}) {
    Tensor x = randn({h.batch, h.heads, h.time, 64}).to(kind.dtype);
    at::Tensor tx = torch::randn({h.batch, h.heads, h.time, 64}).to(kind.torch);
    rows.add(
        std::string("attention ") + kind.name + " " + h.name, threads, [=] { scaled_dot_product_attention(x, x, x); },
        [=] { at::matmul(at::softmax(at::matmul(tx * 0.125, tx.transpose(-2, -1)), -1), tx); });
  }
}

}  // namespace

std::vector<Row> kernel_rows() {
  manual_seed(1);
  torch::manual_seed(1);
  Rows rows;
  for (int threads : {1, 2}) {
    for (const Size& size : kSizes) {
      for (const Kind& kind : kKinds) {
        for (bool transposed : {false, true}) {
          matrix_rows(rows, kind, size, threads, transposed);
          index_rows(rows, kind, size, threads, transposed);
        }
      }
    }
    for (const Kind& kind : kKinds) {
      product_rows(rows, kind, threads);
      for (const Images& images : kImages) image_rows(rows, kind, images, threads);
      attention_rows(rows, kind, threads);
    }
    product_rows(rows, {"f64", kF64, at::kDouble}, threads);
  }
  return std::move(rows.all);
}

}  // namespace sy::bench
