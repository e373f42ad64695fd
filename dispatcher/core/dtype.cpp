#include "switchyard/core/dtype.h"

#include <atomic>
#include <mutex>

#include "switchyard/core/error.h"

namespace sy {

// Grows under the lock.
detail::DtypeInfo detail::dtype_infos[SY_MAX_DTYPES] = {
    {"bool", {6, 8, 1}}, {"u8", {1, 8, 1}},   {"i8", {0, 8, 1}},    {"i16", {0, 16, 1}}, {"i32", {0, 32, 1}},
    {"i64", {0, 64, 1}}, {"f16", {2, 16, 1}}, {"bf16", {4, 16, 1}}, {"f32", {2, 32, 1}}, {"f64", {2, 64, 1}},
};

namespace {

auto& g_infos = detail::dtype_infos;

std::atomic<std::uint32_t> g_count{SY_NUM_STANDARD_DTYPES};
std::mutex g_mutex;
std::atomic<std::uint32_t> g_default{SY_F32};

bool same(sy_dl_dtype a, sy_dl_dtype b) { return a.code == b.code && a.bits == b.bits && a.lanes == b.lanes; }

}  // namespace

std::optional<Dtype> Dtype::parse(std::string_view name) {
  for (std::uint32_t i = 0; i < g_count.load(std::memory_order_acquire); ++i) {
    if (name == g_infos[i].name) return Dtype(i);
  }
  return std::nullopt;
}

std::optional<Dtype> Dtype::from_dlpack(sy_dl_dtype dtype) {
  for (std::uint32_t i = 0; i < SY_NUM_STANDARD_DTYPES; ++i) {
    if (same(g_infos[i].dl, dtype)) return Dtype(i);
  }
  return std::nullopt;
}

std::int64_t register_dtype(std::string_view name, sy_dl_dtype dtype) {
  std::lock_guard lock(g_mutex);
  std::uint32_t count = g_count.load(std::memory_order_relaxed);
  for (std::uint32_t i = 0; i < count; ++i) {
    if (name == g_infos[i].name) return same(g_infos[i].dl, dtype) ? std::int64_t{i} : -1;
  }
  if (count == SY_MAX_DTYPES || name.empty() || name.size() >= sizeof(detail::DtypeInfo::name)) return -1;
  name.copy(g_infos[count].name, name.size());
  g_infos[count].dl = dtype;
  g_count.store(count + 1, std::memory_order_release);
  return count;
}

Dtype promote(Dtype a, Dtype b) {
  if (a == b) return a;
  if (a.id() >= SY_NUM_STANDARD_DTYPES || b.id() >= SY_NUM_STANDARD_DTYPES) {
    fail(ErrorCode::kInvalidArgument, "no promotion between dtypes ", a.name(), " and ", b.name());
  }
  if (a.id() > b.id()) std::swap(a, b);
  if (a == kF16 && b == kBF16) return kF32;
  // u8 with a signed type needs the next wider signed one; every other pair of the ordered ids takes the greater.
  if (a == kU8 && b == kI8) return kI16;
  return b;
}

Dtype default_dtype() { return Dtype(g_default.load(std::memory_order_relaxed)); }

void set_default_dtype(Dtype dtype) {
  require(dtype.is_floating(), "set_default_dtype: expected a floating dtype, got ", dtype.name());
  g_default.store(dtype.id(), std::memory_order_relaxed);
}

}  // namespace sy
