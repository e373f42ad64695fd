/* Fixed-width building blocks of the plugin ABI. Pure C99, no dependency. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SY_ABI_MAGIC 0x53594150u /* "SYAP" */
#define SY_ABI_MAJOR 1
#define SY_ABI_MINOR 0

#if defined(_WIN32)
#define SY_EXPORT __declspec(dllexport)
#else
#define SY_EXPORT __attribute__((visibility("default")))
#endif

/* Result of every fallible ABI function. The message travels through sy_host.error. */
typedef int32_t sy_status;
#define SY_OK 0
#define SY_INVALID_ARGUMENT 1    /* the caller's mistake: shape, dtype, value */
#define SY_OUT_OF_RANGE 2        /* an index outside its dimension */
#define SY_UNSUPPORTED 3         /* valid, but not by this kernel, device or version */
#define SY_OUT_OF_MEMORY 4       /* the device has no block of that size left */
#define SY_FAILED_PRECONDITION 5 /* right call, wrong state */
#define SY_DEVICE_LOST 6         /* sticky: the device answers no more */
#define SY_INTERNAL 7            /* a bug on the plugin's side */
#define SY_NOT_FOUND 8

/* Standard dtypes. Further ids are given out by sy_host.dtype_register at load. */
#define SY_BOOL 0u /* one byte, 0 or 1 */
#define SY_U8 1u
#define SY_I8 2u
#define SY_I16 3u
#define SY_I32 4u
#define SY_I64 5u
#define SY_F16 6u  /* IEEE binary16 */
#define SY_BF16 7u /* the upper half of an f32 */
#define SY_F32 8u
#define SY_F64 9u
#define SY_NUM_STANDARD_DTYPES 10u
#define SY_MAX_DTYPES 32u
#define SY_DTYPE_NONE 0xffffffffu

/* A stream or an event of a plugin; opaque to the host. 0 is the device's default stream. */
typedef uint64_t sy_stream;
typedef uint64_t sy_event;

/* Same layout as DLPack's DLDevice, DLDataType and DLTensor, so that code written for DLPack reads
 * sy_tensor.view as it is. Source: the DLPack 0.x/1.x C header, dmlc/dlpack. */
typedef struct sy_dl_device {
  int32_t device_type; /* DLDeviceType; 12 (kDLExtDev) where DLPack has no number for the backend */
  int32_t device_id;
} sy_dl_device;

typedef struct sy_dl_dtype {
  uint8_t code; /* 0 int, 1 uint, 2 float, 4 bfloat, 6 bool */
  uint8_t bits;
  uint16_t lanes;
} sy_dl_dtype;

typedef struct sy_dl_tensor {
  void* data; /* base pointer or opaque handle; the first logical element lies byte_offset behind it */
  sy_dl_device device;
  int32_t ndim;
  sy_dl_dtype dtype;
  int64_t* shape;
  int64_t* strides; /* in elements, never NULL when ndim > 0, may be zero or negative */
  uint64_t byte_offset;
} sy_dl_tensor;

#define SY_TENSOR_READ_ONLY 1u
#define SY_TENSOR_HOST_SCALAR 2u      /* 0-d operand inline in host memory, whatever the device */
#define SY_TENSOR_INTERNAL_OVERLAP 4u /* several indices may name one element */
#define SY_TENSOR_CONTIGUOUS 8u       /* row-major and dense */

#define SY_LAYOUT_STRIDED 0u

/* A tensor as a kernel sees it. Lives until run() returns; owned by the host. */
typedef struct sy_tensor {
  uint32_t size;  /* sizeof(sy_tensor) of the side that made it */
  uint32_t flags; /* SY_TENSOR_* */
  sy_dl_tensor view;
  uint32_t dtype;           /* dtype id */
  uint32_t layout;          /* SY_LAYOUT_*; anything but strided comes with layout_desc */
  const void* layout_desc;  /* opaque, NULL for strided */
  const void* storage;      /* identity: equal pointers share memory */
  uint64_t storage_offset;  /* bytes from view.data to the start of the storage */
  uint64_t storage_bytes;   /* extent of the storage */
  uint64_t bit_offset;      /* for dtypes below one byte; 0 otherwise */
} sy_tensor;

/* A number that knows whether it is boolean, integral or floating. */
typedef struct sy_scalar {
  uint32_t kind; /* SY_SCALAR_* */
  uint32_t reserved;
  int64_t i; /* value for bool and int */
  double f;  /* value for every kind */
} sy_scalar;
#define SY_SCALAR_BOOL 0u
#define SY_SCALAR_INT 1u
#define SY_SCALAR_FLOAT 2u

/* A device argument. */
typedef struct sy_device {
  uint32_t backend; /* id given out at load */
  int32_t index;
} sy_device;

/* Counter-based randomness: Philox 4x32-10 with key = seed and
 * counter = (logical element index, offset). The host advances offset by one per call. */
typedef struct sy_rng {
  uint32_t size;
  uint32_t reserved;
  uint64_t seed;
  uint64_t offset;
  /* NULL, or device memory with two uint64_t that count when the work runs: the seed instead of this one, and an addend of
   * offset. So a captured call draws new numbers each time. A handle where memory is opaque. */
  const void* device_state;
} sy_rng;

#ifdef __cplusplus
}
#endif
