#include <algorithm>
#include <cstring>

#include "switchyard/core/abi_error.h"
#include "switchyard/testing/plugin_suite.h"
#include "switchyard/testing/raw_block.h"

namespace sy::testing {
namespace {

constexpr std::uint64_t kSizes[] = {1, 63, 64, 65, 1000, 4096, 4097, 1 << 20, (1 << 20) + 1};

std::string first_difference(const Bytes& got, const Bytes& wanted) {
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (got[i] != wanted[i]) return str_cat("byte ", i, " is ", int{got[i]}, ", expected ", int{wanted[i]});
  }
  return "";
}

/// "" where the block lies as device_info says.
std::string misaligned(Device device, const void* data, std::uint64_t size) {
  std::uint32_t alignment = std::max(device_state(device).info.alignment, 1u);
  if (reinterpret_cast<std::uintptr_t>(data) % alignment == 0) return "";
  return str_cat("a block of ", size, " bytes is not aligned to ", alignment, ", as device_info says");
}

std::string sizes(Device device) {
  const sy_device_info& info = device_state(device).info;
  for (std::uint64_t size : kSizes) {
    RawBlock block(device, size + info.padding);
    if (block.data() == nullptr) return str_cat("alloc of ", size, " bytes succeeds with NULL");
    std::string wrong = backend_of(device).opaque_memory() ? "" : misaligned(device, block.data(), size);
    if (!wrong.empty()) return wrong;
    block.write(pattern(size, 1));
    wrong = first_difference(block.read(size), pattern(size, 1));
    if (!wrong.empty()) return str_cat("a block of ", size, " bytes, written and read: ", wrong);
  }
  return "";
}

/// Blocks that live at the same time share no byte.
std::string separate_blocks(Device device) {
  std::vector<std::unique_ptr<RawBlock>> blocks;
  for (unsigned i = 0; i < 24; ++i) {
    blocks.push_back(std::make_unique<RawBlock>(device, 100 + 37 * i));
    blocks.back()->write(pattern(100 + 37 * i, i));
  }
  for (unsigned i = 0; i < blocks.size(); i += 3) blocks[i].reset();
  for (unsigned i = 0; i < blocks.size(); i += 3) {
    blocks[i] = std::make_unique<RawBlock>(device, 100 + 37 * i);
    blocks[i]->write(pattern(100 + 37 * i, i));
  }
  for (unsigned i = 0; i < blocks.size(); ++i) {
    std::string wrong = first_difference(blocks[i]->read(100 + 37 * i), pattern(100 + 37 * i, i));
    if (!wrong.empty()) return str_cat("block ", i, " of ", blocks.size(), ": ", wrong);
  }
  return "";
}

/// Copies write their bytes, and none of the zones before and behind them.
std::string guard_zones(Device device) {
  constexpr std::uint64_t kZone = 128;
  for (std::uint64_t bytes : {1, 3, 64, 1001}) {
    for (std::uint64_t shift : {0, 1, 5, 64}) {
      Bytes wanted = pattern(2 * kZone + bytes + shift, 9);
      RawBlock block(device, wanted.size());
      block.write(wanted);
      Bytes inner = pattern(bytes, 77);
      block.write(inner, kZone + shift);
      std::copy(inner.begin(), inner.end(), wanted.begin() + static_cast<std::ptrdiff_t>(kZone + shift));
      std::string wrong = first_difference(block.read(wanted.size()), wanted);
      if (!wrong.empty()) return str_cat(bytes, " bytes from the host at offset ", kZone + shift, ": ", wrong);
      RawBlock other(device, wanted.size());
      other.write(pattern(wanted.size(), 3));
      Bytes expected = pattern(wanted.size(), 3);
      raw_copy(device, SY_COPY_DEVICE_TO_DEVICE, other.data(), kZone, block.data(), kZone + shift, bytes);
      synchronize(device);
      std::copy(inner.begin(), inner.end(), expected.begin() + kZone);
      wrong = first_difference(other.read(expected.size()), expected);
      if (!wrong.empty()) return str_cat(bytes, " bytes between two blocks at offset ", kZone, ": ", wrong);
      if (Bytes back = block.read(bytes, kZone + shift); back != inner)
        return str_cat("reading at offset ", kZone + shift);
    }
  }
  return "";
}

/// Memory of a kind that the host may touch: written by the host, read back through the device.
std::string host_kind(Device device, std::uint32_t kind) {
  sy_status status = try_alloc(device, 64, kind);
  std::string reason = take_abi_error();
  if (status == SY_UNSUPPORTED) throw Skip{reason.empty() ? "not supported" : reason};
  for (std::uint64_t size : kSizes) {
    RawBlock host(device, size, kind);
    if (std::string wrong = misaligned(device, host.data(), size); !wrong.empty()) return wrong;
    RawBlock block(device, size);
    Bytes wanted = pattern(size, 5);
    std::memcpy(host.data(), wanted.data(), size);
    raw_copy(device, SY_COPY_HOST_TO_DEVICE, block.data(), 0, host.data(), 0, size);
    synchronize(device);
    std::memset(host.data(), 0, size);
    raw_copy(device, SY_COPY_DEVICE_TO_HOST, host.data(), 0, block.data(), 0, size);
    synchronize(device);
    const auto* bytes = static_cast<const unsigned char*>(host.data());
    std::string wrong = first_difference(Bytes(bytes, bytes + size), wanted);
    if (!wrong.empty()) return str_cat(size, " bytes to the device and back: ", wrong);
  }
  return "";
}

/// What no host of this version asks for may succeed or fail, and the device works on.
std::string asked_for_nonsense(Device device) {
  const sy_backend& b = backend_of(device).table();
  try_alloc(device, 64, 99);
  int beyond = backend_of(device).device_count();
  void* data = nullptr;
  if (b.alloc(b.self, beyond, SY_MEMORY_DEVICE, 64, &data) == SY_OK) b.free(b.self, beyond, SY_MEMORY_DEVICE, data);
  b.synchronize(b.self, beyond);
  take_abi_error();
  return sizes(device);
}

}  // namespace

void run_memory(const Target& target, Report& report) {
  Device device = target.options.device;
  auto check = [&](const char* name, const Report::Fn& fn) { report.run(CaseName{name, "", ""}, fn); };
  check("blocks of any size, aligned as it says", [&] { return sizes(device); });
  check("blocks share no byte", [&] { return separate_blocks(device); });
  check("copies stay within their bytes", [&] { return guard_zones(device); });
  check("pinned memory", [&] { return host_kind(device, SY_MEMORY_PINNED); });
  check("managed memory", [&] { return host_kind(device, SY_MEMORY_MANAGED); });
  check("an unknown kind and a device that there is not", [&] { return asked_for_nonsense(device); });
  check("a copy of no bytes", [&] {
    RawBlock block(device, 64);
    raw_copy(device, SY_COPY_HOST_TO_DEVICE, block.data(), 0, nullptr, 0, 0);
    synchronize(device);
    return std::string();
  });
}

}  // namespace sy::testing
