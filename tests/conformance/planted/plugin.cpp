// The reference's kernels behind a device called `planted`, with one mistake in them, which SWITCHYARD_PLANTED names:
// the suite has to find it. Without a mistake the device passes.
#include "switchyard/sdk/plugin.h"

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "switchyard/sdk/host_device.h"

namespace {

using sy::sdk::KernelTable;

/// A tensor of doubles or floats, dense; others are left alone.
template <typename Fn>
void for_each_float(const sy_slot& slot, Fn&& fn) {
  if (slot.tag != SY_ARG_TENSOR) return;
  const auto* t = static_cast<const sy_tensor*>(slot.ptr);
  if ((t->flags & SY_TENSOR_CONTIGUOUS) == 0) return;
  std::int64_t n = 1;
  for (int d = 0; d < t->view.ndim; ++d) n *= t->view.shape[d];
  void* data = static_cast<char*>(t->view.data) + t->view.byte_offset;
  for (std::int64_t i = 0; i < n; ++i) {
    if (t->dtype == SY_F32) fn(static_cast<float*>(data)[i], i, n);
    if (t->dtype == SY_F64) fn(static_cast<double*>(data)[i], i, n);
  }
}

sy_status plain(const sy_call* call) { return static_cast<const sy_kernel*>(call->kernel->self)->run(call); }

sy_status wrong_sign(const sy_call* call) {
  const sy_status status = plain(call);
  for_each_float(call->outputs[0], [](auto& v, std::int64_t, std::int64_t) { v = -v; });
  return status;
}

sy_status wrong_scale(const sy_call* call) {
  const sy_status status = plain(call);
  for_each_float(call->outputs[0], [](auto& v, std::int64_t, std::int64_t) { v *= 1.001; });
  return status;
}

/// The last element gets the value of the one before it.
sy_status off_by_one(const sy_call* call) {
  const sy_status status = plain(call);
  double before = 0;
  for_each_float(call->outputs[0], [&](auto& v, std::int64_t i, std::int64_t n) {
    using T = std::decay_t<decltype(v)>;
    if (i > 0 && i == n - 1) v = static_cast<T>(before);
    before = v;
  });
  return status;
}

/// What is left after full vectors of eight is not written.
sy_status skips_tail(const sy_call* call) {
  std::vector<double> before;
  for_each_float(call->outputs[0], [&](auto& v, std::int64_t, std::int64_t) { before.push_back(v); });
  const sy_status status = plain(call);
  for_each_float(call->outputs[0], [&](auto& v, std::int64_t i, std::int64_t n) {
    using T = std::decay_t<decltype(v)>;
    if (i >= n / 8 * 8) v = static_cast<T>(before[static_cast<std::size_t>(i)]);
  });
  return status;
}

/// Reads its operands as if they were dense, as far as their memory reaches.
sy_status ignores_strides(const sy_call* call) {
  std::vector<sy_slot> args(call->args, call->args + call->num_args);
  std::vector<sy_tensor> tensors(call->num_args);
  std::vector<std::vector<std::int64_t>> strides(call->num_args);
  for (std::uint32_t i = 0; i < call->num_args; ++i) {
    if (args[i].tag != SY_ARG_TENSOR) continue;
    sy_tensor& t = tensors[i] = *static_cast<const sy_tensor*>(args[i].ptr);
    if (t.flags & SY_TENSOR_HOST_SCALAR) continue;
    std::uint64_t bytes = t.view.dtype.bits / 8u;
    for (int d = 0; d < t.view.ndim; ++d) bytes *= static_cast<std::uint64_t>(t.view.shape[d]);
    if (t.view.byte_offset + bytes > t.storage_bytes) continue;
    strides[i].resize(static_cast<std::size_t>(t.view.ndim) + 1);
    std::int64_t step = 1;
    for (int d = t.view.ndim; d-- > 0;) {
      strides[i][static_cast<std::size_t>(d)] = step;
      step *= t.view.shape[d];
    }
    t.view.strides = strides[i].data();
    args[i].ptr = &t;
  }
  sy_call changed = *call;
  changed.args = args.data();
  return plain(&changed);
}

/// Every number is 1.
sy_status ignores_attribute(const sy_call* call) {
  static constexpr sy_scalar kOne = {SY_SCALAR_INT, 0, 1, 1.0};
  std::vector<sy_slot> args(call->args, call->args + call->num_args);
  for (sy_slot& arg : args) {
    if (arg.tag == SY_ARG_SCALAR) arg.ptr = &kOne;
  }
  sy_call changed = *call;
  changed.args = args.data();
  return plain(&changed);
}

/// Adds to what the output held, instead of overwriting it.
sy_status adds_up(const sy_call* call) {
  std::vector<double> before;
  for_each_float(call->outputs[0], [&](auto& v, std::int64_t, std::int64_t) { before.push_back(v == v ? v : 1); });
  const sy_status status = plain(call);
  for_each_float(call->outputs[0], [&](auto& v, std::int64_t i, std::int64_t) {
    v += static_cast<std::decay_t<decltype(v)>>(before[static_cast<std::size_t>(i)]);
  });
  return status;
}

/// Within any tolerance, and different each time.
sy_status by_chance(const sy_call* call) {
  static std::atomic<int> turn{0};
  const sy_status status = plain(call);
  const int n = turn++ % 2;
  for_each_float(call->outputs[0], [&](auto& v, std::int64_t, std::int64_t) {
    if (n != 0) v = std::nextafter(v, std::decay_t<decltype(v)>(2));
  });
  return status;
}

/// Writes to the element that lies that far behind the first one of an output in a larger storage.
void write_around(const sy_slot& out, std::int64_t at) {
  const auto& t = *static_cast<const sy_tensor*>(out.ptr);
  for_each_float(out, [&](auto& v, std::int64_t i, std::int64_t) {
    const auto place = static_cast<std::int64_t>(t.view.byte_offset) + at * static_cast<std::int64_t>(sizeof v);
    const bool within =
        place >= 0 && place + static_cast<std::int64_t>(sizeof v) <= static_cast<std::int64_t>(t.storage_bytes);
    if (i == 0 && within) (&v)[at] = v;
  });
}

sy_status writes_in_front(const sy_call* call) {
  const sy_status status = plain(call);
  write_around(call->outputs[0], -1);
  return status;
}

/// Where the output ends with a line of 64 bytes.
sy_status writes_behind_lines(const sy_call* call) {
  const sy_status status = plain(call);
  std::int64_t numel = 0;
  for_each_float(call->outputs[0],
                 [&](auto& v, std::int64_t, std::int64_t n) { numel = n * sizeof v % 64 == 0 ? n : 0; });
  if (numel != 0) write_around(call->outputs[0], numel);
  return status;
}

/// One element more than there is.
sy_status writes_behind(const sy_call* call) {
  const sy_status status = plain(call);
  for_each_float(call->outputs[0], [&](auto& v, std::int64_t i, std::int64_t n) {
    if (i == n - 1 && n % 16 != 0 && n < 100) (&v)[1] = v;
  });
  return status;
}

/// What `supports` said yes to.
sy_status declines(const sy_call* call) { return call->host->error(SY_UNSUPPORTED, "not today"); }
sy_status says_yes(const sy_call*) { return SY_OK; }

/// Takes every slot for what it was when the plugin was built, and follows its pointer.
sy_status follows(const sy_call* call) {
  volatile char byte = *static_cast<const volatile char*>(call->args[0].ptr);
  return static_cast<void>(byte), plain(call);
}

sy_status crashes(const sy_call* call) {
  if (call->dtypes[0] != SY_I32) return plain(call);
  std::fprintf(stderr, "about to crash\n");
  volatile int* nowhere = nullptr;
  *nowhere = 1;
  return SY_OK;
}

sy_status hangs(const sy_call* call) {
  while (call->dtypes[0] == SY_I32) std::this_thread::sleep_for(std::chrono::seconds(1));
  return plain(call);
}

struct Mistake {
  const char* name;
  const char* op;
  sy_status (*run)(const sy_call*);
  sy_status (*supports)(const sy_call*) = nullptr;
};
constexpr Mistake kMistakes[] = {
    {"sign", "sub", wrong_sign},
    {"strides", "mul", ignores_strides},
    {"off_by_one", "exp", off_by_one},
    {"tail", "tanh", skips_tail},
    {"attribute", "add", ignores_attribute},
    {"gradient", "softmax_backward", wrong_scale},
    {"adds_up", "neg", adds_up},
    {"by_chance", "tanh", by_chance},
    {"behind", "exp", writes_behind},
    {"in_front", "exp", writes_in_front},
    {"behind_lines", "exp", writes_behind_lines},
    {"promises", "mul", declines, says_yes},
    {"follows", "neg", follows},
    {"crash", "sub", crashes},
    {"hang", "sub", hangs},
};

constexpr sy_backend kBackend = sy::sdk::host_backend("planted", "the reference's kernels with one mistake");

void init(const sy::sdk::Registrar& registrar) {
  static std::vector<sy_kernel>* const kernels = new std::vector<sy_kernel>;  // outlives shutdown
  const char* planted = std::getenv("SWITCHYARD_PLANTED");
  registrar.backend(kBackend);
  for (const KernelTable* const* table = sy_kernel_list; *table != nullptr; ++table) {
    for (std::uint32_t k = 0; k < (*table)->count; ++k) kernels->push_back(*(*table)->kernels[k]);
  }
  std::vector<const sy_kernel*> pointers;
  std::size_t i = 0;
  for (const KernelTable* const* table = sy_kernel_list; *table != nullptr; ++table) {
    for (std::uint32_t k = 0; k < (*table)->count; ++k, ++i) {
      sy_kernel& kernel = (*kernels)[i];
      for (const Mistake& m : kMistakes) {
        if (planted == nullptr || std::strcmp(planted, m.name) != 0 || std::strcmp(kernel.op, m.op) != 0) continue;
        kernel.self = const_cast<sy_kernel*>((*table)->kernels[k]);
        kernel.run = m.run;
        kernel.supports = m.supports;
      }
      pointers.push_back(&kernel);
    }
  }
  registrar.kernels(kBackend.name, KernelTable{pointers.data(), static_cast<std::uint32_t>(pointers.size())});
}

}  // namespace

#define DECLARE(stem) extern const sy::sdk::KernelTable sy_kernels_##stem
DECLARE(add);
DECLARE(cast);
DECLARE(exp);
DECLARE(fill);
DECLARE(full);
DECLARE(mul);
DECLARE(neg);
DECLARE(softmax);
DECLARE(softmax_backward);
DECLARE(sub);
DECLARE(sum);
DECLARE(tanh);

const sy::sdk::KernelTable* const sy_kernel_list[] = {
    &sy_kernels_add,  &sy_kernels_cast,    &sy_kernels_exp,
    &sy_kernels_fill, &sy_kernels_full,    &sy_kernels_mul,
    &sy_kernels_neg,  &sy_kernels_softmax, &sy_kernels_softmax_backward,
    &sy_kernels_sub,  &sy_kernels_sum,     &sy_kernels_tanh,
    nullptr,
};

SY_PLUGIN_DEFINE("planted", "0.9.0", "Switchyard", "The reference with a planted mistake", init);
