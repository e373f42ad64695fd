// What goes wrong on purpose: settings of the simulator that make an allocation, a copy, a device or a result fail.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>

namespace sy::simulator {

/// Strikes at the n-th event from now, or at that one and all later ones. Thread-safe.
class Trigger {
 public:
  /// "3": the third; "3+": from the third on; "0": never. False for any other text.
  bool parse(const char* text);
  /// Counts one event; true where it strikes.
  bool strikes();

 private:
  std::mutex mutex_;
  std::int64_t left_ = 0;  // events until it strikes, 0: never
  bool stays_ = false;
};

/// How long a task waits before it runs: "100", or "0-500" for a different time each, in microseconds. Thread-safe.
class Delay {
 public:
  /// False for other texts, and above a second.
  bool parse(const char* text);
  /// The next one.
  std::int64_t next_us();

 private:
  std::atomic<std::int64_t> low_{0};
  std::atomic<std::int64_t> high_{0};
  std::atomic<std::uint64_t> drawn_{0};
};

/// The faults of one backend. Settings by name, thread-safe.
class Faults {
 public:
  /// fail_alloc, fail_copy: as Trigger::parse. lose_device: "1" (device 1, now), "1@20" (at its 20th task from now),
  /// "none". wrong_result: an operator's name, or "". Returns what is expected where the value makes no sense, NULL
  /// where it does; *known is false for another key.
  const char* set(const char* key, const char* value, bool* known);

  Trigger alloc;
  Trigger copy;
  /// Counts one task of a device; true where the device is lost with it.
  bool loses(int device);
  /// The device that lose_device names for now rather than for a task to come, once; -1: none.
  int take_lost_now();
  /// Whether results of that operator are spoiled.
  bool spoils(const std::string& op);

 private:
  bool parse_loss(const char* text);

  std::mutex mutex_;
  int lost_device_ = -1;
  std::int64_t lost_after_ = 0;  // tasks until then
  std::string wrong_op_;
  std::atomic<bool> has_wrong_op_{false};
};

}  // namespace sy::simulator
