# tsan.cmake: build the runtime with the thread sanitizer and run the unit tests of its threads.
# In: SOURCE, the checkout; BUILD, a folder of its own. Any report of a data race fails the test.
foreach(step IN ITEMS "-S;${SOURCE};-B;${BUILD};-G;Ninja;-DCMAKE_BUILD_TYPE=Release;-DSLISP_TSAN=ON" "--build;${BUILD};--target;unit_threads")
  execute_process(COMMAND ${CMAKE_COMMAND} ${step} OUTPUT_VARIABLE said ERROR_VARIABLE said RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${said}")
  endif()
endforeach()
set(ENV{TSAN_OPTIONS} "halt_on_error=1:exitcode=66")
execute_process(COMMAND ${BUILD}/tests/unit/threads/unit_threads RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "the tests of threads failed, or the thread sanitizer found a data race: ${status}")
endif()
