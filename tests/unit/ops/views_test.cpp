// Chains of views against a list of indices.
#include "naive.h"

namespace sy::testing {
namespace {

/// Applies random view operators to a tensor and to the model in step.
class Chain {
 public:
  explicit Chain(std::uint64_t seed) : random_(seed) {
    std::int64_t next = 0;
    model_ = build(random_.shape(4, 0, 4), [&](const auto&) { return next++; });
    base_ = to_tensor(model_);
    tensor_ = base_;
    what_ = str_cat("seed ", seed, ": ", shape_str(model_.shape));
  }

  void step() {
    switch (random_.in(0, 10)) {
      case 0:
        return permute();
      case 1:
        return slice();
      case 2:
        return select();
      case 3:
        return flip();
      case 4:
        return unsqueeze();
      case 5:
        return squeeze();
      case 6:
        return expand();
      case 7:
        return diagonal();
      case 8:
        return unfold();
      case 9:
        return transpose();
      default:
        return reshape();
    }
  }

  void check() const {
    expect_same(read(tensor_), model_, what_);
    EXPECT_EQ(tensor_.is_contiguous(), contiguous()) << what_;
    expect_same(read(tensor_.contiguous()), model_, what_ + ", contiguous");
  }

  /// Writing through the view changes the base where the model says. Views that repeat an element refuse.
  void check_write() const {
    if (reshaped_ || tensor_.numel() == 0) return;
    std::vector<std::int64_t> seen = model_.values;
    std::sort(seen.begin(), seen.end());
    bool repeats = std::adjacent_find(seen.begin(), seen.end()) != seen.end();
    if (repeats) {
      EXPECT_THROW(tensor_.add_(Scalar(1000)), Error) << what_;
      return;
    }
    Naive expected = read(base_);
    for (std::int64_t v : model_.values) expected.values[static_cast<std::size_t>(v)] += 1000;
    tensor_.add_(Scalar(1000));
    expect_same(read(base_), expected, what_ + ", written through");
  }

 private:
  std::int64_t ndim() const { return static_cast<std::int64_t>(model_.ndim()); }
  std::size_t any_dim() { return static_cast<std::size_t>(random_.in(0, ndim() - 1)); }
  /// d, or the same counted from the end.
  std::int64_t named(std::size_t d) { return static_cast<std::int64_t>(d) - (random_.coin() ? ndim() : 0); }

  bool contiguous() const {
    std::int64_t step = 1;
    for (std::size_t d = model_.ndim(); d-- > 0;) {
      if (model_.shape[d] == 0) return true;
    }
    for (std::size_t d = model_.ndim(); d-- > 0;) {
      if (model_.shape[d] != 1 && tensor_.strides()[d] != step) return false;
      step *= model_.shape[d];
    }
    return true;
  }

  template <typename Fn>
  void apply(const std::string& name, Tensor t, std::vector<std::int64_t> shape, Fn&& source) {
    tensor_ = std::move(t);
    Naive before = model_;
    model_ = build(std::move(shape), [&](const auto& index) { return before.at(source(index)); });
    str_append(&what_, ", ", name);
  }

  void permute() {
    std::vector<std::int64_t> p = random_.permutation(model_.ndim()), shape;
    for (std::int64_t d : p) shape.push_back(model_.shape[static_cast<std::size_t>(d)]);
    apply(str_cat("permute ", shape_str(p)), tensor_.permute(p), shape, [&](const auto& index) {
      std::vector<std::int64_t> from(index.size());
      for (std::size_t i = 0; i < p.size(); ++i) from[static_cast<std::size_t>(p[i])] = index[i];
      return from;
    });
  }

  void transpose() {
    if (ndim() == 0) return;
    std::size_t a = any_dim(), b = any_dim();
    std::vector<std::int64_t> shape = model_.shape;
    std::swap(shape[a], shape[b]);
    apply(str_cat("transpose ", a, " ", b), tensor_.transpose(named(a), named(b)), shape, [&](auto index) {
      std::swap(index[a], index[b]);
      return index;
    });
  }

  void slice() {
    if (ndim() == 0) return;
    std::size_t d = any_dim();
    std::int64_t n = model_.shape[d], start = random_.in(-n - 2, n + 2), end = random_.in(-n - 2, n + 2),
                 step = random_.in(1, 3);
    auto clipped = [n](std::int64_t v) { return std::min(std::max<std::int64_t>(v < 0 ? v + n : v, 0), n); };
    std::int64_t first = clipped(start), last = std::max(clipped(end), first);
    std::vector<std::int64_t> shape = model_.shape;
    shape[d] = (last - first + step - 1) / step;
    apply(str_cat("slice ", d, " ", start, ":", end, ":", step), tensor_.slice(named(d), start, end, step), shape,
          [&](auto index) {
            index[d] = first + index[d] * step;
            return index;
          });
  }

  void select() {
    if (ndim() == 0) return;
    std::size_t d = any_dim();
    std::int64_t n = model_.shape[d];
    if (n == 0) {
      EXPECT_THROW(tensor_.select(static_cast<std::int64_t>(d), 0), Error) << what_;
      return;
    }
    std::int64_t i = random_.in(-n, n - 1);
    std::vector<std::int64_t> shape = model_.shape;
    shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(d));
    apply(str_cat("select ", d, " ", i), tensor_.select(named(d), i), shape, [&](auto index) {
      index.insert(index.begin() + static_cast<std::ptrdiff_t>(d), i < 0 ? i + n : i);
      return index;
    });
  }

  void flip() {
    std::vector<std::int64_t> dims;
    for (std::int64_t d = 0; d < ndim(); ++d) {
      if (random_.coin()) dims.push_back(d);
    }
    Naive before = model_;
    apply(str_cat("flip ", shape_str(dims)), tensor_.flip(dims), model_.shape, [&](auto index) {
      for (std::int64_t d : dims) {
        auto k = static_cast<std::size_t>(d);
        index[k] = before.shape[k] - 1 - index[k];
      }
      return index;
    });
  }

  void unsqueeze() {
    if (ndim() > 5) return;
    std::int64_t d = random_.in(0, ndim());
    std::vector<std::int64_t> shape = model_.shape;
    shape.insert(shape.begin() + d, 1);
    apply(str_cat("unsqueeze ", d), tensor_.unsqueeze(random_.coin() ? d : d - ndim() - 1), shape, [&](auto index) {
      index.erase(index.begin() + d);
      return index;
    });
  }

  void squeeze() {
    std::vector<std::int64_t> shape, kept;
    for (std::size_t d = 0; d < model_.ndim(); ++d) {
      if (model_.shape[d] == 1) continue;
      shape.push_back(model_.shape[d]);
      kept.push_back(static_cast<std::int64_t>(d));
    }
    std::size_t n = model_.ndim();
    apply("squeeze", tensor_.squeeze(), shape, [&](const auto& index) {
      std::vector<std::int64_t> from(n, 0);
      for (std::size_t i = 0; i < kept.size(); ++i) from[static_cast<std::size_t>(kept[i])] = index[i];
      return from;
    });
  }

  void expand() {
    if (ndim() > 4) return;
    std::vector<std::int64_t> shape = model_.shape;
    for (std::int64_t& size : shape) {
      if (size == 1) size = random_.in(0, 3);
    }
    if (random_.coin()) shape.insert(shape.begin(), random_.in(1, 2));
    Naive before = model_;
    apply(str_cat("expand ", shape_str(shape)), tensor_.expand(shape), shape, [&](const auto& index) {
      std::vector<std::int64_t> from(index.end() - static_cast<std::ptrdiff_t>(before.ndim()), index.end());
      for (std::size_t d = 0; d < from.size(); ++d) {
        if (before.shape[d] == 1) from[d] = 0;
      }
      return from;
    });
  }

  void diagonal() {
    if (ndim() < 2) return;
    std::vector<std::int64_t> p = random_.permutation(model_.ndim());
    auto a = static_cast<std::size_t>(p[0]), b = static_cast<std::size_t>(p[1]);
    std::int64_t offset = random_.in(-2, 2);
    std::int64_t rows = model_.shape[a] - std::max<std::int64_t>(-offset, 0);
    std::int64_t columns = model_.shape[b] - std::max<std::int64_t>(offset, 0);
    std::vector<std::int64_t> shape, kept;
    for (std::size_t d = 0; d < model_.ndim(); ++d) {
      if (d == a || d == b) continue;
      shape.push_back(model_.shape[d]);
      kept.push_back(static_cast<std::int64_t>(d));
    }
    shape.push_back(std::max<std::int64_t>(std::min(rows, columns), 0));
    std::size_t n = model_.ndim();
    apply(str_cat("diagonal ", offset, " ", a, " ", b), tensor_.diagonal(offset, named(a), named(b)), shape,
          [&](const auto& index) {
            std::vector<std::int64_t> from(n, 0);
            for (std::size_t i = 0; i < kept.size(); ++i) from[static_cast<std::size_t>(kept[i])] = index[i];
            from[a] = index.back() + std::max<std::int64_t>(-offset, 0);
            from[b] = index.back() + std::max<std::int64_t>(offset, 0);
            return from;
          });
  }

  void unfold() {
    if (ndim() == 0 || ndim() > 4) return;
    std::size_t d = any_dim();
    std::int64_t n = model_.shape[d], size = random_.in(1, n + 1), step = random_.in(1, 2);
    if (size > n) {
      EXPECT_THROW(tensor_.unfold(static_cast<std::int64_t>(d), size, step), Error) << what_;
      return;
    }
    std::vector<std::int64_t> shape = model_.shape;
    shape[d] = (n - size) / step + 1;
    shape.push_back(size);
    apply(str_cat("unfold ", d, " ", size, " ", step), tensor_.unfold(named(d), size, step), shape, [&](auto index) {
      index[d] = index[d] * step + index.back();
      index.pop_back();
      return index;
    });
  }

  /// Merges two neighbours or splits one dimension; by view where strides allow, else both by reshape.
  void reshape() {
    std::vector<std::int64_t> shape = model_.shape;
    if (ndim() >= 2 && random_.coin()) {
      std::size_t d = static_cast<std::size_t>(random_.in(0, ndim() - 2));
      shape[d] *= shape[d + 1];
      shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(d) + 1);
    } else if (ndim() >= 1 && ndim() < 5) {
      std::size_t d = any_dim();
      if (shape[d] == 0 || shape[d] % 2 != 0) return;
      shape[d] /= 2;
      shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(d) + 1, 2);
    }
    Tensor t;
    try {
      t = tensor_.view(shape);
      EXPECT_EQ(t.storage(), tensor_.storage()) << what_;
    } catch (const Error&) {
      EXPECT_FALSE(tensor_.is_contiguous()) << what_;
      t = tensor_.reshape(shape);
      reshaped_ = true;
    }
    Naive before = model_;
    std::int64_t i = 0;
    tensor_ = t;
    model_ = build(shape, [&](const auto&) { return before.values[static_cast<std::size_t>(i++)]; });
    str_append(&what_, ", reshape ", shape_str(shape));
  }

  Random random_;
  Naive model_;
  Tensor base_, tensor_;
  std::string what_;
  bool reshaped_ = false;  // the chain was cut by a copy
};

TEST(Views, ChainsAgreeWithIndexLists) {
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    Chain chain(seed);
    for (int i = 0; i < 6; ++i) {
      chain.step();
      chain.check();
      if (::testing::Test::HasFailure()) return;
    }
    chain.check_write();
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace sy::testing
