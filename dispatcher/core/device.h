// A device: which backend, which one of its devices.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sy {

/// Backend id plus index. Names are interned: "cpu" and "meta" always exist, the others once a plugin or a Device
/// names them. Naming a device does not need its plugin; allocating on it does.
class Device {
 public:
  /// cpu:0
  constexpr Device() = default;
  constexpr Device(std::uint16_t backend, std::int16_t index) : backend_(backend), index_(index) {}
  /// "cpu" or "simulator:1". Throws sy::Error on a malformed name.
  Device(std::string_view name);  // NOLINT: device arguments read as strings
  Device(const char* name) : Device(std::string_view(name)) {}  // NOLINT

  constexpr std::uint16_t backend() const { return backend_; }
  constexpr std::int16_t index() const { return index_; }
  std::string_view backend_name() const;
  /// "cpu:0"
  std::string str() const;
  constexpr bool is_cpu() const { return backend_ == 0; }
  constexpr bool is_meta() const { return backend_ == 1; }

  friend constexpr bool operator==(Device, Device) = default;

 private:
  std::uint16_t backend_ = 0;
  std::int16_t index_ = 0;
};

inline constexpr std::uint16_t kCpuBackend = 0;
inline constexpr std::uint16_t kMetaBackend = 1;

/// The id of a backend name, given out on first sight; -1 when the name is malformed. Thread-safe.
int intern_backend(std::string_view name);
std::string_view backend_name(std::uint16_t backend);
/// How many names are interned.
std::uint16_t num_backends();

}  // namespace sy
