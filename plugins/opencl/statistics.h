/* What the opencl plugin counts: the backend's extension "opencl.statistics", version 2. Plain C. */
#pragma once

#include <stdint.h>

#define SY_OPENCL_STATISTICS "opencl.statistics"

typedef struct sy_opencl_counts {
  uint64_t bytes_copied_to_host;   /* by copies that the host asked for: item, printing, moves to another device */
  uint64_t bytes_read_by_kernels;  /* by operators whose output's shape depends on data */
  uint64_t programs_built;         /* from source */
  uint64_t programs_from_cache;    /* from the binaries on disk */
  uint64_t cache_entries_rejected; /* damaged, or refused by the driver */
  uint64_t bytes_read_for_faults;  /* where the host waits for a stream on which an index may have been out of range */
} sy_opencl_counts;

typedef struct sy_opencl_statistics {
  uint32_t size;
  uint32_t reserved;
  void (*read)(sy_opencl_counts* counts); /* since the plugin was loaded; any thread */
} sy_opencl_statistics;
