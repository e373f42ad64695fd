// Calls of a backend's own functions; unloading waits until they have returned.
#pragma once

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>

#include "switchyard/core/abi_error.h"
#include "switchyard/core/backend.h"
#include "switchyard/loader/plugin.h"

namespace sy {

/// fn(table, self) returns a status; an error is thrown with what was done, and where.
template <typename Fn>
void call_backend(Backend& backend, std::string_view what, Device device, Fn&& fn) {
  InsidePlugin inside(backend.plugin());
  if (!inside.allowed()) throw_if_error(backend.refusal());
  throw_if_error(status_from_abi(fn(backend.table(), backend.table().self), str_cat(what, " on ", device.str())));
}

/// For what goes back to the plugin, unless it was unloaded, which took it along.
template <typename Fn>
void give_back(Backend& backend, Fn&& fn) {
  InsidePlugin inside(backend.plugin());
  if (inside.allowed() && backend.alive()) fn(backend.table(), backend.table().self);
}

/// An extension's table, padded with zeros; none where the backend does not have it.
template <typename Table>
std::optional<Table> backend_extension(Backend& backend, const char* name, std::uint32_t version) {
  InsidePlugin inside(backend.plugin());
  if (!inside.allowed()) throw_if_error(backend.refusal());
  if (backend.table().extension == nullptr) return std::nullopt;
  const void* given = backend.table().extension(backend.table().self, name, version);
  if (given == nullptr) return std::nullopt;
  std::uint32_t size = 0;
  std::memcpy(&size, given, sizeof(size));
  Table table{};
  std::memcpy(&table, given, std::min<std::size_t>(size, sizeof(table)));
  return table;
}

}  // namespace sy
