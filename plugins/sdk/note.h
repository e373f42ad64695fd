/* The note in a plugin's file that a loader reads before it opens the library. For C and C++. */
#pragma once

#include "switchyard/abi/plugin.h"

/* The instruction set that the whole library needs; set it where only parts are compiled for more. Whoever asks for a part
 * of a level needs the level. */
#if !defined(SY_PLUGIN_ISA)
#if defined(__AVX512F__)
#define SY_PLUGIN_ISA "x86-64-v4"
#elif defined(__AVX__)
#define SY_PLUGIN_ISA "x86-64-v3"
#elif defined(__SSE3__)
#define SY_PLUGIN_ISA "x86-64-v2"
#elif defined(__x86_64__)
#define SY_PLUGIN_ISA "x86-64"
#elif defined(__aarch64__)
#define SY_PLUGIN_ISA "aarch64"
#else
#define SY_PLUGIN_ISA "unknown"
#endif
#endif

#if defined(__cplusplus)
#define SY_PLUGIN_C extern "C"
#else
#define SY_PLUGIN_C extern
#endif

/* Once per plugin, outside of any namespace, with a semicolon behind it. name: a string literal of up to 39 characters.
 * SY_PLUGIN_DEFINE (plugin.h) includes it. */
#if defined(__ELF__)
#define SY_PLUGIN_NOTE(name)                                                                      \
  SY_PLUGIN_C __attribute__((visibility("hidden"))) const sy_note sy_plugin_note;                 \
  __attribute__((used, section(".note.switchyard"), aligned(4))) const sy_note sy_plugin_note = { \
      4, sizeof(sy_note) - 16, 1, {'S', 'Y', 'D', 0}, SY_ABI_MAGIC, SY_ABI_MAJOR, SY_ABI_MINOR, SY_PLUGIN_ISA, name}
#else
#define SY_PLUGIN_NOTE(name) SY_PLUGIN_C const sy_note sy_plugin_note
#endif
