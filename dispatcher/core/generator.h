// The host's source of randomness: a seed and a counter. Devices turn (seed, counter, element index) into bits with
// Philox 4x32-10, so that one seed gives the same numbers everywhere.
#pragma once

#include <cstdint>
#include <memory>

namespace sy {

/// A shared handle: copies draw from the same sequence. Thread-safe.
class Generator {
 public:
  explicit Generator(std::uint64_t seed = 0);

  struct State {
    std::uint64_t seed;
    std::uint64_t offset;
  };
  /// Takes the next counter; every random operator call uses one.
  State next() const { return advance(1); }
  /// Takes that many; returns the first.
  State advance(std::uint64_t counters) const;
  State state() const;
  void set_state(State state) const;
  void manual_seed(std::uint64_t seed) const { set_state({seed, 0}); }
  /// Whether both draw from the same sequence.
  friend bool operator==(const Generator& a, const Generator& b) { return a.shared_ == b.shared_; }

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

/// The generator of calls that name none; one for all devices.
const Generator& default_generator();
/// Restarts the default generator. As PyTorch's.
void manual_seed(std::uint64_t seed);

}  // namespace sy
