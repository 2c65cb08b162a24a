# executables.cmake: the two stages of the compiler.
#
# slisp-stage1 is all of the C++ without a linked library: it evaluates stdlib/ from source, so that macros run, and compiles it.
# slisp is the same C++ with the compiled library linked in whole.
file(GLOB cli_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.cpp)
configure_file(${CMAKE_CURRENT_LIST_DIR}/version.hpp.in ${PROJECT_BINARY_DIR}/generated/src/cli/version.hpp @ONLY)

add_library(slisp_cli STATIC ${cli_sources})
target_include_directories(slisp_cli PUBLIC ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
target_compile_options(slisp_cli PRIVATE ${SLISP_WARNINGS})
target_link_libraries(slisp_cli PUBLIC slisp_codegen slisp_evaluator xxhash minizip z edit tinfo bsd md)

set(SLISP_LIBRARY_FOLDER ${PROJECT_BINARY_DIR}/lib/slisp)
foreach(archive slisp_runtime slisp_reader slisp_analyzer slisp_evaluator slisp_debug_heap)
  if(TARGET ${archive})
    set_target_properties(${archive} PROPERTIES ARCHIVE_OUTPUT_DIRECTORY ${SLISP_LIBRARY_FOLDER})
  endif()
endforeach()

file(WRITE ${PROJECT_BINARY_DIR}/generated/entry.cpp
  "// The command lives in a library that both stages link; this is the translation unit CMake asks for.\n")
add_executable(slisp-stage1 ${PROJECT_BINARY_DIR}/generated/entry.cpp)
add_executable(slisp ${PROJECT_BINARY_DIR}/generated/entry.cpp)
set_target_properties(slisp-stage1 slisp PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
foreach(stage slisp-stage1 slisp)
  # -Wl,-u,main: main() is a member of the archive. The linker script gathers keywords and var cells as in compiled programs.
  target_link_options(${stage} PRIVATE -static -no-pie -Wl,-u,main -Wl,-z,noexecstack -Wl,-T,${PROJECT_SOURCE_DIR}/src/codegen/x86_64_linux/gather.ld)
endforeach()
target_link_libraries(slisp-stage1 PRIVATE slisp_cli)
if(TARGET slisp_debug_heap)
  add_dependencies(slisp slisp_debug_heap)   # programs link it, the compiler does not
endif()

# The library: objects of slisp-stage1, gathered into the archive that programs link and slisp carries.
file(GLOB_RECURSE library_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/stdlib/*.slisp)
set(library_build ${PROJECT_BINARY_DIR}/library)
set(library_archive ${SLISP_LIBRARY_FOLDER}/libslisp_library.a)
add_custom_command(OUTPUT ${library_archive} ${library_build}/library.index
  COMMAND ${CMAKE_COMMAND} -E rm -f ${library_archive}
  COMMAND slisp-stage1 build-library ${PROJECT_SOURCE_DIR}/stdlib -o ${library_build}
  COMMAND ${CMAKE_AR} rcsD ${library_archive} @${library_build}/objects.list
  COMMAND ${CMAKE_COMMAND} -E copy ${library_build}/keywords.list ${SLISP_LIBRARY_FOLDER}/keywords.list
  DEPENDS slisp-stage1 ${library_sources} VERBATIM)
add_custom_command(OUTPUT ${PROJECT_BINARY_DIR}/library_index.o
  COMMAND ${SLISP_NASM} -f elf64 -I ${library_build}/ -o ${PROJECT_BINARY_DIR}/library_index.o ${library_build}/library_index.asm
  DEPENDS ${library_build}/library.index VERBATIM)
target_sources(slisp PRIVATE ${PROJECT_BINARY_DIR}/library_index.o)
set_source_files_properties(${PROJECT_BINARY_DIR}/library_index.o PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
set_property(TARGET slisp APPEND PROPERTY LINK_DEPENDS ${library_archive})
target_link_libraries(slisp PRIVATE -Wl,--whole-archive ${library_archive} -Wl,--no-whole-archive slisp_cli)
