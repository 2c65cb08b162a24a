# programs.cmake: whole programs, compiled by the built slisp and run; one ctest test per area and way of running.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
set(SLISP_DRIVER ${CMAKE_CURRENT_SOURCE_DIR}/tools/run_programs.py)
set(SLISP_BINARY ${PROJECT_BINARY_DIR}/slisp)
file(GLOB areas RELATIVE ${CMAKE_CURRENT_SOURCE_DIR}/programs CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/programs/*)

function(slisp_programs way label)
  foreach(area IN LISTS areas)
    if("${way}_${area}" STREQUAL "valgrind_memory")
      continue()                         # in parts, below
    endif()
    add_test(NAME programs_${way}_${area}
      COMMAND ${Python3_EXECUTABLE} ${SLISP_DRIVER} --slisp ${SLISP_BINARY} --way ${way}
              ${CMAKE_CURRENT_SOURCE_DIR}/programs/${area})
    set_tests_properties(programs_${way}_${area} PROPERTIES LABELS "${label}" TIMEOUT 1200)
  endforeach()
  add_test(NAME programs_${way}_examples
    COMMAND ${Python3_EXECUTABLE} ${SLISP_DRIVER} --slisp ${SLISP_BINARY} --way ${way} ${PROJECT_SOURCE_DIR}/examples)
  set_tests_properties(programs_${way}_examples PROPERTIES LABELS "${label}" TIMEOUT 1200)
endfunction()
slisp_programs(O2 "quick;programs")
slisp_programs(O0 "full;programs")
slisp_programs(O1 "full;programs")
slisp_programs(evaluator "full;programs")
slisp_programs(valgrind "nightly;programs")

# Whatever is left out, the answers stay: each switch alone, and twenty combinations under a seed that is printed.
add_test(NAME programs_switches COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/tools/run_switches.py --slisp ${SLISP_BINARY})
set_tests_properties(programs_switches PROPERTIES LABELS "nightly;programs" TIMEOUT 36000)

# The sanitizers' runtime under the same programs, nightly.
add_test(NAME programs_asan COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/tools/asan_programs.py
  --source ${PROJECT_SOURCE_DIR} --build ${PROJECT_BINARY_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/programs)
set_tests_properties(programs_asan PROPERTIES LABELS "nightly;programs" TIMEOUT 7200)

# Valgrind over the areas where memory is the point runs always; over all of them nightly. `memory` is most of the time of a full run, so
# it stands in parts, which several processors share.
if(lifetime IN_LIST areas)
  set_tests_properties(programs_valgrind_lifetime PROPERTIES LABELS "full;programs")
endif()
if(memory IN_LIST areas)
  set(parts 6)
  foreach(part RANGE 1 ${parts})
    add_test(NAME programs_valgrind_memory_${part}
      COMMAND ${Python3_EXECUTABLE} ${SLISP_DRIVER} --slisp ${SLISP_BINARY} --way valgrind --part ${part}/${parts}
              ${CMAKE_CURRENT_SOURCE_DIR}/programs/memory)
    set_tests_properties(programs_valgrind_memory_${part} PROPERTIES LABELS "full;programs" TIMEOUT 1200 COST 400)
  endforeach()
  # ctest starts what costs most first; seconds on two processors, roughly.
  foreach(way O0 O1 O2 evaluator)
    set_tests_properties(programs_${way}_memory PROPERTIES COST 25)
  endforeach()
endif()

file(GLOB suites CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/command/*_test.py)
foreach(suite IN LISTS suites)
  get_filename_component(name ${suite} NAME_WE)
  add_test(NAME ${name} COMMAND ${CMAKE_COMMAND} -E env SLISP=${SLISP_BINARY} SLISP_ROOT=${PROJECT_SOURCE_DIR}
           SLISP_BUILD=${PROJECT_BINARY_DIR} ${Python3_EXECUTABLE} -B ${suite})
  set_tests_properties(${name} PROPERTIES LABELS "full;command" TIMEOUT 900 COST 20)
endforeach()

# Machine code: what the allocator's programs become, by hash.
add_test(NAME code_gate COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/tools/code_gate.py --slisp ${SLISP_BINARY})
set_tests_properties(code_gate PROPERTIES LABELS "full;command" TIMEOUT 300)

# The forms of tests/compatibility, answered as real Clojure answered them; and the page that is written from them.
set(SLISP_COMPATIBILITY ${CMAKE_CURRENT_SOURCE_DIR}/tools/compatibility)
file(GLOB subjects CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/compatibility/cases/*.cases)
foreach(subject IN LISTS subjects)
  get_filename_component(name ${subject} NAME_WE)
  foreach(way O2 evaluator)
    add_test(NAME compatibility_${way}_${name}
      COMMAND ${Python3_EXECUTABLE} -B ${SLISP_COMPATIBILITY}/check.py --slisp ${SLISP_BINARY} --way ${way} ${name})
    set_tests_properties(compatibility_${way}_${name} PROPERTIES TIMEOUT 1200)
  endforeach()
  set_tests_properties(compatibility_O2_${name} PROPERTIES LABELS "full;compatibility")
  set_tests_properties(compatibility_evaluator_${name} PROPERTIES LABELS "nightly;compatibility")
endforeach()
add_test(NAME compatibility_document COMMAND ${Python3_EXECUTABLE} -B ${SLISP_COMPATIBILITY}/document.py --check)
set_tests_properties(compatibility_document PROPERTIES LABELS "nightly;compatibility")

# The test of the ownership checker: faults planted in the counts of real IR. A few always, many nightly, the library's too.
file(GLOB mutation_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/mutation/*.cpp)
add_executable(mutate_counts ${mutation_sources})
target_include_directories(mutate_counts PRIVATE ${PROJECT_SOURCE_DIR})
target_link_libraries(mutate_counts PRIVATE slisp_compiler)
target_link_options(mutate_counts PRIVATE -no-pie)
add_test(NAME mutate_counts
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/tools/mutate_counts.py --slisp ${SLISP_BINARY} --tool $<TARGET_FILE:mutate_counts>
          --seed 1 --wanted 20 --programs 12)
set_tests_properties(mutate_counts PROPERTIES LABELS "full;programs" TIMEOUT 600)
add_test(NAME mutate_counts_long
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/tools/mutate_counts.py --slisp ${SLISP_BINARY} --tool $<TARGET_FILE:mutate_counts>
          --wanted 400 --library ${PROJECT_SOURCE_DIR}/stdlib)
set_tests_properties(mutate_counts_long PROPERTIES LABELS "nightly;programs" TIMEOUT 3600)
