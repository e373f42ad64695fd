// Element types. The ten standard ones have fixed ids; plugins may register more at load.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "switchyard/abi/types.h"

namespace sy {

namespace detail {
struct DtypeInfo {
  char name[16];
  sy_dl_dtype dl;
};
extern DtypeInfo dtype_infos[SY_MAX_DTYPES];  // entries of registered dtypes do not change
}  // namespace detail

/// An element type by id. Cheap to copy; compares by id.
class Dtype {
 public:
  constexpr Dtype() = default;
  constexpr explicit Dtype(std::uint32_t id) : id_(static_cast<std::uint8_t>(id)) {}

  constexpr std::uint32_t id() const { return id_; }
  /// Short name, such as "f32".
  std::string_view name() const { return detail::dtype_infos[id_].name; }
  /// Bytes per element.
  std::size_t itemsize() const { return (std::size_t{dlpack().bits} * dlpack().lanes + 7) / 8; }
  bool is_floating() const {
    if (id_ < SY_NUM_STANDARD_DTYPES) return id_ >= SY_F16;
    return dlpack().code == 2 || dlpack().code == 4;
  }
  /// Integers, not bool.
  bool is_integral() const { return dlpack().code <= 1; }
  constexpr bool is_bool() const { return id_ == SY_BOOL; }
  /// Layout of one element in DLPack's terms.
  sy_dl_dtype dlpack() const { return detail::dtype_infos[id_].dl; }

  /// The dtype of that name, or nullopt.
  static std::optional<Dtype> parse(std::string_view name);
  /// The standard dtype of that DLPack description, or nullopt.
  static std::optional<Dtype> from_dlpack(sy_dl_dtype dtype);

  friend constexpr bool operator==(Dtype, Dtype) = default;

 private:
  std::uint8_t id_ = SY_F32;
};

inline constexpr Dtype kBool{SY_BOOL}, kU8{SY_U8}, kI8{SY_I8}, kI16{SY_I16}, kI32{SY_I32}, kI64{SY_I64}, kF16{SY_F16},
    kBF16{SY_BF16}, kF32{SY_F32}, kF64{SY_F64};

/// Registers a dtype, or finds the one with this name. Fails with -1 when the name stands for other bits or the
/// table is full. Thread-safe.
std::int64_t register_dtype(std::string_view name, sy_dl_dtype dtype);

/// The dtype that both convert to: bool < integers < floats; among integers the wider (u8 with a signed one: the next
/// wider signed); f16 with bf16: f32.
Dtype promote(Dtype a, Dtype b);

/// The dtype of factories that are given none, and of integers in floating operators. Process-wide, f32 unless set.
Dtype default_dtype();
/// Throws sy::Error unless dtype is floating.
void set_default_dtype(Dtype dtype);

}  // namespace sy
