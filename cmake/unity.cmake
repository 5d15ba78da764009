# Compiles several files of a target as one, for builds that are made often and from nothing: most of what the
# compiler does in a small file is headers. Files keep names of their own in unnamed namespaces, so only files
# whose names differ come together (unity.awk). Files with options of their own stay alone.
set(PF_UNITY OFF CACHE STRING "Compile several files as one: OFF, TESTS (only theirs) or ON")
set(PF_UNITY_LINES 1500 CACHE STRING "Lines of such a group of files, headers apart")

function(pf_unite_target target)
  get_target_property(type ${target} TYPE)
  get_target_property(sources ${target} SOURCES)
  get_target_property(folder ${target} SOURCE_DIR)
  if(NOT type MATCHES "LIBRARY|EXECUTABLE" OR type STREQUAL "INTERFACE_LIBRARY" OR NOT sources)
    return()
  endif()
  set(files "")
  foreach(source IN LISTS sources)
    cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${folder})
    # Hooks and tests put functions of their own in the place of these, which takes objects that hold nothing else.
    if(source MATCHES "\\.cpp$" AND NOT source MATCHES "_hook\\.cpp$|/(registry|recovery_desk)\\.cpp$" AND EXISTS ${source})
      list(APPEND files ${source})
    endif()
  endforeach()
  list(LENGTH files count)
  if(count LESS 2)
    return()
  endif()
  execute_process(
    COMMAND awk -v limit=${PF_UNITY_LINES} -v names=${CMAKE_BINARY_DIR}/unity_names
      -f ${CMAKE_SOURCE_DIR}/cmake/unity.awk ${files}
    OUTPUT_VARIABLE groups COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "[^\n]+" groups "${groups}")
  foreach(line IN LISTS groups)
    string(REGEX MATCH "^([0-9]+) (.*)$" line "${line}")
    set_source_files_properties(${CMAKE_MATCH_2} TARGET_DIRECTORY ${target}
      PROPERTIES UNITY_GROUP ${target}_${CMAKE_MATCH_1})
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  # What these look for is the affair of the builds that compile each file on its own.
  target_compile_options(${target} PRIVATE -Wno-subobject-linkage -Wno-shadow)
endfunction()

function(pf_unite_folder folder)
  get_property(targets DIRECTORY ${folder} PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target IN LISTS targets)
    pf_unite_target(${target})
  endforeach()
  get_property(below DIRECTORY ${folder} PROPERTY SUBDIRECTORIES)
  foreach(sub IN LISTS below)
    pf_unite_folder(${sub})
  endforeach()
endfunction()

# Call when every target and source is known.
function(pf_unite)
  if(NOT PF_UNITY)
    return()
  endif()
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS src/*.hpp gamestream/*.hpp native/*.hpp webui/*.hpp probe/*.hpp
    tests/*.hpp)
  execute_process(
    COMMAND awk -v mode=names -f ${CMAKE_SOURCE_DIR}/cmake/unity.awk ${headers}
    OUTPUT_FILE ${CMAKE_BINARY_DIR}/unity_names COMMAND_ERROR_IS_FATAL ANY)
  if(NOT PF_UNITY STREQUAL "TESTS")
    pf_unite_folder(${CMAKE_SOURCE_DIR})
  elseif(PF_BUILD_TESTS)
    pf_unite_folder(${CMAKE_SOURCE_DIR}/tests)
  endif()
endfunction()
