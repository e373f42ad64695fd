# switchyard_precompile(target header...): what most files of the target include, parsed once. Presets for development leave
# it out (CMAKE_DISABLE_PRECOMPILE_HEADERS), so that every file is known to include what it uses.
function(switchyard_precompile target)
  if(CMAKE_DISABLE_PRECOMPILE_HEADERS)
    return()
  endif()
  target_precompile_headers(${target} PRIVATE ${ARGN})
  # For the compiler cache.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endfunction()
