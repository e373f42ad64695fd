#include "switchyard/core/device.h"

#include <atomic>
#include <charconv>
#include <mutex>

#include "switchyard/core/error.h"

namespace sy {
namespace {

constexpr std::uint16_t kMaxBackends = 1024;

struct Names {
  std::mutex mutex;
  std::string names[kMaxBackends] = {"cpu", "meta"};
  std::atomic<std::uint16_t> count{2};
};

Names& table() {
  static Names* names = new Names;  // never destroyed: plugins' threads may outlive main
  return *names;
}

bool well_formed(std::string_view name) {
  if (name.empty() || name.size() > 64) return false;
  for (char c : name) {
    bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    if (!ok) return false;
  }
  return true;
}

}  // namespace

int intern_backend(std::string_view name) {
  if (!well_formed(name)) return -1;
  Names& t = table();
  auto find = [&](std::uint16_t count) {
    for (std::uint16_t i = 0; i < count; ++i) {
      if (t.names[i] == name) return int{i};
    }
    return -1;
  };
  if (int id = find(t.count.load(std::memory_order_acquire)); id >= 0) return id;
  std::lock_guard lock(t.mutex);
  std::uint16_t count = t.count.load(std::memory_order_relaxed);
  if (int id = find(count); id >= 0) return id;
  if (count == kMaxBackends) return -1;
  t.names[count] = std::string(name);
  t.count.store(count + 1, std::memory_order_release);
  return count;
}

std::string_view backend_name(std::uint16_t backend) { return table().names[backend]; }
std::uint16_t num_backends() { return table().count.load(std::memory_order_acquire); }

Device::Device(std::string_view name) {
  std::string_view kind = name.substr(0, name.find(':'));
  int index = 0;
  if (kind.size() != name.size()) {
    std::string_view digits = name.substr(kind.size() + 1);
    auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
    if (ec != std::errc() || end != digits.data() + digits.size() || index < 0 || index > 32767) kind = {};
  }
  int id = intern_backend(kind);
  require(id >= 0, "device: expected \"name\" or \"name:index\", got \"", name, "\"");
  backend_ = static_cast<std::uint16_t>(id);
  index_ = static_cast<std::int16_t>(index);
}

std::string_view Device::backend_name() const { return sy::backend_name(backend_); }
std::string Device::str() const { return str_cat(backend_name(), ":", index_); }

}  // namespace sy
