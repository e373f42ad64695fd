#include "switchyard/dispatch/signature.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace sy {
namespace {

bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_char(char c) { return is_name_start(c) || is_digit(c); }

struct BaseType {
  std::string_view name;
  ArgType type;
  ArgType list;  // kNone where there is no list of it
};

constexpr BaseType kBaseTypes[] = {
    {"Tensor", ArgType::kTensor, ArgType::kTensorList}, {"Scalar", ArgType::kScalar, ArgType::kScalarList},
    {"int", ArgType::kInt, ArgType::kIntList},          {"float", ArgType::kFloat, ArgType::kFloatList},
    {"bool", ArgType::kBool, ArgType::kBoolList},       {"str", ArgType::kStr, ArgType::kNone},
    {"dtype", ArgType::kDtype, ArgType::kNone},         {"device", ArgType::kDevice, ArgType::kNone},
    {"Generator", ArgType::kGenerator, ArgType::kNone},
};

const BaseType* find_base_type(std::string_view name) {
  for (const BaseType& base : kBaseTypes) {
    if (base.name == name) return &base;
  }
  return nullptr;
}

/// Recursive descent over the text. Every method returns false once an error is set.
class Parser {
 public:
  Parser(std::string_view text, Signature& signature, SignatureError& error)
      : text_(text), signature_(signature), error_(error) {}

  bool parse() {
    signature_ = Signature();
    signature_.text = std::string(text_);
    return parse_operator_name() && expect('(') && parse_params() && expect_arrow() && parse_results() && parse_end() &&
           check_aliases();
  }

 private:
  bool fail(std::size_t offset, std::string message) {
    error_.offset = std::min(offset, text_.size());
    error_.message = std::move(message);
    return false;
  }

  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
  }
  char peek() {
    skip_space();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool accept(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  std::string found() { return at_ < text_.size() ? std::string("'") + text_[at_] + "'" : "the end"; }
  bool expect(char c) {
    if (accept(c)) return true;
    return fail(at_, std::string("expected '") + c + "', found " + found());
  }
  bool parse_name(std::string& name, const char* what) {
    skip_space();
    std::size_t begin = at_;
    if (at_ >= text_.size() || !is_name_start(text_[at_])) {
      return fail(at_, std::string("expected ") + what + ", found " + found());
    }
    while (at_ < text_.size() && is_name_char(text_[at_])) ++at_;
    name = std::string(text_.substr(begin, at_ - begin));
    return true;
  }

  bool parse_operator_name() {
    if (!parse_name(signature_.name, "an operator name")) return false;
    if (text_.substr(at_, 2) != "::") return true;
    at_ += 2;
    std::string rest;
    if (!parse_name(rest, "an operator name")) return false;
    signature_.name += "::" + rest;
    return true;
  }

  bool expect_arrow() {
    skip_space();
    if (text_.substr(at_, 2) != "->") return fail(at_, "expected '->', found " + found());
    at_ += 2;
    return true;
  }

  bool parse_end() {
    if (peek() != '\0' || at_ < text_.size()) return fail(at_, "expected the end, found " + found());
    return true;
  }

  bool parse_params() {
    if (accept(')')) return true;
    bool keyword_only = false;
    do {
      peek();
      std::size_t begin = at_;
      if (accept('*')) {
        if (keyword_only) return fail(begin, "only one '*' is allowed");
        keyword_only = true;
        if (peek() != ',') return fail(at_, "expected a parameter after '*'");
        continue;
      }
      if (!parse_param(keyword_only)) return false;
    } while (accept(','));
    return expect(')');
  }

  bool parse_param(bool keyword_only) {
    Parameter param;
    param.keyword_only = keyword_only;
    if (!parse_type(param)) return false;
    skip_space();
    std::size_t name_at = at_;
    if (!parse_name(param.name, "a parameter name")) return false;
    if (signature_.find_param(param.name) >= 0) return fail(name_at, "parameter '" + param.name + "' appears twice");
    if (accept('=')) {
      if (!parse_default(param)) return false;
    } else if (!signature_.params.empty() && signature_.params.back().has_default()) {
      return fail(name_at, "parameter '" + param.name + "' without a default follows one with a default");
    }
    signature_.params.push_back(std::move(param));
    return true;
  }

  /// Base name, alias and brackets: shared by parameters and results.
  bool parse_type(Parameter& param) {
    skip_space();
    std::size_t begin = at_;
    std::string name;
    if (!parse_name(name, "a type")) return false;
    const BaseType* base = find_base_type(name);
    if (base == nullptr) return fail(begin, "unknown type '" + name + "'");
    param.type = base->type;
    if (peek() == '(' && !parse_alias(param)) return false;
    bool question = accept('?');
    if (!accept('[')) {
      param.optional = question;
      return true;
    }
    if (base->list == ArgType::kNone) return fail(begin, "there is no list of " + name);
    if (question && base->type != ArgType::kTensor) return fail(begin, "only tensor lists have optional elements");
    param.type = base->list;
    param.optional_elements = question;
    if (is_digit(peek())) {
      std::size_t length_at = at_;
      auto [end, status] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), param.fixed_length);
      at_ = static_cast<std::size_t>(end - text_.data());
      if (status != std::errc() || param.fixed_length <= 0) return fail(length_at, "expected a length above 0");
      if (base->type == ArgType::kTensor) return fail(length_at, "tensor lists have no fixed length");
    }
    if (!expect(']')) return false;
    param.optional = accept('?');
    return true;
  }

  bool parse_alias(Parameter& param) {
    std::size_t begin = at_;
    if (param.type != ArgType::kTensor) return fail(begin, "only tensors have an alias");
    ++at_;
    char c = peek();
    if (c < 'a' || c > 'z') return fail(at_, "expected an alias from a to z, found " + found());
    param.alias = c;
    ++at_;
    param.mutated = accept('!');
    return expect(')');
  }

  bool parse_default(Parameter& param) {
    Default& value = param.default_value;
    skip_space();
    std::size_t begin = at_;
    if (!parse_literal(value)) return false;
    value.source = std::string(text_.substr(begin, at_ - begin));
    if (default_fits(param)) return true;
    return fail(begin, "default " + value.source + " does not fit " + type_name(param));
  }

  bool parse_literal(Default& value) {
    char c = peek();
    if (c == '"') return parse_string(value);
    if (c == '[') return parse_list(value);
    if (is_digit(c) || c == '-' || c == '.') return parse_number(value);
    std::size_t begin = at_;
    std::string word;
    if (!parse_name(word, "a default")) return false;
    if (word == "None") {
      value.kind = Default::Kind::kNone;
    } else if (word == "true" || word == "false") {
      value.kind = Default::Kind::kBool;
      value.i = word == "true";
    } else {
      return fail(begin, "expected a number, true, false, None, a \"text\" or a list, found '" + word + "'");
    }
    return true;
  }

  bool parse_string(Default& value) {
    std::size_t begin = at_++;
    value.kind = Default::Kind::kStr;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '\\' || static_cast<unsigned char>(text_[at_]) < 0x20) {
        return fail(at_, "a text has neither escapes nor control characters");
      }
      value.text += text_[at_++];
    }
    if (at_ == text_.size()) return fail(begin, "the text does not end");
    ++at_;
    return true;
  }

  bool parse_number(Default& value) {
    std::size_t begin = at_;
    while (at_ < text_.size() &&
           (is_name_char(text_[at_]) || text_[at_] == '.' || text_[at_] == '-' || text_[at_] == '+')) {
      ++at_;
    }
    std::string word(text_.substr(begin, at_ - begin));
    auto [end, status] = std::from_chars(word.data(), word.data() + word.size(), value.i);
    if (status == std::errc() && end == word.data() + word.size()) {
      value.kind = Default::Kind::kInt;
      value.f = static_cast<double>(value.i);
      return true;
    }
    auto [float_end, float_status] = std::from_chars(word.data(), word.data() + word.size(), value.f);
    if (float_status != std::errc() || float_end != word.data() + word.size() ||
        !is_digit(word.back() == '.' ? '0' : word.back())) {
      return fail(begin, "'" + word + "' is no number, or out of range");
    }
    value.kind = Default::Kind::kFloat;
    value.i = 0;
    return true;
  }

  bool parse_list(Default& value) {
    ++at_;
    value.kind = Default::Kind::kList;
    if (accept(']')) return true;
    do {
      Default element;
      skip_space();
      std::size_t begin = at_;
      if (!parse_literal(element)) return false;
      switch (element.kind) {
        case Default::Kind::kInt:
          break;
        case Default::Kind::kBool:
          list_has_bool_ = true;
          break;
        case Default::Kind::kFloat:
          list_has_float_ = true;
          break;
        default:
          return fail(begin, "a list holds numbers or bools");
      }
      value.list.push_back(element.kind == Default::Kind::kBool ? static_cast<double>(element.i) : element.f);
    } while (accept(','));
    return expect(']');
  }

  bool default_fits(const Parameter& param) {
    using Kind = Default::Kind;
    const Default& value = param.default_value;
    bool has_bool = std::exchange(list_has_bool_, false);
    bool has_float = std::exchange(list_has_float_, false);
    if (value.kind == Kind::kNone) return param.optional;
    if (value.kind == Kind::kList && param.fixed_length != 0 &&
        value.list.size() != static_cast<std::size_t>(param.fixed_length)) {
      return false;
    }
    bool list = value.kind == Kind::kList;
    bool one_for_all = param.fixed_length != 0;
    switch (param.type) {
      case ArgType::kScalar:
        return value.kind == Kind::kInt || value.kind == Kind::kFloat || value.kind == Kind::kBool;
      case ArgType::kInt:
        return value.kind == Kind::kInt;
      case ArgType::kFloat:
        return value.kind == Kind::kInt || value.kind == Kind::kFloat;
      case ArgType::kBool:
        return value.kind == Kind::kBool;
      case ArgType::kStr:
        return value.kind == Kind::kStr;
      case ArgType::kIntList:
        return (list && !has_bool && !has_float) || (one_for_all && value.kind == Kind::kInt);
      case ArgType::kFloatList:
        return (list && !has_bool) || (one_for_all && (value.kind == Kind::kInt || value.kind == Kind::kFloat));
      case ArgType::kBoolList:
        return (list && (has_bool || value.list.empty())) || (one_for_all && value.kind == Kind::kBool);
      default:
        return false;
    }
  }

  bool parse_results() {
    if (peek() != '(') {
      Result result;
      // A parameter called "result" is what a backward operator gets of the forward one.
      result.name = signature_.find_param("result") < 0 ? "result" : "output";
      return parse_result(result);
    }
    ++at_;
    do {
      Result result;
      if (!parse_result_type(result)) return false;
      skip_space();
      std::size_t name_at = at_;
      if (!parse_name(result.name, "a name for the output")) return false;
      if (signature_.find_result(result.name) >= 0) {
        return fail(name_at, "output '" + result.name + "' appears twice");
      }
      if (signature_.find_param(result.name) >= 0) {
        return fail(name_at, "output '" + result.name + "' has the name of a parameter");
      }
      if (result.type == ArgType::kTensorList) return fail(name_at, "a list must be the only output");
      signature_.results.push_back(std::move(result));
    } while (accept(','));
    return expect(')');
  }

  bool parse_result(Result& result) {
    if (!parse_result_type(result)) return false;
    signature_.results.push_back(std::move(result));
    return true;
  }

  bool parse_result_type(Result& result) {
    skip_space();
    std::size_t begin = at_;
    Parameter param;
    if (!parse_type(param)) return false;
    if (!param.is_tensor() || param.optional || param.optional_elements) {
      return fail(begin, "an output is a Tensor or a Tensor[], not " + type_name(param));
    }
    result.type = param.type;
    result.alias = param.alias;
    result.mutated = param.mutated;
    result_at_.push_back(begin);
    return true;
  }

  bool check_aliases() {
    for (std::size_t k = 0; k < signature_.results.size(); ++k) {
      const Result& result = signature_.results[k];
      if (result.alias == 0) continue;
      auto same = [&](const Parameter& p) { return p.alias == result.alias && p.mutated == result.mutated; };
      if (std::none_of(signature_.params.begin(), signature_.params.end(), same)) {
        return fail(result_at_[k],
                    "no parameter is Tensor(" + std::string(1, result.alias) + (result.mutated ? "!" : "") + ")");
      }
    }
    return true;
  }

  std::string_view text_;
  Signature& signature_;
  SignatureError& error_;
  std::size_t at_ = 0;
  bool list_has_bool_ = false;
  bool list_has_float_ = false;
  std::vector<std::size_t> result_at_;
};

std::string_view base_name(ArgType type) {
  for (const BaseType& base : kBaseTypes) {
    if (base.type == type || base.list == type) return base.name;
  }
  return "?";
}

bool is_list(ArgType type) {
  return type == ArgType::kTensorList || type == ArgType::kIntList || type == ArgType::kFloatList ||
         type == ArgType::kBoolList || type == ArgType::kScalarList;
}

std::string spell(const Parameter& param, bool with_alias) {
  std::string name(base_name(param.type));
  if (with_alias && param.alias != 0) name.append(1, '(').append(1, param.alias).append(param.mutated ? "!)" : ")");
  if (!is_list(param.type)) return param.optional ? name + "?" : name;
  if (param.optional_elements) name += "?";
  name.append("[").append(param.fixed_length == 0 ? "" : std::to_string(param.fixed_length)).append("]");
  return param.optional ? name + "?" : name;
}

Parameter as_parameter(const Result& result) {
  Parameter param;
  param.type = result.type;
  param.alias = result.alias;
  param.mutated = result.mutated;
  return param;
}

void hash_text(std::uint64_t& hash, std::string_view text) {
  for (char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3u;
  }
}

}  // namespace

int Signature::find_param(std::string_view wanted) const {
  for (std::size_t i = 0; i < params.size(); ++i) {
    if (params[i].name == wanted) return static_cast<int>(i);
  }
  return -1;
}

int Signature::find_result(std::string_view wanted) const {
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (results[i].name == wanted) return static_cast<int>(i);
  }
  return -1;
}

bool parse_signature(std::string_view text, Signature& signature, SignatureError& error) {
  return Parser(text, signature, error).parse();
}

std::string type_name(const Parameter& param) { return spell(param, true); }
std::string type_name(const Result& result) { return spell(as_parameter(result), true); }

std::uint64_t call_layout_hash(const Signature& signature) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const Parameter& param : signature.params) {
    hash_text(hash, spell(param, false));
    hash_text(hash, param.mutated ? "! " : " ");
    hash_text(hash, param.name);
    hash_text(hash, ",");
  }
  hash_text(hash, "->");
  for (const Result& result : signature.results) {
    hash_text(hash, spell(as_parameter(result), false));
    hash_text(hash, result.mutated ? "! " : " ");
    hash_text(hash, result.name);
    hash_text(hash, ",");
  }
  return hash;
}

}  // namespace sy
