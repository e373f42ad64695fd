#include "switchyard/autograd/custom_op.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../message_of.h"
#include "values.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(CustomOp, WithoutDerivativeBackwardIsAnError) {
  static CustomOp op("test::underived(Tensor x) -> Tensor");
  op.kernel("cpu", [](const Tensor& x) { return x * 2; });
  Tensor x = leaf({1});
  EXPECT_THAT(values(op(x)), ElementsAre(2));
  EXPECT_THAT(message_of([&] { op(x).sum().backward(); }),
              HasSubstr("test::underived: the operator has no derivative"));
}

TEST(CustomOp, KernelDerivativeAndBoxedCall) {
  static CustomOp scale("test::scale(Tensor x, float factor=3) -> Tensor");
  scale.kernel("cpu", [](const Tensor& x, double factor) { return x * factor; });
  scale.derivative([](Backward& b) { b.set(0, b.grad(0) * b.floating(1)); });
  Tensor x = leaf({1, 2});
  Tensor y = scale(x, 2.0);
  EXPECT_THAT(values(y), ElementsAre(2, 4));
  y.sum().backward();
  EXPECT_THAT(values(x.grad()), ElementsAre(2, 2));
  EXPECT_THAT(values(as_tensor(call("test::scale", {{"x", x.detach()}})[0])), ElementsAre(3, 6));
  // Elsewhere it runs by way of the cpu, under the fallback policy.
  Tensor far = scale(x.detach().to(Device("reference")), 5.0);
  EXPECT_EQ(far.device(), Device("reference"));
  EXPECT_THAT(values(far), ElementsAre(5, 10));
}

TEST(CustomOp, ErrorsAreReadable) {
  EXPECT_THAT(message_of([] { CustomOp op("test::bad(Tensr x) -> Tensor"); }), HasSubstr("column"));
  EXPECT_THAT(message_of([] { CustomOp op("add(Tensor x) -> Tensor"); }), HasSubstr("add is already defined"));
  static CustomOp op("test::typed(Tensor x, int n) -> Tensor");
  EXPECT_THAT(message_of([] { op.kernel("cpu", [](const Tensor& x, double) { return x; }); }),
              HasSubstr("does not fit int n"));
  EXPECT_THAT(message_of([] { op.kernel("cpu", [](const Tensor& x) { return x; }); }), HasSubstr("takes 1 arguments"));
}

// A kernel of every type of argument that the header promises.
TEST(CustomOp, ArgumentsOfEveryType) {
  static CustomOp op(
      "test::custom_all(Tensor x, Tensor? w, Tensor[] ts, float f, int n, bool b, str s, dtype d, device v, Scalar c, "
      "int[] l) -> "
      "Tensor");
  static std::string seen;
  op.kernel("cpu", [](const Tensor& x, const Tensor& w, TensorList ts, double f, std::int64_t n, bool b,
                      std::string_view s, Dtype d, Device v, Scalar c, IntArray l) {
    seen = str_cat(x.numel(), w.defined(), ts.size(), " ", f, " ", n, b, s, d.name(), v.str(), c.str(), shape_str(l));
    return x;
  });
  Tensor x = vec({1, 2});
  op(x, Value(), std::vector<Tensor>{x, x, x}, 1.5, 7, true, "text", kI8, Device("cpu:0"), Scalar(2),
     std::vector<std::int64_t>{4, 5});
  EXPECT_EQ(seen, "203 1.5 71texti8cpu:02[4, 5]");
}

TEST(CustomOp, SeveralResultsAndTheirDerivative) {
  static CustomOp op("test::custom_pair(Tensor x, Tensor y) -> (Tensor sum, Tensor product)");
  op.kernel("cpu", [](const Tensor& x, const Tensor& y) { return std::make_tuple(x + y, x * y); });
  op.derivative([](Backward& b) {
    b.set(0, b.grad(0) + b.grad(1) * b.param(1));
    b.set(1, b.grad(0) + b.grad(1) * b.param(0));
  });
  Tensor x = leaf({2}), y = leaf({5});
  std::vector<TensorBase> out = op.call_values({x, y});
  (as_tensor(out[0]) + as_tensor(out[1]) * 10).sum().backward();
  EXPECT_THAT(values(x.grad()), ElementsAre(51));
  EXPECT_THAT(values(y.grad()), ElementsAre(21));
}

TEST(CustomOp, ResultsMustBeTensors) {
  EXPECT_EQ(message_of([] { CustomOp op("test::custom_list(Tensor x) -> Tensor[]"); }),
            "CustomOp: test::custom_list: results must be tensors");
}

TEST(CustomOp, OptionalsOtherThanTensorsAreRefused) {
  static CustomOp op("test::custom_optional(Tensor x, int? n) -> Tensor");
  EXPECT_THAT(message_of([] { op.kernel("cpu", [](const Tensor& x, std::int64_t) { return x; }); }),
              HasSubstr("the kernel's argument 1 does not fit int? n"));
}

TEST(CustomOp, WithoutAnyKernel) {
  static CustomOp op("test::custom_bare(Tensor x) -> Tensor");
  EXPECT_THAT(message_of([] { op(vec({1})); }), HasSubstr("test::custom_bare: no kernel for cpu:0"));
}

}  // namespace
}  // namespace sy
