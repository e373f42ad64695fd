// The expressions of derivative formulas: syntax tree and parser.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "switchyard/dispatch/signature.h"

namespace sy::codegen {

/// What an expression evaluates to. kNone is the literal None; an operator with several outputs gives a tuple.
struct ValueType {
  enum Kind { kValue, kEmptyList, kTuple, kError };
  Kind kind = kError;
  ArgType arg = ArgType::kNone;
  bool optional = false;
  bool optional_elements = false;
  std::size_t outputs = 1;

  bool is(ArgType type) const { return kind == kValue && arg == type && !optional; }
};

/// One node. The parser fills the first part, the type checker the second.
struct Expr {
  enum class Kind { kInt, kFloat, kString, kBool, kNone, kList, kName, kCall, kNegate, kBinary, kMember };

  Kind kind = Kind::kNone;
  std::size_t offset = 0;                       // into the formula
  std::string text;                             // literal, name, operator sign, called operator or member
  std::vector<std::unique_ptr<Expr>> children;  // operands, list elements, call arguments
  std::vector<std::string> keywords;            // per call argument; "" for a positional one
  std::vector<std::size_t> keyword_offsets;

  ValueType type;
  enum class Refers { kNothing, kParam, kResult, kGrad };
  Refers refers = Refers::kNothing;   // kName
  std::size_t index = 0;              // of the parameter, result or gradient
  const Signature* callee = nullptr;  // kCall; nullptr for `size` and the two-argument reduce_to
  std::vector<int> bound;             // per parameter of callee: index into children, or -1 for its default
};

struct ExprError {
  std::size_t offset = 0;
  std::string message;
};

/// The tree, or nullptr with the error set.
std::unique_ptr<Expr> parse_expression(std::string_view text, ExprError& error);

/// Fully parenthesised prefix form, "(+ a (* b c))": for tests and messages.
std::string to_prefix(const Expr& expr);

}  // namespace sy::codegen
