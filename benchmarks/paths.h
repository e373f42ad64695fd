// The calls whose cost is counted and timed: one operation each, on tensors so small that nothing else counts.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace sy::bench {

/// Does the work n times.
using Body = std::function<void(std::int64_t n)>;

/// Turns a callable that does the work once into a Body, with the loop inside.
template <typename Fn>
Body repeat(Fn fn) {
  return [fn = std::move(fn)](std::int64_t n) mutable {
    for (std::int64_t i = 0; i < n; ++i) fn();
  };
}

struct Path {
  std::string what;
  Body body;
  double per = 1;                 // operations in one unit of work: costs are divided by it
  std::function<void()> prepare;  // called once, right before; may be empty
};

/// All of them, ready to run on the CPU plugin.
std::vector<Path> paths();

}  // namespace sy::bench
