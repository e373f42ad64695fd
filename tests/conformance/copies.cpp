// Tensors from every device of the process to every other one.
#include "switchyard/core/copy.h"
#include "switchyard/dispatch/kernel_call.h"
#include "switchyard/testing/compare.h"
#include "switchyard/testing/plugin_suite.h"
#include "switchyard/testing/raw_block.h"

namespace sy::testing {
namespace {

std::vector<Device> all_devices() {
  std::vector<Device> devices;
  for (std::uint16_t i = 0; i < num_backends(); ++i) {
    Backend* b = find_backend(i);
    if (b == nullptr || !b->alive()) continue;
    for (std::int32_t d = 0; d < b->device_count(); ++d) devices.emplace_back(i, static_cast<std::int16_t>(d));
  }
  return devices;
}

/// i16 without a byte that is 0, as fresh memory may be, or as before, as a block that is used again may be.
Array numbers(std::vector<std::int64_t> shape, int turn) {
  Array a(kI16, std::move(shape));
  for (std::int64_t i = 0; i < a.numel(); ++i) a.set(i, ((i + turn) % 100 + 1) * 257);
  return a;
}

std::string moved(Device from, Device to, int turn) {
  for (std::int64_t rows : {std::int64_t{0}, std::int64_t{1}, std::int64_t{5}, std::int64_t{4099}}) {
    Array wanted = numbers({rows, 3}, turn);
    TensorBase there = copy_to_device(place(wanted, from, Layout::kContiguous).tensor, to);
    if (there.device() != to) return str_cat("the copy lies on ", there.device().str());
    std::string wrong = difference(to_array(there), wanted, {});
    if (!wrong.empty()) return str_cat(rows, " rows: ", wrong);
  }
  return "";
}

}  // namespace

void run_copies(const Target& target, Report& report) {
  Device device = target.options.device;
  std::vector<Device> others = all_devices();
  int turn = 0;
  for (Device a : others) {
    for (Device b : others) {
      if (a.backend() != device.backend() && b.backend() != device.backend()) continue;  // another plugin's business
      report.run(CaseName{str_cat("from ", a.str(), " to ", b.str()), "", ""}, [&] { return moved(a, b, ++turn); });
    }
  }
}

}  // namespace sy::testing
