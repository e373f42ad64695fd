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

class Rows {
 public:
  template <typename Ours, typename Peer>
  void add(std::string what, int threads, Ours ours, Peer peer, double bytes = 0, double flops = 0) {
    Row row;
    row.group = "kernels";
    row.what = std::move(what);
    row.threads = threads;
    row.bytes = bytes;
    row.flops = flops;
    row.at_least = 0.95;
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
  rows.add(
      "where" + tail, threads, [=] { where(mask, a, b); }, [=] { at::where(tmask, ta, tb); }, 3 * one);
  at_memory(3 * one);
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
  if (transposed) return;
  Tensor weight = randn({size.columns}).to(kind.dtype), bias = randn({size.columns}).to(kind.dtype);
  at::Tensor tweight = torch::randn({size.columns}).to(kind.torch), tbias = torch::randn({size.columns}).to(kind.torch);
  std::int64_t columns = size.columns;
  rows.add(
      "layer_norm" + tail, threads, [=] { layer_norm(a, columns, weight, bias); },
      [=] { at::layer_norm(ta, {columns}, tweight, tbias); }, 2 * one);
  rows.add(
      "cat" + tail, threads,
      [=] {
        cat(std::vector<Tensor>{a, b}, 1);
      },
      [=] {
        at::cat({ta, tb}, 1);
      },
      4 * one);
}

/// Indexing and sorting.
void index_rows(Rows& rows, const Size& size, int threads) {
  Tensor a = randn({size.rows, size.columns});
  at::Tensor ta = torch::randn({size.rows, size.columns});
  Tensor picks = randint(0, size.rows, {size.rows});
  at::Tensor tpicks = torch::randint(size.rows, {size.rows}, at::kLong);
  Tensor across = randint(0, size.columns, {size.rows, size.columns});
  at::Tensor tacross = torch::randint(size.columns, {size.rows, size.columns}, at::kLong);
  std::string tail = std::string(" f32 ") + size.name;
  std::int64_t n = size.rows;
  double one = static_cast<double>(a.numel()) * 4;
  rows.add(
      "gather" + tail, threads, [=] { gather(a, 1, across); }, [=] { at::gather(ta, 1, tacross); }, 4 * one);
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
  rows.add(
      "rand" + tail, threads,
      [=] {
        rand({n, size.columns});
      },
      [=] {
        torch::rand({n, size.columns});
      },
      one);
  rows.add(
      "randn" + tail, threads,
      [=] {
        randn({n, size.columns});
      },
      [=] {
        torch::randn({n, size.columns});
      },
      one);
}

/// Matrix products, convolution, attention.
void product_rows(Rows& rows, const Kind& kind, int threads) {
  auto ours = [&](Shape shape) { return randn(shape).to(kind.dtype); };
  auto peer = [&](at::IntArrayRef shape) { return torch::randn(shape).to(kind.torch); };
  std::string tail = std::string(" ") + kind.name;
  for (std::int64_t n : {64, 256, 1024}) {
    Tensor a = ours({n, n}), b = ours({n, n}), bias = ours({n});
    at::Tensor ta = peer({n, n}), tb = peer({n, n}), tbias = peer({n});
    std::string at = " " + std::to_string(n) + "^3" + tail;
    double flops = 2 * std::pow(static_cast<double>(n), 3);
    rows.add(
        "mm" + at, threads, [=] { mm(a, b); }, [=] { at::mm(ta, tb); }, 0, flops);
    if (kind.dtype == kF32) rows.limit("oneDNN", matmul_limit(n), n == 1024 ? std::optional(0.97) : std::nullopt);
    rows.add(
        "linear with bias" + at, threads, [=] { linear(a, b, bias); }, [=] { at::linear(ta, tb, tbias); }, 0, flops);
  }
  Tensor p = ours({32, 64, 64}), q = ours({32, 64, 64});
  at::Tensor tp = peer({32, 64, 64}), tq = peer({32, 64, 64});
  rows.add(
      "bmm of 32 64^3" + tail, threads, [=] { bmm(p, q); }, [=] { at::bmm(tp, tq); }, 0, 32 * 2 * 64.0 * 64 * 64);
  if (kind.dtype != kF32) return;
  struct Conv {
    const char* name;
    std::int64_t channels, out, kernel, stride, groups;
  };
  for (const Conv& c : {Conv{"conv2d 3x3", 64, 64, 3, 1, 1},
                        {"conv2d 1x1", 64, 64, 1, 1, 1},
                        {"conv2d depthwise 3x3", 64, 64, 3, 1, 64},
                        {"conv2d 3x3 of stride 2", 64, 64, 3, 2, 1}}) {
    Tensor x = ours({8, c.channels, 56, 56}), w = ours({c.out, c.channels / c.groups, c.kernel, c.kernel});
    at::Tensor tx = peer({8, c.channels, 56, 56}), tw = peer({c.out, c.channels / c.groups, c.kernel, c.kernel});
    std::int64_t pad = c.kernel / 2, side = 56 / c.stride;
    double flops = 2.0 * 8 * static_cast<double>(c.out * side * side * (c.channels / c.groups) * c.kernel * c.kernel);
    rows.add(
        c.name, threads, [=] { conv2d(x, w, {}, c.stride, pad, 1, c.groups); },
        [=] { at::conv2d(tx, tw, {}, c.stride, pad, 1, c.groups); }, 0, flops);
    rows.limit("oneDNN, its layouts", conv_limit(8, c.channels, c.out, 56, c.kernel, c.stride, c.groups));
    Tensor g = conv2d(x, w, {}, c.stride, pad, 1, c.groups);
    at::Tensor tg = at::conv2d(tx, tw, {}, c.stride, pad, 1, c.groups);
    rows.add(
        std::string(c.name) + " backward", threads,
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
  Tensor x = ours({8, 64, 56, 56}), w = ours({64}), h = ours({4, 8, 128, 64});
  at::Tensor tx = peer({8, 64, 56, 56}), tw = peer({64}), th = peer({4, 8, 128, 64});
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
  rows.add(
      "attention" + tail, threads, [=] { scaled_dot_product_attention(h, h, h); },
      [=] { at::matmul(at::softmax(at::matmul(th * 0.125, th.transpose(-2, -1)), -1), th); });
  Tensor logits = ours({512, 1000}), target = randint(0, 1000, {512});
  at::Tensor tlogits = peer({512, 1000}), ttarget = torch::randint(1000, {512}, at::kLong);
  rows.add(
      "cross_entropy" + tail, threads, [=] { cross_entropy(logits, target); },
      [=] { at::cross_entropy_loss(tlogits, ttarget); });
}

}  // namespace

std::vector<Row> kernel_rows() {
  manual_seed(1);
  torch::manual_seed(1);
  Rows rows;
  for (int threads : {1, 2}) {
    for (const Size& size : kSizes) {
      for (const Kind& kind : kKinds) {
        for (bool transposed : {false, true}) matrix_rows(rows, kind, size, threads, transposed);
      }
      index_rows(rows, size, threads);
    }
    for (const Kind& kind : kKinds) product_rows(rows, kind, threads);
    product_rows(rows, {"f64", kF64, at::kDouble}, threads);
  }
  return std::move(rows.all);
}

}  // namespace sy::bench
