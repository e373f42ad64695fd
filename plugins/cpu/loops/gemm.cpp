#include "loops/gemm.h"

#include <algorithm>

#include "loops/parallel.h"
#include "loops/scratch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "loops/gemm.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/rows-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

// Integers are packed and summed in an unsigned type that wraps.
template <class T>
using Packed = std::conditional_t<std::is_floating_point_v<T>, T, Wrapping<T>>;

template <class P>
struct Tile {
  static constexpr bool kVector = std::is_floating_point_v<P>;
#if HWY_TARGET == HWY_AVX3
  static constexpr std::int64_t kRows = 8;
#else
  static constexpr std::int64_t kRows = 4;
#endif
  static std::int64_t cols() {
    if constexpr (kVector) return 2 * static_cast<std::int64_t>(hn::Lanes(hn::ScalableTag<P>()));
    return 16;
  }
  static constexpr std::int64_t kMaxCols = kVector ? 2 * static_cast<std::int64_t>(kMaxVectorBytes / sizeof(P)) : 16;
};
constexpr std::int64_t kDepth = kSumBlock;  // products per pass
constexpr std::int64_t kRowBlock = 64;      // rows of a packed at a time

// tile (kRows x cols, row-major) = panel of a (depth x kRows) times panel of b (depth x cols)
template <class P>
HWY_INLINE void multiply_tile(const P* HWY_RESTRICT a, const P* HWY_RESTRICT b, std::int64_t depth,
                              P* HWY_RESTRICT tile) {
  constexpr std::int64_t kRows = Tile<P>::kRows;
  if constexpr (Tile<P>::kVector) {
    const hn::ScalableTag<P> d;
    const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
    using V = hn::VFromD<decltype(d)>;
    V left[kRows];
    V right[kRows];
    for (std::int64_t i = 0; i < kRows; ++i) left[i] = right[i] = hn::Zero(d);
    for (std::int64_t p = 0; p < depth; ++p, a += kRows, b += 2 * lanes) {
      const V b0 = hn::LoadU(d, b);
      const V b1 = hn::LoadU(d, b + lanes);
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC unroll 8
#endif
      for (std::int64_t i = 0; i < kRows; ++i) {
        const V ai = hn::Set(d, a[i]);
        left[i] = hn::MulAdd(ai, b0, left[i]);
        right[i] = hn::MulAdd(ai, b1, right[i]);
      }
    }
    for (std::int64_t i = 0; i < kRows; ++i) {
      hn::StoreU(left[i], d, tile + i * 2 * lanes);
      hn::StoreU(right[i], d, tile + i * 2 * lanes + lanes);
    }
  } else {
    constexpr std::int64_t kCols = 16;
    P sums[kRows][kCols] = {};
    for (std::int64_t p = 0; p < depth; ++p, a += kRows, b += kCols) {
      for (std::int64_t i = 0; i < kRows; ++i) {
        for (std::int64_t j = 0; j < kCols; ++j) sums[i][j] += a[i] * b[j];
      }
    }
    std::memcpy(tile, sums, sizeof(sums));
  }
}

// Rows [row, row + count) of the depth range, as panels of kRows rows, padded with zeros.
template <class T>
void pack_a(const Matrices& a, std::int64_t row, std::int64_t count, std::int64_t from, std::int64_t depth,
            Packed<T>* to) {
  constexpr std::int64_t kRows = Tile<Packed<T>>::kRows;
  const T* data = reinterpret_cast<const T*>(a.data);
  for (std::int64_t i = 0; i < count; i += kRows, to += kRows * depth) {
    const std::int64_t used = std::min(kRows, count - i);
    for (std::int64_t k = 0; k < kRows; ++k) {
      const T* line = data + (row + i + std::min(k, used - 1)) * a.row_stride + from * a.col_stride;
      for (std::int64_t p = 0; p < depth; ++p) {
        to[p * kRows + k] = k < used ? static_cast<Packed<T>>(line[p * a.col_stride]) : Packed<T>{0};
      }
    }
  }
}

// One panel of columns [col, col + cols) of b, padded with zeros.
template <class T>
void pack_b(const Matrices& b, std::int64_t col, std::int64_t cols, std::int64_t from, std::int64_t depth,
            Packed<T>* to) {
  const std::int64_t used = std::min(cols, b.cols - col);
  const T* data = reinterpret_cast<const T*>(b.data);
  for (std::int64_t p = 0; p < depth; ++p, to += cols) {
    const T* line = data + (from + p) * b.row_stride + col * b.col_stride;
    for (std::int64_t j = 0; j < used; ++j) to[j] = static_cast<Packed<T>>(line[j * b.col_stride]);
    for (std::int64_t j = used; j < cols; ++j) to[j] = Packed<T>{0};
  }
}

// One pass: c += alpha * a b over depth products, or = in the first pass.
template <class T>
struct Pass {
  using P = Packed<T>;
  Matrices a, b, c;
  std::int64_t from, depth, cols;
  const P* packed_b;
  P alpha, beta;
  bool first;

  void store(const P* tile, std::int64_t row, std::int64_t col, std::int64_t rows_used, std::int64_t cols_used) const {
    for (std::int64_t i = 0; i < rows_used; ++i) {
      T* line = reinterpret_cast<T*>(c.data) + (row + i) * c.row_stride + col * c.col_stride;
      for (std::int64_t j = 0; j < cols_used; ++j) {
        T& to = line[j * c.col_stride];
        const P product = alpha * tile[i * cols + j];
        if (!first) {
          to = static_cast<T>(static_cast<P>(to) + product);
        } else {
          to = beta == P{0} ? static_cast<T>(product) : static_cast<T>(beta * static_cast<P>(to) + product);
        }
      }
    }
  }

  void rows(std::int64_t begin, std::int64_t end, P* packed_a) const {
    constexpr std::int64_t kRows = Tile<P>::kRows;
    HWY_ALIGN P tile[kRows * Tile<P>::kMaxCols];
    for (std::int64_t row = begin; row < end; row += kRowBlock) {
      const std::int64_t count = std::min(kRowBlock, end - row);
      pack_a<T>(a, row, count, from, depth, packed_a);
      for (std::int64_t col = 0; col < b.cols; col += cols) {
        for (std::int64_t i = 0; i < count; i += kRows) {
          multiply_tile<P>(packed_a + i * depth, packed_b + col * depth, depth, tile);
          store(tile, row + i, col, std::min(kRows, count - i), std::min(cols, b.cols - col));
        }
      }
    }
  }
};

constexpr std::int64_t kFewElements = 1024;

// R rows and V vectors of columns of c = alpha * a b + beta * c, for a b whose rows are contiguous. All of it stays in
// registers until the sums are done.
template <int R, int V, class D, class T = hn::TFromD<D>>
HWY_INLINE void multiply_block(D d, const T* a, std::int64_t a_row, std::int64_t a_col, std::int64_t inner, const T* b,
                               std::int64_t b_row, T* c, std::int64_t c_row, T alpha, T beta) {
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  hn::VFromD<D> sums[R][V];
#pragma GCC unroll 8
  for (int i = 0; i < R; ++i) {
#pragma GCC unroll 2
    for (int v = 0; v < V; ++v) sums[i][v] = hn::Zero(d);
  }
  for (std::int64_t p = 0; p < inner; ++p, a += a_col, b += b_row) {
    hn::VFromD<D> right[V];
#pragma GCC unroll 2
    for (int v = 0; v < V; ++v) right[v] = hn::LoadU(d, b + v * lanes);
#pragma GCC unroll 8
    for (int i = 0; i < R; ++i) {
      const auto left = hn::Set(d, a[i * a_row]);
#pragma GCC unroll 2
      for (int v = 0; v < V; ++v) sums[i][v] = hn::MulAdd(left, right[v], sums[i][v]);
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < R; ++i) {
#pragma GCC unroll 2
    for (int v = 0; v < V; ++v) {
      T* to = c + i * c_row + v * lanes;
      auto sum = hn::Mul(hn::Set(d, alpha), sums[i][v]);
      if (beta != 0) sum = hn::MulAdd(hn::Set(d, beta), hn::LoadU(d, to), sum);
      hn::StoreU(sum, d, to);
    }
  }
}

// R rows of c, all columns.
template <int R, class T>
void multiply_rows(const T* a, std::int64_t a_row, std::int64_t a_col, std::int64_t inner, const T* b,
                   std::int64_t b_row, T* c, std::int64_t c_row, std::int64_t cols, T alpha, T beta) {
  const hn::ScalableTag<T> wide;
  const hn::CappedTag<T, 32 / sizeof(T)> narrow;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(wide));
  const std::int64_t few = static_cast<std::int64_t>(hn::Lanes(narrow));
  std::int64_t j = 0;
  for (; j + 2 * lanes <= cols; j += 2 * lanes)
    multiply_block<R, 2>(wide, a, a_row, a_col, inner, b + j, b_row, c + j, c_row, alpha, beta);
  for (; j + lanes <= cols; j += lanes)
    multiply_block<R, 1>(wide, a, a_row, a_col, inner, b + j, b_row, c + j, c_row, alpha, beta);
  for (; j + few <= cols; j += few)
    multiply_block<R, 1>(narrow, a, a_row, a_col, inner, b + j, b_row, c + j, c_row, alpha, beta);
  for (; j < cols; ++j) {
    for (int i = 0; i < R; ++i) {
      T sum = 0;
      for (std::int64_t p = 0; p < inner; ++p) sum += a[i * a_row + p * a_col] * b[p * b_row + j];
      T& to = c[i * c_row + j];
      to = beta != 0 ? alpha * sum + beta * to : alpha * sum;
    }
  }
}

// A product so small that packing and blocking would cost more than it. False, with nothing done, for any other.
template <class T>
bool gemm_small(std::int64_t batch, const Matrices& a, const Matrices& b, const Matrices& c, T alpha, T beta) {
  const bool packs = b.col_stride != 1;
  if (c.col_stride != 1 || !is_small(batch, a, b, c) || (packs && a.cols * b.cols > kFewElements)) return false;
  HWY_ALIGN T packed[kFewElements];
  for (std::int64_t k = 0; k < batch; ++k) {
    const T* left = reinterpret_cast<const T*>(a.data) + k * a.batch_stride;
    const T* right = reinterpret_cast<const T*>(b.data) + k * b.batch_stride;
    T* to = reinterpret_cast<T*>(c.data) + k * c.batch_stride;
    std::int64_t step = b.row_stride;
    if (packs) {
      for (std::int64_t p = 0; p < a.cols; ++p) {
        for (std::int64_t j = 0; j < b.cols; ++j) packed[p * b.cols + j] = right[p * step + j * b.col_stride];
      }
      right = packed;
      step = b.cols;
    }
    std::int64_t i = 0;
    const auto rows = [&](auto count) {
      constexpr int kCount = decltype(count)::value;
      for (; i + kCount <= c.rows; i += kCount) {
        multiply_rows<kCount, T>(left + i * a.row_stride, a.row_stride, a.col_stride, a.cols, right, step,
                                 to + i * c.row_stride, c.row_stride, c.cols, alpha, beta);
      }
    };
    if constexpr (Tile<T>::kRows == 8) rows(std::integral_constant<int, 8>());
    rows(std::integral_constant<int, 4>());
    rows(std::integral_constant<int, 1>());
  }
  return true;
}

template <class T>
void gemm_typed(const Call& call, std::int64_t batch, const Matrices& a, const Matrices& b, const Matrices& c,
                const sdk::Scalar& alpha, const sdk::Scalar& beta) {
  using P = Packed<T>;
  if constexpr (std::is_floating_point_v<T>) {
    if (gemm_small<T>(batch, a, b, c, static_cast<T>(alpha.to_double()), static_cast<T>(beta.to_double()))) return;
  }
  const std::int64_t inner = a.cols;
  const std::int64_t depth_max = std::min(kDepth, std::max<std::int64_t>(inner, 1));
  const std::int64_t cols = Tile<P>::cols();
  const std::int64_t panels = (c.cols + cols - 1) / cols;
  const int threads = num_threads();
  const std::int64_t a_size = kRowBlock * depth_max;
  Scratch<P> memory(call, static_cast<std::size_t>(panels * cols * depth_max + threads * a_size));
  P* const packed_b = memory.data() + threads * a_size;
  const std::int64_t row_units = (c.rows + kRowBlock - 1) / kRowBlock;
  for (std::int64_t k = 0; k < batch; ++k) {
    Pass<T> pass;
    pass.a = a;
    pass.b = b;
    pass.c = c;
    pass.a.data += k * a.batch_stride * static_cast<std::int64_t>(sizeof(T));
    pass.b.data += k * b.batch_stride * static_cast<std::int64_t>(sizeof(T));
    pass.c.data += k * c.batch_stride * static_cast<std::int64_t>(sizeof(T));
    pass.cols = cols;
    pass.packed_b = packed_b;
    pass.alpha = static_cast<P>(alpha.to<T>());
    pass.beta = static_cast<P>(beta.to<T>());
    pass.from = 0;
    do {  // once even for an inner size of zero
      pass.depth = std::min(depth_max, inner - pass.from);
      pass.first = pass.from == 0;
      parallel_for(panels, grain_for(cols * pass.depth), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t p = begin; p < end; ++p) {
          pack_b<T>(pass.b, p * cols, cols, pass.from, pass.depth, packed_b + p * cols * pass.depth);
        }
      });
      const std::int64_t work = kRowBlock * c.cols * std::max<std::int64_t>(pass.depth, 1) / 16;
      // Each range of rows packs a into a part of the scratch of its own.
      const std::int64_t parts = work * row_units > kGrain ? std::min<std::int64_t>(threads, row_units) : 1;
      parallel_for(parts, 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t t = begin; t < end; ++t) {
          const std::int64_t from_row = row_units * t / parts * kRowBlock;
          const std::int64_t to_row = std::min(c.rows, row_units * (t + 1) / parts * kRowBlock);
          pass.rows(from_row, to_row, memory.data() + t * a_size);
        }
      });
      pass.from += depth_max;
    } while (pass.from < inner);
  }
}

void gemm_any(const Call& call, std::uint32_t dtype, std::int64_t batch, const Matrices& a, const Matrices& b,
              const Matrices& c, const sdk::Scalar& alpha, const sdk::Scalar& beta) {
  visit_compute(dtype, NumericTypes{},
                [&](auto tag) { gemm_typed<typename decltype(tag)::type>(call, batch, a, b, c, alpha, beta); });
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {

namespace {
HWY_EXPORT(gemm_any);
}

void gemm(const sdk::Call& call, std::uint32_t dtype, std::int64_t batch, const Matrices& a, const Matrices& b,
          const Matrices& c, const sdk::Scalar& alpha, const sdk::Scalar& beta) {
  HWY_DYNAMIC_DISPATCH(gemm_any)(call, dtype, batch, a, b, c, alpha, beta);
}

}  // namespace sy::cpu
#endif
