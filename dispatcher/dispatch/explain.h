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

/// Collects the calls of one thread. At most 10,000; later ones only count.
class Recorder {
 public:
  CallRecord& begin(std::string op);
  void end() { --depth_; }
  CallRecord* current() { return stack_.empty() ? nullptr : &records_[stack_.back()]; }
  void pop() {
    if (!stack_.empty()) stack_.pop_back();
    end();
  }
  const std::vector<CallRecord>& records() const { return records_; }

 private:
  std::vector<CallRecord> records_;
  std::vector<std::size_t> stack_;
  int depth_ = 0;
};

/// Runs fn and reports every operator call it made on this thread.
std::vector<CallRecord> explain(const std::function<void()>& fn);
/// As text, indented by depth.
std::string format(const std::vector<CallRecord>& records);

}  // namespace sy
