#include <omp.h>

#include <cstring>
#include <functional>
#include <memory>
#include <oneapi/dnnl/dnnl.hpp>
#include <unordered_map>

#include "benchmarks/rows.h"

namespace sy::bench {
namespace {

dnnl::engine& engine() {
  static dnnl::engine e(dnnl::engine::kind::cpu, 0);
  return e;
}

/// A primitive with memory of its own.
struct Prepared {
  dnnl::primitive primitive;
  std::unordered_map<int, dnnl::memory> arguments;
};

/// What `make` gives, run again and again. Made at the first run, for as many threads as there are then.
Body run(std::function<Prepared()> make) {
  return [make = std::move(make), prepared = std::shared_ptr<Prepared>(),
          stream = dnnl::stream(engine())](std::int64_t n) mutable {
    if (!prepared) prepared = std::make_shared<Prepared>(make());
    for (std::int64_t i = 0; i < n; ++i) {
      prepared->primitive.execute(stream, prepared->arguments);
      stream.wait();
    }
  };
}

/// Memory that was touched, so that no page is new when the clock runs.
dnnl::memory touched(const dnnl::memory::desc& desc) {
  dnnl::memory memory(desc, engine());
  std::memset(memory.get_data_handle(), 0, desc.get_size());
  return memory;
}

}  // namespace

Body copy_limit(double bytes) {
  auto half = static_cast<std::size_t>(bytes / 2);
  auto from = std::make_shared<std::vector<char>>(half, 1);
  auto to = std::make_shared<std::vector<char>>(half, 2);
  return [=](std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) {
#pragma omp parallel
      {
        std::size_t threads = static_cast<std::size_t>(omp_get_num_threads());
        std::size_t me = static_cast<std::size_t>(omp_get_thread_num());
        std::size_t begin = half * me / threads, end = half * (me + 1) / threads;
        std::memcpy(to->data() + begin, from->data() + begin, end - begin);
      }
    }
  };
}

Body matmul_limit(std::int64_t n) {
  return run([=]() -> Prepared {
    using tag = dnnl::memory::format_tag;
    dnnl::memory::desc desc({n, n}, dnnl::memory::data_type::f32, tag::ab);
    dnnl::matmul::primitive_desc pd(dnnl::matmul::desc(desc, desc, desc), engine());
    return {dnnl::matmul(pd),
            {{DNNL_ARG_SRC, touched(desc)}, {DNNL_ARG_WEIGHTS, touched(desc)}, {DNNL_ARG_DST, touched(desc)}}};
  });
}

Body conv_limit(std::int64_t batch, std::int64_t channels, std::int64_t out, std::int64_t side, std::int64_t kernel,
                std::int64_t stride, std::int64_t groups) {
  return run([=]() -> Prepared {
    using tag = dnnl::memory::format_tag;
    constexpr auto f32 = dnnl::memory::data_type::f32;
    dnnl::memory::dims strides{stride, stride}, padding{kernel / 2, kernel / 2};
    dnnl::memory::desc x({batch, channels, side, side}, f32, tag::any);
    dnnl::memory::desc w =
        groups == 1 ? dnnl::memory::desc({out, channels, kernel, kernel}, f32, tag::any)
                    : dnnl::memory::desc({groups, out / groups, channels / groups, kernel, kernel}, f32, tag::any);
    dnnl::memory::desc y({batch, out, side / stride, side / stride}, f32, tag::any);
    dnnl::convolution_forward::primitive_desc pd(
        dnnl::convolution_forward::desc(dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct, x, w,
                                        y, strides, padding, padding),
        engine());
    return {dnnl::convolution_forward(pd),
            {{DNNL_ARG_SRC, touched(pd.src_desc())},
             {DNNL_ARG_WEIGHTS, touched(pd.weights_desc())},
             {DNNL_ARG_DST, touched(pd.dst_desc())}}};
  });
}

}  // namespace sy::bench
