#include "simulator.h"

#include <pthread.h>

#include <cctype>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string>

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

Simulator& Simulator::get(Mode mode) {
  if (is_forked) {
    throw sdk::Error(SY_FAILED_PRECONDITION,
                     "simulator: this process was forked after its devices had started; start it anew instead");
  }
  if (mode == Mode::kOpaque) {
    static Simulator* const opaque = new Simulator(mode);
    return *opaque;
  }
  static Simulator* const pointers = new Simulator(mode);
  return *pointers;
}

const char* Simulator::name() const { return mode_ == Mode::kOpaque ? SIMULATOR_NAME "_opaque" : SIMULATOR_NAME; }

Simulator::Simulator(Mode mode) : mode_(mode) {
  const auto count = static_cast<int>(setting("SWITCHYARD_SIMULATOR_DEVICES", 2, 0, 64));
  const std::int64_t bytes = setting("SWITCHYARD_SIMULATOR_MEMORY", std::int64_t{4} << 30, 4096, std::int64_t{1} << 40);
  memory_ = std::make_unique<Memory>(mode == Mode::kOpaque ? Memory::Names::kHandles : Memory::Names::kAddresses, count,
                                     static_cast<std::uint64_t>(bytes));
  if (count > 0 && !memory_->ok()) throw sdk::Error(SY_OUT_OF_MEMORY, "simulator: no address space for device memory");
  for (int i = 0; i < count; ++i) devices_.push_back(std::make_unique<Device>());
  for (const char* key : {"delay_us", "fail_alloc", "fail_copy", "lose_device", "wrong_result"}) {
    std::string variable = std::string("SWITCHYARD_SIMULATOR_") + key;
    for (char& c : variable) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    const char* value = std::getenv(variable.c_str());
    if (value != nullptr && *value != '\0') set(key, value);
  }
  // The host is about to ask for the devices: it cannot hear of one yet, and meets the error with its first call.
  if (const int now = faults_.take_lost_now(); now >= 0) device(now).lost = true;
  pthread_atfork(nullptr, nullptr, [] { is_forked = true; });
}

void Simulator::configure(const char* key, const char* value) {
  set(key, value);
  if (const int now = faults_.take_lost_now(); now >= 0) lose(now);
}

void Simulator::set(const char* key, const char* value) {
  bool known = true;
  const char* expected = nullptr;
  if (std::strcmp(key, "delay_us") == 0) {
    if (!delay_.parse(value)) expected = "microseconds up to 1000000, or a range of them, \"0-500\"";
  } else {
    expected = faults_.set(key, value, &known);
  }
  if (!known) throw sdk::Error(SY_NOT_FOUND, "%s: no setting \"%s\"", name(), key);
  if (expected != nullptr) {
    throw sdk::Error(SY_INVALID_ARGUMENT, "%s: %s is \"%s\", expected %s", name(), key, value, expected);
  }
}

void Simulator::lose(int index) {
  if (device(index).lost.exchange(true)) return;
  host().services->report(host().backends[static_cast<int>(mode_)], index, SY_DEVICE_LOST, name(),
                          "the device was lost, as its settings ask");
}

void Simulator::require_alive(int index) {
  if (device(index).lost) throw sdk::Error(SY_DEVICE_LOST, "%s:%d was lost, as its settings ask", name(), index);
}

Simulator::Device& Simulator::device(int index) {
  if (index < 0 || index >= num_devices()) {
    throw sdk::Error(SY_INVALID_ARGUMENT, "%s: no device %d, it has %d", name(), index, num_devices());
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
    throw sdk::Error(SY_INVALID_ARGUMENT, "%s: the stream does not belong to device %d", name(), index);
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
      stream.mark(markers.back());
    };
    if (d.default_stream) mark(*d.default_stream);
    for (Stream* stream : d.streams) mark(*stream);
  }
  for (const auto& marker : markers) marker->wait();
}

void Simulator::push(int index, Stream& stream, std::function<void()> task, bool recordable) {
  // Drawn now: work that was queued while the setting held stays late when it is taken back.
  auto delayed = [this, index, delay = delay_.next_us(), task = std::move(task)] {
    if (delay != 0) std::this_thread::sleep_for(std::chrono::microseconds(delay));
    if (faults_.loses(index)) lose(index);
    if (!is_lost(index)) task();
  };
  recordable ? stream.push(std::move(delayed)) : stream.push_once(std::move(delayed));
}

}  // namespace sy::simulator
