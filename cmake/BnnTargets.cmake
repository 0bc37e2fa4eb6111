# Functions that every CMakeLists.txt of the project uses, so that warnings,
# sanitizers and the one MLIR library to link are said once.

add_library(bnn_options INTERFACE)
target_compile_options(bnn_options INTERFACE -Wall -Wextra -Wno-unused-parameter)
# Without NDEBUG, LLVM's headers give a pass's statistics another layout than
# the installed library has, which was built with it.
target_compile_definitions(bnn_options INTERFACE $<$<CONFIG:Debug>:NDEBUG>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # LLVM's style moves an Error into an Expected; and g++ 12 sees overlapping
  # copies in std::string's own concatenation.
  target_compile_options(bnn_options INTERFACE -Wno-redundant-move -Wno-restrict)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  target_compile_options(bnn_options INTERFACE -Wno-deprecated-declarations)
  target_link_options(bnn_options INTERFACE -fuse-ld=lld)
endif()
if(BNN_SANITIZE)
  target_compile_options(bnn_options INTERFACE -fsanitize=${BNN_SANITIZE}
    -fno-sanitize-recover=undefined -fno-sanitize=vptr -fno-omit-frame-pointer)
  target_link_options(bnn_options INTERFACE -fsanitize=${BNN_SANITIZE} -fno-sanitize=vptr)
endif()
if(BNN_FUZZ)
  # The fuzzed code itself is instrumented too; only fuzz targets link the driver.
  target_compile_options(bnn_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# bnn_library(NAME SOURCES a.cpp ... LINK lib ... DEPENDS target ...)
function(bnn_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC bnn_options ${ARG_LINK})
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
endfunction()

# bnn_tool(NAME SOURCES a.cpp ... LINK lib ...)
function(bnn_tool name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE bnn_options ${ARG_LINK})
  target_compile_definitions(${name} PRIVATE BNN_VERSION="${PROJECT_VERSION}")
endfunction()

# bnn_fuzzer(NAME SOURCES a.cpp LINK lib ...): only with BNN_FUZZ.
function(bnn_fuzzer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  if(BNN_FUZZ)
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE bnn_options ${ARG_LINK})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  endif()
endfunction()
