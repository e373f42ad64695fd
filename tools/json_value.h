// Operator arguments and results as JSON.
#pragma once

#include <nlohmann/json.hpp>

#include "switchyard/dispatch/boxed.h"
#include "switchyard/ops/tensor.h"

namespace sy::tool {

using Json = nlohmann::ordered_json;

/// JSON, or a discarded value for text that is none or is nested beyond a hundred levels, which printing could not
/// bear.
Json parse_json(const std::string& text);
/// {"npy": "a.npy"}, {"dtype": "f32", "shape": [2], "data": [1, 2]} or a (nested) list of numbers; "dtype" beside "npy"
/// casts. On cpu. Throws sy::Error naming `where`.
Tensor tensor_from_json(const Json& json, const std::string& where);
/// A value for a parameter, tensors moved to device. null is an absent optional.
Value value_from_json(const Operator& op, const Parameter& param, const Json& json, Device device);
/// {"dtype", "shape"} and, with data, "data" as a flat list; non-finite numbers are the strings NaN, Infinity,
/// -Infinity.
Json tensor_to_json(const Tensor& t, bool data);

/// "a.npy" for a tensor parameter, JSON, or plain text where JSON would need quotes.
Json json_from_text(const Parameter& param, const std::string& text);

}  // namespace sy::tool
