/* A backend: one kind of device, its memory, streams, events and copies. */
#pragma once

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Memory kinds. */
#define SY_MEMORY_DEVICE 0u
#define SY_MEMORY_PINNED 1u  /* host memory that the device copies from at full speed */
#define SY_MEMORY_MANAGED 2u /* both sides may touch it */

/* sy_backend.flags */
#define SY_BACKEND_HOST_MEMORY 1u  /* device memory is plain host memory: the host may touch it after a synchronise */
#define SY_BACKEND_OPAQUE_MEMORY 2u /* alloc returns handles, no arithmetic on them */
#define SY_BACKEND_SYNCHRONOUS 4u  /* run and copy finish before they return; no streams needed */

typedef struct sy_device_info {
  uint32_t size;
  uint32_t reserved;
  char name[128];         /* filled by the plugin, terminated */
  uint64_t total_memory;  /* bytes, 0 when unknown */
  uint64_t max_block;     /* largest single allocation in bytes, 0 when unknown */
  uint32_t alignment;     /* of every allocation, bytes, a power of two */
  uint32_t padding;       /* bytes readable behind every allocation */
  uint64_t dtype_mask;    /* bit per standard dtype id that the device can compute on */
} sy_device_info;

#define SY_COPY_HOST_TO_DEVICE 0u
#define SY_COPY_DEVICE_TO_HOST 1u
#define SY_COPY_DEVICE_TO_DEVICE 2u /* within this backend, perhaps between two of its devices */

/* A copy of plain bytes, stream-ordered. Host memory must stay valid until the stream has passed it. */
typedef struct sy_copy {
  uint32_t size;
  uint32_t kind; /* SY_COPY_* */
  void* dst;
  uint64_t dst_offset;
  const void* src;
  uint64_t src_offset;
  uint64_t bytes;
  int32_t dst_device; /* ignored for host memory */
  int32_t src_device;
  sy_stream stream; /* of dst_device; of src_device where the destination is host memory */
} sy_copy;

/* Functions marked optional may be NULL. All may be called from any thread. `self` is passed through. */
typedef struct sy_backend {
  uint32_t size;
  uint32_t flags; /* SY_BACKEND_* */
  const char* name; /* as in sy::Device("name:0"); letters, digits and _ */
  const char* description;
  int32_t dlpack_type; /* DLDeviceType, 12 when DLPack has none */
  uint32_t reserved;
  void* self;

  /* May start the driver. 0 devices is a success: the machine has none. */
  sy_status (*device_count)(void* self, int32_t* count);
  /* Optional. */
  sy_status (*device_info)(void* self, int32_t device, sy_device_info* info);

  /* Raw memory; the host's caching allocator sits above. SY_OUT_OF_MEMORY makes the host free its cache and retry. free
   * must work after shutdown, too. */
  sy_status (*alloc)(void* self, int32_t device, uint32_t kind, uint64_t bytes, void** memory);
  sy_status (*free)(void* self, int32_t device, uint32_t kind, void* memory);

  /* Optional together when SY_BACKEND_SYNCHRONOUS. */
  sy_status (*stream_create)(void* self, int32_t device, sy_stream* stream);
  sy_status (*stream_destroy)(void* self, int32_t device, sy_stream stream);
  sy_status (*stream_synchronize)(void* self, int32_t device, sy_stream stream);
  sy_status (*event_create)(void* self, int32_t device, sy_event* event);
  sy_status (*event_destroy)(void* self, int32_t device, sy_event event);
  sy_status (*event_record)(void* self, int32_t device, sy_event event, sy_stream stream);
  /* Later work of stream waits for event. */
  sy_status (*event_wait)(void* self, int32_t device, sy_event event, sy_stream stream);
  sy_status (*event_synchronize)(void* self, int32_t device, sy_event event);
  /* Optional. *done: 0 or 1. */
  sy_status (*event_query)(void* self, int32_t device, sy_event event, int32_t* done);

  sy_status (*copy)(void* self, const sy_copy* copy);
  /* Waits for all work of the device and reports its pending errors. */
  sy_status (*synchronize)(void* self, int32_t device);

  /* Optional: the vendor's own handle of a stream, and a stream made of one. */
  sy_status (*stream_native)(void* self, int32_t device, sy_stream stream, void** native);
  sy_status (*stream_wrap)(void* self, int32_t device, void* native, sy_stream* stream);
  /* Optional: a setting by name, such as "num_threads" = "2". SY_NOT_FOUND for an unknown one. */
  sy_status (*configure)(void* self, const char* key, const char* value);
  /* Optional: a table by name and version, or NULL. */
  const void* (*extension)(void* self, const char* name, uint32_t version);
} sy_backend;

#ifdef __cplusplus
}
#endif
