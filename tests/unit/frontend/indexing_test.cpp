#include "testing.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Tensor grid() { return arange(0, 12, 1, kI64).reshape({3, 4}); }
std::vector<std::int64_t> at(const Tensor& t) { return to_vector<std::int64_t>(t); }

TEST(Indexing, IntsAndSlicesAreViews) {
  Tensor t = grid();
  EXPECT_THAT(at(t[1]), ElementsAre(4, 5, 6, 7));
  EXPECT_THAT(at(t[-1]), ElementsAre(8, 9, 10, 11));
  EXPECT_EQ((t[{1, 2}].item<int>()), 6);
  EXPECT_THAT(at(t[{Slice(1, std::nullopt), Slice(std::nullopt, std::nullopt, 2)}]), ElementsAre(4, 6, 8, 10));
  EXPECT_EQ((t[{Slice(), 1}].storage().get()), t.storage().get());
}

TEST(Indexing, SlicesClampAsInNumPy) {
  Tensor t = grid();
  EXPECT_EQ(shape_of(t[{Slice(5, 9)}]), (std::vector<std::int64_t>{0, 4}));
  EXPECT_THAT(at(t[{0, Slice(-3, 100)}]), ElementsAre(1, 2, 3));
  EXPECT_THAT(at(t[{0, Slice(std::nullopt, std::nullopt, -1)}]), ElementsAre(3, 2, 1, 0));
  EXPECT_THAT(at(t[{0, Slice(2, 0, -1)}]), ElementsAre(2, 1));
  EXPECT_THAT(at(t[{0, Slice(std::nullopt, std::nullopt, -3)}]), ElementsAre(3, 0));
  EXPECT_EQ((t[{0, Slice(0, 2, -1)}].numel()), 0);
}

TEST(Indexing, EllipsisAndNewAxis) {
  Tensor t = arange(0, 24, 1, kI64).reshape({2, 3, 4});
  EXPECT_THAT(at(t[{kEllipsis, 0}]), ElementsAre(0, 4, 8, 12, 16, 20));
  EXPECT_THAT(at(t[{0, kEllipsis, 1}]), ElementsAre(1, 5, 9));
  EXPECT_EQ(shape_of(t[{kNewAxis, kEllipsis, kNewAxis}]), (std::vector<std::int64_t>{1, 2, 3, 4, 1}));
  EXPECT_EQ(shape_of(t[{0, kNewAxis, Slice(1, 3)}]), (std::vector<std::int64_t>{1, 2, 4}));
}

TEST(Indexing, TensorsGather) {
  Tensor t = grid(), rows = tensor<std::int64_t>({2, 0}), columns = tensor<std::int64_t>({-1, 1});
  EXPECT_THAT(at(t[rows]), ElementsAre(8, 9, 10, 11, 0, 1, 2, 3));
  EXPECT_THAT(at(t[{rows, columns}]), ElementsAre(11, 1));
  EXPECT_THAT(at(t[{Slice(), columns}]), ElementsAre(3, 1, 7, 5, 11, 9));
  EXPECT_EQ(shape_of(t[{kNewAxis, rows.reshape({2, 1}), columns}]), (std::vector<std::int64_t>{1, 2, 2}));
  // Separated by a slice, the indexed dimensions come first.
  Tensor cube = arange(0, 24, 1, kI64).reshape({2, 3, 4});
  EXPECT_EQ(shape_of(cube[{tensor<std::int64_t>({0, 1, 1}), Slice(0, 2), tensor<std::int64_t>({0, 1, 2})}]),
            (std::vector<std::int64_t>{3, 2}));
}

TEST(Indexing, MasksSelect) {
  Tensor t = grid();
  EXPECT_THAT(at(t[t > 8]), ElementsAre(9, 10, 11));
  EXPECT_THAT(at(t[{tensor({true, false, true}), 1}]), ElementsAre(1, 9));
  EXPECT_EQ(t[t > 100].numel(), 0);
}

TEST(Indexing, PutWritesThrough) {
  Tensor t = grid();
  t.put({0}, -1);
  t.put({Slice(1, 3), 0}, tensor<std::int64_t>({-2, -3}));
  t.put({t > 9}, 0);
  t.put({tensor<std::int64_t>({1}), tensor<std::int64_t>({3})}, 70);
  EXPECT_THAT(at(t), ElementsAre(-1, -1, -1, -1, -2, 5, 6, 70, -3, 9, 0, 0));
}

TEST(Indexing, GradientsFlowThrough) {
  Tensor x = ramp({3, 4}).requires_grad_();
  Tensor rows = tensor<std::int64_t>({0, 0, 2});
  gradcheck([&](const std::vector<Tensor>& in) {
    Tensor y = in[0] * 1;
    y.put({1, Slice(std::nullopt, std::nullopt, 2)}, in[0][{0, Slice(0, 2)}]);
    return std::vector<Tensor>{y[{rows, Slice(std::nullopt, std::nullopt, -1)}], y[{1}], y[y.detach() > 0.5]};
  }, {x});
}

TEST(Indexing, MistakesAreNamed) {
  Tensor t = grid();
  EXPECT_THAT(message_of([&] { t[{0, 0, 0}]; }), HasSubstr("3 indices for a tensor of 2"));
  EXPECT_THAT(message_of([&] { t[{kEllipsis, kEllipsis}]; }), HasSubstr("more than one ellipsis"));
  EXPECT_THAT(message_of([&] { t[{Slice(0, 1, 0)}]; }), HasSubstr("step"));
  EXPECT_THAT(message_of([&] { t[3]; }), HasSubstr("3"));
  EXPECT_THAT(message_of([&] { t[tensor<std::int64_t>({7})]; }), HasSubstr("7"));
  EXPECT_THAT(message_of([&] { t[tensor({true, false})]; }), HasSubstr("mask"));
}

TEST(Tensors, IterateItemAndTo) {
  std::vector<std::int64_t> sums;
  for (const Tensor& row : grid()) sums.push_back(row.sum().item<std::int64_t>());
  EXPECT_THAT(sums, ElementsAre(6, 22, 38));
  EXPECT_THAT(message_of([] { grid().item(); }), HasSubstr("[3, 4]"));
  EXPECT_EQ(grid().to(kF32).dtype(), kF32);
  Tensor moved = grid().to(Device("reference"));
  EXPECT_EQ(moved.device(), Device("reference"));
  EXPECT_THAT(at(moved.cpu()[2]), ElementsAre(8, 9, 10, 11));
}

TEST(Tensors, Literals) {
  EXPECT_EQ(shape_of(tensor({{1., 2., 3.}, {4., 5., 6.}})), (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(tensor({1.f}).dtype(), kF32);
  Tensor cube = tensor({{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}});
  EXPECT_EQ(cube.dtype(), kI32);
  EXPECT_EQ((cube[{1, 0, 1}].item<int>()), 6);
  EXPECT_THAT(message_of([] { tensor({{1, 2}, {3}}); }), HasSubstr("row of 1 values, expected 2"));
  EXPECT_THAT(message_of([] { tensor(std::vector<int>{1, 2, 3}, {2, 2}); }), HasSubstr("needs 4 values, got 3"));
}

TEST(FromBlob, SharesMemoryAndCallsTheDeleterOnce) {
  std::vector<float> memory{1, 2, 3, 4, 5, 6};
  int deleted = 0;
  {
    Tensor view;
    {
      Tensor t = from_blob(memory.data(), {2, 2}, kF32, {3, 1}, [&] { ++deleted; });
      EXPECT_THAT(to_vector<float>(t), ElementsAre(1, 2, 4, 5));
      view = t[1];
    }
    view.mul_(10);
    EXPECT_EQ(deleted, 0);
  }
  EXPECT_EQ(deleted, 1);
  EXPECT_THAT(memory, ElementsAre(1, 2, 3, 40, 50, 6));
  EXPECT_THAT(message_of([&] { from_blob(nullptr, {2}, kF32); }), HasSubstr("NULL"));
  EXPECT_THAT(message_of([&] { from_blob(memory.data(), {2}, kF32, {-1}); }), HasSubstr("stride -1"));
  EXPECT_THAT(message_of([&] { from_blob(memory.data(), {3, 3}, kF32, {std::int64_t{1} << 62, 1}); }), HasSubstr("too far"));
}

}  // namespace
}  // namespace sy
