# What every target of ours is compiled with, as one interface library.
add_library(rootstream_options INTERFACE)
target_include_directories(rootstream_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(rootstream_options INTERFACE _FILE_OFFSET_BITS=64
                           ROOTSTREAM_VERSION="${PROJECT_VERSION}")
target_compile_options(rootstream_options INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor
                       -Wno-missing-field-initializers)
# What a program does not use of a library is left out of it: the client goes into an initramfs.
target_compile_options(rootstream_options INTERFACE -ffunction-sections -fdata-sections)
target_link_options(rootstream_options INTERFACE -Wl,--gc-sections)
if(ROOTSTREAM_WERROR)
  target_compile_options(rootstream_options INTERFACE -Werror)
endif()
if(ROOTSTREAM_SANITIZE)
  target_compile_options(rootstream_options INTERFACE -fsanitize=${ROOTSTREAM_SANITIZE}
                         -fno-omit-frame-pointer -fno-sanitize-recover=all
                         # g++ 12 sees uninitialised optionals in instrumented code where there are none.
                         -Wno-maybe-uninitialized)
  target_link_options(rootstream_options INTERFACE -fsanitize=${ROOTSTREAM_SANITIZE})
endif()
target_link_libraries(rootstream_options INTERFACE Threads::Threads)

# rootstream_precompile(NAME headers...): reads the headers once for all sources of a target. g++ 12 takes precompiled
# headers for the project's own, and warns of std::string where nothing is wrong; so these warnings are off, and what is
# installed is built without.
function(rootstream_precompile name)
  target_precompile_headers(${name} PRIVATE ${ARGN})
  target_compile_options(${name} PRIVATE -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread)
endfunction()

# rootstream_library(NAME SOURCES... DEPENDS targets...): one folder, one static library.
function(rootstream_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;USES" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC rootstream_options ${ARG_DEPENDS} PRIVATE ${ARG_USES})
  if(ROOTSTREAM_SANITIZE)
    rootstream_precompile(${name} <algorithm> <chrono> <functional> <map> <memory> <optional> <string> <thread> <vector>)
  endif()
endfunction()
