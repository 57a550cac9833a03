# weir_room(<folder> [LINKS room...] [LIBS target...] [TEST_LIBS target...] [ASIO])
#
# One folder of src/ becomes one static library weir_<folder>. Files are found by suffix:
#   x.cpp       the library             x_test.cpp  one test executable per folder
#   x_fuzz.cpp  one libFuzzer target each, with preset fuzz; in builds with tests, the test
#               corpus.<folder>_x, which feeds it every file of tests/corpus/<folder>_x
# LINKS names the rooms that this one may include: it is the layer rule. ASIO precompiles Asio's headers.
function(weir_room name)
  cmake_parse_arguments(ROOM "ASIO" "" "LINKS;LIBS;TEST_LIBS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cpp */*.cpp)
  set(tests ${sources})
  set(fuzzers ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "(_test|_fuzz|_bench|/main)\\.cpp$")

  if(NOT sources)
    file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/empty.cpp "")
    set(sources ${CMAKE_CURRENT_BINARY_DIR}/empty.cpp)
  endif()
  if(CMAKE_BUILD_TYPE STREQUAL "Release" AND WEIR_PROFILE STREQUAL "use")
    # A coroutine's frame includes the locals of everything inlined into it, for as long as a stream lasts.
    foreach(source ${sources})
      file(STRINGS ${source} awaits REGEX "co_(await|return)" LIMIT_COUNT 1)
      if(awaits)
        set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS -fno-profile-instr-use)
      endif()
    endforeach()
  endif()
  add_library(weir_${name} STATIC ${sources})
  target_include_directories(weir_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/src)
  list(TRANSFORM ROOM_LINKS PREPEND weir_ OUTPUT_VARIABLE rooms)
  target_link_libraries(weir_${name} PUBLIC ${rooms} ${ROOM_LIBS} PRIVATE weir_warnings)
  if(ROOM_ASIO)
    # A call is six coroutines deep; Asio keeps two frames per thread unless told otherwise.
    target_compile_definitions(weir_${name} PUBLIC BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=8)
    target_precompile_headers(weir_${name} PRIVATE ${CMAKE_SOURCE_DIR}/src/net/detail/precompiled.hpp)
  endif()

  if(WEIR_TESTS AND tests)
    add_executable(weir_${name}_test ${tests})
    target_link_libraries(weir_${name}_test
      PRIVATE weir_${name} weir_warnings ${ROOM_TEST_LIBS} GTest::gmock GTest::gtest_main)
    # Parsing it was half of the compile time of a test.
    target_precompile_headers(weir_${name}_test PRIVATE <gtest/gtest.h>)
    gtest_discover_tests(weir_${name}_test DISCOVERY_TIMEOUT 60
      WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} PROPERTIES LABELS ${name} TIMEOUT 600)
  endif()

  foreach(file ${fuzzers})
    get_filename_component(stem ${file} NAME_WE)
    string(REGEX REPLACE "_fuzz$" "" stem ${name}_${stem})
    if(WEIR_FUZZ)
      add_executable(weir_${stem}_fuzz ${file})
      target_link_libraries(weir_${stem}_fuzz PRIVATE weir_${name} weir_warnings)
      target_link_options(weir_${stem}_fuzz PRIVATE -fsanitize=fuzzer)
    endif()
    if(WEIR_TESTS)
      add_executable(weir_${stem}_corpus ${file} ${CMAKE_SOURCE_DIR}/tests/corpus/replay.cpp)
      target_link_libraries(weir_${stem}_corpus PRIVATE weir_${name} weir_warnings)
      add_test(NAME corpus.${stem}
        COMMAND weir_${stem}_corpus ${CMAKE_SOURCE_DIR}/tests/corpus/${stem})
      set_tests_properties(corpus.${stem} PROPERTIES LABELS corpus TIMEOUT 600)
    endif()
  endforeach()
endfunction()
