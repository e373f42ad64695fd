// Why a call went where it went.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "switchyard/dispatch/thread_state.h"

namespace sy {

/// One operator call as it happened.
struct CallRecord {
  std::string op;
  int depth = 0;                          // inside how many other calls
  std::vector<std::string> arguments;     // each argument's state and why it counts
  std::vector<std::string> layers;        // passed, in order
  std::string device;
  std::string chosen;                     // kernel or composite, and its plugin
  std::vector<std::string> rejected;      // each alternative with its reason
};

/// Collects the calls of one thread: the first 10,000.
class Recorder {
 public:
  CallRecord& begin(std::string op);
  void end() { --depth_; }
  CallRecord* current() {
    if (stack_.empty()) return nullptr;
    return stack_.back() < kMost ? &records_[stack_.back()] : &beyond_;
  }
  void pop() {
    if (!stack_.empty()) stack_.pop_back();
    end();
  }
  const std::vector<CallRecord>& records() const { return records_; }

 private:
  static constexpr std::size_t kMost = 10'000;
  std::vector<CallRecord> records_;
  CallRecord beyond_;               // takes what is told of a call that is not kept
  std::vector<std::size_t> stack_;  // kMost for such a call
  int depth_ = 0;
};

/// Runs fn and reports every operator call it made on this thread.
std::vector<CallRecord> explain(const std::function<void()>& fn);
/// As text, indented by depth.
std::string format(const std::vector<CallRecord>& records);

}  // namespace sy
