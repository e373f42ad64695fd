# SWITCHYARD_SANITIZE: everything is built with these sanitizers, and every test runs with the options they need. What
# is set in the environment comes last and wins.
if(NOT SWITCHYARD_SANITIZE)
  return()
endif()
add_compile_options(-fsanitize=${SWITCHYARD_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
add_link_options(-fsanitize=${SWITCHYARD_SANITIZE})

set(suppressions ${PROJECT_SOURCE_DIR}/cmake/tsan_suppressions.txt)
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/sanitizer_environment.cmake CONTENT [[# Read by ctest.
set(asan detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1)
# Without this LeakSanitizer crashes on thread-locals of plugins' libraries in OpenMP's threads.
string(APPEND asan :intercept_tls_get_addr=0)
set(ENV{ASAN_OPTIONS} "${asan}:$ENV{ASAN_OPTIONS}")
set(ENV{UBSAN_OPTIONS} "print_stacktrace=1:$ENV{UBSAN_OPTIONS}")
# A forked child may compute, and OpenBLAS then starts a thread in it.
set(ENV{TSAN_OPTIONS} "suppressions=@suppressions@:second_deadlock_stack=1:die_after_fork=0:$ENV{TSAN_OPTIONS}")
]] @ONLY)
set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${PROJECT_BINARY_DIR}/sanitizer_environment.cmake)
