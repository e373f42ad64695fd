// The operators as the generator knows them.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "codegen/diagnostics.h"
#include "codegen/expression.h"
#include "switchyard/dispatch/signature.h"

namespace sy::codegen {

/// Names of the standard dtypes by id, as SY_BOOL and so on number them.
inline constexpr std::array<const char*, 10> kDtypeNames = {"bool", "u8",  "i8",   "i16", "i32",
                                                            "i64",  "f16", "bf16", "f32", "f64"};
inline constexpr std::uint16_t kFloatingDtypes = 0x3c0;
/// The id, or -1.
int dtype_id(const std::string& name);

/// How a dtype of a parameter or output is found; mirrors sy::DtypeRule.
struct Rule {
  enum Kind { kVariable, kFixed, kParameter, kAccumulate, kDefault, kEnd };
  Kind kind = kEnd;
  int value = 0;

  friend bool operator==(const Rule&, const Rule&) = default;
};

/// A tensor of a sample.
struct TensorValue {
  std::vector<std::int64_t> shape;
  std::string dtype;  // "" when free
  std::optional<double> low, high;
  std::vector<double> values;
  std::string fill;
  bool absent = false;
};

/// One argument of a sample.
struct SampleValue {
  enum class Kind {
    kNone,
    kTensor,
    kTensors,
    kBool,
    kInt,
    kFloat,
    kInts,
    kFloats,
    kBools,
    kText,
    kDtype,
    kDevice,
    kSeed
  };
  Kind kind = Kind::kNone;
  std::vector<TensorValue> tensors;
  std::int64_t i = 0;
  double f = 0;
  std::vector<double> list;
  std::string text;
};

using Sample = std::vector<std::pair<std::string, SampleValue>>;

struct ErrorSample {
  Sample args;
  std::string message;
};

/// A derivative for one or several inputs.
struct Formula {
  std::vector<std::string> inputs;
  std::vector<std::size_t> params;  // of inputs; filled by the checker
  Text key;
  Text text;
  std::unique_ptr<Expr> expr;
  // Bits per parameter (or result): what is read of it.
  std::uint64_t saved_params = 0;   // the elements of a tensor, or the value of anything else
  std::uint64_t saved_shapes = 0;   // shape, dtype or device of a tensor
  std::uint64_t saved_strides = 0;  // strides or offset of a tensor
  std::uint64_t saved_results = 0;
};

struct Operator {
  Text op;  // the signature
  Signature signature;
  std::string ns;         // before ::, or "sy"
  std::string base_name;  // without namespace
  std::string kind = "generic";
  std::string promotion;
  std::string meta;
  std::string composite;
  std::vector<Text> parts;  // the operators that the composite calls
  std::string grad_name = "grad";
  std::string init;
  std::string reserve;
  std::string twin;
  std::string not_differentiable;
  std::string doc;
  bool host = false;
  bool random = false;
  bool data_dependent = false;
  bool derivative_of_parts = false;
  std::vector<std::string> variants;
  std::vector<std::string> tags;
  std::vector<std::string> plan_key;
  std::vector<std::string> any_device;  // tensors that may lie elsewhere
  std::array<std::uint16_t, 4> type_sets = {0, 0, 0, 0};
  std::string dtypes_text;                        // for people
  std::vector<Rule> param_rules;                  // one per parameter
  std::vector<std::array<Rule, 2>> result_rules;  // one per output
  std::vector<Formula> formulas;
  std::vector<Signature> older;
  std::map<std::string, std::pair<double, double>> domain;
  std::map<std::string, std::string> fill;
  std::map<std::string, std::pair<double, double>> tolerance;
  std::vector<Sample> samples;
  std::vector<ErrorSample> errors;
  std::map<std::string, Location> keys;  // where each key of the entry stands

  bool has_variant(const std::string& name) const;
  bool has_tag(const std::string& name) const;
  bool is_pointwise() const { return kind == "pointwise"; }
  /// The single output is written through the first parameter: `Tensor(a!)`.
  bool returns_self() const;
  /// A kernel may exist for it.
  bool has_kernel() const { return kind != "composite" && kind != "view" && !host; }
  /// Where a key stands, or the entry.
  Location where(const std::string& key) const;
  /// The dtypes that a tensor parameter takes, a bit per id; 0 for other parameters.
  std::uint16_t param_dtypes(std::size_t i) const;
  /// A tensor parameter that can hold floating values.
  bool is_differentiable(std::size_t i) const;
};

/// One YAML file.
struct Group {
  std::string name;  // its stem
  std::string path;
  std::vector<Operator> operators;
};

struct Schema {
  std::string ns = "sy";
  std::vector<Group> groups;    // what is generated
  std::vector<Group> imported;  // names and signatures alone

  bool is_core() const { return ns == "sy"; }
  /// By full or base name, own operators first; nullptr when there is none.
  const Operator* find(const std::string& name) const;
  std::vector<std::string> names() const;
};

}  // namespace sy::codegen
