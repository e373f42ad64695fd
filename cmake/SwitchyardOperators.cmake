# switchyard_generate(TARGET NAMESPACE ns OUT dir [SCHEMA a.yaml ...] [GLOB dir] [IMPORT a.yaml ...])
#
# Runs the code generator. Defines TARGET, to depend on, and in the caller TARGET_SOURCES (operators),
# TARGET_DERIVATIVES and TARGET_SAMPLES. Every file that is written is a declared output, so that one build after an edit
# is enough; unchanged files keep their time, so that little is recompiled.
function(switchyard_generate target)
  cmake_parse_arguments(ARG "" "NAMESPACE;OUT;GLOB" "SCHEMA;IMPORT" ${ARGN})
  if(ARG_GLOB)
    file(GLOB ARG_SCHEMA CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_GLOB}/*.yaml)
  endif()
  set(root ${ARG_OUT}/switchyard)
  foreach(list arguments outputs schema sources derivatives samples)
    set(${list} "")
  endforeach()
  foreach(file IN LISTS ARG_SCHEMA)
    cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
    list(APPEND schema ${file})
    list(APPEND arguments --schema ${file})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    cmake_path(GET file STEM group)
    list(APPEND sources ${root}/ops/gen/${group}.cpp)
    list(APPEND derivatives ${root}/autograd/gen/${group}_derivatives.cpp)
    list(APPEND samples ${root}/tests/gen/${group}_samples.cpp)
    list(APPEND outputs ${root}/ops/gen/${group}.h ${root}/ops/gen/${group}_composite.h ${root}/ops/gen/${group}_meta.h)
    # The operators' names, for the headers that plugins include.
    file(STRINGS ${file} entries REGEX "^- op: ")
    foreach(entry IN LISTS entries)
      if(entry MATCHES "^- op: *([A-Za-z0-9_:]+)\\(")
        string(REPLACE "::" "_" name ${CMAKE_MATCH_1})
        list(APPEND outputs ${root}/sdk/ops/${name}.h ${root}/sdk/c/${name}.h)
      endif()
    endforeach()
  endforeach()
  if(ARG_NAMESPACE STREQUAL "sy")
    list(APPEND outputs ${root}/ops/gen/functions.h ${root}/ops/gen/tensor_methods.h)
  endif()
  list(APPEND samples ${root}/tests/gen/all_samples.cpp)
  list(APPEND outputs ${root}/tests/gen/samples.h ${ARG_OUT}/docs/operators.md)
  foreach(file IN LISTS ARG_IMPORT)
    list(APPEND arguments --import ${file})
  endforeach()
  add_custom_command(
    OUTPUT ${sources} ${derivatives} ${samples} ${outputs}
    COMMAND Switchyard::codegen ${arguments} --out ${ARG_OUT} --namespace ${ARG_NAMESPACE}
    DEPENDS ${schema} ${ARG_IMPORT} Switchyard::codegen
    COMMENT "Generating operators of ${target}"
    VERBATIM)
  add_custom_target(${target} DEPENDS ${sources} ${derivatives} ${samples} ${outputs})
  set(${target}_SOURCES ${sources} PARENT_SCOPE)
  set(${target}_DERIVATIVES ${derivatives} PARENT_SCOPE)
  set(${target}_SAMPLES ${samples} PARENT_SCOPE)
endfunction()

# switchyard_add_operators(TARGET my_ops SCHEMA my_ops.yaml [NAMESPACE my] [SOURCES composites.cpp ...])
#
# A library with the operators of a user's own schema: typed functions in <switchyard/ops/gen/my_ops.h>, autograd,
# boxed calls, and headers for kernels in <switchyard/sdk/ops/...>. SOURCES holds the composites and shape rules.
function(switchyard_add_operators)
  cmake_parse_arguments(ARG "" "TARGET;NAMESPACE" "SCHEMA;SOURCES" ${ARGN})
  if(NOT ARG_NAMESPACE)
    set(ARG_NAMESPACE ${ARG_TARGET})
  endif()
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${ARG_TARGET}_generated)
  switchyard_generate(${ARG_TARGET}_generated NAMESPACE ${ARG_NAMESPACE} OUT ${out} SCHEMA ${ARG_SCHEMA}
                      IMPORT ${SWITCHYARD_SCHEMA_FILES})
  add_library(${ARG_TARGET} SHARED ${${ARG_TARGET}_generated_SOURCES} ${${ARG_TARGET}_generated_DERIVATIVES} ${ARG_SOURCES})
  add_dependencies(${ARG_TARGET} ${ARG_TARGET}_generated)
  target_include_directories(${ARG_TARGET} PUBLIC ${out})
  target_link_libraries(${ARG_TARGET} PUBLIC Switchyard::frontend)
endfunction()
