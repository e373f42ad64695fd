/* Extension "sy.subgraph" of a backend: several calls, compiled to one kernel. */
#pragma once

#include "call.h"
#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SY_SUBGRAPH_NAME "sy.subgraph"
#define SY_SUBGRAPH_VERSION 1u

/* One call to come. Its tensors have no data: equal `storage` means one value, of storage_bytes bytes, and byte_offset, shape
 * and strides which part of it, so that views need no node. kernel, host_call, stream, plan and workspace are 0. */
typedef struct sy_node {
  uint32_t size;
  uint32_t reserved;
  uint64_t layout_hash; /* of the operator's call layout */
  const sy_call* call;
} sy_node;

/* Nodes in an order in which they can run. A value that is neither an input nor written by any node before is an error.
 * Inputs and outputs are whole values, row-major. Nodes that draw numbers (SY_ARG_GENERATOR) or write to an input are
 * unsupported. What is left at shutdown is the plugin's to release. */
typedef struct sy_subgraph {
  uint32_t size;
  uint32_t num_nodes;
  const sy_node* const* nodes;
  uint32_t num_inputs;
  uint32_t num_outputs;
  const sy_tensor* const* inputs;
  const sy_tensor* const* outputs;
} sy_subgraph;

/* Both functions may be called by any thread; what they are given lives until they return. */
typedef struct sy_compiler {
  uint32_t size;
  uint32_t flags; /* 0 */
  /* taken[i]: 1 where node i may be part of a graph, 0 where not; for partitioning. */
  sy_status (*supports)(void* self, const sy_subgraph* graph, uint8_t* taken);
  /* A kernel without operator: NULL name, hash 0, and with `supports`, which refuses other shapes and dtypes than the
   * graph's. Its calls have one tensor slot per input and one per output, and everything else that a call has. They are
   * row-major unless it says SY_KERNEL_STRIDED. The plugin's until destroy. SY_UNSUPPORTED with the reason. */
  sy_status (*compile)(void* self, int32_t device, const sy_subgraph* graph, const sy_kernel** kernel);
  /* No call of it is under way any more. */
  void (*destroy)(void* self, const sy_kernel* kernel);
} sy_compiler;

#ifdef __cplusplus
}
#endif
