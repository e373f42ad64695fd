#include "codegen/expression.h"

#include <gtest/gtest.h>

namespace sy::codegen {
namespace {

std::string prefix(const std::string& text) {
  ExprError error;
  std::unique_ptr<Expr> expr = parse_expression(text, error);
  return expr ? to_prefix(*expr) : std::to_string(error.offset) + ": " + error.message;
}

TEST(Expression, Precedence) {
  EXPECT_EQ(prefix("a + b * c"), "(+ a (* b c))");
  EXPECT_EQ(prefix("a - b - c"), "(- (- a b) c)");
  EXPECT_EQ(prefix("a / b * c"), "(* (/ a b) c)");
  EXPECT_EQ(prefix("(a + b) * c"), "(* (+ a b) c)");
  EXPECT_EQ(prefix("-a * b"), "(* (neg a) b)");
  EXPECT_EQ(prefix("a - -b"), "(- a (neg b))");
  EXPECT_EQ(prefix("-a.shape"), "(neg (.shape a))");
  EXPECT_EQ(prefix("-f(x).dtype"), "(neg (.dtype (f x)))");
}

TEST(Expression, Primaries) {
  EXPECT_EQ(prefix("-0.5 * grad"), "(* -0.5 grad)");
  EXPECT_EQ(prefix("a -1"), "(- a 1)");
  EXPECT_EQ(prefix("1.1283791670955126e0"), "1.1283791670955126e0");
  EXPECT_EQ(prefix("f()"), "(f)");
  EXPECT_EQ(prefix("my::f(a, [0, -2], dim=1, how='x y')"), "(my::f a (list 0 -2) dim=1 how=\"x y\")");
  EXPECT_EQ(prefix("f(None, true, [])"), "(f None true (list))");
}

TEST(Expression, Mistakes) {
  EXPECT_EQ(prefix(""), "0: expected an expression, found the end");
  EXPECT_EQ(prefix("a b"), "2: expected an operator or the end, found 'b'");
  EXPECT_EQ(prefix("a +"), "3: expected an expression, found the end");
  EXPECT_EQ(prefix("f(a"), "3: expected ',' or ')', found the end");
  EXPECT_EQ(prefix("(a"), "2: expected ')', found the end");
  EXPECT_EQ(prefix("a ** b"), "3: expected an expression, found '*'");
  EXPECT_EQ(prefix("a."), "2: expected a member after '.', found the end");
  EXPECT_EQ(prefix("f(x=1, y)"), "7: a positional argument follows a keyword");
  EXPECT_EQ(prefix("\"a"), "0: the text does not end");
  EXPECT_EQ(prefix("1x"), "0: this is no number");
  EXPECT_EQ(prefix("99999999999999999999"), "0: this integer is out of range");
  EXPECT_EQ(prefix("1e999"), "0: this is no number, or out of range");
  EXPECT_EQ(prefix(std::string(1000, '(')), "100: the formula is nested too deep");
  EXPECT_EQ(prefix(std::string(1000, '-')), "100: the formula is nested too deep");
  EXPECT_EQ(prefix(std::string(5000, '-')), "4096: the formula is too long");
}

}  // namespace
}  // namespace sy::codegen
