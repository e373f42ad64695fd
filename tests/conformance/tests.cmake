# Tests of the suite itself, and the suite on our own devices.
set(conformance_dir ${CMAKE_CURRENT_SOURCE_DIR}/conformance)
file(GLOB conformance_tests CONFIGURE_DEPENDS ${conformance_dir}/*_test.cpp)
switchyard_add_test(conformance_tests SOURCES ${conformance_tests}
                    LIBRARIES switchyard_conformance nlohmann_json::nlohmann_json yaml-cpp)
add_dependencies(switchyard_tool reference simulator cpu)

# The quick tier, one test per device and schema file: conformance.cpu.pointwise_unary; the rest is conformance.cpu.device.
set(conformance_devices cpu simulator simulator_opaque reference)
if(TARGET opencl AND NOT SWITCHYARD_SANITIZE)  # a driver brings a compiler and threads that no sanitizer knows
  list(APPEND conformance_devices opencl)
  add_dependencies(switchyard_tool opencl)
endif()
foreach(device IN LISTS conformance_devices)
  set(timeout 600)
  set(skips "")
  set(tested --device ${device})
  if(device STREQUAL "opencl")
    set(timeout 900)  # the driver compiles every kernel when it is first used on a machine
    set(skips SKIP_RETURN_CODE 77)  # a machine may have the headers and no driver: the plugin, named, declines
    set(tested --plugin $<TARGET_FILE:opencl>)
  endif()
  foreach(file IN LISTS switchyard_generated_SAMPLES)
    cmake_path(GET file STEM stem)
    string(REGEX REPLACE "_samples$" "" group ${stem})
    if(NOT group STREQUAL "all")
      add_test(NAME conformance.${device}.${group}
               COMMAND switchyard_tool conformance ${tested} --group ${group} --timeout 120)
      set_tests_properties(conformance.${device}.${group} PROPERTIES TIMEOUT ${timeout} ${skips})
    endif()
  endforeach()
  add_test(NAME conformance.${device}.device
           COMMAND switchyard_tool conformance ${tested} --suite file,tables,loading,unloading,runtime --timeout 120)
  set_tests_properties(conformance.${device}.device PROPERTIES TIMEOUT ${timeout} ${skips})
endforeach()

# Kernels are compiled for several instruction sets. Best is what the tests above ran with.
foreach(set AVX2 baseline)
  add_test(NAME conformance.cpu.${set} COMMAND switchyard_tool conformance --device cpu --jobs 2 --timeout 120)
  set_tests_properties(conformance.cpu.${set} PROPERTIES ENVIRONMENT SWITCHYARD_CPU_INSTRUCTIONS=${set} TIMEOUT 600)
endforeach()

# As on a device without f64: all of the quick tier, with what builds for minutes; always those operators whose
# composites might ask for it.
if("opencl" IN_LIST conformance_devices)
  add_test(NAME conformance.opencl.no_fp64
           COMMAND switchyard_tool conformance --plugin $<TARGET_FILE:opencl> --group factory,random --timeout 120)
  add_test(NAME conformance.opencl.no_fp64_all
           COMMAND switchyard_tool conformance --plugin $<TARGET_FILE:opencl> --timeout 120 --jobs 2)
  set_tests_properties(conformance.opencl.no_fp64 conformance.opencl.no_fp64_all PROPERTIES
                       ENVIRONMENT SWITCHYARD_OPENCL_FP64=off TIMEOUT 600 SKIP_RETURN_CODE 77)
  set_tests_properties(conformance.opencl.no_fp64_all PROPERTIES TIMEOUT 1800 LABELS builds)
endif()

# What cannot be tried is left out with the plugin's reason.
if("opencl" IN_LIST conformance_devices)
  add_test(NAME conformance.opencl.reason
           COMMAND switchyard_tool conformance --plugin $<TARGET_FILE:opencl> --op add --suite forward --json -)
  set_tests_properties(conformance.opencl.reason PROPERTIES ENVIRONMENT SWITCHYARD_OPENCL_FP64=off SKIP_RETURN_CODE 77
                       PASS_REGULAR_EXPRESSION "does not compute on f64: [^\"]* has no fp64, so dtype f64")
endif()

# Every combination of dtypes and layouts, with what builds for minutes; conformance_full takes the other devices, too.
foreach(device cpu simulator)
  add_test(NAME conformance.${device}.full COMMAND switchyard_tool conformance --device ${device} --tier full --jobs 2)
  set_tests_properties(conformance.${device}.full PROPERTIES TIMEOUT 900 LABELS builds)
endforeach()

# Work that takes a different time each time: whoever forgets to wait is seen.
foreach(device simulator simulator_opaque)
  add_test(NAME conformance.${device}.delayed
           COMMAND switchyard_tool conformance --device ${device} --group index,join --suite forward,forms,gradients --jobs 4)
  set_tests_properties(conformance.${device}.delayed PROPERTIES ENVIRONMENT SWITCHYARD_SIMULATOR_DELAY_US=0-300 TIMEOUT 600)
endforeach()

# Every combination of dtypes and layouts.
set(full "")
foreach(device IN LISTS conformance_devices)
  list(APPEND full COMMAND switchyard_tool conformance --device ${device} --tier full)
endforeach()
add_custom_target(conformance_full ${full} USES_TERMINAL VERBATIM)
add_subdirectory(conformance/planted)
add_subdirectory(conformance/minimal)
