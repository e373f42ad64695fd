// Every pair of the ten dtypes, as tensors with dimensions, 0-d tensors and numbers, against PyTorch's table.
#include <fstream>
#include <sstream>

#include "naive.h"

namespace sy::testing {
namespace {

Tensor operand(const std::string& kind, const std::string& dtype) {
  if (kind == "number") {
    return wrapped_number(dtype == "bool" ? Scalar(true) : (dtype == "int" ? Scalar(1) : Scalar(1.5)));
  }
  Dtype d = Dtype::parse(dtype).value();
  return kind == "dims" ? ones({2}, d) : ones({}, d);
}

TEST(TypePromotion, AgreesWithPyTorch) {
  std::ifstream in(SWITCHYARD_SOURCE_DIR "/tests/unit/ops/type_promotion.txt");
  ASSERT_TRUE(in);
  int rows = 0;
  std::string line;
  while (std::getline(in, line)) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string kind_a, a, kind_b, b, wanted;
    words >> kind_a >> a >> kind_b >> b >> wanted;
    Tensor x = operand(kind_a, a), y = operand(kind_b, b);
    EXPECT_EQ(add(x, y).dtype().name(), wanted) << line;
    EXPECT_EQ(add(y, x).dtype().name(), wanted) << line << ", swapped";
    // The value comes through the conversion.
    double sum = 1 + (kind_b == "number" && b == "float" ? 1.5 : 1.0);
    if (wanted != "bool") EXPECT_EQ(read_scalar(add(x, y).reshape({-1}).select(0, 0)).to_double(), sum) << line;
    EXPECT_EQ(eq(x, y).dtype(), kBool) << line;
    ++rows;
  }
  EXPECT_EQ(rows, 10 * 10 * 4 + 10 * 2 * 3);
}

TEST(TypePromotion, InPlaceKeepsTheDtypeOrRefuses) {
  constexpr Dtype kTen[] = {kBool, kU8, kI8, kI16, kI32, kI64, kF16, kBF16, kF32, kF64};
  auto category = [](Dtype d) { return d.is_bool() ? 0 : (d.is_integral() ? 1 : 2); };
  for (Dtype a : kTen) {
    for (Dtype b : kTen) {
      Tensor x = ones({2}, a), y = ones({2}, b);
      if (category(b) <= category(a)) {
        EXPECT_EQ(x.mul_(y).dtype(), a);
      } else {
        EXPECT_THROW(x.mul_(y), Error) << a.name() << " " << b.name();
        EXPECT_EQ(x.version(), 0u);
      }
    }
  }
}

}  // namespace
}  // namespace sy::testing
