# assembler.cmake: NASM sources (*.asm) become objects of a target.
find_program(SLISP_NASM nasm REQUIRED)

function(slisp_assemble target)
  file(GLOB includes CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/runtime/control/*.inc ${PROJECT_SOURCE_DIR}/runtime/control/*.def)
  foreach(source IN LISTS ARGN)
    get_filename_component(stem ${source} NAME_WE)
    set(object ${CMAKE_CURRENT_BINARY_DIR}/${target}_${stem}.o)
    add_custom_command(OUTPUT ${object}
      COMMAND ${SLISP_NASM} -f elf64 -I ${PROJECT_SOURCE_DIR}/ -o ${object} ${source}
      DEPENDS ${source} ${includes} VERBATIM)
    target_sources(${target} PRIVATE ${object})
    set_source_files_properties(${object} PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
  endforeach()
endfunction()
