// Operands over memory of the test's own, and calls for loops that ask the host for workspace.
#pragma once

#include <memory>
#include <random>
#include <vector>

#include "loops/grid.h"
#include "switchyard/sdk/call.h"

namespace sy::cpu {

/// A strided array of T. Elements of its memory that no index names hold a sentinel.
template <class T>
struct Array {
  std::vector<std::int64_t> shape, strides;
  std::vector<T> memory;
  std::int64_t start = 0;  // of the element at index 0
  sy_tensor abi{};

  /// strides in elements, any; memory is made as large as they need.
  Array(std::vector<std::int64_t> sizes, std::vector<std::int64_t> steps)
      : shape(std::move(sizes)), strides(std::move(steps)) {
    std::int64_t low = 0, high = 0;
    for (std::size_t d = 0; d < shape.size(); ++d) {
      if (shape[d] > 0) (strides[d] < 0 ? low : high) += (shape[d] - 1) * strides[d];
    }
    start = -low + 1;  // a guard at either end
    memory.assign(static_cast<std::size_t>(high - low + 3), T(77));
  }
  explicit Array(std::vector<std::int64_t> sizes) : Array(sizes, dense(sizes)) {}
  Array(const Array&) = delete;

  static std::vector<std::int64_t> dense(const std::vector<std::int64_t>& sizes) {
    std::vector<std::int64_t> steps(sizes.size());
    std::int64_t step = 1;
    for (std::size_t d = sizes.size(); d-- > 0; step *= sizes[d]) steps[d] = step;
    return steps;
  }
  std::int64_t count() const {
    std::int64_t n = 1;
    for (std::int64_t size : shape) n *= size;
    return n;
  }
  /// Element i in row-major order.
  T& operator[](std::int64_t i) {
    std::int64_t at = start;
    for (std::size_t d = shape.size(); d-- > 0; i /= shape[d]) at += i % shape[d] * strides[d];
    return memory[static_cast<std::size_t>(at)];
  }
  template <class Fn>
  void fill(const Fn& fn) {
    for (std::int64_t i = 0; i < count(); ++i) (*this)[i] = static_cast<T>(fn(i));
  }
  T* data() { return memory.data() + start; }
  Operand operand(std::uint32_t dtype = sdk::kDtypeId<T>) {
    return {reinterpret_cast<char*>(data()), shape.data(), strides.data(), static_cast<int>(shape.size()), dtype};
  }
  sdk::Tensor tensor(std::uint32_t dtype = sdk::kDtypeId<T>) {
    abi.size = sizeof abi;
    abi.view = {data(), {1, 0}, static_cast<std::int32_t>(shape.size()), {}, shape.data(), strides.data(), 0};
    abi.dtype = dtype;
    return sdk::Tensor(&abi);
  }
};

/// A call whose host gives workspace, for as long as the object lives.
class TestCall {
 public:
  TestCall() {
    host_.size = sizeof host_;
    host_.error = [](sy_status code, const char*) { return code; };
    host_.workspace = [](const sy_call* call, std::uint64_t bytes, void** memory) {
      auto& self = *static_cast<TestCall*>(call->host_call);
      self.blocks_.push_back(std::make_unique<Line[]>(bytes / sizeof(Line) + 1));
      *memory = self.blocks_.back().get();
      return SY_OK;
    };
    call_.size = sizeof call_;
    call_.op = "test";
    call_.host = &host_;
    call_.host_call = this;
  }
  operator sdk::Call() const { return sdk::Call(&call_); }  // NOLINT
  std::size_t workspaces() const { return blocks_.size(); }

 private:
  struct alignas(64) Line {
    char bytes[64];
  };
  sy_host host_{};
  sy_call call_{};
  std::vector<std::unique_ptr<Line[]>> blocks_;
};

}  // namespace sy::cpu
