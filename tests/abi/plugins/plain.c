/* A plugin in plain C with a device in host memory, right but for what the definitions of its build change:
 *   CASE_NAME       the plugin's and the device's name         CASE_DEVICE     the device's, where it is another
 *   CASE_MAGIC      of the table                               CASE_MAJOR      of the table
 *   CASE_OLDER      tables end early, behind them lies poison  CASE_NEWER      tables are longer, with poison in the rest
 *   CASE_BARE       every optional slot is NULL                CASE_STREAMS    the device has streams
 *   CASE_NULL_QUERY, CASE_SHORT_TABLE, CASE_NO_NAME            what query returns
 *   CASE_NO_ENTRY   exports no query                           CASE_STALE      neg has another call layout
 *   CASE_INIT_FAILS, CASE_DECLINES                             what init returns, after it registered everything
 *   CASE_TRAP, CASE_TRAP_QUERY, CASE_TRAP_INIT, CASE_EXIT      where the process ends
 *   CASE_HOST_SYMBOLS   calls functions of the host            CASE_UNKNOWN_SYMBOL   calls one that nobody has
 *   CASE_DEPENDENCY a function of another library              CASE_AT_EXIT    calls the host from a destructor
 *   CASE_EVOLVED    has a kernel for evolved::scale, too       CASE_GUEST      brings kernels for this other device only
 *   CASE_PRIORITY   of its kernels                             CASE_CLASH      neg multiplies by what clash.c says, too */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "state.h"
#include "switchyard/abi/abi.h"
#include "switchyard/sdk/c/neg.h"
#include "switchyard/sdk/c/relu.h"
#include "switchyard/sdk/note.h"
#if defined(CASE_EVOLVED)
#include "switchyard/sdk/c/evolved_scale.h"
#endif

#if !defined(CASE_MAGIC)
#define CASE_MAGIC SY_ABI_MAGIC
#endif
#if !defined(CASE_MAJOR)
#define CASE_MAJOR SY_ABI_MAJOR
#endif
#if !defined(CASE_DEVICE)
#define CASE_DEVICE CASE_NAME
#endif
#if !defined(CASE_PRIORITY)
#define CASE_PRIORITY 0
#endif
#if defined(CASE_OLDER)
#define CASE_MINOR 0
#elif defined(CASE_NEWER)
#define CASE_MINOR (SY_ABI_MINOR + 1)
#else
#define CASE_MINOR SY_ABI_MINOR
#endif

#define POISON ((uintptr_t)0x6b6b6b6b6b6b6b6bu)
#define POISON_BYTES "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
#define UNKNOWN_FLAG 0x80000000u

static case_state state;
static const sy_host* services;

static uint32_t get(uint32_t* field) { return __atomic_load_n(field, __ATOMIC_SEQ_CST); }
static void add(uint32_t* field, uint32_t n) { __atomic_add_fetch(field, n, __ATOMIC_SEQ_CST); }

static void enter(uint32_t what) {
  add(&state.running, 1);
  if (get(&state.shutdowns) == get(&state.inits)) add(&state.after_shutdown, 1);
  if ((get(&state.held) & what) == 0) return;
  __atomic_or_fetch(&state.waiting, what, __ATOMIC_SEQ_CST);
  while ((get(&state.held) & what) != 0) usleep(100);
  __atomic_and_fetch(&state.waiting, ~what, __ATOMIC_SEQ_CST);
}
static sy_status leave(sy_status status) {
  add(&state.running, (uint32_t)-1);
  return status;
}

/* --- the device --- */

static sy_status device_count(void* self, int32_t* count) {
  (void)self;
  *count = 1;
  return SY_OK;
}
#if !defined(CASE_BARE)
static sy_status device_info(void* self, int32_t device, sy_device_info* info) {
  (void)self;
  (void)device;
  strcpy(info->name, "plain memory");
  info->alignment = 64;
  return SY_OK;
}
#endif
static sy_status alloc_memory(void* self, int32_t device, uint32_t kind, uint64_t bytes, void** memory) {
  (void)self;
  (void)device;
  (void)kind;
  enter(CASE_ALLOC);
  if (bytes > SIZE_MAX / 2 || posix_memalign(memory, 64, (size_t)bytes) != 0) *memory = NULL;
  if (*memory != NULL) add(&state.allocated, 1);
  return leave(*memory != NULL ? SY_OK : SY_OUT_OF_MEMORY);
}
static sy_status free_memory(void* self, int32_t device, uint32_t kind, void* memory) {
  (void)self;
  (void)device;
  (void)kind;
  if (memory != NULL) add(&state.allocated, (uint32_t)-1);
  free(memory);
  return SY_OK;
}
static sy_status copy_memory(void* self, const sy_copy* c) {
  (void)self;
  enter(CASE_COPY);
  memmove((char*)c->dst + c->dst_offset, (const char*)c->src + c->src_offset, (size_t)c->bytes);
  return leave(SY_OK);
}
static sy_status synchronize(void* self, int32_t device) {
  (void)self;
  (void)device;
  enter(CASE_SYNCHRONIZE);
  return leave(SY_OK);
}
#if defined(CASE_STREAMS)
static sy_status handle_create(void* self, int32_t device, uint64_t* handle) {
  static uint64_t last = 0;
  (void)self;
  (void)device;
  enter(0);
  *handle = __atomic_add_fetch(&last, 1, __ATOMIC_SEQ_CST);
  return leave(SY_OK);
}
static sy_status handle_done(void* self, int32_t device, uint64_t handle) {
  (void)self;
  (void)device;
  (void)handle;
  enter(CASE_STREAM);
  return leave(SY_OK);
}
static sy_status handle_pair(void* self, int32_t device, sy_event event, sy_stream stream) {
  (void)stream;
  return handle_done(self, device, event);
}
#endif

#if defined(CASE_OLDER)
#define POISONED(type) (type) POISON
#define BACKEND_SIZE offsetof(sy_backend, stream_native)
#define PLUGIN_SIZE offsetof(sy_plugin, shutdown)
#elif defined(CASE_NEWER)
#define POISONED(type) NULL
#define BACKEND_SIZE sizeof(backend)
#define PLUGIN_SIZE sizeof(plugin)
#else
#define POISONED(type) NULL
#define BACKEND_SIZE sizeof(sy_backend)
#define PLUGIN_SIZE sizeof(sy_plugin)
#endif

static const struct {
  sy_backend table;
  char tail[64];
} backend __attribute__((unused)) = {{
                                         BACKEND_SIZE,
#if defined(CASE_STREAMS)
                                         SY_BACKEND_HOST_MEMORY,
#elif defined(CASE_NEWER)
                                         SY_BACKEND_HOST_MEMORY | SY_BACKEND_SYNCHRONOUS | UNKNOWN_FLAG,
#else
                                         SY_BACKEND_HOST_MEMORY | SY_BACKEND_SYNCHRONOUS,
#endif
                                         CASE_DEVICE,
                                         NULL,
                                         1,
                                         0,
                                         NULL,
                                         device_count,
#if defined(CASE_BARE)
                                         NULL,
#else
                                         device_info,
#endif
                                         alloc_memory,
                                         free_memory,
#if defined(CASE_STREAMS)
                                         handle_create,
                                         handle_done,
                                         handle_done,
                                         handle_create,
                                         handle_done,
                                         handle_pair,
                                         handle_pair,
                                         handle_done,
                                         NULL,
#else
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL,
#endif
                                         copy_memory,
                                         synchronize,
                                         POISONED(sy_status (*)(void*, int32_t, sy_stream, void**)),
                                         POISONED(sy_status (*)(void*, int32_t, void*, sy_stream*)),
                                         POISONED(sy_status (*)(void*, const char*, const char*)),
                                         POISONED(const void* (*)(void*, const char*, uint32_t)),
                                     },
                                     POISON_BYTES};

/* --- kernels: contiguous f32 --- */

typedef float (*unary)(float);
#if defined(CASE_CLASH)
extern float clashing_factor(void);
static float negative(float x) { return -x * clashing_factor(); }
#else
static float negative(float x) { return -x; }
#endif
static float positive(float x) { return x > 0 ? x : 0; }

static const float* read_from(const sy_slot* slot) {
  const sy_tensor* t = (const sy_tensor*)slot->ptr;
  return (const float*)((const char*)t->view.data + t->view.byte_offset);
}
static sy_status each(const sy_call* call, uint32_t in, uint32_t out, unary fn) {
  const sy_tensor* result = (const sy_tensor*)call->outputs[out].ptr;
  float* to = (float*)((char*)result->view.data + result->view.byte_offset);
  const float* from = NULL;
  int64_t n = 1, i;
  int32_t d;
  if (call->args[in].tag != SY_ARG_TENSOR) return call->host->error(SY_UNSUPPORTED, "expected a tensor");
  from = read_from(&call->args[in]);
  for (d = 0; d < result->view.ndim; ++d) n *= result->view.shape[d];
  enter(CASE_KERNEL);
  for (i = 0; i < n; ++i) to[i] = fn(from[i]);
  return leave(SY_OK);
}
static sy_status run_neg(const sy_call* call) { return each(call, SY_NEG_SELF, SY_NEG_RESULT, negative); }
static sy_status run_relu(const sy_call* call) { return each(call, SY_RELU_SELF, SY_RELU_RESULT, positive); }

static const uint32_t f32[] = {SY_F32};
#if defined(CASE_STALE)
#define NEG_HASH (SY_NEG_LAYOUT_HASH ^ 1u)
#else
#define NEG_HASH SY_NEG_LAYOUT_HASH
#endif
#if defined(CASE_NEWER)
#define KERNEL_SIZE (sizeof(sy_kernel) + 64)
#define KERNEL_FLAGS (SY_KERNEL_DETERMINISTIC | UNKNOWN_FLAG)
#else
#define KERNEL_SIZE sizeof(sy_kernel)
#define KERNEL_FLAGS SY_KERNEL_DETERMINISTIC
#endif
typedef struct padded_kernel {
  sy_kernel table;
  char tail[64];
} padded_kernel;
#define KERNEL(op, hash, run)                                                                              \
  {                                                                                                        \
    {KERNEL_SIZE, KERNEL_FLAGS, op, hash, f32, 1, CASE_PRIORITY, NULL, NULL, NULL, NULL, NULL, NULL, run}, \
        POISON_BYTES                                                                                       \
  }
static const padded_kernel kernels[] = {KERNEL(SY_NEG_OP, NEG_HASH, run_neg),
                                        KERNEL(SY_RELU_OP, SY_RELU_LAYOUT_HASH, run_relu)};

#if defined(CASE_EVOLVED)
static float twice(float x) { return x + x; }
static sy_status run_scale(const sy_call* call) {
  if (call->num_args != 1) return call->host->error(SY_INTERNAL, "called with parameters that did not exist");
  return each(call, EVOLVED_SCALE_SELF, EVOLVED_SCALE_RESULT, twice);
}
static const padded_kernel scale = KERNEL(EVOLVED_SCALE_OP, EVOLVED_SCALE_LAYOUT_HASH, run_scale);
#endif

/* --- the plugin --- */

#if defined(CASE_HOST_SYMBOLS)
extern void _ZN2sy17load_plugins_onceEv(void);
extern void _ZN2sy13order_threadsEv(void);
#endif
#if defined(CASE_UNKNOWN_SYMBOL)
extern void sy_function_of_no_library(void);
#endif
#if defined(CASE_DEPENDENCY)
extern void dependency_function(void);
#endif

static sy_status init(const sy_host* host, sy_plugin_handle* self) {
  const sy_kernel* const list[] = {&kernels[0].table, &kernels[1].table};
  sy_status status = SY_OK;
  services = host;
  add(&state.inits, 1);
#if defined(CASE_TRAP_INIT)
  __builtin_trap();
#endif
#if defined(CASE_HOST_SYMBOLS)
  _ZN2sy17load_plugins_onceEv();
  _ZN2sy13order_threadsEv();
#endif
#if defined(CASE_UNKNOWN_SYMBOL)
  sy_function_of_no_library();
#endif
#if defined(CASE_DEPENDENCY)
  dependency_function();
#endif
#if defined(CASE_GUEST)
  status = host->register_kernels(self, CASE_GUEST, list, 2);
#else
  status = host->register_backend(self, &backend.table, NULL);
  if (status != SY_OK) return status;
  status = host->register_kernels(self, CASE_DEVICE, list, 2);
#endif
#if defined(CASE_EVOLVED)
  {
    const sy_kernel* const more[] = {&scale.table};
    if (status == SY_OK) status = host->register_kernels(self, CASE_DEVICE, more, 1);
  }
#endif
#if defined(CASE_INIT_FAILS)
  status = host->error(SY_INTERNAL, "the firmware is upside down");
#elif defined(CASE_DECLINES)
  status = host->error(SY_UNSUPPORTED, "no such hardware here");
#endif
  return status;
}

#if !defined(CASE_OLDER) && !defined(CASE_BARE)
static void shutdown(void) {
  __atomic_store_n(&state.running_at_shutdown, get(&state.running), __ATOMIC_SEQ_CST);
  add(&state.shutdowns, 1);
}
static const void* extension(const char* name, uint32_t version) {
  return strcmp(name, "state") == 0 && version == 1 ? &state : NULL;
}
#endif

static const struct {
  sy_plugin table;
  char tail[64];
} plugin __attribute__((unused)) = {{
#if defined(CASE_SHORT_TABLE)
                                        offsetof(sy_plugin, init),
#else
                                        PLUGIN_SIZE,
#endif
                                        CASE_MAGIC,
                                        CASE_MAJOR,
                                        CASE_MINOR,
                                        0,
#if defined(CASE_NO_NAME)
                                        NULL,
#else
                                        CASE_NAME,
#endif
#if defined(CASE_BARE)
                                        NULL,
                                        NULL,
                                        NULL,
                                        init,
                                        NULL,
                                        NULL,
#else
                                        "1",
                                        "tests",
                                        "a case",
                                        init,
#if defined(CASE_OLDER)
                                        (void (*)(void))POISON,
                                        (const void* (*)(const char*, uint32_t))POISON,
#else
                                        shutdown,
                                        extension,
#endif
#endif
                                    },
                                    POISON_BYTES};

SY_PLUGIN_NOTE(CASE_NAME);

#if defined(CASE_NO_ENTRY)
const sy_plugin* sy_plugin_other(void);
const sy_plugin* sy_plugin_other(void) { return &plugin.table; }
#else
SY_EXPORT const sy_plugin* sy_plugin_query(void) {
#if defined(CASE_TRAP_QUERY)
  __builtin_trap();
#endif
#if defined(CASE_NULL_QUERY)
  return NULL;
#else
  return &plugin.table;
#endif
}
#endif

#if defined(CASE_TRAP)
__attribute__((constructor)) static void trap(void) { __builtin_trap(); }
#endif
#if defined(CASE_EXIT)
__attribute__((constructor)) static void leave_all(void) { _exit(3); }
#endif
#if defined(CASE_AT_EXIT)
__attribute__((destructor)) static void at_exit(void) {
  services->error(SY_INTERNAL, "a message that nobody reads");
  services->log(NULL, SY_LOG_ERROR, "the destructor ran");
}
#endif
