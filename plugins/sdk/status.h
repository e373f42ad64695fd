// Errors inside a plugin: an exception type that never leaves it, and the guard that turns everything into a status.
#pragma once

#include <cstdarg>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <new>

#include "switchyard/abi/plugin.h"

#if defined(__GNUC__)
#define SY_PRINTF_FORMAT(position, first) __attribute__((format(printf, position, first)))
#else
#define SY_PRINTF_FORMAT(position, first)
#endif

namespace sy::sdk {

/// A failed status on its way out of plugin code. Caught by every entry that this SDK generates. An empty message
/// means that the host already has one.
class Error : public std::exception {
 public:
  explicit Error(sy_status code) : code_(code) {}
  SY_PRINTF_FORMAT(3, 4) Error(sy_status code, const char* format, ...) : code_(code) {
    std::va_list args;
    va_start(args, format);
    std::vsnprintf(message_, sizeof message_, format, args);
    va_end(args);
  }
  sy_status code() const { return code_; }
  const char* what() const noexcept override { return message_; }

 private:
  sy_status code_;
  char message_[512] = "";
};

/// True where the host's (or a backend's) table reaches as far as this field and the field is set: `has(host,
/// host->log)`.
template <typename Table, typename Field>
bool has(const Table* table, const Field& field) {
  const char* end = reinterpret_cast<const char*>(&field) + sizeof(Field);
  return end <= reinterpret_cast<const char*>(table) + table->size && field != nullptr;
}

/// Hands "where: message" to the host and returns code. `where` may be NULL.
inline sy_status report_error(const sy_host* host, sy_status code, const char* where, const char* message) {
  char text[640];
  std::snprintf(text, sizeof text, "%s%s%s", where != nullptr ? where : "", where != nullptr ? ": " : "", message);
  return host->error(code, text);
}

/// Runs fn, which returns a status, and turns whatever it throws into one. Nothing gets past.
template <typename Fn>
sy_status guard(const sy_host* host, const char* where, Fn&& fn) noexcept {
  try {
    return fn();
  } catch (const Error& e) {
    return e.what()[0] == '\0' ? e.code() : report_error(host, e.code(), where, e.what());
  } catch (const std::bad_alloc&) {
    return report_error(host, SY_OUT_OF_MEMORY, where, "out of host memory");
  } catch (const std::exception& e) {
    return report_error(host, SY_INTERNAL, where, e.what());
  } catch (...) {
    return report_error(host, SY_INTERNAL, where, "an exception of unknown type");
  }
}

}  // namespace sy::sdk
