// A progress bar on a terminal, a line now and then elsewhere.
#pragma once

#include <chrono>
#include <cstdint>

class Progress {
 public:
  Progress(std::int64_t first_step, std::int64_t steps, std::int64_t tokens_per_step);
  /// After `done` steps in all.
  void update(std::int64_t done, double loss);
  /// Ends the line that update left open.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  std::int64_t first_, steps_, tokens_;
  Clock::time_point start_ = Clock::now(), drawn_{};
  bool terminal_;
  bool open_ = false;
};
