// Kernels at sizes that the samples of the conformance suite do not reach: beyond blocks and vectors, with odd tails, on
// one thread and on two. The reference plugin says what is right.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>

#include "../reference/plugin_harness.h"

namespace sy::testing {
namespace {

using Build = std::function<void(TestCall&)>;

/// Reference takes contiguous operands only: while it runs, all are laid out so.
bool contiguous_only = false;

std::vector<double> run(const char* plugin, const char* op, std::uint32_t dtype, const Build& build, std::size_t k) {
  TestCall call(LoadedPlugin::get(plugin), op, dtype);
  contiguous_only = std::string(plugin) == "reference";
  build(call);
  EXPECT_EQ(call.run(), SY_OK) << op << ": " << last_error();
  return call.result(k);
}

/// The outputs' elements are within `tolerance`, relative, of the reference's, and the same with two threads.
void compare(const char* op, std::uint32_t dtype, const Build& build, double tolerance, std::size_t outputs = 1) {
  const sy_backend& backend = LoadedPlugin::get("cpu").backend();
  for (std::size_t k = 0; k < outputs; ++k) {
    const std::vector<double> expected = run("reference", op, dtype, build, k);
    backend.configure(backend.self, "num_threads", "1");
    const std::vector<double> got = run("cpu", op, dtype, build, k);
    backend.configure(backend.self, "num_threads", "2");
    const std::vector<double> threaded = run("cpu", op, dtype, build, k);
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      ASSERT_TRUE(got[i] == threaded[i] || (std::isnan(got[i]) && std::isnan(threaded[i]))) << op << " at " << i;
      if (std::isnan(expected[i]) && std::isnan(got[i])) continue;
      if (got[i] == expected[i]) continue;
      ASSERT_NEAR(got[i], expected[i], tolerance * (1 + std::abs(expected[i])))
          << op << ", dtype " << dtype << ", output " << k << " at " << i;
    }
  }
}

double tolerance_of(std::uint32_t dtype) {
  return dtype == SY_BF16 ? 1e-2 : dtype == SY_F16 ? 2e-3 : dtype == SY_F32 ? 2e-5 : 1e-12;
}

/// Multiples of 1/8 in [-4, 4).
std::vector<double> noise(std::size_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<double> values(n);
  for (double& v : values) v = static_cast<double>(random() % 64) / 8 - 4;
  return values;
}

/// A tensor of that shape, whose dimensions lie in memory in the order given (outermost first), each element `gap` from
/// the next. NaN lies at nan_at in memory.
Numbers laid_out(std::uint32_t dtype, const Dims& shape, const Dims& order, std::int64_t gap, unsigned seed,
                 std::int64_t nan_at = -1) {
  Dims strides(shape.size());
  std::int64_t step = gap;
  for (std::size_t k = order.size(); k-- > 0;) {
    strides[static_cast<std::size_t>(order[k])] = step;
    step *= shape[static_cast<std::size_t>(order[k])];
  }
  std::vector<double> memory = noise(static_cast<std::size_t>(step), seed);
  if (nan_at >= 0) memory[static_cast<std::size_t>(nan_at)] = NAN;
  for (double& v : memory) v = dtype == SY_U8 ? std::abs(v) : v;
  if (!contiguous_only) {
    Numbers numbers = typed(dtype, shape, memory);
    numbers.strides = strides;
    return numbers;
  }
  std::vector<double> values(static_cast<std::size_t>(step / gap));
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::int64_t rest = static_cast<std::int64_t>(i), at = 0;
    for (std::size_t d = shape.size(); d-- > 0; rest /= shape[d]) at += rest % shape[d] * strides[d];
    values[i] = memory[static_cast<std::size_t>(at)];
  }
  return typed(dtype, shape, values);
}

struct Layout {
  Dims order;
  std::int64_t gap;
};
const Layout kLayouts[] = {{{0, 1}, 1}, {{1, 0}, 1}, {{0, 1}, 3}, {{1, 0}, 2}};
const std::uint32_t kFloats[] = {SY_F32, SY_F64, SY_F16, SY_BF16};

TEST(Large, CumsumOfLinesInAnyLayout) {
  for (std::uint32_t dtype : {SY_F32, SY_F64, SY_BF16, SY_U8}) {
    const bool integral = dtype == SY_U8;
    for (const Layout& in : kLayouts) {
      for (const Layout& out : {kLayouts[0], kLayouts[3]}) {
        for (std::int64_t dim : {0, 1}) {
          const Build build = [&](TestCall& call) {
            const Dims shape = {19, 1111};
            call.tensor(laid_out(dtype, shape, in.order, in.gap, 1)).integer(dim).none();
            call.output(laid_out(integral ? std::uint32_t{SY_I64} : dtype, shape, out.order, out.gap, 2));
          };
          compare("cumsum", dtype, build, tolerance_of(dtype) * 4);
        }
      }
    }
  }
}

TEST(Large, CumsumKeepsInfinityAndNanToLaterElements) {
  std::vector<double> values = noise(100, 3);
  values[21] = INFINITY;
  values[43] = -INFINITY;
  const Build build = [&](TestCall& call) { call.tensor(f32({100}, values)).integer(0).none().output(SY_F32, {100}); };
  compare("cumsum", SY_F32, build, 1e-6);
}

TEST(Large, SumsInAnyLayout) {
  for (std::uint32_t dtype : {SY_F32, SY_F64, SY_F16, SY_BF16, SY_I64}) {
    for (const Layout& in : kLayouts) {
      for (const Dims& dims : {Dims{0}, Dims{1}, Dims{0, 1}}) {
        for (const Dims& shape : {Dims{19, 1111}, Dims{300, 301}, Dims{1111, 7}, Dims{13, 100}}) {
          const Build build = [&](TestCall& call) {
            Dims kept = shape;
            for (std::int64_t d : dims) kept[static_cast<std::size_t>(d)] = 1;
            call.tensor(laid_out(dtype, shape, in.order, in.gap, 4)).ints(dims).boolean(true).none();
            call.output(dtype, kept);
          };
          compare("sum", dtype, build, tolerance_of(dtype));
        }
      }
    }
  }
}

TEST(Large, SumsDoNotOverflowOnTheWay) {
  for (std::uint32_t dtype : {SY_F32, SY_BF16}) {
    for (std::int64_t dim : {0, 1}) {
      std::vector<double> values(64 * 64);
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = (i + i / 64) % 64 < 32 ? 3e38 : -3e38;
      const Build build = [&](TestCall& call) {
        call.tensor(typed(dtype, {64, 64}, values)).ints({dim}).boolean(false).none().output(dtype, {64});
      };
      EXPECT_EQ(run("cpu", "sum", dtype, build, 0), std::vector<double>(64, 0.0));
    }
  }
}

TEST(Large, ExtremesInAnyLayoutAndNan) {
  for (const char* op : {"amax", "amin"}) {
    for (std::uint32_t dtype : kFloats) {
      for (const Layout& in : kLayouts) {
        for (std::int64_t dim : {0, 1}) {
          for (int nan_at : {-1, 0, 18, 20000}) {
            const Build build = [&](TestCall& call) {
              const Numbers x = laid_out(dtype, {19, 1111}, in.order, in.gap, 5, nan_at);
              call.tensor(x).ints({dim}).boolean(true).output(dtype, dim == 0 ? Dims{1, 1111} : Dims{19, 1});
            };
            compare(op, dtype, build, 0);
          }
        }
      }
    }
  }
}

TEST(Large, SoftmaxInAnyLayout) {
  for (std::uint32_t dtype : kFloats) {
    for (const Layout& in : kLayouts) {
      for (const Layout& out : {kLayouts[0], kLayouts[3]}) {
        for (std::int64_t dim : {0, 1}) {
          const Build build = [&](TestCall& call) {
            call.tensor(laid_out(dtype, {35, 1111}, in.order, in.gap, 6)).integer(dim);
            call.output(laid_out(dtype, {35, 1111}, out.order, out.gap, 7));
          };
          compare("softmax", dtype, build, tolerance_of(dtype));
        }
      }
    }
  }
}

TEST(Large, TopkWithManyEqualsAndNan) {
  for (std::uint32_t dtype : {SY_F32, SY_BF16, SY_F64, SY_I64}) {
    for (bool largest : {true, false}) {
      for (std::int64_t k : {1, 10, 32, 33, 500}) {
        for (double special : {0.0, std::nan("")}) {
          const Build build = [&](TestCall& call) {
            Numbers x = typed(dtype, {3, 1111}, noise(3 * 1111, 8));
            for (std::size_t i = 5; dtype != SY_I64 && i < x.values.size(); i += 90) x.values[i] = special;
            call.tensor(x).integer(k).integer(1).boolean(largest).output(dtype, {3, k}).output(SY_I64, {3, k});
          };
          compare("topk", dtype, build, 0, 2);
        }
      }
    }
  }
}

TEST(Large, GatherAndScatterCountFromTheEnd) {
  for (std::int64_t dim : {0, 1}) {
    for (const Dims& shape : {Dims{40, 900}, Dims{900, 1}, Dims{1, 900}}) {
      Dims wider = {shape[0] + 2, shape[1] + 3};
      const std::int64_t size = wider[static_cast<std::size_t>(dim)];
      std::vector<double> index(static_cast<std::size_t>(shape[0] * shape[1]));
      std::mt19937 random(9);
      for (double& i : index) i = static_cast<double>(static_cast<std::int64_t>(random() % (2 * size)) - size);
      for (std::uint32_t type : {SY_I64, SY_I32}) {
        const Build gather = [&](TestCall& call) {
          call.tensor(laid_out(SY_F32, wider, {0, 1}, 1, 10)).integer(dim).tensor(typed(type, shape, index));
          call.output(SY_F32, shape);
        };
        compare("gather", SY_F32, gather, 0);
        for (const char* op : {"scatter", "scatter_add"}) {
          const Build scatter = [&](TestCall& call) {
            const Numbers self = laid_out(SY_F32, wider, {0, 1}, 1, 11);
            call.tensor(self).integer(dim).tensor(typed(type, shape, index));
            call.tensor(laid_out(SY_F32, shape, {0, 1}, 1, 12)).output(self);
          };
          compare(op, SY_F32, scatter, 1e-6);
        }
      }
    }
  }
}

TEST(Large, GatherNamesAnIndexOutOfRange) {
  for (double bad : {900.0, -901.0, 9e18}) {
    std::vector<double> index(2000, 3);
    index[1234] = bad;
    TestCall call(LoadedPlugin::get("cpu"), "gather");
    call.tensor(f32({900}, noise(900, 13))).integer(0).tensor(i64({2000}, index)).output(SY_F32, {2000});
    EXPECT_EQ(call.run(), SY_OUT_OF_RANGE);
    EXPECT_NE(last_error().find(bad > 1e18 ? "90000" : std::to_string(static_cast<int>(bad))), std::string::npos);
  }
}

TEST(Large, AccumulatingIndexPut) {
  std::vector<double> index(500);
  for (std::size_t i = 0; i < index.size(); ++i) index[i] = static_cast<double>(i * 7 % 19) - 10;
  for (std::uint32_t dtype : {SY_F32, SY_BF16, SY_U8}) {
    const Build build = [&](TestCall& call) {
      Numbers self = laid_out(dtype, {20, 203}, {0, 1}, 1, 14);
      call.tensor(self).tensors({i64({500}, index)}).tensor(laid_out(dtype, {500, 203}, {0, 1}, 1, 15)).boolean(true);
      call.output(self);
    };
    compare("native_index_put", dtype, build, tolerance_of(dtype) * 8);
  }
}

TEST(Large, CatOfUnequalPieces) {
  for (std::int64_t dim : {0, 1}) {
    const Build build = [&](TestCall& call) {
      std::vector<Numbers> pieces;
      for (std::int64_t n : {301, 0, 1, 77}) {
        pieces.push_back(laid_out(SY_F32, dim == 0 ? Dims{n, 150} : Dims{150, n}, {0, 1}, 1, 16));
      }
      call.tensors(pieces).integer(dim).output(SY_F32, dim == 0 ? Dims{379, 150} : Dims{150, 379});
    };
    compare("cat", SY_F32, build, 0);
  }
}

TEST(Large, MaximumPooling) {
  struct Case {
    Dims kernel, stride, padding, dilation;
  };
  for (const Case& c : {Case{{2, 2}, {2, 2}, {0, 0}, {1, 1}}, Case{{3, 5}, {2, 1}, {1, 2}, {1, 1}},
                        Case{{2, 3}, {1, 3}, {1, 1}, {3, 2}}, Case{{1, 1}, {4, 4}, {0, 0}, {1, 1}}}) {
    const Dims in = {11, 641};
    Dims out(2);
    for (std::size_t d = 0; d < 2; ++d) {
      out[d] = (in[d] + 2 * c.padding[d] - c.dilation[d] * (c.kernel[d] - 1) - 1) / c.stride[d] + 1;
    }
    for (std::uint32_t dtype : kFloats) {
      const Build build = [&](TestCall& call) {
        Numbers x = laid_out(dtype, {2, 3, in[0], in[1]}, {0, 1, 2, 3}, 1, 17);
        for (std::size_t i = 7; i < x.values.size(); i += 501) x.values[i] = NAN;
        for (std::size_t i = 0; i < 2000; ++i) x.values[i] = -INFINITY;
        call.tensor(x).ints(c.kernel).ints(c.stride).ints(c.padding).ints(c.dilation);
        call.output(dtype, {2, 3, out[0], out[1]}).output(SY_I64, {2, 3, out[0], out[1]});
      };
      compare("max_pool2d_with_indices", dtype, build, 0, 2);
    }
  }
}

/// A convolution and its gradients; strides of 1, and a result as large as x.
void compare_convolutions(std::uint32_t dtype, const Dims& x_shape, const Dims& w_shape) {
  const std::int64_t margin = w_shape[2] / 2;
  const Numbers x = laid_out(dtype, x_shape, {0, 1, 2, 3}, 1, 18);
  const Numbers g = laid_out(dtype, {x_shape[0], w_shape[0], x_shape[2], x_shape[3]}, {0, 1, 2, 3}, 1, 19);
  const Numbers w = laid_out(dtype, w_shape, {0, 1, 2, 3}, 1, 20);
  const double tolerance = tolerance_of(dtype);
  const auto attributes = [=](TestCall& call) { call.ints({1, 1}).ints({margin, margin}).ints({1, 1}).integer(1); };
  for (bool bias : {true, false}) {
    const Build forward = [&](TestCall& call) {
      call.tensor(x).tensor(w);
      bias ? call.tensor(typed(dtype, {w_shape[0]}, noise(w_shape[0], 21))) : call.none();
      attributes(call);
      call.output(g);
    };
    compare("conv2d", dtype, forward, tolerance);
  }
  const Build input = [&](TestCall& call) {
    call.tensor(g).tensor(w).ints(x.shape);
    attributes(call);
    call.output(x);
  };
  compare("conv2d_backward_input", dtype, input, tolerance);
  const Build weight = [&](TestCall& call) {
    call.tensor(g).tensor(x).ints(w.shape);
    attributes(call);
    call.output(w);
  };
  compare("conv2d_backward_weight", dtype, weight, tolerance * 8);
}

TEST(Large, PointwiseConvolution) {
  for (std::uint32_t dtype : {SY_F32, SY_F16}) compare_convolutions(dtype, {3, 5, 15, 17}, {7, 5, 1, 1});
}

// Large images are convolved one by one where their number is a multiple of the threads'.
TEST(Large, ConvolutionOfLargeImages) {
  for (std::uint32_t dtype : {SY_F32, SY_BF16}) {
    for (std::int64_t batch : {2, 3}) compare_convolutions(dtype, {batch, 20, 40, 40}, {24, 20, 3, 3});
  }
}

TEST(Large, GeluInBothTails) {
  std::vector<double> values(4001);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = (static_cast<double>(i) - 2000) / 100;
  values.insert(values.end(), {INFINITY, NAN, 1e30, -1e18, 0.0});
  const Build build = [&](TestCall& call) {
    const std::int64_t n = static_cast<std::int64_t>(values.size());
    call.tensor(f32({n}, values)).str("none").output(SY_F32, {n});
  };
  const std::vector<double> got = run("cpu", "gelu", SY_F32, build, 0);
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double x = static_cast<double>(static_cast<float>(values[i]));
    const double expected = x * std::erfc(-x * 0.70710678118654752440) / 2;
    if (std::isnan(expected) && std::isnan(got[i])) continue;
    if (got[i] == expected) continue;
    EXPECT_NEAR(got[i], expected, 1e-5 * std::abs(expected) + 1e-36) << x;
  }
}

}  // namespace
}  // namespace sy::testing
