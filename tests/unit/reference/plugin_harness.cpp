#include "plugin_harness.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <utility>

#include "switchyard/sdk/dtype.h"

namespace sy::testing {

namespace {

thread_local std::string thread_error;

Dims contiguous_strides(const Dims& shape) {
  Dims strides(shape.size());
  std::int64_t step = 1;
  for (std::size_t d = shape.size(); d-- > 0;) {
    strides[d] = step;
    step *= shape[d];
  }
  return strides;
}

std::int64_t product(const Dims& shape) {
  std::int64_t n = 1;
  for (const std::int64_t size : shape) n *= size;
  return n;
}

std::vector<char> encode(std::uint32_t dtype, const std::vector<double>& values) {
  std::vector<char> bytes(values.size() * sdk::dtype_size(dtype));
  sdk::visit_dtype(dtype, sdk::All(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const T v = sdk::convert<T>(values[i]);
      std::memcpy(bytes.data() + i * sizeof(T), &v, sizeof(T));
    }
  });
  return bytes;
}

sy_dl_dtype dl_dtype(std::uint32_t dtype) {
  constexpr std::uint8_t kCodes[] = {6, 1, 0, 0, 0, 0, 2, 4, 2, 2};
  return {kCodes[dtype], static_cast<std::uint8_t>(8 * sdk::dtype_size(dtype)), 1};
}

}  // namespace

/// The host's side.
struct HarnessHost {
  static std::map<std::string, LoadedPlugin*>& by_backend() {
    static auto* const all = new std::map<std::string, LoadedPlugin*>();
    return *all;
  }
  static std::vector<LoadedPlugin*>& plugins() {
    static auto* const all = new std::vector<LoadedPlugin*>();
    return *all;
  }

  static sy_status error(sy_status code, const char* message) {
    thread_error = message;
    return code;
  }
  static void log(sy_plugin_handle*, std::int32_t, const char*) {}
  static sy_status register_backend(sy_plugin_handle*, const sy_backend* backend, std::uint32_t* id) {
    *id = static_cast<std::uint32_t>(plugins().size());
    plugins().push_back(new LoadedPlugin());
    plugins().back()->backend_ = backend;
    by_backend()[backend->name] = plugins().back();
    return SY_OK;
  }
  static sy_status register_kernels(sy_plugin_handle*, const char* backend, const sy_kernel* const* kernels,
                                    std::uint32_t count) {
    std::vector<const sy_kernel*>& list = by_backend().at(backend)->kernels_;
    list.insert(list.end(), kernels, kernels + count);
    return SY_OK;
  }
  static sy_status dtype_register(sy_plugin_handle*, const char*, sy_dl_dtype, std::uint32_t*) {
    return SY_UNSUPPORTED;
  }
  static sy_status workspace(const sy_call* call, std::uint64_t bytes, void** memory) {
    auto& test = *static_cast<TestCall*>(call->host_call);
    const sy_backend& b = test.plugin_.backend();
    const sy_status status = b.alloc(b.self, 0, SY_MEMORY_DEVICE, bytes, memory);
    if (status == SY_OK) test.workspaces_.push_back(*memory);
    return status;
  }
  static sy_status alloc_output(const sy_call* call, std::uint32_t output, std::uint32_t dtype, std::uint32_t ndim,
                                const std::int64_t* shape, sy_tensor** tensor) {
    auto& test = *static_cast<TestCall*>(call->host_call);
    Numbers numbers = typed(dtype, Dims(shape, shape + ndim), {});
    numbers.values.resize(static_cast<std::size_t>(product(numbers.shape)));
    *tensor = &test.make(numbers).tensor;
    test.outputs_[output] = {SY_ARG_TENSOR, 1, *tensor};
    return SY_OK;
  }
  static void report(std::uint32_t backend, std::int32_t, sy_status, const char*, const char* message) {
    plugins()[backend]->add_report(message);
  }
  static const void* extension(const char*, std::uint32_t) { return nullptr; }

  static const sy_host& services() {
    static const sy_host host = {sizeof(sy_host),  SY_ABI_MAJOR,   SY_ABI_MINOR, error,        log,    register_backend,
                                 register_kernels, dtype_register, workspace,    alloc_output, report, extension};
    return host;
  }
};

const std::string& last_error() { return thread_error; }

LoadedPlugin& LoadedPlugin::get(const std::string& backend, const std::string& plugin) {
  LoadedPlugin*& loaded = HarnessHost::by_backend()[backend];
  if (loaded != nullptr) return *loaded;
  const std::string path = SWITCHYARD_PLUGIN_DIR "/switchyard_" + plugin + ".so";
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    std::fprintf(stderr, "%s\n", dlerror());
    std::abort();
  }
  const auto query = reinterpret_cast<sy_plugin_query_fn>(dlsym(library, SY_PLUGIN_QUERY_NAME));
  if (query == nullptr || query()->init(&HarnessHost::services(), nullptr) != SY_OK || loaded == nullptr) {
    std::fprintf(stderr, "%s: %s\n", path.c_str(), thread_error.c_str());
    std::abort();
  }
  return *loaded;
}

const sy_kernel* LoadedPlugin::find(const std::string& op) const {
  for (const sy_kernel* kernel : kernels_) {
    if (op == kernel->op) return kernel;
  }
  return nullptr;
}

std::vector<std::string> LoadedPlugin::take_reports() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return std::exchange(reports_, {});
}

void LoadedPlugin::add_report(std::string message) {
  const std::lock_guard<std::mutex> lock(mutex_);
  reports_.push_back(std::move(message));
}

Numbers typed(std::uint32_t dtype, Dims shape, std::vector<double> values) {
  Numbers n;
  n.dtype = dtype;
  n.shape = std::move(shape);
  n.values = std::move(values);
  return n;
}
Numbers f32(Dims shape, std::vector<double> values) { return typed(SY_F32, std::move(shape), std::move(values)); }
Numbers i64(Dims shape, std::vector<double> values) { return typed(SY_I64, std::move(shape), std::move(values)); }

TestCall::TestCall(LoadedPlugin& plugin, std::string op, std::uint32_t t0, std::uint32_t t1)
    : plugin_(plugin), op_(std::move(op)), dtypes_{t0, t1, SY_DTYPE_NONE, SY_DTYPE_NONE} {}

TestCall::~TestCall() {
  const sy_backend& b = plugin_.backend();
  for (Operand& operand : operands_) {
    if (operand.memory != nullptr) b.free(b.self, 0, SY_MEMORY_DEVICE, operand.memory);
  }
  for (void* memory : workspaces_) b.free(b.self, 0, SY_MEMORY_DEVICE, memory);
}

void TestCall::copy(Operand& operand, std::vector<char>& host, bool to_device) {
  if (host.empty()) return;
  const sy_backend& b = plugin_.backend();
  sy_copy c{};
  c.size = sizeof c;
  c.kind = to_device ? SY_COPY_HOST_TO_DEVICE : SY_COPY_DEVICE_TO_HOST;
  c.dst = to_device ? operand.memory : host.data();
  c.src = to_device ? host.data() : operand.memory;
  c.bytes = host.size();
  if (b.copy(b.self, &c) != SY_OK || b.synchronize(b.self, 0) != SY_OK) {
    std::fprintf(stderr, "copy: %s\n", thread_error.c_str());
    std::abort();
  }
}

TestCall::Operand& TestCall::make(const Numbers& numbers) {
  Operand& operand = operands_.emplace_back();
  operand.shape = numbers.shape;
  operand.strides = numbers.strides.empty() ? contiguous_strides(numbers.shape) : numbers.strides;
  const std::uint32_t itemsize = sdk::dtype_size(numbers.dtype);
  std::vector<char> bytes = encode(numbers.dtype, numbers.values);
  operand.bytes = bytes.size();
  sy_tensor& t = operand.tensor;
  t.size = sizeof t;
  t.dtype = numbers.dtype;
  t.view.dtype = dl_dtype(numbers.dtype);
  t.view.ndim = static_cast<std::int32_t>(numbers.shape.size());
  t.view.shape = operand.shape.data();
  t.view.strides = operand.strides.data();
  t.view.byte_offset = static_cast<std::uint64_t>(numbers.offset) * itemsize;
  if (operand.strides == contiguous_strides(operand.shape)) t.flags |= SY_TENSOR_CONTIGUOUS;
  if (numbers.host_scalar) {
    t.flags |= SY_TENSOR_HOST_SCALAR;
    operand.host = std::move(bytes);
    t.view.data = operand.host.data();
    return operand;
  }
  const sy_backend& b = plugin_.backend();
  if (b.alloc(b.self, 0, SY_MEMORY_DEVICE, std::max<std::size_t>(operand.bytes, 1), &operand.memory) != SY_OK)
    std::abort();
  copy(operand, bytes, true);
  t.view.data = operand.memory;
  t.storage = operand.memory;
  t.storage_bytes = operand.bytes;
  return operand;
}

template <typename T>
TestCall& TestCall::slot(std::uint32_t tag, std::vector<T> values) {
  std::vector<char>& bytes = values_.emplace_back(values.size() * sizeof(T));
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  args_.push_back({tag, static_cast<std::uint32_t>(values.size()), bytes.data()});
  return *this;
}

TestCall& TestCall::tensor(const Numbers& numbers) {
  args_.push_back({SY_ARG_TENSOR, 1, &make(numbers).tensor});
  return *this;
}
TestCall& TestCall::tensors(const std::vector<Numbers>& list) {
  std::vector<sy_tensor*>& pointers = lists_.emplace_back();
  for (const Numbers& numbers : list) pointers.push_back(&make(numbers).tensor);
  args_.push_back({SY_ARG_TENSOR_LIST, static_cast<std::uint32_t>(list.size()), pointers.data()});
  return *this;
}
TestCall& TestCall::none() { return raw(SY_ARG_NONE); }
TestCall& TestCall::raw(std::uint32_t tag) {
  args_.push_back({tag, 0, nullptr});
  return *this;
}
TestCall& TestCall::scalar(double v) { return slot<sy_scalar>(SY_ARG_SCALAR, {{SY_SCALAR_FLOAT, 0, 0, v}}); }
TestCall& TestCall::scalar(int v) {
  return slot<sy_scalar>(SY_ARG_SCALAR, {{SY_SCALAR_INT, 0, v, static_cast<double>(v)}});
}
TestCall& TestCall::integer(std::int64_t v) { return slot<std::int64_t>(SY_ARG_INT, {v}); }
TestCall& TestCall::floating(double v) { return slot<double>(SY_ARG_FLOAT, {v}); }
TestCall& TestCall::boolean(bool v) { return slot<std::uint8_t>(SY_ARG_BOOL, {static_cast<std::uint8_t>(v)}); }
TestCall& TestCall::str(const std::string& v) { return slot<char>(SY_ARG_STR, {v.begin(), v.end()}); }
TestCall& TestCall::dtype(std::uint32_t v) { return slot<std::uint32_t>(SY_ARG_DTYPE, {v}); }
TestCall& TestCall::ints(Dims v) { return slot<std::int64_t>(SY_ARG_INT_LIST, std::move(v)); }
TestCall& TestCall::rng(std::uint64_t seed, std::uint64_t offset) {
  return slot<sy_rng>(SY_ARG_GENERATOR, {{sizeof(sy_rng), 0, seed, offset, nullptr}});
}

TestCall& TestCall::output(const Numbers& numbers) {
  outputs_.push_back({SY_ARG_TENSOR, 1, &make(numbers).tensor});
  return *this;
}
TestCall& TestCall::output(std::uint32_t dtype, Dims shape) {
  const auto n = static_cast<std::size_t>(product(shape));
  return output(typed(dtype, std::move(shape), std::vector<double>(n, 77)));
}
TestCall& TestCall::data_dependent_output() {
  outputs_.push_back({SY_ARG_NONE, 0, nullptr});
  return *this;
}

sy_status TestCall::run() {
  const sy_kernel* kernel = plugin_.find(op_);
  if (kernel == nullptr) {
    thread_error = "no kernel " + op_;
    return SY_NOT_FOUND;
  }
  sy_call call{};
  call.size = sizeof call;
  call.op = kernel->op;
  call.host = &HarnessHost::services();
  call.kernel = kernel;
  call.host_call = this;
  call.args = args_.data();
  call.outputs = outputs_.data();
  call.num_args = static_cast<std::uint32_t>(args_.size());
  call.num_outputs = static_cast<std::uint32_t>(outputs_.size());
  std::copy(std::begin(dtypes_), std::end(dtypes_), call.dtypes);
  thread_error.clear();
  const sy_status status = kernel->run(&call);
  const sy_backend& b = plugin_.backend();
  if (status == SY_OK) b.synchronize(b.self, 0);
  return status;
}

Dims TestCall::result_shape(std::size_t k) const {
  const auto* t = static_cast<const sy_tensor*>(outputs_[k].ptr);
  return Dims(t->view.shape, t->view.shape + t->view.ndim);
}

std::vector<double> TestCall::result(std::size_t k) {
  const auto* t = static_cast<const sy_tensor*>(outputs_[k].ptr);
  auto it = std::find_if(operands_.begin(), operands_.end(), [&](Operand& o) { return &o.tensor == t; });
  std::vector<char> bytes(it->bytes);
  copy(*it, bytes, false);
  std::vector<double> values;
  const std::int64_t n = product(it->shape);
  sdk::visit_dtype(t->dtype, sdk::All(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (std::int64_t i = 0; i < n; ++i) {
      std::int64_t rest = i;
      std::int64_t at = 0;
      for (std::size_t d = it->shape.size(); d-- > 0;) {
        at += rest % it->shape[d] * it->strides[d];
        rest /= it->shape[d];
      }
      T v;
      std::memcpy(&v, bytes.data() + t->view.byte_offset + at * static_cast<std::int64_t>(sizeof(T)), sizeof(T));
      values.push_back(static_cast<double>(v));
    }
  });
  return values;
}

void* TestCall::address(std::size_t i) const { return static_cast<const sy_tensor*>(args_[i].ptr)->view.data; }

}  // namespace sy::testing
