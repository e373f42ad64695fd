// Operator signatures: `add(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor`. Parsed here for the code
// generator and for operators that are declared at run time. Depends on the standard library alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sy {

/// Parameter types; the values are the SY_ARG_* tags of the ABI.
enum class ArgType : std::uint32_t {
  kNone = 0, kTensor = 1, kTensorList = 2, kScalar = 3, kInt = 4, kFloat = 5, kBool = 6, kStr = 7, kDtype = 8,
  kDevice = 9, kGenerator = 10, kIntList = 11, kFloatList = 12, kBoolList = 13, kScalarList = 14,
};

/// A default value, as written.
struct Default {
  enum class Kind : std::uint8_t { kAbsent, kNone, kBool, kInt, kFloat, kStr, kList };
  Kind kind = Kind::kAbsent;
  std::int64_t i = 0;             // bool and int
  double f = 0;                   // int and float
  std::string text;               // string contents
  std::vector<double> list;       // elements of a list
  std::string source;             // as written
};

struct Parameter {
  std::string name;
  ArgType type = ArgType::kNone;
  bool optional = false;           // T?  or T[]?
  bool optional_elements = false;  // Tensor?[]
  bool keyword_only = false;
  bool mutated = false;     // Tensor(a!)
  char alias = 0;           // the a of Tensor(a); 0 for none
  int fixed_length = 0;     // the 2 of int[2]; 0 for any
  Default default_value;
  bool has_default() const { return default_value.kind != Default::Kind::kAbsent; }
  bool is_tensor() const { return type == ArgType::kTensor || type == ArgType::kTensorList; }
};

struct Result {
  std::string name;  // when the signature gives none: "result", or "output" where a parameter is called "result"
  ArgType type = ArgType::kTensor;
  bool mutated = false;
  char alias = 0;
};

struct Signature {
  std::string name;       // "add" or "my::scale"
  std::vector<Parameter> params;
  std::vector<Result> results;
  std::string text;  // as written
  /// Index of the parameter, or -1.
  int find_param(std::string_view name) const;
  int find_result(std::string_view name) const;
};

struct SignatureError {
  std::size_t offset = 0;  // into the text
  std::string message;
};

/// Parses text. True on success; otherwise error says what was expected and where. Names are [A-Za-z_][A-Za-z0-9_]*,
/// an operator's may have one namespace in front, "my::".
bool parse_signature(std::string_view text, Signature& signature, SignatureError& error);

/// "Tensor?", "int[2]", "Tensor(a!)".
std::string type_name(const Parameter& param);
std::string type_name(const Result& result);

/// FNV-1a over ordered parameter names, types and mutability, and the outputs: what a kernel was compiled for.
/// Defaults and keyword-only marks do not count.
std::uint64_t call_layout_hash(const Signature& signature);

}  // namespace sy
