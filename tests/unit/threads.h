// Runs one body on several threads that start together.
#pragma once

#include <barrier>
#include <functional>
#include <thread>
#include <vector>

namespace sy {

inline void on_threads(int count, const std::function<void(int)>& body) {
  std::barrier start(count);
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      body(i);
    });
  }
  for (std::thread& t : threads) t.join();
}

}  // namespace sy
