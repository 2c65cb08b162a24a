# toolchain.cmake: what `ld` needs to make executables, found while slisp is configured.
function(slisp_file_of_compiler variable name)
  execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-file-name=${name} OUTPUT_VARIABLE path OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT IS_ABSOLUTE "${path}")
    message(FATAL_ERROR "slisp: ${name} was not found; apt-get install libc6-dev libgmp-dev libpcre2-dev")
  endif()
  get_filename_component(path ${path} REALPATH)
  set(${variable} ${path} PARENT_SCOPE)
endfunction()
foreach(pair IN ITEMS "CRT1 crt1.o" "CRTI crti.o" "CRTN crtn.o" "CRTBEGIN crtbegin.o" "CRTBEGINT crtbeginT.o" "CRTEND crtend.o"
    "LIBGCC libgcc.a" "LIBGCC_EH libgcc_eh.a" "LIBC libc.a" "LIBC_SHARED libc.so" "LIBM libm.a" "LIBM_SHARED libm.so" "LIBGMP libgmp.a"
    "LIBPCRE2 libpcre2-8.a" "LIBSTDCXX libstdc++.a")
  separate_arguments(pair)
  list(GET pair 0 key)
  list(GET pair 1 file)
  slisp_file_of_compiler(SLISP_${key} ${file})
endforeach()
# glibc's libm.a is a linker script that names the archive proper; reading that spares ld the search for libmvec.
get_filename_component(libm_folder ${SLISP_LIBM} DIRECTORY)
file(GLOB libm_proper ${libm_folder}/libm-*.a)
if(libm_proper)
  list(GET libm_proper 0 SLISP_LIBM)
endif()
# link.cpp writes this script beside the objects of a program.
file(READ ${CMAKE_CURRENT_LIST_DIR}/gather.ld SLISP_GATHER)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/gather.ld)
configure_file(${CMAKE_CURRENT_LIST_DIR}/toolchain_config.hpp.in
  ${PROJECT_BINARY_DIR}/generated/src/codegen/x86_64_linux/toolchain_config.hpp @ONLY)
target_include_directories(slisp_codegen PRIVATE ${PROJECT_BINARY_DIR}/generated)
