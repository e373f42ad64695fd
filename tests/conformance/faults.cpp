// Out of memory, failing copies, a device that gets lost: as they come by themselves, and as a device can be told to.
#include <limits>

#include "switchyard/core/abi_error.h"
#include "switchyard/core/copy.h"
#include "switchyard/core/sanitizer.h"
#include "switchyard/dispatch/boxed.h"
#include "switchyard/testing/compare.h"
#include "switchyard/testing/layout.h"
#include "switchyard/testing/plugin_suite.h"
#include "switchyard/testing/raw_block.h"

namespace sy::testing {
namespace {

Array ones() {
  Array a(kF32, {64});
  for (std::int64_t i = 0; i < 64; ++i) a.set(i, 1.0);
  return a;
}

/// "" when the device still adds.
std::string works(Device device) {
  TensorBase t = place(ones(), device, Layout::kContiguous).tensor;
  Array two = to_array(call("add", {{"self", t}, {"other", t}})[0]);
  return two.at(63).to_double() == 2 ? "" : str_cat("1 + 1 is ", two.at(63).str());
}

/// The code that fn fails with, and its message; nothing when it succeeds.
template <typename Fn>
std::optional<ErrorCode> failure(Fn&& fn, std::string* message) {
  try {
    fn();
    return std::nullopt;
  } catch (const Error& e) {
    *message = e.what();
    return e.code();
  }
}

std::string expected(ErrorCode code, std::optional<ErrorCode> got, const std::string& message) {
  if (!got) return str_cat("expected ", error_code_name(code), ", and it succeeded");
  return *got == code ? ""
                      : str_cat("expected ", error_code_name(code), ", got ", error_code_name(*got), ": ", message);
}

std::string too_large(Device device) {
  if (kSanitized && backend_of(device).host_memory()) throw Skip{"sanitizers end a program that asks for so much"};
  const sy_device_info& info = device_state(device).info;
  std::vector<std::uint64_t> sizes = {std::uint64_t{1} << 60, std::numeric_limits<std::uint64_t>::max()};
  // Host memory may be promised beyond what there is.
  if (info.total_memory != 0 && !backend_of(device).host_memory()) sizes.push_back(info.total_memory * 4);
  for (std::uint64_t bytes : sizes) {
    sy_status status = try_alloc(device, bytes);
    std::string message = take_abi_error();
    if (status != SY_OUT_OF_MEMORY) {
      return str_cat("alloc of ", bytes, " bytes: expected SY_OUT_OF_MEMORY, got ", status, ": ", message);
    }
  }
  return works(device);
}

void require_setting(Device device, const char* key, const std::string& off) {
  if (!try_configure(device, key, off)) throw Skip{str_cat("the backend has no setting ", key)};
}

/// One refusal makes the host free its cache and try again.
std::string refused_once(Device device) {
  require_setting(device, "fail_alloc", "0");
  try_configure(device, "fail_alloc", "1");
  std::string message;
  auto failed = failure([&] { allocate_tensor({1 << 18}, kF32, device); }, &message);
  try_configure(device, "fail_alloc", "0");
  return failed ? str_cat("one refused allocation is not tried again: ", message) : works(device);
}

std::string refused_always(Device device) {
  require_setting(device, "fail_alloc", "0");
  TensorBase t = place(ones(), device, Layout::kContiguous).tensor;
  device_state(device).allocator->empty_cache();
  for (int n = 1; n <= 3; ++n) {
    try_configure(device, "fail_alloc", str_cat(n, "+"));
    std::string message;
    std::vector<TensorBase> results;
    auto failed = failure(
        [&] {
          for (int i = 0; i < 4; ++i) results.push_back(call("add", {{"self", t}, {"other", t}})[0]);
        },
        &message);
    try_configure(device, "fail_alloc", "0");
    if (std::string wrong = expected(ErrorCode::kOutOfMemory, failed, message); !wrong.empty()) return wrong;
    if (message.find(device.str()) == std::string::npos) return str_cat("the error names no device: ", message);
    if (std::string wrong = difference(to_array(t), ones(), {}); !wrong.empty())
      return str_cat("the input changed: ", wrong);
    if (std::string wrong = works(device); !wrong.empty()) return wrong;
    results.clear();
    device_state(device).allocator->empty_cache();
  }
  return "";
}

std::string failing_copy(Device device) {
  require_setting(device, "fail_copy", "0");
  TensorBase t = place(ones(), device, Layout::kContiguous).tensor;
  for (bool to_host : {true, false}) {
    Array host = ones();
    try_configure(device, "fail_copy", "1");
    std::string message;
    auto failed =
        failure([&] { to_host ? copy_to_host(t, host.bytes.data()) : copy_from_host(t, host.bytes.data()); }, &message);
    try_configure(device, "fail_copy", "0");
    if (!failed) return str_cat("a failing copy ", to_host ? "to" : "from", " the host is no error");
    if (message.find(device.str()) == std::string::npos) return str_cat("the error names no device: ", message);
  }
  return works(device);
}

/// Of the plugin itself: the host would keep a loss in mind for it.
std::string forgets_loss(Device device) {
  const sy_backend& b = backend_of(device).table();
  auto wrong = [](const char* what, sy_status status) {
    take_abi_error();
    return status == SY_DEVICE_LOST ? "" : str_cat(what, " of a lost device: expected SY_DEVICE_LOST, got ", status);
  };
  for (int turn = 0; turn < 2; ++turn) {
    if (std::string text = wrong("synchronize", b.synchronize(b.self, device.index())); !text.empty()) return text;
    if (std::string text = wrong("alloc", try_alloc(device, 64)); !text.empty()) return text;
  }
  return "";
}

std::string lost(Device device) {
  Backend& backend = backend_of(device);
  require_setting(device, "lose_device", "none");
  std::int32_t count = backend.device_count();
  Device last(device.backend(), static_cast<std::int16_t>(count - 1));
  TensorBase t = place(ones(), last, Layout::kContiguous).tensor;
  try_configure(device, "lose_device", str_cat(last.index(), "@3"));
  std::string message;
  for (int turn = 0; turn < 3; ++turn) {  // sticky: each later call says so, too
    auto failed = failure(
        [&] {
          for (int i = 0; i < 5; ++i) t = call("add", {{"self", t}, {"other", t}})[0];
          synchronize(last);
        },
        &message);
    if (std::string wrong = expected(ErrorCode::kDeviceLost, failed, message); !wrong.empty()) return wrong;
    if (message.find(last.str()) == std::string::npos) return str_cat("the error names no device: ", message);
  }
  auto failed = failure([&] { allocate_tensor({4}, kF32, last); }, &message);
  if (std::string wrong = expected(ErrorCode::kDeviceLost, failed, message); !wrong.empty()) return wrong;
  if (std::string wrong = forgets_loss(last); !wrong.empty()) return wrong;
  t = TensorBase();  // tensors of a lost device die quietly
  for (std::int32_t d = 0; d + 1 < count; ++d) {
    std::string wrong = works(Device(device.backend(), static_cast<std::int16_t>(d)));
    if (!wrong.empty()) return str_cat("device ", d, " of the same backend: ", wrong);
  }
  return works(Device("reference"));
}

}  // namespace

void run_out_of_memory(const Target& target, Report& report) {
  Device device = target.options.device;
  auto check = [&](const char* name, const Report::Fn& fn) { report.run(CaseName{name, "", ""}, fn); };
  check("more than there is", [&] { return too_large(device); });
  check("an allocation that is refused once", [&] { return refused_once(device); });
  check("allocations that are refused", [&] { return refused_always(device); });
  check("a copy that fails", [&] { return failing_copy(device); });
}

void run_device_lost(const Target& target, Report& report) {
  report.run(CaseName{"a device that gets lost stays so, alone", "", ""}, [&] { return lost(target.options.device); });
}

}  // namespace sy::testing
