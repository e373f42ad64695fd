#include "progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

Progress::Progress(std::int64_t first_step, std::int64_t steps, std::int64_t tokens_per_step)
    : first_(first_step), steps_(steps), tokens_(tokens_per_step), terminal_(isatty(STDOUT_FILENO) != 0) {}

void Progress::update(std::int64_t done, double loss) {
  Clock::time_point now = Clock::now();
  bool last = done == steps_;
  bool due =
      terminal_ ? now - drawn_ > std::chrono::milliseconds(100) : done % std::max<std::int64_t>(steps_ / 10, 1) == 0;
  if (!due && !last) return;
  drawn_ = now;
  double seconds = std::chrono::duration<double>(now - start_).count();
  double per_step = seconds / static_cast<double>(std::max<std::int64_t>(done - first_, 1));
  double left = per_step * static_cast<double>(steps_ - done);
  double rate = static_cast<double>(tokens_) / per_step;
  constexpr int kWidth = 28;
  int filled = static_cast<int>(kWidth * done / std::max<std::int64_t>(steps_, 1));
  std::string bar(static_cast<std::size_t>(filled), '#');
  bar.resize(kWidth, '.');
  std::printf("%s[%s] %lld/%lld  loss %.3f  %.0f tokens/s  %d:%02d left%s", terminal_ ? "\r" : "", bar.c_str(),
              static_cast<long long>(done), static_cast<long long>(steps_), loss, rate, static_cast<int>(left) / 60,
              static_cast<int>(left) % 60, terminal_ ? "  " : "\n");
  std::fflush(stdout);
  open_ = terminal_;
}

void Progress::finish() {
  if (open_) std::printf("\n");
  open_ = false;
}
