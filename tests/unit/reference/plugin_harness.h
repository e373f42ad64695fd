// Drives a plugin's kernels over the raw ABI, without the dispatcher: a host of its own, operands made from plain
// numbers. SWITCHYARD_PLUGIN_DIR, where the plugins were built, is defined by the build.
#pragma once

#include <cstdint>
#include <deque>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "switchyard/abi/plugin.h"

namespace sy::testing {

/// A backend of a loaded plugin, and its kernels. Never unloaded.
class LoadedPlugin {
 public:
  /// "reference"; of a plugin with several backends, which one: "simulator_opaque" of "simulator". Loads the plugin on first
  /// use. Aborts the test program where that fails.
  static LoadedPlugin& get(const std::string& backend, const std::string& plugin);
  static LoadedPlugin& get(const std::string& backend) { return get(backend, backend); }

  const sy_backend& backend() const { return *backend_; }
  const std::vector<const sy_kernel*>& kernels() const { return kernels_; }
  /// NULL where there is none.
  const sy_kernel* find(const std::string& op) const;
  /// What was reported since the last time, one message each.
  std::vector<std::string> take_reports();
  void add_report(std::string message);

 private:
  friend struct HarnessHost;
  const sy_backend* backend_ = nullptr;
  std::vector<const sy_kernel*> kernels_;
  std::mutex mutex_;
  std::vector<std::string> reports_;
};

/// The message of this thread's last failed call.
const std::string& last_error();

using Dims = std::vector<std::int64_t>;

/// Numbers with a shape; strides (in elements) and offset of the first one may make any view of the values.
struct Numbers {
  std::uint32_t dtype = SY_F32;
  Dims shape;
  std::vector<double> values;
  Dims strides;  // empty: contiguous
  std::int64_t offset = 0;
  bool host_scalar = false;
};
Numbers f32(Dims shape, std::vector<double> values);
Numbers i64(Dims shape, std::vector<double> values);
Numbers typed(std::uint32_t dtype, Dims shape, std::vector<double> values);

/// One call, built argument by argument in schema order. Device memory is freed at the end of its life.
class TestCall {
 public:
  TestCall(LoadedPlugin& plugin, std::string op, std::uint32_t t0 = SY_F32, std::uint32_t t1 = SY_DTYPE_NONE);
  ~TestCall();
  TestCall(const TestCall&) = delete;
  TestCall& operator=(const TestCall&) = delete;

  TestCall& tensor(const Numbers& numbers);
  TestCall& tensors(const std::vector<Numbers>& list);
  TestCall& none();
  TestCall& scalar(double value);
  TestCall& scalar(int value);
  TestCall& integer(std::int64_t value);
  TestCall& floating(double value);
  TestCall& boolean(bool value);
  TestCall& str(const std::string& value);
  TestCall& dtype(std::uint32_t value);
  TestCall& ints(Dims values);
  TestCall& rng(std::uint64_t seed, std::uint64_t offset);
  /// A slot of any tag, for what a newer host might send.
  TestCall& raw(std::uint32_t tag);
  /// An output that starts with these values.
  TestCall& output(const Numbers& numbers);
  TestCall& output(std::uint32_t dtype, Dims shape);
  TestCall& data_dependent_output();

  /// Runs and waits. Not the status of work that runs later: see LoadedPlugin::take_reports.
  sy_status run();
  /// Elements of an output in row-major order, and its shape.
  std::vector<double> result(std::size_t k = 0);
  Dims result_shape(std::size_t k = 0) const;
  /// The device address of argument i.
  void* address(std::size_t i) const;

 private:
  friend struct HarnessHost;
  struct Operand {
    sy_tensor tensor{};
    Dims shape;
    Dims strides;
    void* memory = nullptr;
    std::size_t bytes = 0;
    std::vector<char> host;  // of a host scalar
  };

  Operand& make(const Numbers& numbers);
  void copy(Operand& operand, std::vector<char>& host, bool to_device);
  template <typename T>
  TestCall& slot(std::uint32_t tag, std::vector<T> values);

  LoadedPlugin& plugin_;
  std::string op_;
  std::uint32_t dtypes_[4];
  std::deque<Operand> operands_;
  std::deque<std::vector<char>> values_;
  std::deque<std::vector<sy_tensor*>> lists_;
  std::vector<sy_slot> args_;
  std::vector<sy_slot> outputs_;
  std::vector<void*> workspaces_;
};

}  // namespace sy::testing
