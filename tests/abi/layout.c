/* Where every field of the ABI lies on machines with 64-bit pointers. What stands here is never changed: fields are
 * appended. Compiled as C and as C++ by headers.sh. */
#include <switchyard/abi/abi.h>

#if defined(__cplusplus)
#define CHECK(condition) static_assert(condition, #condition)
#else
#define CHECK(condition) _Static_assert(condition, #condition)
#endif
#define SIZE(type, bytes) CHECK(sizeof(type) == bytes)
#define AT(type, field, offset) CHECK(offsetof(type, field) == offset)

#if UINTPTR_MAX == UINT64_MAX

SIZE(sy_dl_device, 8);
AT(sy_dl_device, device_type, 0);
AT(sy_dl_device, device_id, 4);

SIZE(sy_dl_dtype, 4);
AT(sy_dl_dtype, code, 0);
AT(sy_dl_dtype, bits, 1);
AT(sy_dl_dtype, lanes, 2);

SIZE(sy_dl_tensor, 48);
AT(sy_dl_tensor, data, 0);
AT(sy_dl_tensor, device, 8);
AT(sy_dl_tensor, ndim, 16);
AT(sy_dl_tensor, dtype, 20);
AT(sy_dl_tensor, shape, 24);
AT(sy_dl_tensor, strides, 32);
AT(sy_dl_tensor, byte_offset, 40);

SIZE(sy_tensor, 104);
AT(sy_tensor, size, 0);
AT(sy_tensor, flags, 4);
AT(sy_tensor, view, 8);
AT(sy_tensor, dtype, 56);
AT(sy_tensor, layout, 60);
AT(sy_tensor, layout_desc, 64);
AT(sy_tensor, storage, 72);
AT(sy_tensor, storage_offset, 80);
AT(sy_tensor, storage_bytes, 88);
AT(sy_tensor, bit_offset, 96);

SIZE(sy_scalar, 24);
AT(sy_scalar, kind, 0);
AT(sy_scalar, reserved, 4);
AT(sy_scalar, i, 8);
AT(sy_scalar, f, 16);

SIZE(sy_device, 8);
AT(sy_device, backend, 0);
AT(sy_device, index, 4);

SIZE(sy_rng, 32);
AT(sy_rng, size, 0);
AT(sy_rng, reserved, 4);
AT(sy_rng, seed, 8);
AT(sy_rng, offset, 16);
AT(sy_rng, device_state, 24);

SIZE(sy_slot, 16);
AT(sy_slot, tag, 0);
AT(sy_slot, count, 4);
AT(sy_slot, ptr, 8);

SIZE(sy_call, 120);
AT(sy_call, size, 0);
AT(sy_call, flags, 4);
AT(sy_call, op, 8);
AT(sy_call, host, 16);
AT(sy_call, kernel, 24);
AT(sy_call, host_call, 32);
AT(sy_call, args, 40);
AT(sy_call, outputs, 48);
AT(sy_call, num_args, 56);
AT(sy_call, num_outputs, 60);
AT(sy_call, dtypes, 64);
AT(sy_call, stream, 80);
AT(sy_call, device, 88);
AT(sy_call, reserved, 92);
AT(sy_call, plan, 96);
AT(sy_call, workspace, 104);
AT(sy_call, workspace_bytes, 112);

SIZE(sy_plan, 24);
AT(sy_plan, size, 0);
AT(sy_plan, num_outputs, 4);
AT(sy_plan, state, 8);
AT(sy_plan, strides, 16);

SIZE(sy_kernel, 96);
AT(sy_kernel, size, 0);
AT(sy_kernel, flags, 4);
AT(sy_kernel, op, 8);
AT(sy_kernel, layout_hash, 16);
AT(sy_kernel, dtypes, 24);
AT(sy_kernel, num_dtypes, 32);
AT(sy_kernel, priority, 36);
AT(sy_kernel, self, 40);
AT(sy_kernel, supports, 48);
AT(sy_kernel, prepare, 56);
AT(sy_kernel, drop, 64);
AT(sy_kernel, workspace_size, 72);
AT(sy_kernel, reserve_size, 80);
AT(sy_kernel, run, 88);

SIZE(sy_device_info, 168);
AT(sy_device_info, size, 0);
AT(sy_device_info, reserved, 4);
AT(sy_device_info, name, 8);
AT(sy_device_info, total_memory, 136);
AT(sy_device_info, max_block, 144);
AT(sy_device_info, alignment, 152);
AT(sy_device_info, padding, 156);
AT(sy_device_info, dtype_mask, 160);

SIZE(sy_copy, 64);
AT(sy_copy, size, 0);
AT(sy_copy, kind, 4);
AT(sy_copy, dst, 8);
AT(sy_copy, dst_offset, 16);
AT(sy_copy, src, 24);
AT(sy_copy, src_offset, 32);
AT(sy_copy, bytes, 40);
AT(sy_copy, dst_device, 48);
AT(sy_copy, src_device, 52);
AT(sy_copy, stream, 56);

SIZE(sy_backend, 192);
AT(sy_backend, size, 0);
AT(sy_backend, flags, 4);
AT(sy_backend, name, 8);
AT(sy_backend, description, 16);
AT(sy_backend, dlpack_type, 24);
AT(sy_backend, reserved, 28);
AT(sy_backend, self, 32);
AT(sy_backend, device_count, 40);
AT(sy_backend, device_info, 48);
AT(sy_backend, alloc, 56);
AT(sy_backend, free, 64);
AT(sy_backend, stream_create, 72);
AT(sy_backend, stream_destroy, 80);
AT(sy_backend, stream_synchronize, 88);
AT(sy_backend, event_create, 96);
AT(sy_backend, event_destroy, 104);
AT(sy_backend, event_record, 112);
AT(sy_backend, event_wait, 120);
AT(sy_backend, event_synchronize, 128);
AT(sy_backend, event_query, 136);
AT(sy_backend, copy, 144);
AT(sy_backend, synchronize, 152);
AT(sy_backend, stream_native, 160);
AT(sy_backend, stream_wrap, 168);
AT(sy_backend, configure, 176);
AT(sy_backend, extension, 184);

SIZE(sy_host, 80);
AT(sy_host, size, 0);
AT(sy_host, abi_major, 4);
AT(sy_host, abi_minor, 6);
AT(sy_host, error, 8);
AT(sy_host, log, 16);
AT(sy_host, register_backend, 24);
AT(sy_host, register_kernels, 32);
AT(sy_host, dtype_register, 40);
AT(sy_host, workspace, 48);
AT(sy_host, alloc_output, 56);
AT(sy_host, report, 64);
AT(sy_host, extension, 72);

SIZE(sy_plugin, 72);
AT(sy_plugin, size, 0);
AT(sy_plugin, magic, 4);
AT(sy_plugin, abi_major, 8);
AT(sy_plugin, abi_minor, 10);
AT(sy_plugin, flags, 12);
AT(sy_plugin, name, 16);
AT(sy_plugin, version, 24);
AT(sy_plugin, vendor, 32);
AT(sy_plugin, description, 40);
AT(sy_plugin, init, 48);
AT(sy_plugin, shutdown, 56);
AT(sy_plugin, extension, 64);

SIZE(sy_capture, 40);
AT(sy_capture, size, 0);
AT(sy_capture, flags, 4);
AT(sy_capture, begin, 8);
AT(sy_capture, end, 16);
AT(sy_capture, launch, 24);
AT(sy_capture, destroy, 32);

SIZE(sy_node, 24);
AT(sy_node, size, 0);
AT(sy_node, reserved, 4);
AT(sy_node, layout_hash, 8);
AT(sy_node, call, 16);

SIZE(sy_subgraph, 40);
AT(sy_subgraph, size, 0);
AT(sy_subgraph, num_nodes, 4);
AT(sy_subgraph, nodes, 8);
AT(sy_subgraph, num_inputs, 16);
AT(sy_subgraph, num_outputs, 20);
AT(sy_subgraph, inputs, 24);
AT(sy_subgraph, outputs, 32);

SIZE(sy_compiler, 32);
AT(sy_compiler, size, 0);
AT(sy_compiler, flags, 4);
AT(sy_compiler, supports, 8);
AT(sy_compiler, compile, 16);
AT(sy_compiler, destroy, 24);

SIZE(sy_note, 80);
AT(sy_note, name_size, 0);
AT(sy_note, desc_size, 4);
AT(sy_note, type, 8);
AT(sy_note, note_name, 12);
AT(sy_note, magic, 16);
AT(sy_note, abi_major, 20);
AT(sy_note, abi_minor, 22);
AT(sy_note, isa, 24);
AT(sy_note, name, 40);

#endif
