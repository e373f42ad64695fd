// `switchyard devices`: what was found, and why the rest was not.
#include <iostream>

#include "commands.h"
#include "json_value.h"
#include "switchyard/core/backend.h"
#include "switchyard/loader/loader.h"

namespace sy::tool {
namespace {

std::string bytes_text(std::uint64_t bytes) {
  if (bytes == 0) return "";
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f GiB", static_cast<double>(bytes) / (1024.0 * 1024 * 1024));
  return text;
}

std::vector<Backend*> backends() {
  std::vector<Backend*> list;
  for (std::uint16_t i = 0; i < num_backends(); ++i) {
    if (Backend* b = find_backend(i); b != nullptr && b->alive()) list.push_back(b);
  }
  return list;
}

int print_json() {
  Json json;
  json["devices"] = Json::array();
  json["plugins"] = Json::array();
  json["candidates"] = Json::array();
  json["places"] = Json::array();
  for (const Plugin* p : loaded_plugins()) {
    json["plugins"].push_back(Json{{"name", p->name()},
                                   {"version", p->version()},
                                   {"vendor", p->vendor()},
                                   {"path", p->path()},
                                   {"kernels", p->num_kernels},
                                   {"messages", p->messages()}});
  }
  for (Backend* b : backends()) {
    for (std::int32_t d = 0; d < b->device_count(); ++d) {
      DeviceState& s = b->known_device(static_cast<std::int16_t>(d));
      json["devices"].push_back(Json{{"device", s.device.str()},
                                     {"name", s.info.name},
                                     {"memory", s.info.total_memory},
                                     {"plugin", b->plugin()->name()}});
    }
  }
  for (const PluginCandidate& c : plugin_candidates()) {
    json["candidates"].push_back(
        Json{{"path", c.path}, {"source", c.source}, {"loaded", c.plugin != nullptr}, {"reason", c.reason}});
  }
  for (const PluginPlace& p : plugin_places()) {
    json["places"].push_back(Json{{"path", p.path}, {"source", p.source}, {"note", p.note}});
  }
  std::cout << json.dump(2) << "\n";
  return 0;
}

void print_places() {
  std::printf("\nPlaces:\n");
  for (const PluginPlace& p : plugin_places()) {
    std::printf("  %s%s%s: %s\n", p.source.c_str(), p.path.empty() ? "" : " ", p.path.c_str(), p.note.c_str());
  }
}

}  // namespace

int run_devices(bool json, bool why) {
  set_plugin_probing(true);  // whatever a plugin does, its name is told
  load_plugins_once();
  if (json) return print_json();
  for (Backend* b : backends()) {
    for (std::int32_t d = 0; d < b->device_count(); ++d) {
      DeviceState& s = b->known_device(static_cast<std::int16_t>(d));
      std::printf("%-14s %-44s %10s  plugin %s %s, %u kernels\n", s.device.str().c_str(), s.info.name,
                  bytes_text(s.info.total_memory).c_str(), b->plugin()->name().c_str(), b->plugin()->version().c_str(),
                  b->plugin()->num_kernels);
    }
    absl::Status status = b->device_count_error();
    if (!status.ok()) std::printf("%-14s no device: %s\n", b->table().name, std::string(status.message()).c_str());
  }
  for (const Plugin* p : loaded_plugins()) {
    for (const std::string& m : p->messages()) std::printf("plugin %s: rejected: %s\n", p->name().c_str(), m.c_str());
  }
  if (why) print_places();
  bool skipped = false;
  for (const PluginCandidate& c : plugin_candidates()) {
    if (c.plugin == nullptr || why) {
      if (!skipped) std::printf("\n%s\n", why ? "Candidates:" : "Not loaded:");
      skipped = true;
      std::printf("  %s (%s): %s\n", c.path.c_str(), c.source.c_str(),
                  c.plugin != nullptr ? str_cat("loaded as ", c.plugin->name()).c_str() : c.reason.c_str());
    }
  }
  return 0;
}

}  // namespace sy::tool
