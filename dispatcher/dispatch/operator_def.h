// What the generator (or a run-time registration) says of one operator: static data.
#pragma once

#include <cstdint>

#include "absl/status/status.h"

namespace sy {

class Frame;     // dispatch/frame.h
class MetaCall;  // dispatch/meta_call.h

/// Which prologue runs.
enum class Kind : std::uint8_t { kGeneric, kPointwise, kReduction, kView, kFactory, kComposite };
/// How T0 tensors of different dtypes meet.
enum class Promotion : std::uint8_t { kNone, kPromote, kFloat };

/// Sets the shapes (and, where the schema gives no rule, the dtypes) of the outputs. Reads metadata alone.
using MetaFn = absl::Status (*)(MetaCall& call);
/// Runs the operator as other operators: reads the frame's arguments, sets its outputs. May throw sy::Error.
using CompositeFn = void (*)(Frame& frame);

/// The dtype of one tensor parameter or output.
struct DtypeRule {
  enum Kind : std::uint8_t {
    kVariable,   // value: index of T0..T3
    kFixed,      // value: dtype id
    kParameter,  // value: index of the dtype parameter; the next rule counts when it is absent
    kAccumulate, // value: index of T; i64 for integers and bool
    kDefault,    // the default floating dtype; for `full` and `arange` the meta rule decides
    kEnd,
  };
  Kind kind = kEnd;
  std::uint8_t value = 0;
};

/// Flags.
enum : std::uint32_t {
  kOpHost = 1u << 0,           // no kernel: the prologue or the composite does everything
  kOpRandom = 1u << 1,
  kOpDataDependent = 1u << 2,
  kOpUninitialised = 1u << 3,
  kOpInternal = 1u << 4,
  kOpCore = 1u << 5,
  kOpInplace = 1u << 6,        // has an in-place variant
  kOpOut = 1u << 7,            // has an out variant
  kOpDerivativeOfParts = 1u << 8,  // derivative: composite
};

/// All pointers refer to static data. Arrays of per-parameter data have one entry per parameter of the signature.
struct OperatorDef {
  const char* signature;
  Kind kind = Kind::kGeneric;
  Promotion promotion = Promotion::kNone;
  std::uint32_t flags = 0;
  MetaFn meta = nullptr;
  CompositeFn composite = nullptr;
  const char* meta_name = nullptr;
  const char* composite_name = nullptr;
  const char* parts = nullptr;                 // names of the operators that the composite calls
  std::uint16_t type_vars[4] = {0, 0, 0, 0};   // bit per standard dtype id; 0: unused
  const DtypeRule* param_dtypes = nullptr;     // one per parameter; kEnd for parameters that are no tensors
  const DtypeRule (*result_dtypes)[2] = nullptr;  // one per result: first rule, fallback
  int init_param = -1;                          // the output starts as this parameter
  int reserve_result = -1;                      // the u8 output that holds what a kernel leaves for the backward
  std::uint32_t plan_key = 0;                   // bit per parameter
  std::uint64_t any_device = 0;                 // bit per parameter whose tensors may lie on another device
  const std::uint64_t* older_hashes = nullptr;  // earlier call layouts
  const std::uint32_t* older_params = nullptr;  // and how many parameters each had
  std::uint32_t num_older = 0;
  const char* twin = nullptr;
  const char* not_differentiable = nullptr;  // the reason
  const char* derivative = nullptr;          // "self: grad * other; other: grad * self", for people
  const char* doc = nullptr;
};

}  // namespace sy
