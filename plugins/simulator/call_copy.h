// A call that outlives run(): everything it points to is copied, and device addresses become those of the twin memory.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "simulator.h"
#include "switchyard/abi/plugin.h"

namespace sy::simulator {

/// First and one past the last byte of the tensor's elements, relative to its first logical element. Empty: both 0.
void byte_range(const sy_tensor& t, std::int64_t& low, std::int64_t& high);

/// Throws sdk::Error where an operand reaches outside of its block or lies on another device, and for slots of unknown
/// kind.
class CallCopy {
 public:
  /// Where the first logical element of a tensor lies.
  using Place = std::function<void*(const sy_tensor&)>;

  CallCopy(const sy_call& call, Simulator& simulator);
  /// With other places, which are asked for in the order of arguments, then outputs.
  CallCopy(const sy_call& call, Simulator& simulator, Place place);
  CallCopy(const CallCopy&) = delete;
  CallCopy& operator=(const CallCopy&) = delete;

  sy_call& call() { return call_; }
  const std::string& op() const { return op_; }
  /// A copy of the tensor with the twin's address.
  sy_tensor* copy_tensor(const sy_tensor& tensor);
  /// Zeroed memory that lives as long as the copy.
  void* scratch(std::uint64_t bytes);

 private:
  void copy_slot(const sy_slot& from, sy_slot& to);
  template <typename T>
  T* copy_array(const T* from, std::size_t count);
  void* translate(const sy_tensor& tensor) const;
  void* translate(const void* memory, std::int64_t offset, std::uint64_t bytes) const;

  Simulator& simulator_;
  Place place_;
  std::string op_;
  sy_call call_;
  std::vector<sy_slot> args_;
  std::vector<sy_slot> outputs_;
  std::vector<std::unique_ptr<std::max_align_t[]>> storage_;
};

}  // namespace sy::simulator
