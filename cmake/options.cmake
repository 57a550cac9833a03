set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

option(WEIR_TESTS "Build the unit tests" ON)
option(WEIR_FUZZ "Build the libFuzzer targets" OFF)
set(WEIR_PROFILE "use" CACHE STRING "of hot paths, for Release: use, record, or empty")
option(WEIR_COVERAGE "Count what is executed, for tools/dev/coverage" OFF)
set(WEIR_SANITIZE "" CACHE STRING "address (with undefined), thread, or empty")

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Without these two a file that uses a precompiled header is never found in the cache.
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
  add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
endif()

# Flags of every target, ours or not: the ABI and the hardening.
add_compile_options(-fno-omit-frame-pointer -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
add_link_options(-fuse-ld=lld-19 -Wl,-z,relro,-z,now)
add_compile_definitions(_GLIBCXX_ASSERTIONS)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-g1 -fstack-protector-strong -D_FORTIFY_SOURCE=3 -flto=thin)
  add_link_options(-flto=thin -Wl,--thinlto-cache-dir=${CMAKE_BINARY_DIR}/thinlto -Wl,--gc-sections)
endif()
# docs/decisions/0028: code changed since the profile was recorded is optimised without it.
set(WEIR_PROFILE_FILE ${CMAKE_SOURCE_DIR}/cmake/weir.profdata)
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT WEIR_PROFILE STREQUAL "")
  # Functions of one file are known by its name alone, wherever the checkout lies.
  add_compile_options("SHELL:-mllvm -static-func-full-module-prefix=false")
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND WEIR_PROFILE STREQUAL "record")
  add_compile_options(-fprofile-generate)
  add_link_options(-fprofile-generate)
elseif(CMAKE_BUILD_TYPE STREQUAL "Release" AND WEIR_PROFILE STREQUAL "use"
       AND EXISTS ${WEIR_PROFILE_FILE})
  # A name of its own for each profile, so that a new profile rebuilds everything.
  file(SHA256 ${WEIR_PROFILE_FILE} digest)
  set(profile ${CMAKE_BINARY_DIR}/weir-${digest}.profdata)
  configure_file(${WEIR_PROFILE_FILE} ${profile} COPYONLY)
  add_compile_options(-fprofile-use=${profile}
    -Wno-profile-instr-out-of-date -Wno-profile-instr-unprofiled -Wno-backend-plugin)
endif()
if(WEIR_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all)
  add_link_options(-fsanitize=address,undefined)
elseif(WEIR_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread)
  add_link_options(-fsanitize=thread)
endif()
if(WEIR_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(WEIR_COVERAGE)
  add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
  add_link_options(-fprofile-instr-generate)
endif()

# Warnings for the project's own code; third-party headers are system headers and exempt.
add_library(weir_warnings INTERFACE)
target_compile_options(weir_warnings INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wswitch -Wnon-virtual-dtor -Wold-style-cast
  -Wthread-safety -Werror)
