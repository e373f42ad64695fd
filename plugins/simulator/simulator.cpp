#include "simulator.h"

#include <pthread.h>

#include <chrono>
#include <cstdlib>

#include "switchyard/sdk/status.h"

namespace sy::simulator {

namespace {

std::atomic<bool> is_forked{false};

std::int64_t setting(const char* name, std::int64_t fallback, std::int64_t low, std::int64_t high) {
  const char* text = std::getenv(name);
  if (text == nullptr || *text == '\0') return fallback;
  char* end = nullptr;
  const long long value = std::strtoll(text, &end, 10);
  if (*end != '\0' || value < low || value > high) {
    throw sdk::Error(SY_INVALID_ARGUMENT, "simulator: %s is \"%s\", expected a number from %lld to %lld", name, text,
                     static_cast<long long>(low), static_cast<long long>(high));
  }
  return value;
}

}  // namespace

Host& host() {
  static Host instance;
  return instance;
}

Simulator& Simulator::get() {
  if (is_forked) {
    throw sdk::Error(SY_FAILED_PRECONDITION,
                     "simulator: this process was forked after its devices had started; start it anew instead");
  }
  static Simulator* const instance = new Simulator();
  return *instance;
}

Simulator::Simulator() {
  const auto count = static_cast<int>(setting("SWITCHYARD_SIMULATOR_DEVICES", 2, 0, 64));
  const std::int64_t bytes = setting("SWITCHYARD_SIMULATOR_MEMORY", std::int64_t{4} << 30, 4096, std::int64_t{1} << 40);
  delay_us_ = setting("SWITCHYARD_SIMULATOR_DELAY_US", 0, 0, 1000000);
  memory_ = std::make_unique<Memory>(count, static_cast<std::uint64_t>(bytes));
  if (count > 0 && !memory_->ok()) throw sdk::Error(SY_OUT_OF_MEMORY, "simulator: no address space for device memory");
  for (int i = 0; i < count; ++i) devices_.push_back(std::make_unique<Device>());
  pthread_atfork(nullptr, nullptr, [] { is_forked = true; });
}

Simulator::Device& Simulator::device(int index) {
  if (index < 0 || index >= num_devices()) {
    throw sdk::Error(SY_INVALID_ARGUMENT, "simulator: device %d of %d", index, num_devices());
  }
  return *devices_[index];
}

Stream& Simulator::stream(int index, sy_stream handle) {
  Device& d = device(index);
  const std::lock_guard<std::mutex> lock(d.mutex);
  if (handle == 0) {
    if (!d.default_stream) d.default_stream = std::make_unique<Stream>();
    return *d.default_stream;
  }
  auto* const stream = reinterpret_cast<Stream*>(handle);
  if (d.streams.count(stream) == 0) {
    throw sdk::Error(SY_INVALID_ARGUMENT, "simulator: the stream does not belong to device %d", index);
  }
  return *stream;
}

sy_stream Simulator::create_stream(int index) {
  Device& d = device(index);
  auto stream = std::make_unique<Stream>();
  const std::lock_guard<std::mutex> lock(d.mutex);
  d.streams.insert(stream.get());
  return reinterpret_cast<sy_stream>(stream.release());
}

void Simulator::destroy_stream(int index, sy_stream handle) {
  if (handle == 0) return;
  Stream* const gone = &stream(index, handle);
  {
    Device& d = device(index);
    const std::lock_guard<std::mutex> lock(d.mutex);
    d.streams.erase(gone);
  }
  delete gone;
}

void Simulator::drain(int index) {
  Device& d = device(index);
  std::vector<std::shared_ptr<Marker>> markers;
  {
    const std::lock_guard<std::mutex> lock(d.mutex);
    const auto mark = [&](Stream& stream) {
      markers.push_back(std::make_shared<Marker>());
      stream.push([marker = markers.back()] { marker->set(); });
    };
    if (d.default_stream) mark(*d.default_stream);
    for (Stream* stream : d.streams) mark(*stream);
  }
  for (const auto& marker : markers) marker->wait();
}

void Simulator::push(Stream& stream, std::function<void()> task) {
  const std::int64_t delay = delay_us_;
  if (delay == 0) return stream.push(std::move(task));
  stream.push([delay, task = std::move(task)] {
    std::this_thread::sleep_for(std::chrono::microseconds(delay));
    task();
  });
}

}  // namespace sy::simulator
