#include "faults.h"

#include <cstdlib>
#include <cstring>

namespace sy::simulator {

namespace {

/// A number at the start of text, which then points behind it; -1 where there is none.
std::int64_t take_number(const char*& text) {
  if (*text < '0' || *text > '9') return -1;
  char* end = nullptr;
  const long long value = std::strtoll(text, &end, 10);
  text = end;
  return value;
}

}  // namespace

bool Trigger::parse(const char* text) {
  const std::int64_t n = take_number(text);
  const bool stays = *text == '+';
  if (n < 0 || text[stays ? 1 : 0] != '\0') return false;
  const std::lock_guard<std::mutex> lock(mutex_);
  left_ = n;
  stays_ = stays;
  return true;
}

bool Trigger::strikes() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (left_ == 0) return false;
  if (left_ > 1) return --left_, false;
  if (!stays_) left_ = 0;
  return true;
}

bool Delay::parse(const char* text) {
  constexpr std::int64_t kMost = 1000000;
  const std::int64_t low = take_number(text);
  std::int64_t high = low;
  if (*text == '-') high = take_number(++text);
  if (*text != '\0' || low < 0 || high < low || high > kMost) return false;
  low_ = low;
  high_ = high;
  return true;
}

std::int64_t Delay::next_us() {
  const std::int64_t low = low_;
  const std::int64_t high = high_;
  if (high <= low) return low;
  // A Weyl sequence, mixed: different each time, the same in each run.
  std::uint64_t x = ++drawn_ * 0x9e3779b97f4a7c15ull;
  x = (x ^ x >> 31) * 0xbf58476d1ce4e5b9ull;
  return low + static_cast<std::int64_t>((x ^ x >> 29) % static_cast<std::uint64_t>(high - low + 1));
}

const char* Faults::set(const char* key, const char* value, bool* known) {
  constexpr const char* kCount = "\"3\" (the third from now), \"3+\" (that one and all later) or \"0\"";
  *known = true;
  if (std::strcmp(key, "fail_alloc") == 0) return alloc.parse(value) ? nullptr : kCount;
  if (std::strcmp(key, "fail_copy") == 0) return copy.parse(value) ? nullptr : kCount;
  if (std::strcmp(key, "lose_device") == 0) {
    return parse_loss(value) ? nullptr : "\"1\" (device 1), \"1@20\" (at its 20th task from now) or \"none\"";
  }
  if (std::strcmp(key, "wrong_result") == 0) {
    const std::lock_guard<std::mutex> lock(mutex_);
    wrong_op_ = value;
    has_wrong_op_ = *value != '\0';
    return nullptr;
  }
  *known = false;
  return nullptr;
}

bool Faults::parse_loss(const char* text) {
  std::int64_t device = -1;
  std::int64_t after = 0;
  if (std::strcmp(text, "none") != 0) {
    device = take_number(text);
    if (*text == '@') after = take_number(++text);
    if (device < 0 || device > 32767 || after < 0 || *text != '\0') return false;
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  lost_device_ = static_cast<int>(device);
  lost_after_ = after;
  return true;
}

bool Faults::loses(int device) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (device != lost_device_ || lost_after_ == 0 || --lost_after_ != 0) return false;
  lost_device_ = -1;
  return true;
}

int Faults::take_lost_now() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (lost_device_ < 0 || lost_after_ != 0) return -1;
  const int device = lost_device_;
  lost_device_ = -1;
  return device;
}

bool Faults::spoils(const std::string& op) {
  if (!has_wrong_op_) return false;
  const std::lock_guard<std::mutex> lock(mutex_);
  return op == wrong_op_;
}

}  // namespace sy::simulator
