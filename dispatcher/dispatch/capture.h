// A recording under way, as the calls that go into it see it.
#pragma once

#include <atomic>

#include "switchyard/abi/types.h"
#include "switchyard/core/generator.h"
#include "switchyard/core/storage.h"
#include "switchyard/core/tensor_base.h"

namespace sy {

class Capture {
 public:
  /// The one that a call on that stream goes into, or nullptr. One load while nothing is captured.
  static Capture* find(Device device, sy_stream stream) {
    return under_way.load(std::memory_order_relaxed) == 0 ? nullptr : find_slowly(device, stream);
  }

  virtual ~Capture() = default;
  /// The memory lives as long as the graph.
  virtual void keep(const Ref<Storage>& storage) = 0;
  /// Where a captured call finds seed and addend of the generator: see sy_rng.device_state.
  virtual const void* random_state(const Generator& generator) = 0;

 protected:
  static std::atomic<int> under_way;

 private:
  static Capture* find_slowly(Device device, sy_stream stream);
};

}  // namespace sy
