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
  # gcc 14 takes the unused members of a std::variant that is moved for members without a value.
  if(CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 13)
    target_compile_options(pf_options INTERFACE -Wno-maybe-uninitialized)
  endif()
endif()
if(PF_WERROR)
  target_compile_options(pf_options INTERFACE -Werror)
endif()
if(PF_SANITIZE)
  target_compile_options(pf_options INTERFACE
    -fsanitize=${PF_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(pf_options INTERFACE -fsanitize=${PF_SANITIZE})
  # Programs with sanitizers are large, and this linker takes a fifth of the time.
  find_program(PF_MOLD mold)
  if(PF_MOLD)
    # Its version in Debian 12 now and then protects a page that is not there (RELRO of a program whose code ends
    # just before one), so that the program does not start.
    target_link_options(pf_options INTERFACE -fuse-ld=mold -Wl,-z,norelro)
  endif()
  if(PF_SANITIZE MATCHES "address")
    # A check before each use of a pointer is a quarter of what the compiler does. A null one ends the program
    # here anyway, and the processors that this runs on read at any address.
    target_compile_options(pf_options INTERFACE -fno-sanitize=null,alignment)
  endif()
  if(PF_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(pf_options INTERFACE -Wno-tsan)
  endif()
endif()
target_link_libraries(pf_options INTERFACE pthread)
