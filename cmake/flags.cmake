# SPDX-License-Identifier: Apache-2.0
# Flags, in one interface target that every target of this project links.
add_library(unsnag_flags INTERFACE)
target_compile_options(unsnag_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual)
if(UNSNAG_WERROR)
  target_compile_options(unsnag_flags INTERFACE -Werror)
endif()
if(UNSNAG_SANITIZE)
  target_compile_options(unsnag_flags INTERFACE
    -fsanitize=${UNSNAG_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(unsnag_flags INTERFACE -fsanitize=${UNSNAG_SANITIZE})
endif()
if(UNSNAG_LIBFUZZER)
  # What is hunted is in the libraries: without their counters libFuzzer sees the target's own few lines alone.
  target_compile_options(unsnag_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
target_include_directories(unsnag_flags INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR})

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()
