// operator[] and put, against a naive model. Ints are views as slices are: only index tensors and masks are advanced.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <random>

#include "helpers.h"
#include "switchyard/switchyard.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Ints = std::vector<std::int64_t>;

Ints values(const Tensor& t) { return to_vector<std::int64_t>(t); }
Tensor counting(const Ints& shape) {
  return arange(0, std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>())).reshape(shape);
}

TEST(Indexing, Integers) {
  Tensor t = counting({2, 3, 4});
  EXPECT_EQ((t[{1, 2, 3}].item<int>()), 23);
  EXPECT_EQ((t[{-1, 0, -4}].item<int>()), 12);
  EXPECT_THAT(values(t[{0, 1}]), ElementsAre(4, 5, 6, 7));
  EXPECT_EQ(t[1].shape().vec(), (Ints{3, 4}));
  EXPECT_TRUE(t[0].storage() == t.storage());
}

TEST(Indexing, Slices) {
  Tensor t = arange(0, 10);
  EXPECT_THAT(values(t[{Slice(2, 5)}]), ElementsAre(2, 3, 4));
  EXPECT_THAT(values(t[{Slice(-3, {})}]), ElementsAre(7, 8, 9));
  EXPECT_THAT(values(t[{Slice({}, {}, 4)}]), ElementsAre(0, 4, 8));
  EXPECT_THAT(values(t[{Slice({}, {}, -3)}]), ElementsAre(9, 6, 3, 0));
  EXPECT_THAT(values(t[{Slice(7, 2, -2)}]), ElementsAre(7, 5, 3));
  EXPECT_THAT(values(t[{Slice(2, 7, -1)}]), ElementsAre());
  EXPECT_THAT(values(t[{Slice(100, -100, -5)}]), ElementsAre(9, 4));
  EXPECT_THAT(values(t[{Slice(-20, 20, 5)}]), ElementsAre(0, 5));
  EXPECT_THAT(values(t[{Slice({}, {}, std::numeric_limits<std::int64_t>::min())}]), ElementsAre(9));
  EXPECT_THAT(values(t[{Slice({}, {}, std::numeric_limits<std::int64_t>::max())}]), ElementsAre(0));
}

TEST(Indexing, EllipsisAndNewAxis) {
  Tensor t = counting({2, 3, 4});
  EXPECT_THAT(values(t[{kEllipsis, 0}]), ElementsAre(0, 4, 8, 12, 16, 20));
  EXPECT_EQ((t[{kNewAxis, kEllipsis, kNewAxis}].shape().vec()), (Ints{1, 2, 3, 4, 1}));
  EXPECT_EQ((t[{0, kNewAxis, Slice(), kEllipsis}].shape().vec()), (Ints{1, 3, 4}));
  EXPECT_EQ((t[{0, kEllipsis, 1, 2}].item<int>()), 6);
}

TEST(Indexing, MasksAndIndexTensors) {
  Tensor t = counting({3, 4});
  EXPECT_THAT(values(t[t > 8]), ElementsAre(9, 10, 11));
  EXPECT_THAT(values(t[{tensor({true, false, true}), 1}]), ElementsAre(1, 9));
  EXPECT_THAT(values(t[tensor({2, 0})]), ElementsAre(8, 9, 10, 11, 0, 1, 2, 3));
  EXPECT_THAT(values(t[{tensor({2, 0}), tensor({-1, 1})}]), ElementsAre(11, 1));
  EXPECT_EQ((t[{Slice(), tensor({{0, 1}, {2, 3}})}].shape().vec()), (Ints{3, 2, 2}));
  EXPECT_EQ((t[{t > 100}].shape().vec()), (Ints{0}));
  Tensor u = counting({2, 3, 4, 5});
  EXPECT_EQ((u[{Slice(), ones({3, 4}, kBool), kEllipsis}].shape().vec()), (Ints{2, 12, 5}));
  EXPECT_EQ((u[{tensor({0, 1, 1}), Slice(), tensor({0, 1, 2})}].shape().vec()), (Ints{3, 3, 5}));
}

TEST(Indexing, Put) {
  Tensor t = zeros({2, 3}, kI64);
  t.put({1, Slice({}, {}, -1)}, tensor({1, 2, 3}));
  EXPECT_THAT(values(t), ElementsAre(0, 0, 0, 3, 2, 1));
  t.put({kEllipsis}, 7);
  EXPECT_THAT(values(t), ElementsAre(7, 7, 7, 7, 7, 7));
  t.put({Slice(), tensor({0, 2})}, tensor({{1, 2}, {3, 4}}));
  EXPECT_THAT(values(t), ElementsAre(1, 7, 2, 3, 7, 4));
  t.put({t == 7}, -1);
  EXPECT_THAT(values(t), ElementsAre(1, -1, 2, 3, -1, 4));
  t.put({0, tensor({true, false, true})}, 0);
  EXPECT_THAT(values(t), ElementsAre(0, -1, 0, 3, -1, 4));
}

TEST(Indexing, PutRecordsGradients) {
  Tensor x = zeros({4}, kF64).requires_grad_(), v = ones({2}, kF64).requires_grad_();
  Tensor y = x * 2;
  y.put({Slice(3, 1, -1)}, v);
  (y * tensor({1., 2., 3., 4.})).sum().backward();
  EXPECT_THAT(to_vector<double>(x.grad()), ElementsAre(2, 4, 0, 0));
  EXPECT_THAT(to_vector<double>(v.grad()), ElementsAre(4, 3));
}

TEST(Indexing, Errors) {
  Tensor t = counting({2, 3});
  EXPECT_THAT(message_of([&] { t[{0, 0, 0}]; }), HasSubstr("3 indices for a tensor of 2 dimension(s)"));
  EXPECT_THAT(message_of([&] { t[{kEllipsis, kEllipsis}]; }), HasSubstr("more than one ellipsis"));
  EXPECT_THAT(message_of([&] { t[{Slice(0, 1, 0)}]; }), HasSubstr("step of a slice is 0"));
  EXPECT_THAT(message_of([&] { t[{2}]; }), HasSubstr("2"));
  EXPECT_THAT(message_of([&] { t[{0, -4}]; }), HasSubstr("-4"));
  EXPECT_THAT(message_of([&] { t[{Tensor()}]; }), HasSubstr("undefined"));
  EXPECT_THAT(message_of([&] { t[tensor({0, 5})]; }), HasSubstr("5"));
  EXPECT_NE(message_of([&] { t[tensor({true, false, true})]; }), "no error");
  EXPECT_NE(message_of([&] { t[tensor({0.5f})]; }), "no error");
  EXPECT_NE(message_of([&] { t[{tensor({0, 1}), tensor({0, 1, 2})}]; }), "no error");
  EXPECT_NE(message_of([&] { t.put({0}, tensor({1, 2})); }), "no error");
  EXPECT_NE(message_of([&] {
              Tensor u;
              u[{0}];
            }),
            "no error");
}

/// One entry of a random index, and where it leads.
struct Entry {
  enum Kind { kInt, kSlice, kAll, kNew, kList, kMask } kind;
  std::int64_t at = 0;
  Slice slice;
  Ints list;
};

/// What Python's slice.indices() visits.
Ints visited(const Slice& s, std::int64_t n) {
  std::int64_t low = s.step < 0 ? -1 : 0, high = s.step < 0 ? n - 1 : n;
  auto bound = [&](std::optional<std::int64_t> v, std::int64_t missing) {
    if (!v) return missing;
    return *v < 0 ? std::max(*v + n, low) : std::min(*v, high);
  };
  std::int64_t i = bound(s.start, s.step < 0 ? high : low), stop = bound(s.stop, s.step < 0 ? low : high);
  Ints out;
  for (; s.step < 0 ? i > stop : i < stop; i += s.step) out.push_back(i);
  return out;
}

struct Picked {
  Ints shape, offsets;
};

Picked pick(const Ints& shape, const std::vector<Entry>& entries) {
  std::vector<Ints> axes;
  Ints stride(shape.size(), 1), joined;
  for (std::size_t d = shape.size(); d-- > 1;) stride[d - 1] = stride[d] * shape[d];
  std::int64_t start = 0, d = 0, place = -1;
  bool together = true;
  for (const Entry& e : entries) {
    std::int64_t n = e.kind == Entry::kNew ? 0 : shape[static_cast<std::size_t>(d)];
    std::int64_t s = e.kind == Entry::kNew ? 0 : stride[static_cast<std::size_t>(d++)];
    Ints positions;
    if (e.kind == Entry::kInt) {
      start += (e.at < 0 ? e.at + n : e.at) * s;
      continue;
    }
    if (e.kind == Entry::kList || e.kind == Entry::kMask) {
      if (joined.empty()) joined.resize(e.list.size());
      for (std::size_t i = 0; i < e.list.size(); ++i) joined[i] += (e.list[i] < 0 ? e.list[i] + n : e.list[i]) * s;
      if (place >= 0 && place != static_cast<std::int64_t>(axes.size())) together = false;
      if (place < 0) place = static_cast<std::int64_t>(axes.size());
      continue;
    }
    if (e.kind == Entry::kNew)
      positions = {0};
    else
      positions = visited(e.kind == Entry::kAll ? Slice() : e.slice, n);
    for (std::int64_t& p : positions) p *= s;
    axes.push_back(positions);
  }
  if (place >= 0) axes.insert(axes.begin() + (together ? place : 0), joined);
  Picked out{{}, {start}};
  for (const Ints& axis : axes) {
    out.shape.push_back(static_cast<std::int64_t>(axis.size()));
    Ints next;
    for (std::int64_t base : out.offsets) {
      for (std::int64_t p : axis) next.push_back(base + p);
    }
    out.offsets = std::move(next);
  }
  return out;
}

class RandomIndex {
 public:
  explicit RandomIndex(unsigned seed) : random_(seed) {}
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
  }

  std::vector<Entry> entries(const Ints& shape) {
    std::vector<Entry> out;
    std::size_t count = 0;  // length of the advanced part: one for all
    for (std::int64_t n : shape) {
      if (between(0, 5) == 0) out.push_back({Entry::kNew, 0, {}, {}});
      Entry e{static_cast<Entry::Kind>(between(0, 5)), 0, {}, {}};
      if (e.kind == Entry::kNew) e.kind = Entry::kAll;
      if (e.kind == Entry::kMask && count != 0) e.kind = Entry::kList;
      if (e.kind == Entry::kList && count > static_cast<std::size_t>(n)) e.kind = Entry::kInt;
      if (e.kind == Entry::kInt) e.at = between(-n, n - 1);
      if (e.kind == Entry::kSlice) {
        auto bound = [&] { return between(0, 3) == 0 ? std::optional<std::int64_t>() : between(-n - 2, n + 2); };
        std::int64_t step = between(1, 3) * (between(0, 1) ? 1 : -1);
        e.slice = Slice(bound(), bound(), step);
      }
      if (e.kind == Entry::kList || e.kind == Entry::kMask) {
        // Distinct, so that put has one meaning.
        Ints all(static_cast<std::size_t>(n));
        std::iota(all.begin(), all.end(), 0);
        std::shuffle(all.begin(), all.end(), random_);
        if (count == 0) count = static_cast<std::size_t>(between(1, n));
        e.list.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count));
        if (e.kind == Entry::kMask)
          std::sort(e.list.begin(), e.list.end());
        else if (between(0, 1))
          e.list[0] -= n;
      }
      out.push_back(e);
    }
    return out;
  }

 private:
  std::mt19937 random_;
};

Index to_index(const Entry& e, std::int64_t n) {
  switch (e.kind) {
    case Entry::kInt:
      return e.at;
    case Entry::kSlice:
      return e.slice;
    case Entry::kAll:
      return Slice();
    case Entry::kNew:
      return kNewAxis;
    case Entry::kList:
      return tensor(e.list);
    default:
      break;
  }
  std::vector<bool> mask(static_cast<std::size_t>(n));
  for (std::int64_t i : e.list) mask[static_cast<std::size_t>(i)] = true;
  return tensor(mask);
}

/// Initializer lists have their length at compile time.
template <typename Fn>
auto with_list(const std::vector<Index>& v, Fn fn) {
  switch (v.size()) {
    case 1:
      return fn({v[0]});
    case 2:
      return fn({v[0], v[1]});
    case 3:
      return fn({v[0], v[1], v[2]});
    case 4:
      return fn({v[0], v[1], v[2], v[3]});
    case 5:
      return fn({v[0], v[1], v[2], v[3], v[4]});
    default:
      return fn({v[0], v[1], v[2], v[3], v[4], v[5]});
  }
}

TEST(Indexing, RandomOnesAgreeWithTheModel) {
  RandomIndex random(7);
  for (int round = 0; round < 1500; ++round) {
    Ints shape;
    for (std::int64_t d = random.between(1, 3); d > 0; --d) shape.push_back(random.between(1, 5));
    std::vector<Entry> entries = random.entries(shape);
    std::vector<Index> index;
    std::size_t d = 0;
    for (const Entry& e : entries) index.push_back(to_index(e, e.kind == Entry::kNew ? 0 : shape[d++]));
    // A trailing run of whole dimensions may be left out, or be an ellipsis.
    std::size_t whole = 0;
    while (whole < entries.size() && entries[entries.size() - 1 - whole].kind == Entry::kAll) ++whole;
    if (whole > 0 && random.between(0, 1)) {
      index.resize(index.size() - whole, Index(0));
      index.push_back(kEllipsis);
    }
    Picked expected = pick(shape, entries);
    Tensor t = counting(shape);
    Tensor got = with_list(index, [&](std::initializer_list<Index> list) { return t[list]; });
    ASSERT_EQ(got.shape().vec(), expected.shape) << "round " << round << " of " << t.str();
    ASSERT_EQ(values(got), expected.offsets) << "round " << round;
    Ints written = values(t);
    for (std::size_t i = 0; i < expected.offsets.size(); ++i) {
      written[static_cast<std::size_t>(expected.offsets[i])] = 1000 + static_cast<std::int64_t>(i);
    }
    Tensor fresh = arange(1000, 1000 + got.numel()).reshape(expected.shape);
    with_list(index, [&](std::initializer_list<Index> list) { return t.put(list, fresh); });
    ASSERT_EQ(values(t), written) << "round " << round;
  }
}

}  // namespace
}  // namespace sy
