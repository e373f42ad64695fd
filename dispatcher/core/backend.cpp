#include "switchyard/core/backend.h"

#include <pthread.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/str_join.h"
#include "switchyard/core/abi_error.h"
#include "switchyard/loader/loader.h"
#include "switchyard/loader/plugin.h"

namespace sy {

std::atomic<Backend*> detail::backends[kMaxBackends];

namespace {

std::mutex g_register_mutex;
std::vector<std::unique_ptr<Backend>>& pending() {
  static auto* list = new std::vector<std::unique_ptr<Backend>>;
  return *list;
}

/// Under the lock. Live tensors may point at a backend that another one supersedes, so it stays.
void publish(std::unique_ptr<Backend> backend) {
  static auto* superseded = new std::vector<Backend*>;
  std::uint16_t id = backend->id();
  if (Backend* present = find_backend(id)) superseded->push_back(present);
  detail::backends[id].store(backend.release(), std::memory_order_release);
}

/// A tensor knows its device by name: another plugin of that name would be given memory that it never made. The same
/// library, loaded again, knows its memory.
absl::Status check_successor(Backend& unloaded, const Plugin* plugin) {
  const Plugin* former = unloaded.plugin();
  if (former == nullptr || plugin == nullptr || former->path() == plugin->path()) return absl::OkStatus();
  for (std::int32_t i = 0; i < unloaded.device_count(); ++i) {
    DeviceState& state = unloaded.known_device(static_cast<std::int16_t>(i));
    const std::int64_t bytes = state.allocator->stats().allocated;
    if (bytes == 0) continue;
    return make_status(ErrorCode::kFailedPrecondition,
                       str_cat("register_backend: tensors of ", bytes, " bytes live on ", state.device.str(),
                               ", of plugin ", former->name(), ", which was unloaded"));
  }
  return absl::OkStatus();
}

std::string known_devices() {
  std::vector<std::string> names;
  for (std::uint16_t i = 0; i < num_backends(); ++i) {
    if (Backend* b = find_backend(i); b != nullptr && b->alive()) names.push_back(std::string(backend_name(i)));
  }
  return names.empty() ? "no plugin is loaded" : str_cat("loaded: ", absl::StrJoin(names, ", "));
}

}  // namespace

void DeviceState::report(sy_status code, const std::string& message) {
  std::lock_guard lock(mutex_);
  absl::Status status =
      make_status(code > SY_OK && code <= SY_NOT_FOUND ? static_cast<ErrorCode>(code) : ErrorCode::kInternal, message);
  if (code == SY_DEVICE_LOST && !lost.load()) {
    lost_status_ = status;
    lost = true;
  }
  if (pending_.ok()) pending_ = status;
  has_pending = true;
}

absl::Status DeviceState::take_pending() {
  if (!has_pending.load(std::memory_order_acquire)) return absl::OkStatus();
  std::lock_guard lock(mutex_);
  if (lost) return lost_status_;
  has_pending = false;
  return std::exchange(pending_, absl::OkStatus());
}

Backend::Backend(std::uint16_t id, const sy_backend& table, Plugin* plugin) : id_(id), plugin_(plugin) {
  std::memcpy(&table_, &table, std::min<std::size_t>(table.size, sizeof(table_)));
}

absl::Status Backend::refusal() const {
  if (state_ == State::kForked) {
    return make_status(ErrorCode::kFailedPrecondition,
                       str_cat("the devices of backend ", table_.name,
                               " were started before this process was forked and cannot be used in the child; fork "
                               "before the first use, or start a new program"));
  }
  return make_status(ErrorCode::kFailedPrecondition, str_cat("the plugin of backend ", table_.name, " was unloaded"));
}

/// In a forked child: the threads and driver connections behind streams stayed with the parent.
void Backend::after_fork() {
  for (std::uint16_t i = 0; i < num_backends(); ++i) {
    Backend* b = find_backend(i);
    if (b == nullptr || b->synchronous() || b->count_ < 0 || !b->alive()) continue;
    b->state_ = State::kForked;
  }
}

void Backend::find_devices() {
  std::int32_t count = 0;
  InsidePlugin inside(plugin_);
  if (!inside.allowed()) {
    start_status_ = refusal();
    return;
  }
  start_status_ =
      status_from_abi(table_.device_count(table_.self, &count), str_cat("device_count of backend ", table_.name));
  if (!start_status_.ok()) return;
  for (std::int32_t i = 0; i < std::clamp(count, 0, 32767); ++i) {
    auto state = std::make_unique<DeviceState>();
    state->device = Device(id_, static_cast<std::int16_t>(i));
    state->info.size = sizeof(sy_device_info);
    state->info.alignment = 1;
    if (table_.device_info != nullptr) {
      absl::Status ok = status_from_abi(table_.device_info(table_.self, i, &state->info),
                                        str_cat("device_info of ", state->device.str()));
      if (!ok.ok()) {
        start_status_ = ok;
        break;
      }
    }
    state->info.name[sizeof(state->info.name) - 1] = 0;
    state->allocator = std::make_unique<CachingAllocator>(table_, state->device, state->info, plugin_);
    devices_.push_back(std::move(state));
  }
}

std::int32_t Backend::start() {
  std::call_once(started_, [this] {
    find_devices();
    count_.store(static_cast<std::int32_t>(devices_.size()), std::memory_order_release);
  });
  return static_cast<std::int32_t>(devices_.size());
}

absl::Status Backend::device_count_error() {
  device_count();
  return start_status_;
}

absl::StatusOr<DeviceState*> Backend::device(std::int16_t index) {
  std::int32_t count = device_count();
  if (index >= 0 && index < count) return devices_[index].get();
  if (!start_status_.ok()) return start_status_;
  return make_status(ErrorCode::kNotFound, str_cat("device ", table_.name, ":", index, " does not exist: backend ",
                                                   table_.name, " has ", count, " device(s)"));
}

absl::StatusOr<DeviceState*> find_device(Device device) {
  Backend* backend = find_backend(device.backend());
  if (backend == nullptr) {
    load_plugins_once();
    backend = find_backend(device.backend());
  }
  if (backend == nullptr) {
    if (device.is_meta()) return invalid("device meta has no memory");
    return make_status(ErrorCode::kNotFound, str_cat("no plugin provides device ", device.str(), " (", known_devices(),
                                                     "); `switchyard devices` says why"));
  }
  if (!backend->alive()) return backend->refusal();
  return backend->device(device.index());
}

DeviceState& device_state(Device device) {
  absl::StatusOr<DeviceState*> state = find_device(device);
  throw_if_error(state.status());
  return **state;
}

Backend& backend_of(Device device) {
  Backend* backend = find_backend(device.backend());
  if (backend != nullptr && backend->alive() && device.index() >= 0 && device.index() < backend->device_count()) {
    return *backend;
  }
  device_state(device);
  return *find_backend(device.backend());
}

absl::Status register_backend(const sy_backend& given, Plugin* plugin, std::uint32_t* id) {
  sy_backend table{};
  std::memcpy(&table, &given, std::min<std::size_t>(given.size, sizeof(table)));
  if (table.name == nullptr) return invalid("register_backend: name is NULL");
  const bool streams = table.stream_create != nullptr && table.stream_destroy != nullptr &&
                       table.stream_synchronize != nullptr && table.event_create != nullptr &&
                       table.event_destroy != nullptr && table.event_record != nullptr && table.event_wait != nullptr &&
                       table.event_synchronize != nullptr;
  if (table.device_count == nullptr || table.alloc == nullptr || table.free == nullptr || table.copy == nullptr ||
      table.synchronize == nullptr || (!streams && !(table.flags & SY_BACKEND_SYNCHRONOUS))) {
    return invalid("register_backend: backend ", table.name, " leaves a required function NULL");
  }
  static const int watching = pthread_atfork(nullptr, nullptr, Backend::after_fork);
  static_cast<void>(watching);
  std::lock_guard lock(g_register_mutex);
  int interned = intern_backend(table.name);
  if (interned < 0 || interned == kMetaBackend) {
    return invalid("register_backend: \"", table.name, "\" is no backend name (letters, digits and _)");
  }
  Backend* present = find_backend(static_cast<std::uint16_t>(interned));
  bool waits = std::any_of(pending().begin(), pending().end(), [&](const auto& b) { return b->id() == interned; });
  if (waits || (present != nullptr && present->alive())) {
    std::string owner = present != nullptr && present->plugin() != nullptr
                            ? str_cat("plugin ", present->plugin()->name(), " (", present->plugin()->path(), ")")
                        : waits ? "the same plugin"
                                : "the program";
    return make_status(ErrorCode::kFailedPrecondition,
                       str_cat("register_backend: ", owner, " already provides backend ", table.name));
  }
  if (present != nullptr) SY_RETURN_IF_ERROR(check_successor(*present, plugin));
  auto backend = std::make_unique<Backend>(static_cast<std::uint16_t>(interned), table, plugin);
  if (plugin != nullptr && plugin->in_init) {
    pending().push_back(std::move(backend));
  } else {
    publish(std::move(backend));
  }
  if (id != nullptr) *id = static_cast<std::uint32_t>(interned);
  return absl::OkStatus();
}

void publish_backends(const Plugin* plugin, bool initialised) {
  std::lock_guard lock(g_register_mutex);
  for (std::unique_ptr<Backend>& backend : pending()) {
    if (backend->plugin() == plugin && initialised) publish(std::move(backend));
  }
  std::erase_if(pending(), [&](const auto& b) { return b == nullptr || b->plugin() == plugin; });
}

void set_num_threads(int threads) {
  require(threads >= 1, "set_num_threads: expected at least 1, got ", threads);
  load_plugins_once();
  std::string value = str_cat(threads);
  for (std::uint16_t i = 0; i < num_backends(); ++i) {
    Backend* b = find_backend(i);
    if (b == nullptr || !b->alive() || b->table().configure == nullptr) continue;
    InsidePlugin inside(b->plugin());
    if (!inside.allowed()) continue;
    sy_status code = b->table().configure(b->table().self, "num_threads", value.c_str());
    if (code != SY_NOT_FOUND) throw_if_error(status_from_abi(code, str_cat("set_num_threads on ", b->table().name)));
  }
  take_abi_error();
}

void configure_backend(std::string_view name, const std::string& key, const std::string& value) {
  Backend& b = backend_of(Device(name));
  if (b.table().configure == nullptr) fail(ErrorCode::kNotFound, "backend ", name, " has no settings");
  InsidePlugin inside(b.plugin());
  if (!inside.allowed()) throw_if_error(b.refusal());
  throw_if_error(status_from_abi(b.table().configure(b.table().self, key.c_str(), value.c_str()),
                                 str_cat("setting ", key, " of backend ", name)));
}

void synchronize(Device device) {
  DeviceState& state = device_state(device);
  Backend& backend = *find_backend(device.backend());
  InsidePlugin inside(backend.plugin());
  if (!inside.allowed()) throw_if_error(backend.refusal());
  absl::Status status = status_from_abi(backend.table().synchronize(backend.table().self, device.index()),
                                        str_cat("synchronize ", device.str()));
  absl::Status pending = state.take_pending();
  throw_if_error(pending);
  throw_if_error(status);
}

}  // namespace sy
