#include "source.h"

#include "switchyard/abi/types.h"

namespace sy::opencl {

namespace {

bool is_floating(std::uint32_t dtype) { return dtype >= SY_F16 && dtype <= SY_F64; }

std::string define(const std::string& name, const std::string& text) { return "#define " + name + " " + text + "\n"; }

std::string operand(int k, const std::string& storage, const std::string& compute, const std::string& load,
                    const std::string& store) {
  const std::string n = std::to_string(k);
  return define("T" + n, storage) + define("C" + n, compute) + define("LOAD" + n + "(p, i)", load) +
         define("STORE" + n + "(p, i, v)", store) +
         define("OUT" + n, "__global " + storage + "* p" + n + ", const idx o" + n) +
         define("IN" + n, "__global const " + storage + "* p" + n + ", const idx o" + n) +
         define("GET" + n + "(i)", "LOAD" + n + "(p" + n + ", o" + n + " + (i))") +
         define("PUT" + n + "(i, v)", "STORE" + n + "(p" + n + ", o" + n + " + (i), v)") +
         define("RAW" + n + "(i)", "p" + n + "[o" + n + " + (i)]");
}

constexpr const char* kConversions = R"(
#pragma OPENCL FP_CONTRACT OFF
static inline float half_to_float(uint h) {
  uint sign = (h & 0x8000u) << 16, m = h & 0x7fffu;
  if (m >= 0x7c00u) return as_float(sign | 0x7f800000u | ((m & 0x3ffu) << 13));
  if (m >= 0x0400u) return as_float(sign | ((m << 13) + (112u << 23)));
  float s = (float)m * 5.9604644775390625e-08f;
  return sign != 0 ? -s : s;
}
static inline ushort float_to_half(float v) {
  uint bits = as_uint(v), sign = (bits >> 16) & 0x8000u, m = bits & 0x7fffffffu;
  if (m > 0x7f800000u) return (ushort)(sign | 0x7e00u | ((m >> 13) & 0x3ffu));
  if (m >= 0x477ff000u) return (ushort)(sign | 0x7c00u);
  if (m >= 0x38800000u) return (ushort)(sign | ((m - 0x38000000u + 0xfffu + ((m >> 13) & 1u)) >> 13));
  if (m < 0x33000000u) return (ushort)sign;
  uint shift = 126u - (m >> 23), f = (m & 0x7fffffu) | 0x800000u;
  return (ushort)(sign | ((f + (1u << (shift - 1u)) - 1u + ((f >> shift) & 1u)) >> shift));
}
static inline float bfloat_to_float(uint h) { return as_float(h << 16); }
static inline ushort float_to_bfloat(float v) {
  uint bits = as_uint(v);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return (ushort)((bits >> 16) | 0x40u);
  return (ushort)((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}
/* To odd, so that a second rounding to 16 bits is right. */
static inline float long_to_odd(long v) {
  float f = convert_float_rtz(v);
  return convert_long_sat(f) == v ? f : as_float(as_uint(f) | 1u);
}
static inline long wrap_add(long a, long b) { return as_long(as_ulong(a) + as_ulong(b)); }
static inline long wrap_sub(long a, long b) { return as_long(as_ulong(a) - as_ulong(b)); }
static inline long wrap_mul(long a, long b) { return as_long(as_ulong(a) * as_ulong(b)); }
static inline void note_index(long i, long size, int dim, __global volatile int* fault, int site) {
  if (atomic_cmpxchg(fault, 0, 1) == 0) {
    fault[1] = site;
    fault[2] = (int)(as_ulong(i) & 0xffffffffu);
    fault[3] = (int)(as_ulong(i) >> 32);
    fault[4] = (int)(as_ulong(size) & 0xffffffffu);
    fault[5] = (int)(as_ulong(size) >> 32);
    fault[6] = dim;
  }
}
/* i counted from the end where negative; -1, and a note of the first one, where it lies outside. */
static inline long checked_index(long i, long size, int dim, __global volatile int* fault, int site) {
  if (i >= -size && i < size) return i < 0 ? i + size : i;
  note_index(i, size, dim, fault, site);
  return -1;
}
/* The same where no index may be negative. */
static inline long checked_row(long i, long size, __global volatile int* fault, int site) {
  if (i >= 0 && i < size) return i;
  note_index(i, size, 0, fault, site);
  return -1;
}
#define FAULT __global volatile int* fault, const int site
)";

constexpr const char* kDouble = R"(
static inline float double_to_odd(double v) {
  float f = convert_float_rtz(v);
  return (double)f == v ? f : as_float(as_uint(f) | 1u);
}
)";

}  // namespace

const char* compute_type(std::uint32_t dtype) {
  return dtype == SY_F64 ? "double" : is_floating(dtype) ? "float" : "long";
}

const char* storage_type(std::uint32_t dtype) {
  constexpr const char* kTypes[] = {"uchar", "uchar",  "char",   "short", "int",
                                    "long",  "ushort", "ushort", "float", "double"};
  return kTypes[dtype];
}

std::string converted(std::uint32_t from, std::uint32_t to, const std::string& value) {
  const bool floating = is_floating(from);
  switch (to) {
    case SY_BOOL:
      return "(uchar)((" + value + ") != 0)";
    case SY_F16:
    case SY_BF16: {
      const std::string narrow = to == SY_F16 ? "float_to_half" : "float_to_bfloat";
      const char* odd = !floating ? "long_to_odd" : from == SY_F64 ? "double_to_odd" : "";
      return narrow + "(" + odd + "(" + value + "))";
    }
    case SY_F32:
    case SY_F64:
      return "(" + std::string(storage_type(to)) + ")(" + value + ")";
    default:
      return "(" + std::string(storage_type(to)) + ")" + (floating ? "convert_long_sat(" : "(") + value + ")";
  }
}

std::string operand_source(int k, std::uint32_t dtype) {
  std::string load = "((p)[i])";
  if (dtype == SY_F16) load = "half_to_float((p)[i])";
  if (dtype == SY_BF16) load = "bfloat_to_float((p)[i])";
  if (!is_floating(dtype)) load = "((long)(p)[i])";
  return operand(k, storage_type(dtype), compute_type(dtype), load, "(p)[i] = " + converted(dtype, dtype, "v"));
}

std::string operand_source(int k, const std::string& type) {
  return operand(k, type, type, "((p)[i])", "(p)[i] = (v)");
}

std::string prelude(bool wide, bool fp64) {
  std::string text = fp64 ? "#pragma OPENCL EXTENSION cl_khr_fp64 : enable\n" : "";
  text += kConversions;
  if (fp64) text += kDouble;
  return text + "typedef " + (wide ? "long" : "int") + " idx;\n";
}

}  // namespace sy::opencl
