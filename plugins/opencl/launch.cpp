#include "launch.h"

#include <algorithm>

#include "memory.h"
#include "source.h"

namespace sy::opencl {

namespace {

constexpr std::size_t kGroup = 128;  // one size for all, since drivers compile once per size
constexpr std::int64_t kNarrow = std::int64_t{1} << 31;

/// What compute_type() names.
template <typename T>
using Compute =
    std::conditional_t<std::is_same_v<T, double>, double, std::conditional_t<sdk::kIsFloating<T>, float, std::int64_t>>;

}  // namespace

void require_dtype(const Device& device, std::uint32_t dtype) {
  if (dtype >= SY_NUM_STANDARD_DTYPES) throw sdk::Error(SY_UNSUPPORTED, "dtype id %u is unknown here", dtype);
  if (dtype == SY_F64 && !device.has_fp64()) {
    throw sdk::Error(SY_UNSUPPORTED, "opencl:%d (%s) has no fp64, so dtype f64 is not supported", device.index(),
                     device.name().c_str());
  }
}

std::size_t compute_size(std::uint32_t dtype) {
  const bool is_float = dtype == SY_F16 || dtype == SY_BF16 || dtype == SY_F32;
  return is_float ? sizeof(float) : sizeof(std::int64_t);
}

Launch::Launch(const sdk::Call& call, std::string name)
    : call_(call),
      device_(Devices::get().at(call.device_index())),
      queue_(device_.queue(call.stream())),
      name_(std::move(name)) {}

void Launch::buffer(cl_mem memory, std::int64_t offset) {
  value(memory);
  index(offset);
}

Launch& Launch::tensor(const sdk::Tensor& t) {
  const std::uint32_t dtype = t.dtype();
  require_dtype(device_, dtype);
  const sy_tensor& abi = *t.abi();
  const std::int64_t size = sdk::dtype_size(dtype);
  wide_ = wide_ || static_cast<std::int64_t>(abi.storage_bytes) / size >= kNarrow;
  operands_ += static_cast<char>('a' + dtype);
  definitions_.push_back(operand_source(count_++, dtype));
  buffer(as_buffer(abi.view.data), static_cast<std::int64_t>(abi.view.byte_offset) / size);
  return *this;
}

Launch& Launch::scratch(const void* memory, const std::string& type, std::int64_t offset) {
  operands_ += '(' + type + ')';
  definitions_.push_back(operand_source(count_++, type));
  buffer(as_buffer(memory), offset);
  return *this;
}

Launch& Launch::host_scalar(const sdk::Tensor& t) {
  const std::uint32_t dtype = t.dtype();
  require_dtype(device_, dtype);
  operands_ += static_cast<char>('A' + dtype);
  const std::string n = std::to_string(count_++);
  definitions_.push_back("#define C" + n + " " + compute_type(dtype) + "\n#define IN" + n + " const C" + n + " v" + n +
                         "\n#define GET" + n + "(i) v" + n + "\n");
  sdk::visit_dtype(dtype, sdk::All(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    value(static_cast<Compute<T>>(*t.data<T>()));
  });
  return *this;
}

Launch& Launch::index(std::int64_t v) {
  wide_ = wide_ || v >= kNarrow || v < -kNarrow;
  arguments_.push_back({sizeof(std::int64_t), kIndex, v, {}});
  return *this;
}

Launch& Launch::scalar(const sdk::Scalar& v, std::uint32_t dtype) {
  return dtype >= SY_F16 ? floating(v.to_double(), dtype) : element(v, dtype);
}

Launch& Launch::element(const sdk::Scalar& v, std::uint32_t dtype, bool saturates) {
  sdk::visit_dtype(dtype, sdk::All(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    value(static_cast<Compute<T>>(saturates ? v.saturate<T>() : v.to<T>()));
  });
  return *this;
}

Launch& Launch::floating(double v, std::uint32_t dtype) {
  return dtype == SY_F64 ? value(v) : value(static_cast<float>(v));
}

Launch& Launch::local(std::size_t bytes) {
  arguments_.push_back({bytes, kLocal, 0, {}});
  return *this;
}

Launch& Launch::fault(const char* argument) {
  may_fault_ = true;
  value(queue_.fault_record());
  return value(static_cast<cl_int>(Queue::fault_site(call_.abi()->kernel->op, argument)));
}

std::size_t Launch::group_size() const {
  std::size_t size = kGroup;
  while (size > device_.max_group()) size /= 2;
  return size;
}

std::string Launch::source(const std::function<std::string()>& body) const {
  std::string text = prelude(wide_, device_.has_fp64());
  for (const std::string& definition : definitions_) text += definition;
  return text + body();
}

void Launch::enqueue(std::size_t groups, std::size_t group, const std::function<std::string()>& body) {
  const std::string key = name_ + "/" + operands_ + (wide_ ? "/wide" : "") + (device_.has_fp64() ? "" : "/nofp64");
  Kernel& kernel = device_.programs().get(key, [&] { return source(body); });
  const std::lock_guard<std::mutex> lock(kernel.mutex);
  const EntryLock building = std::move(kernel.building);
  cl_uint position = 0;
  for (const Argument& a : arguments_) {
    const void* data = a.kind == kLocal ? nullptr : a.bytes;
    std::size_t size = a.size;
    const auto narrow = static_cast<cl_int>(a.number);
    if (a.kind == kIndex) {
      data = wide_ ? static_cast<const void*>(&a.number) : &narrow;
      size = wide_ ? sizeof a.number : sizeof narrow;
    }
    check(clSetKernelArg(kernel.handle, position++, size, data), ("clSetKernelArg for " + key).c_str());
  }
  const std::size_t global = groups * group;
  const auto enqueue_kernel = [&] {
    check(clEnqueueNDRangeKernel(queue_.handle(), kernel.handle, 1, nullptr, &global, &group, 0, nullptr, nullptr),
          "clEnqueueNDRangeKernel");
  };
  may_fault_ ? queue_.enqueue_with_faults(enqueue_kernel) : enqueue_kernel();
  queue_.submitted();
  if (building) {
    try {
      device_.programs().store(kernel);
    } catch (const sdk::Error&) {  // it is only a cache, and some drivers hand out no binaries
    }
  }
}

void Launch::run(std::int64_t items, const std::function<std::string()>& body) {
  if (items == 0) return;
  const std::size_t group = group_size();
  wide_ = wide_ || items + static_cast<std::int64_t>(group) >= kNarrow;
  enqueue((static_cast<std::size_t>(items) + group - 1) / group, group, body);
}

void Launch::run_groups(std::int64_t groups, const std::function<std::string()>& body) {
  if (groups == 0) return;
  wide_ = wide_ || groups * static_cast<std::int64_t>(group_size()) >= kNarrow;
  enqueue(static_cast<std::size_t>(groups), group_size(), body);
}

}  // namespace sy::opencl
