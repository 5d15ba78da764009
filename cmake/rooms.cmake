# The standard headers that nearly every file includes, compiled once. Off: -DPF_PCH=OFF.
set(CMAKE_PCH_WARN_INVALID OFF)  # a file with code generation of its own simply reads the headers itself
option(PF_PCH "Precompile common standard headers" ON)
set(PF_PCH_HEADERS <algorithm> <array> <atomic> <chrono> <condition_variable> <cstdint> <cstring> <filesystem>
  <functional> <map> <memory> <mutex> <optional> <span> <string> <string_view> <thread> <utility> <variant>
  <vector> <fmt/format.h> <tl/expected.hpp>)
# GCC takes a precompiled header only where macros and code generation agree, hence one for the rooms and one
# for the tests (position-independent executables).
if(PF_PCH)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/pf_pch.cpp CONTENT "")  # untouched when it is there
  add_library(pf_pch OBJECT ${CMAKE_BINARY_DIR}/pf_pch.cpp)
  target_link_libraries(pf_pch PRIVATE pf_options fmt::fmt)
  target_precompile_headers(pf_pch PRIVATE ${PF_PCH_HEADERS})
endif()
function(pf_precompile target)
  if(PF_PCH)
    target_precompile_headers(${target} REUSE_FROM pf_pch)
  endif()
endfunction()
function(pf_precompile_tests target)
  if(PF_PCH)
    target_precompile_headers(${target} REUSE_FROM pf_test_pch)
  endif()
endfunction()

# pf_room(<name> DEPS <targets...> LIBS <private libraries...>)
#   One static library pf_<name> from the .cpp files of the current folder (not of sub-folders).
#   DEPS are the rooms that this one may include; the link line is what enforces the arrows.
function(pf_room name)
  cmake_parse_arguments(ARG "" "" "DEPS;LIBS;PUBLIC_LIBS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  if(NOT sources)
    add_library(pf_${name} INTERFACE)
    target_link_libraries(pf_${name} INTERFACE pf_options ${ARG_DEPS} ${ARG_PUBLIC_LIBS} ${ARG_LIBS})
    return()
  endif()
  add_library(pf_${name} STATIC ${sources})
  target_link_libraries(pf_${name} PUBLIC pf_options ${ARG_DEPS} ${ARG_PUBLIC_LIBS} PRIVATE ${ARG_LIBS})
  pf_precompile(pf_${name})
endfunction()

# pf_backend(<room> <folder> LIBS <libraries...> [NEEDS <targets...>])
#   Adds src/<room>/<folder>/*.cpp to the room and defines PF_HAVE_<ROOM>_<FOLDER> for its
#   registry.cpp. When a NEEDS target is missing the back end is left out with a status line.
function(pf_backend room folder)
  cmake_parse_arguments(ARG "" "" "LIBS;NEEDS" ${ARGN})
  string(TOUPPER "${room}_${folder}" upper)
  option(PF_BACKEND_${upper} "Build the ${room}/${folder} back end" ON)
  set(missing "")
  foreach(need IN LISTS ARG_NEEDS)
    if(NOT TARGET ${need})
      list(APPEND missing ${need})
    endif()
  endforeach()
  if(NOT PF_BACKEND_${upper})
    set_property(GLOBAL APPEND PROPERTY PF_BACKENDS "${room}/${folder}: off (PF_BACKEND_${upper})")
    return()
  endif()
  if(missing)
    string(JOIN ", " missing_text ${missing})
    set_property(GLOBAL APPEND PROPERTY PF_BACKENDS "${room}/${folder}: left out, missing ${missing_text}")
    return()
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cpp)
  target_sources(pf_${room} PRIVATE ${sources})
  target_link_libraries(pf_${room} PRIVATE ${ARG_NEEDS} ${ARG_LIBS})
  target_compile_definitions(pf_${room} PUBLIC PF_HAVE_${upper}=1)
  set_property(GLOBAL APPEND PROPERTY PF_BACKENDS "${room}/${folder}: built")
endfunction()

function(pf_print_backends)
  get_property(lines GLOBAL PROPERTY PF_BACKENDS)
  foreach(line IN LISTS lines)
    message(STATUS "back end ${line}")
  endforeach()
endfunction()

# pf_grouped_test(<name> <target> <label>): one ctest entry for a whole gtest binary, because a
#   thousand processes cost more than their tests. A failure prints the tests it was in; results/<target>.xml
#   says what ran and what was skipped.
function(pf_grouped_test name target label)
  add_test(NAME ${name} COMMAND ${target} --gtest_brief=1
    --gtest_output=xml:${CMAKE_BINARY_DIR}/results/${target}.xml)
  set_tests_properties(${name} PROPERTIES TIMEOUT 900 LABELS "${label}")
endfunction()

# pf_unit(<room> [LIBS ...]): one gtest binary from tests/unit/<room>/*.cpp.
function(pf_unit room)
  cmake_parse_arguments(ARG "" "" "LIBS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/unit/${room}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(unit_${room} ${sources})
  # The sanitizers bring an operator new of their own, which finds more than the hook does.
  if(NOT PF_SANITIZE)
    target_sources(unit_${room} PRIVATE ${CMAKE_SOURCE_DIR}/tests/support/alloc_hook.cpp)
  endif()
  target_link_libraries(unit_${room} PRIVATE ${ARG_LIBS} pf_test_support GTest::gtest GTest::gmock GTest::gtest_main)
  target_compile_definitions(unit_${room} PRIVATE PF_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  pf_precompile_tests(unit_${room})
  pf_grouped_test(unit.${room} unit_${room} unit)
endfunction()
