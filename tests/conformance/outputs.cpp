// What kernels write to: all of their outputs, whatever was there, the same each time, and nothing around them.
#include <cstring>

#include "switchyard/core/abi_error.h"
#include "switchyard/core/backend.h"
#include "switchyard/testing/interposer.h"
#include "switchyard/testing/outcome.h"
#include "switchyard/testing/suite.h"

namespace sy::testing {
namespace {

constexpr std::uint64_t kGranule = CachingAllocator::kGranule;

/// The bytes of an output's block: its storage, and what the allocator rounded it up by.
struct Block {
  void* data;
  std::uint64_t storage_bytes;
  std::uint64_t block_bytes;
};

/// Fills kernels' fresh outputs before they run, and looks behind them afterwards.
class OutputWatch {
 public:
  OutputWatch(Device device, unsigned char pattern)
      : device_(device),
        backend_(backend_of(device)),
        pattern_(pattern),
        interposer_(device, [this](const sy_call* call) { return run(call); }) {}

  const std::string& overrun() const { return overrun_; }
  bool deterministic() const { return deterministic_; }
  bool ran() const { return ran_; }

 private:
  sy_status run(const sy_call* call) {
    ran_ = true;
    deterministic_ &= (call->kernel->flags & SY_KERNEL_DETERMINISTIC) != 0;
    std::vector<Block> blocks = fresh_outputs(*call);
    for (const Block& b : blocks) fill(*call, b);
    sy_status status = call->kernel->run(call);
    if (status != SY_OK) return status;
    for (const Block& b : blocks) look_behind(*call, b);
    return SY_OK;
  }

  static bool reads(const sy_call& call, const void* storage) {
    for (std::uint32_t i = 0; i < call.num_args; ++i) {
      const sy_slot& s = call.args[i];
      if (s.tag == SY_ARG_TENSOR && static_cast<const sy_tensor*>(s.ptr)->storage == storage) return true;
      if (s.tag != SY_ARG_TENSOR_LIST) continue;
      for (std::uint32_t k = 0; k < s.count; ++k) {
        const auto* t = static_cast<const sy_tensor* const*>(s.ptr)[k];
        if (t != nullptr && t->storage == storage) return true;
      }
    }
    return false;
  }

  /// Outputs that fill their storages, which hold nothing that anybody needs.
  std::vector<Block> fresh_outputs(const sy_call& call) const {
    std::vector<Block> blocks;
    for (std::uint32_t k = 0; k < call.num_outputs; ++k) {
      if (call.outputs[k].tag != SY_ARG_TENSOR) continue;
      const auto& t = *static_cast<const sy_tensor*>(call.outputs[k].ptr);
      std::uint64_t bytes = t.view.dtype.bits / 8u;
      for (int d = 0; d < t.view.ndim; ++d) bytes *= static_cast<std::uint64_t>(t.view.shape[d]);
      if (bytes == 0 || bytes != t.storage_bytes || t.view.byte_offset != 0 || reads(call, t.storage)) continue;
      std::uint64_t rounded = (bytes + kGranule - 1) / kGranule * kGranule;
      blocks.push_back({t.view.data, bytes, bytes <= CachingAllocator::kSmallLimit ? rounded : bytes});
    }
    return blocks;
  }

  void copy(const sy_call& call, std::uint32_t kind, const Block& b, std::vector<char>& host, std::uint64_t offset) {
    bool to_device = kind == SY_COPY_HOST_TO_DEVICE;
    sy_copy c{sizeof(sy_copy),
              kind,
              to_device ? b.data : host.data(),
              to_device ? offset : 0,
              to_device ? host.data() : b.data,
              to_device ? 0 : offset,
              host.size(),
              call.device,
              call.device,
              call.stream};
    throw_if_error(status_from_abi(backend_.table().copy(backend_.table().self, &c), "filling an output"));
    throw_if_error(status_from_abi(backend_.table().synchronize(backend_.table().self, call.device), "synchronize"));
  }

  void fill(const sy_call& call, const Block& b) {
    std::vector<char> bytes(b.block_bytes, static_cast<char>(pattern_));
    copy(call, SY_COPY_HOST_TO_DEVICE, b, bytes, 0);
  }

  void look_behind(const sy_call& call, const Block& b) {
    if (b.block_bytes == b.storage_bytes) return;
    std::vector<char> bytes(b.block_bytes - b.storage_bytes);
    throw_if_error(status_from_abi(backend_.table().synchronize(backend_.table().self, call.device), "synchronize"));
    copy(call, SY_COPY_DEVICE_TO_HOST, b, bytes, b.storage_bytes);
    for (std::size_t i = 0; i < bytes.size() && overrun_.empty(); ++i) {
      if (bytes[i] == static_cast<char>(pattern_)) continue;
      overrun_ =
          str_cat("kernel ", call.op, " wrote behind its output: byte ", i, " after the last of ", b.storage_bytes);
    }
  }

  Device device_;
  Backend& backend_;
  unsigned char pattern_;
  std::string overrun_;
  bool deterministic_ = true;
  bool ran_ = false;
  Interposer interposer_;
};

struct Watched {
  Outcome outcome;
  std::string overrun;
  bool deterministic = true;
  bool ran = false;
};

Watched watch(const Case& c, const Options& options, unsigned char pattern) {
  PlacedInputs inputs = place(make_inputs(c), options.device);
  OutputWatch watch(options.device, pattern);
  Watched w;
  w.outcome = run_function(*c.op, inputs, options.device);
  w.overrun = watch.overrun();
  w.deterministic = watch.deterministic();
  w.ran = watch.ran();
  return w;
}

std::string unequal(const OperatorSamples& op, const Watched& a, const Watched& b) {
  if (!a.deterministic) return difference(op, a.outcome, b.outcome);
  for (std::size_t k = 0; k < a.outcome.results.size() && k < b.outcome.results.size(); ++k) {
    if (static_cast<int>(k) == op.reserve) continue;
    if (a.outcome.results[k].bytes != b.outcome.results[k].bytes) {
      return str_cat("result ", k, " has other bits: ", a.outcome.results[k].str(), " and ",
                     b.outcome.results[k].str());
    }
  }
  return "";
}

/// What went wrong in the call itself is the forward suite's business.
void require_fit(const Watched& w) {
  if (w.outcome.threw || !w.outcome.fault.empty() || !w.ran) throw NoCase();
}

/// The out form, into outputs in the middle of a larger storage whose margins must stay as they are.
std::string between_margins(const Case& c, const Options& options) {
  const Inputs inputs = make_inputs(c);
  PlacedInputs placed = place(inputs, options.device);
  const Outcome function = run_function(*c.op, placed, options.device);
  if (function.threw || !function.fault.empty()) throw NoCase();
  std::vector<Placed> outs;
  for (const Array& r : function.results) outs.push_back(place_between_margins(r.dtype, r.shape, options.device));
  PlacedInputs again = place(inputs, options.device);
  return difference(*c.op, run_out(*c.op, again, outs, options.device), function);
}

/// Outputs of whole lines of 64 bytes, up to 1 KiB and beyond, and one that ends within a line.
std::vector<Case> longer_cases(const Case& plain) {
  constexpr std::int64_t kMostElements = 20000;
  std::vector<Case> cases;
  std::int64_t from = 0;
  for (const auto& [name, value] : plain.sample) {
    const auto* spec = std::get_if<TensorSpec>(&value);
    if (from == 0 && spec != nullptr && !spec->shape.empty()) from = spec->shape.back();
  }
  if (from == 0) return cases;
  for (std::int64_t to : {64, 1088, 1091}) {
    Case c = plain;
    c.sample = with_size(c.sample, from, to);
    c.variation += str_cat(", size ", from, " as ", to);
    c.may_refuse = true;
    if (num_elements(c.sample) <= kMostElements) cases.push_back(std::move(c));
  }
  return cases;
}

void run_margins(const Case& plain, const Options& options, Report& report) {
  if (!has_variant(*plain.op, "out")) return;
  std::vector<Case> cases = longer_cases(plain);
  cases.push_back(plain);
  for (Case& c : cases) {
    c.variation += ", out in the middle of a larger storage";
    report.run(c, [&] { return between_margins(c, options); });
  }
}

}  // namespace

void run_outputs(const OperatorSamples& op, const Options& options, Report& report) {
  if (has_tag(op, "uninitialised")) return;
  std::vector<Dtype> set = dtype_set(op, 0);
  std::vector<std::optional<Dtype>> dtypes(set.begin(), set.end());
  if (dtypes.empty()) dtypes.emplace_back();
  for (std::optional<Dtype> dtype : dtypes) {
    for (const Case& plain : plain_cases(op, dtype)) {
      auto run = [&](const char* what, const std::function<std::string(const Case&)>& fn) {
        Case c = plain;
        c.variation += str_cat(", ", what);
        report.run(c, [&] { return fn(c); });
      };
      run("outputs that held ones before", [&](const Case& c) {
        Watched zeros = watch(c, options, 0x00);
        require_fit(zeros);
        if (!zeros.overrun.empty()) return zeros.overrun;
        Watched ones = watch(c, options, 0xff);
        return ones.overrun.empty() ? unequal(op, ones, zeros) : ones.overrun;
      });
      run("twice", [&](const Case& c) {
        Watched first = watch(c, options, 0x5a);
        require_fit(first);
        return unequal(op, watch(c, options, 0x5a), first);
      });
      run_margins(plain, options, report);
    }
  }
}

}  // namespace sy::testing
