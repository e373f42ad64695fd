/* What a case plugin counts, and how a test makes its functions wait. Reached through sy_plugin.extension("state", 1). */
#pragma once

#include <stdint.h>

#define CASE_KERNEL 1u
#define CASE_COPY 2u
#define CASE_ALLOC 4u
#define CASE_STREAM 8u
#define CASE_SYNCHRONIZE 16u

/* All fields are read and written as atomics. */
typedef struct case_state {
  uint32_t inits;
  uint32_t shutdowns;
  uint32_t allocated; /* blocks that were not freed yet */
  uint32_t running;   /* calls under way */
  uint32_t running_at_shutdown;
  uint32_t after_shutdown; /* calls of anything but free that came after it */
  uint32_t held;           /* CASE_*: functions that wait while their bit is set */
  uint32_t waiting;        /* those that do */
} case_state;
