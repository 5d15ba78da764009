# One interface target carries language level, warnings and sanitizers for every room.
add_library(pf_options INTERFACE)
target_include_directories(pf_options INTERFACE
  ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR})
target_compile_options(pf_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast
  -Woverloaded-virtual -Wimplicit-fallthrough -Wnull-dereference)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # gcc 12 reports these inside standard headers under -O2; clang covers the same ground.
  target_compile_options(pf_options INTERFACE -Wno-null-dereference -Wno-restrict)
endif()
if(PF_WERROR)
  target_compile_options(pf_options INTERFACE -Werror)
endif()
if(PF_SANITIZE)
  target_compile_options(pf_options INTERFACE
    -fsanitize=${PF_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(pf_options INTERFACE -fsanitize=${PF_SANITIZE})
  if(PF_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(pf_options INTERFACE -Wno-tsan)
  endif()
endif()
target_link_libraries(pf_options INTERFACE pthread)
