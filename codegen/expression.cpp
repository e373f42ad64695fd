#include "codegen/expression.h"

#include <cctype>
#include <charconv>

namespace sy::codegen {
namespace {

using Node = std::unique_ptr<Expr>;

// Bounds on the recursion of everything that walks a tree.
constexpr int kMaxDepth = 100;
constexpr std::size_t kMaxLength = 4096;

bool is_name_start(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool is_name_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Recursive descent: sum, product, negation, members, primaries. Methods return nullptr once an error is set.
class Parser {
 public:
  Parser(std::string_view text, ExprError& error) : text_(text), error_(error) {}

  Node parse() {
    if (text_.size() > kMaxLength) return fail(kMaxLength, "the formula is too long");
    Node expr = parse_sum();
    if (expr && peek() != '\0') return fail(at_, "expected an operator or the end, found " + found());
    return expr;
  }

 private:
  Node fail(std::size_t offset, std::string message) {
    error_ = {offset, std::move(message)};
    return nullptr;
  }
  char peek() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  std::string found() { return at_ < text_.size() ? std::string("'") + text_[at_] + "'" : "the end"; }
  bool accept(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  Node make(Expr::Kind kind, std::size_t offset, std::string text = "") {
    auto node = std::make_unique<Expr>();
    node->kind = kind;
    node->offset = offset;
    node->text = std::move(text);
    return node;
  }

  Node parse_binary(const char* signs, Node (Parser::*operand)()) {
    Node left = (this->*operand)();
    while (left && (peek() == signs[0] || peek() == signs[1])) {
      Node node = make(Expr::Kind::kBinary, at_, std::string(1, text_[at_]));
      ++at_;
      Node right = (this->*operand)();
      if (!right) return nullptr;
      node->children.push_back(std::move(left));
      node->children.push_back(std::move(right));
      left = std::move(node);
    }
    return left;
  }
  Node parse_sum() {
    if (++depth_ > kMaxDepth) return fail(at_, "the formula is nested too deep");
    Node node = parse_binary("+-", &Parser::parse_product);
    --depth_;
    return node;
  }
  Node parse_product() { return parse_binary("*/", &Parser::parse_unary); }

  Node parse_unary() {
    if (peek() != '-') return parse_members();
    Node node = make(Expr::Kind::kNegate, at_++);
    if (++depth_ > kMaxDepth) return fail(at_, "the formula is nested too deep");
    Node operand = parse_unary();
    --depth_;
    if (!operand) return nullptr;
    if (operand->kind == Expr::Kind::kInt || operand->kind == Expr::Kind::kFloat) {
      if (operand->text[0] != '-') {
        operand->text.insert(0, "-");
        operand->offset = node->offset;
        return operand;
      }
    }
    node->children.push_back(std::move(operand));
    return node;
  }

  Node parse_members() {
    Node node = parse_primary();
    while (node && accept('.')) {
      peek();
      std::size_t begin = at_;
      std::string name = parse_word();
      if (name.empty()) return fail(begin, "expected a member after '.', found " + found());
      Node member = make(Expr::Kind::kMember, begin, name);
      member->children.push_back(std::move(node));
      node = std::move(member);
    }
    return node;
  }

  std::string parse_word() {
    std::size_t begin = at_;
    if (at_ < text_.size() && is_name_start(text_[at_])) {
      while (at_ < text_.size() && is_name_char(text_[at_])) ++at_;
    }
    return std::string(text_.substr(begin, at_ - begin));
  }

  Node parse_primary() {
    char c = peek();
    std::size_t begin = at_;
    if (c == '(') {
      ++at_;
      Node node = parse_sum();
      if (node && !accept(')')) return fail(at_, "expected ')', found " + found());
      return node;
    }
    if (c == '[') return parse_list();
    if (c == '"' || c == '\'') return parse_string(c);
    if (is_digit(c) || c == '.') return parse_number();
    if (!is_name_start(c)) return fail(begin, "expected an expression, found " + found());
    std::string name = parse_word();
    if (text_.substr(at_, 2) == "::") {
      at_ += 2;
      std::string rest = parse_word();
      if (rest.empty()) return fail(at_, "expected a name after '::', found " + found());
      name += "::" + rest;
    }
    if (peek() == '(') return parse_call(begin, name);
    if (name == "true" || name == "false") return make(Expr::Kind::kBool, begin, name);
    if (name == "None") return make(Expr::Kind::kNone, begin, name);
    return make(Expr::Kind::kName, begin, name);
  }

  Node parse_number() {
    std::size_t begin = at_;
    double value = 0;
    const char* first = text_.data() + at_;
    auto [end, status] = std::from_chars(first, text_.data() + text_.size(), value);
    if (status != std::errc()) return fail(begin, "this is no number, or out of range");
    at_ = static_cast<std::size_t>(end - text_.data());
    std::string text(text_.substr(begin, at_ - begin));
    if (at_ < text_.size() && is_name_char(text_[at_])) return fail(begin, "this is no number");
    bool integral = text.find_first_not_of("0123456789") == std::string::npos;
    std::int64_t integer = 0;
    if (integral && std::from_chars(text.data(), text.data() + text.size(), integer).ec != std::errc()) {
      return fail(begin, "this integer is out of range");
    }
    return make(integral ? Expr::Kind::kInt : Expr::Kind::kFloat, begin, text);
  }

  Node parse_string(char quote) {
    std::size_t begin = at_++;
    std::size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos) return fail(begin, "the text does not end");
    std::string value(text_.substr(at_, end - at_));
    if (value.find('\\') != std::string::npos) return fail(begin, "a text has no escapes");
    at_ = end + 1;
    return make(Expr::Kind::kString, begin, value);
  }

  Node parse_list() {
    Node list = make(Expr::Kind::kList, at_++);
    if (accept(']')) return list;
    do {
      Node element = parse_sum();
      if (!element) return nullptr;
      list->children.push_back(std::move(element));
    } while (accept(','));
    if (!accept(']')) return fail(at_, "expected ',' or ']', found " + found());
    return list;
  }

  Node parse_call(std::size_t begin, const std::string& name) {
    Node call = make(Expr::Kind::kCall, begin, name);
    ++at_;
    if (accept(')')) return call;
    do {
      peek();
      std::size_t argument_at = at_;
      std::string keyword = parse_word();
      if (keyword.empty() || peek() != '=') {
        keyword.clear();
        at_ = argument_at;
      } else {
        ++at_;
      }
      Node argument = parse_sum();
      if (!argument) return nullptr;
      if (keyword.empty() && !call->keywords.empty() && !call->keywords.back().empty()) {
        return fail(argument_at, "a positional argument follows a keyword");
      }
      call->children.push_back(std::move(argument));
      call->keywords.push_back(keyword);
      call->keyword_offsets.push_back(argument_at);
    } while (accept(','));
    if (!accept(')')) return fail(at_, "expected ',' or ')', found " + found());
    return call;
  }

  std::string_view text_;
  ExprError& error_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

std::unique_ptr<Expr> parse_expression(std::string_view text, ExprError& error) { return Parser(text, error).parse(); }

std::string to_prefix(const Expr& expr) {
  std::string head;
  switch (expr.kind) {
    case Expr::Kind::kString:
      return "\"" + expr.text + "\"";
    case Expr::Kind::kList:
      head = "list";
      break;
    case Expr::Kind::kNegate:
      head = "neg";
      break;
    case Expr::Kind::kMember:
      head = "." + expr.text;
      break;
    case Expr::Kind::kCall:
    case Expr::Kind::kBinary:
      head = expr.text;
      break;
    default:
      return expr.text;
  }
  std::string out = "(" + head;
  for (std::size_t i = 0; i < expr.children.size(); ++i) {
    out += " ";
    if (i < expr.keywords.size() && !expr.keywords[i].empty()) out += expr.keywords[i] + "=";
    out += to_prefix(*expr.children[i]);
  }
  return out + ")";
}

}  // namespace sy::codegen
