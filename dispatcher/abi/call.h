/* One operator call, and the kernel that takes it. */
#pragma once

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a slot's ptr points to. A tag that a kernel does not know means SY_UNSUPPORTED, never a crash. */
#define SY_ARG_NONE 0u        /* absent optional; ptr NULL */
#define SY_ARG_TENSOR 1u      /* sy_tensor */
#define SY_ARG_TENSOR_LIST 2u /* sy_tensor*[count]; an absent optional element is NULL */
#define SY_ARG_SCALAR 3u      /* sy_scalar */
#define SY_ARG_INT 4u         /* int64_t */
#define SY_ARG_FLOAT 5u       /* double */
#define SY_ARG_BOOL 6u        /* uint8_t, 0 or 1 */
#define SY_ARG_STR 7u         /* char[count], not terminated */
#define SY_ARG_DTYPE 8u       /* uint32_t dtype id */
#define SY_ARG_DEVICE 9u      /* sy_device */
#define SY_ARG_GENERATOR 10u  /* sy_rng */
#define SY_ARG_INT_LIST 11u   /* int64_t[count] */
#define SY_ARG_FLOAT_LIST 12u /* double[count] */
#define SY_ARG_BOOL_LIST 13u  /* uint8_t[count] */
#define SY_ARG_SCALAR_LIST 14u /* sy_scalar[count] */

typedef struct sy_slot {
  uint32_t tag;   /* SY_ARG_* */
  uint32_t count; /* elements of lists and strings; 1 otherwise */
  const void* ptr;
} sy_slot;

struct sy_host;
struct sy_kernel;

/* args follow the operator's parameters, outputs its results, both in schema order. Nothing here
 * lives past run(): a kernel that works asynchronously copies what it needs. */
typedef struct sy_call {
  uint32_t size;
  uint32_t flags; /* SY_CALL_* */
  const char* op;
  const struct sy_host* host;
  const struct sy_kernel* kernel;
  void* host_call; /* the host's; handed back to its services */
  const sy_slot* args;
  sy_slot* outputs; /* TENSOR, or NONE where the output is data-dependent: see sy_host.alloc_output */
  uint32_t num_args;
  uint32_t num_outputs;
  uint32_t dtypes[4]; /* the call's T0..T3, SY_DTYPE_NONE where the operator has fewer */
  sy_stream stream;   /* enqueue here */
  int32_t device;     /* index within the backend */
  uint32_t reserved;
  void* plan;      /* from prepare, or NULL */
  void* workspace; /* workspace_size bytes, or NULL */
  uint64_t workspace_bytes;
} sy_call;

#define SY_CALL_FLAT 1u /* pointwise, and every operand is one contiguous run of the same length */

/* What prepare makes. The host fills size, num_outputs and strides. */
typedef struct sy_plan {
  uint32_t size;
  uint32_t num_outputs;
  void* state; /* the plugin's: becomes call->plan, and is given to drop */
  /* For an output that is yet to be allocated (its data is NULL in call->outputs): its ndim strides in elements,
   * row-major on entry. prepare may put any other dense order there, and the host allocates the output so. NULL for
   * the other outputs. */
  int64_t* const* strides;
} sy_plan;

/* Kernel flags. */
#define SY_KERNEL_STRIDED 1u       /* takes any strides; else the host passes contiguous operands */
#define SY_KERNEL_CAPTURE_SAFE 2u  /* may run while its stream is captured: see capture.h */
#define SY_KERNEL_DETERMINISTIC 4u /* the same bits each time */
#define SY_KERNEL_HOST_SCALARS 8u  /* takes 0-d operands inline (SY_TENSOR_HOST_SCALAR) */
#define SY_KERNEL_MULTI_DEVICE 16u /* operands may lie on several devices of the backend */
#define SY_KERNEL_NOT_REENTRANT 32u /* the host serialises calls */

/* One kernel of one operator. Static data of the plugin; it must outlive shutdown. The host serialises nothing
 * unless SY_KERNEL_NOT_REENTRANT: run may be entered from several threads at once. */
typedef struct sy_kernel {
  uint32_t size;
  uint32_t flags;       /* SY_KERNEL_* */
  const char* op;       /* operator name, as `switchyard ops` prints it */
  uint64_t layout_hash; /* hash of the call layout, from the generated argument struct */
  const uint32_t* dtypes; /* the T0 this kernel takes; NULL: all that the operator declares */
  uint32_t num_dtypes;
  int32_t priority; /* higher goes first in the slot's chain; 0 is usual */
  void* self;       /* the plugin's, not touched by the host */

  /* Metadata only: SY_OK, or SY_UNSUPPORTED with the reason through host->error. May be NULL. */
  sy_status (*supports)(const sy_call* call);
  /* Makes a plan for calls of this signature (shapes, strides, dtypes, plan_key attributes). The host
   * caches it, bounded, and passes it in call->plan. Called before fresh outputs are allocated. May be NULL.
   * Thread-safe. */
  sy_status (*prepare)(const sy_call* call, sy_plan* plan);
  void (*drop)(const struct sy_kernel* kernel, void* state);
  /* Bytes of workspace that run needs. May be NULL. */
  sy_status (*workspace_size)(const sy_call* call, uint64_t* bytes);
  /* Bytes that run leaves for the operator's backward, in the u8 output that the schema names as the reserve; called
   * before it is allocated, with its data NULL. What lies in it is the plugin's own business: the backward kernel of
   * the same plugin gets it as an argument. NULL: none. */
  sy_status (*reserve_size)(const sy_call* call, uint64_t* bytes);
  /* Enqueues the work on call->stream and returns. */
  sy_status (*run)(const sy_call* call);
} sy_kernel;

#ifdef __cplusplus
}
#endif
