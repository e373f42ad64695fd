/* Extension "sy.capture" of a backend: work of a stream, recorded instead of run, and run again as a whole. */
#pragma once

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SY_CAPTURE_NAME "sy.capture"
#define SY_CAPTURE_VERSION 1u

/* What was recorded; opaque to the host, never 0. */
typedef uint64_t sy_graph;

/* While a stream records, kernels with SY_KERNEL_CAPTURE_SAFE and copies within its device go to it. What cannot be
 * recorded, such as waiting for it, is refused with SY_FAILED_PRECONDITION, and so is `end` from then on. alloc, free and
 * synchronize go on as ever, and pass over streams that record. Memory that recorded work refers to stays as it is until
 * destroy: the host sees to that. What is left of graphs and recordings at shutdown is the plugin's to release. */
typedef struct sy_capture {
  uint32_t size;
  uint32_t flags; /* 0 */
  sy_status (*begin)(void* self, int32_t device, sy_stream stream);
  /* Ends the recording in any case; *graph is 0 where it fails. */
  sy_status (*end)(void* self, int32_t device, sy_stream stream, sy_graph* graph);
  /* Enqueues all that was recorded on a stream of that device. The host orders the launches of one graph. */
  sy_status (*launch)(void* self, int32_t device, sy_graph graph, sy_stream stream);
  /* No launch of it is under way any more. */
  sy_status (*destroy)(void* self, int32_t device, sy_graph graph);
} sy_capture;

#ifdef __cplusplus
}
#endif
