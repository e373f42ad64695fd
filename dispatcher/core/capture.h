// A recording under way, as the calls and copies that go into it see it.
#pragma once

#include <atomic>

#include "switchyard/abi/types.h"
#include "switchyard/core/generator.h"
#include "switchyard/core/storage.h"
#include "switchyard/core/stream.h"

namespace sy {

class Capture {
 public:
  /// The one that work of that stream goes into, or nullptr. One load while nothing is captured. Thread-safe.
  static Capture* find(Device device, sy_stream stream) {
    return under_way_.load(std::memory_order_relaxed) == 0 ? nullptr : find_slowly(device, stream);
  }

  virtual ~Capture() = default;
  /// The memory lives as long as what is recorded.
  virtual void keep(const Ref<Storage>& storage) = 0;
  /// The numbers of a call that is recorded: the next ones of the generator, each time that it runs.
  virtual sy_rng draw(const Generator& generator) = 0;

 protected:
  /// Between the two, find knows this capture by its stream.
  void begin(const Stream& stream);
  void end();

 private:
  static Capture* find_slowly(Device device, sy_stream stream);
  static std::atomic<int> under_way_;
};

}  // namespace sy
