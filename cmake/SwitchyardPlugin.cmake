# switchyard_add_plugin(NAME SOURCES plugin.cpp ... [KERNELS folder, file or target ...] [LIBRARIES ...] [DEFINITIONS ...])
#
# A device plugin: a module that exports sy_plugin_query and nothing else, and may not refer to a symbol of the host.
# Each file of KERNELS, and each *.cpp of its folders, defines one table with SY_KERNELS; the list of them is made here. A
# target is one of switchyard_add_kernels. A conformance.yaml beside the CMakeLists.txt goes where `switchyard conformance`
# looks for it: beside the module.
if(NOT SWITCHYARD_EXPORTS_MAP)
  set(SWITCHYARD_EXPORTS_MAP ${PROJECT_SOURCE_DIR}/plugins/sdk/exports.map)
endif()

# switchyard_add_kernels(NAME folder-or-file ...): kernels that are compiled once, for the KERNELS of several plugins.
function(switchyard_add_kernels name)
  switchyard_kernel_files(files ${ARGN})
  add_library(${name} OBJECT ${files})
  target_link_libraries(${name} PRIVATE Switchyard::sdk)
  target_compile_definitions(${name} PRIVATE SY_PLUGIN)
  switchyard_compile_as_plugin(${name})
endfunction()

function(switchyard_add_plugin name)
  cmake_parse_arguments(ARG "" "" "SOURCES;KERNELS;LIBRARIES;DEFINITIONS" ${ARGN})
  set(sources ${ARG_SOURCES})
  if(ARG_KERNELS)
    switchyard_kernel_files(kernels ${ARG_KERNELS})
    set(declarations "")
    set(entries "")
    foreach(kernel IN LISTS kernels)
      cmake_path(GET kernel STEM stem)
      string(APPEND declarations "extern const sy::sdk::KernelTable sy_kernels_${stem};\n")
      string(APPEND entries "    &sy_kernels_${stem},\n")
    endforeach()
    set(list ${CMAKE_CURRENT_BINARY_DIR}/${name}_kernel_list.cpp)
    file(CONFIGURE OUTPUT ${list} CONTENT [[// Made by CMake from the files in the kernels folder.
#include "switchyard/sdk/kernel.h"

@declarations@
extern const sy::sdk::KernelTable* const sy_kernel_list[];
const sy::sdk::KernelTable* const sy_kernel_list[] = {
@entries@    nullptr,
};
]] @ONLY)
    list(APPEND sources ${list})
    foreach(entry IN LISTS ARG_KERNELS)
      if(TARGET ${entry})
        list(APPEND sources $<TARGET_OBJECTS:${entry}>)
      else()
        switchyard_kernel_files(files ${entry})
        list(APPEND sources ${files})
      endif()
    endforeach()
  endif()
  add_library(${name} MODULE ${sources})
  target_link_libraries(${name} PRIVATE Switchyard::sdk ${ARG_LIBRARIES})
  target_compile_definitions(${name} PRIVATE SY_PLUGIN ${ARG_DEFINITIONS})
  switchyard_compile_as_plugin(${name})
  set_target_properties(${name} PROPERTIES
    PREFIX "" OUTPUT_NAME switchyard_${name}
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/switchyard/plugins)
  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/conformance.yaml)
    configure_file(${CMAKE_CURRENT_SOURCE_DIR}/conformance.yaml
                   ${CMAKE_BINARY_DIR}/lib/switchyard/plugins/switchyard_${name}.conformance.yaml COPYONLY)
  endif()
  if(SWITCHYARD_SANITIZE)
    # The sanitizer's runtime lives in the host program, so its symbols stay undefined here.
  else()
    target_link_options(${name} PRIVATE -Wl,--no-undefined)
  endif()
  # One exported symbol, whatever templates of the C++ library were instantiated.
  target_link_options(${name} PRIVATE -Wl,--exclude-libs,ALL -Wl,--version-script=${SWITCHYARD_EXPORTS_MAP})
endfunction()

# The files of a list of folders, files and targets of switchyard_add_kernels.
function(switchyard_kernel_files result)
  set(all "")
  foreach(entry IN LISTS ARGN)
    if(TARGET ${entry})
      get_target_property(files ${entry} SOURCES)
    else()
      cmake_path(ABSOLUTE_PATH entry BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} OUTPUT_VARIABLE files)
      if(IS_DIRECTORY ${files})
        file(GLOB files CONFIGURE_DEPENDS ${files}/*.cpp)
      endif()
    endif()
    list(APPEND all ${files})
  endforeach()
  set(${result} ${all} PARENT_SCOPE)
endfunction()

function(switchyard_compile_as_plugin target)
  set_target_properties(${target} PROPERTIES
    POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden C_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_compile_options(${target} PRIVATE -Wall -Wextra -fno-gnu-unique)
endfunction()

# switchyard_add_conformance_test(PLUGIN [DEVICE name] [FALLBACK])
#
# A test that runs `switchyard conformance` on the plugin, on the device of that name, the plugin's own unless told
# otherwise. With FALLBACK operators without a kernel may run on the CPU: for a plugin that is still growing.
function(switchyard_add_conformance_test plugin)
  cmake_parse_arguments(ARG "FALLBACK" "DEVICE" "" ${ARGN})
  if(NOT ARG_DEVICE)
    set(ARG_DEVICE ${plugin})
  endif()
  set(arguments --plugin $<TARGET_FILE:${plugin}> --device ${ARG_DEVICE})
  if(ARG_FALLBACK)
    list(APPEND arguments --fallback allow)
  endif()
  add_test(NAME ${plugin}.conformance COMMAND $<TARGET_FILE:Switchyard::tool> conformance ${arguments})
  set_tests_properties(${plugin}.conformance PROPERTIES TIMEOUT 600 SKIP_RETURN_CODE 77)
endfunction()
