#include "switchyard/dispatch/explain.h"

#include "switchyard/core/strings.h"
#include "absl/strings/str_join.h"

namespace sy {

CallRecord& Recorder::begin(std::string op) {
  bool kept = records_.size() < kMost;
  stack_.push_back(kept ? records_.size() : kMost);
  CallRecord& record = kept ? records_.emplace_back() : beyond_ = {};
  record.op = std::move(op);
  record.depth = depth_++;
  return record;
}

std::vector<CallRecord> explain(const std::function<void()>& fn) {
  Recorder recorder;
  struct Restore {
    Recorder* before = t_state.recorder;
    ~Restore() { t_state.recorder = before; }
  } restore;
  t_state.recorder = &recorder;
  fn();
  return recorder.records();
}

std::string format(const std::vector<CallRecord>& records) {
  std::string text;
  for (const CallRecord& r : records) {
    std::string pad(static_cast<std::size_t>(r.depth) * 2, ' ');
    str_append(&text, pad, r.op, r.device.empty() ? "" : str_cat("  on ", r.device), "\n");
    for (const std::string& a : r.arguments) str_append(&text, pad, "  argument  ", a, "\n");
    if (!r.layers.empty()) str_append(&text, pad, "  layers    ", absl::StrJoin(r.layers, " > "), "\n");
    for (const std::string& x : r.rejected) str_append(&text, pad, "  rejected  ", x, "\n");
    if (!r.chosen.empty()) str_append(&text, pad, "  chosen    ", r.chosen, "\n");
  }
  return text;
}

}  // namespace sy
