// What the schema says of an operator's tests: sample inputs, error inputs, and what is needed to vary them. Filled by
// generated code, see all_samples().
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "switchyard/dispatch/signature.h"

namespace sy::testing {

/// A tensor to be made: values if they are given; else drawn from [low, high), the operator's domain, or the usual
/// range, by the fill: "" uniform, "normal", or "distinct" (no two elements alike).
struct TensorSpec {
  std::vector<std::int64_t> shape;
  std::optional<std::string> dtype;  // free when absent: any that the parameter takes
  std::optional<double> low, high;
  std::vector<double> values;
  std::string fill;
  bool absent = false;  // in a list of optional tensors

  TensorSpec with_dtype(std::string name) && {
    dtype = std::move(name);
    return std::move(*this);
  }
  TensorSpec in_range(double from, double to) && {
    low = from;
    high = to;
    return std::move(*this);
  }
  TensorSpec with_values(std::vector<double> v) && {
    values = std::move(v);
    return std::move(*this);
  }
  TensorSpec filled(std::string how) && {
    fill = std::move(how);
    return std::move(*this);
  }
};

/// An absent optional.
struct None {};
/// A Scalar, int, float or bool parameter's value.
struct Number {
  enum class Kind { kBool, kInt, kFloat };
  Kind kind = Kind::kInt;
  std::int64_t i = 0;  // bool and int
  double f = 0;        // all three
};
struct DtypeName {
  std::string name;
};
/// "current" is the device under test.
struct DeviceName {
  std::string name;
};
/// Of a fresh generator.
struct Seed {
  std::uint64_t seed = 0;
};

using SampleValue = std::variant<None, TensorSpec, std::vector<TensorSpec>, Number, std::vector<std::int64_t>,
                                 std::vector<double>, std::vector<bool>, std::string, DtypeName, DeviceName, Seed>;

/// Values by parameter name; the others have their defaults.
using Sample = std::map<std::string, SampleValue>;

inline TensorSpec tensor(std::vector<std::int64_t> shape) {
  TensorSpec spec;
  spec.shape = std::move(shape);
  return spec;
}
inline TensorSpec absent() {
  TensorSpec spec;
  spec.absent = true;
  return spec;
}
inline std::vector<TensorSpec> tensors(std::vector<TensorSpec> list) { return list; }
inline Number boolean(bool v) { return {Number::Kind::kBool, v, v ? 1.0 : 0.0}; }
inline Number integer(std::int64_t v) { return {Number::Kind::kInt, v, static_cast<double>(v)}; }
inline Number floating(double v) { return {Number::Kind::kFloat, 0, v}; }
inline std::vector<std::int64_t> ints(std::vector<std::int64_t> v) { return v; }
inline std::vector<double> floats(std::vector<double> v) { return v; }
inline std::vector<bool> bools(std::vector<bool> v) { return v; }
inline std::string text(std::string v) { return v; }
inline DtypeName dtype(std::string name) { return {std::move(name)}; }
inline DeviceName device(std::string name) { return {std::move(name)}; }
inline Seed generator(std::uint64_t seed) { return {seed}; }
inline None none() { return {}; }

/// Inputs that must fail with a message that contains the text.
struct ErrorSample {
  Sample args;
  std::string message;
};

/// How the dtype of a tensor parameter or an output is found.
struct DtypeSpec {
  enum class Kind {
    kNotTensor,
    kVariable,    // index: of T0..T3
    kFixed,       // name
    kParameter,   // name: of the dtype parameter; see fallback
    kAccumulate,  // index: of T; i64 for integers and bool
    kDefault,     // the default floating dtype, or what the operator's documentation says
  };
  Kind kind = Kind::kNotTensor;
  int index = 0;
  std::string name;
};

/// One operator. params and its like have one entry per parameter of the signature.
struct OperatorSamples {
  std::string signature;
  std::string name;
  std::string group;
  std::string kind;                    // "pointwise", "generic", ...
  std::string promotion;               // "none", "promote", "float"
  std::vector<std::string> variants;   // "function", "method", "inplace", "out", "scalar"
  std::vector<std::string> tags;       // "core", "internal", "uninitialised"
  std::vector<std::string> dtypes[4];  // the sets of T0..T3; empty: unused
  std::vector<DtypeSpec> params;
  std::vector<DtypeSpec> results;
  std::vector<DtypeSpec> result_fallbacks;                     // where the dtype parameter of results is absent
  std::vector<std::string> differentiable;                     // inputs with a gradient
  std::map<std::string, std::pair<double, double>> domain;     // by parameter
  std::map<std::string, std::string> fill;                     // by parameter
  std::map<std::string, std::pair<double, double>> tolerance;  // by dtype: relative, absolute
  std::string twin;
  int reserve = -1;             // the output whose bytes are a kernel's own business
  bool host = false;            // no backend has a kernel for it
  bool composite_only = false;  // kind composite
  bool has_composite = false;
  bool random = false;
  bool data_dependent = false;
  std::vector<Sample> samples;
  std::vector<ErrorSample> errors;

  /// The signature, parsed.
  Signature parsed() const {
    Signature s;
    SignatureError error;
    parse_signature(signature, s, error);
    return s;
  }
};

/// All operators of the schema, in its order. Generated.
const std::vector<OperatorSamples>& all_samples();

}  // namespace sy::testing
