// One launch of a generated kernel: collects its operands, builds it where this combination is new, enqueues it.
#pragma once

#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "device.h"
#include "switchyard/sdk/call.h"

namespace sy::opencl {

/// The source is the prelude, the definitions of the operands in order (see source.h), then a body that defines
/// `__kernel void run(...)` with the same parameters in the same order. Everything that the body varies with, besides
/// the operands' dtypes, belongs into the name.
class Launch {
 public:
  Launch(const sdk::Call& call, std::string name);

  Device& device() const { return device_; }
  /// Adds to the name.
  void variant(const std::string& suffix) { name_ += suffix; }
  /// The next operand: OUT<k> or IN<k>. Throws sdk::Error where the device lacks its dtype.
  Launch& tensor(const sdk::Tensor& t);
  /// Scratch memory of an OpenCL type as the next operand, from an element on.
  Launch& scratch(const void* memory, const std::string& type, std::int64_t offset = 0);
  /// A number in host memory as the next operand: a parameter `const C<k> v<k>`, which GET<k> ignores its index for.
  Launch& host_scalar(const sdk::Tensor& t);
  /// A parameter `const idx`.
  Launch& index(std::int64_t value);
  /// A parameter of the compute type of dtype, from the schema's Scalar.
  Launch& scalar(const sdk::Scalar& value, std::uint32_t dtype);
  /// The same, rounded to an element of dtype first; what an integral one cannot hold wraps, or saturates.
  Launch& element(const sdk::Scalar& value, std::uint32_t dtype, bool saturates = false);
  /// A parameter `const float`, or `const double` where dtype is f64.
  Launch& floating(double value, std::uint32_t dtype);
  template <typename T>
  Launch& value(T v) {
    Argument a{sizeof(T), kPlain, 0, {}};
    std::memcpy(a.bytes, &v, sizeof v);
    arguments_.push_back(a);
    return *this;
  }
  /// A parameter `__local void*`.
  Launch& local(std::size_t bytes);
  /// The parameters FAULT, for checked_index. argument is a string literal.
  Launch& fault(const char* argument);

  /// Enqueues `items` work-items, rounded up to whole groups: the body checks get_global_id(0).
  void run(std::int64_t items, const std::function<std::string()>& body);
  /// Enqueues `groups` groups of exactly group_size() items.
  void run_groups(std::int64_t groups, const std::function<std::string()>& body);
  /// A power of two that the device takes: what tree reductions use.
  std::size_t group_size() const;

 private:
  enum Kind : std::uint8_t { kPlain, kIndex, kLocal };
  struct Argument {
    std::size_t size;
    Kind kind;
    std::int64_t number;  // kIndex
    alignas(8) char bytes[8];
  };

  void buffer(cl_mem memory, std::int64_t offset);
  std::string source(const std::function<std::string()>& body) const;
  void enqueue(std::size_t groups, std::size_t group, const std::function<std::string()>& body);

  const sdk::Call& call_;
  Device& device_;
  Queue& queue_;
  std::string name_;
  std::string operands_;  // a letter per dtype
  std::vector<std::string> definitions_;
  std::vector<Argument> arguments_;
  bool may_fault_ = false;
  int count_ = 0;
  bool wide_ = false;
};

/// Throws SY_UNSUPPORTED, with the reason, where the device cannot compute in dtype.
void require_dtype(const Device& device, std::uint32_t dtype);
/// Bytes of an element of an operand's compute type.
std::size_t compute_size(std::uint32_t dtype);

}  // namespace sy::opencl
