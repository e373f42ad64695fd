/* The two tables that host and plugin exchange, and the one exported symbol. */
#pragma once

#include "backend.h"
#include "call.h"
#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Identifies the plugin in calls to the host; valid from init until the process ends. */
typedef struct sy_plugin_handle sy_plugin_handle;

#define SY_LOG_DEBUG 0
#define SY_LOG_INFO 1
#define SY_LOG_WARNING 2
#define SY_LOG_ERROR 3

/* The host's services. Valid for the life of the process. All may be called from any thread. */
typedef struct sy_host {
  uint32_t size;
  uint16_t abi_major;
  uint16_t abi_minor;

  /* Keeps a copy of message for the calling thread and returns code, so that a plugin can write
   * `return host->error(SY_UNSUPPORTED, "...")`. */
  sy_status (*error)(sy_status code, const char* message);
  void (*log)(sy_plugin_handle* plugin, int32_t level, const char* message);

  /* Only inside init. The backend table and the kernels are not copied: they must live as long as the process.
   * backend names the device that the kernels are for, one's own or somebody else's. A kernel that does not fit
   * is rejected alone, with a message in the plugin's report. */
  sy_status (*register_backend)(sy_plugin_handle* plugin, const sy_backend* backend, uint32_t* id);
  sy_status (*register_kernels)(sy_plugin_handle* plugin, const char* backend, const sy_kernel* const* kernels,
                                uint32_t count);
  /* A new dtype, or the id of the one that already has this name, bits and code. */
  sy_status (*dtype_register)(sy_plugin_handle* plugin, const char* name, sy_dl_dtype dtype, uint32_t* id);

  /* Only inside run. Scratch memory of the call's device, given back in stream order after the call. */
  sy_status (*workspace)(const sy_call* call, uint64_t bytes, void** memory);
  /* Only inside run, once per output whose shape depends on data. *tensor lives as long as the call. */
  sy_status (*alloc_output)(const sy_call* call, uint32_t output, uint32_t dtype, uint32_t ndim, const int64_t* shape,
                            sy_tensor** tensor);

  /* An error found by work that already returned: surfaces at the device's next synchronisation.
   * SY_DEVICE_LOST is sticky for that device. May be called from any thread. */
  void (*report)(uint32_t backend, int32_t device, sy_status code, const char* op, const char* message);

  /* A table by name and version, or NULL. */
  const void* (*extension)(const char* name, uint32_t version);
} sy_host;

/* What a plugin is. Static data; made without touching driver or hardware. */
typedef struct sy_plugin {
  uint32_t size;
  uint32_t magic; /* SY_ABI_MAGIC */
  uint16_t abi_major;
  uint16_t abi_minor;
  uint32_t flags; /* 0 */
  const char* name;
  const char* version;
  const char* vendor;
  const char* description;

  /* Called before anything else, and by one thread. Registers backends and kernels. SY_UNSUPPORTED, with the reason
   * through host->error, declines politely: no hardware, no driver. Called again only after it failed or after
   * shutdown, when somebody loads the plugin anew. */
  sy_status (*init)(const sy_host* host, sy_plugin_handle* self);
  /* Optional. Called on logical unload, after all calls and work have ended; never at process exit. Of the plugin's
   * functions only sy_backend.free is called after it, for tensors that still live. */
  void (*shutdown)(void);
  /* Optional: a table by name and version, or NULL. */
  const void* (*extension)(const char* name, uint32_t version);
} sy_plugin;

/* The only symbol that a plugin exports. Pure and free of side effects: it starts no driver. */
typedef const sy_plugin* (*sy_plugin_query_fn)(void);
#define SY_PLUGIN_QUERY_NAME "sy_plugin_query"

#if defined(SY_PLUGIN)
SY_EXPORT const sy_plugin* sy_plugin_query(void);
#endif

/* A note in the plugin's file that a loader reads before it opens the library: ELF section
 * ".note.switchyard", one per plugin. */
typedef struct sy_note {
  uint32_t name_size; /* 4 */
  uint32_t desc_size; /* sizeof(sy_note) - 16 */
  uint32_t type;      /* 1 */
  char note_name[4];  /* "SYD" */
  uint32_t magic;     /* SY_ABI_MAGIC */
  uint16_t abi_major;
  uint16_t abi_minor;
  char isa[16];  /* instruction set that the whole library needs, such as "x86-64" or "x86-64-v3" */
  char name[40]; /* plugin name */
} sy_note;

#ifdef __cplusplus
}
#endif
