# rooms.cmake: one library per room, made of all .cpp files below its folder.

set(SLISP_WARNINGS -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion
  -Wno-restrict)   # g++ 12 warns falsely about std::string concatenation (GCC bug 105329)

function(slisp_room name folder)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  list(LENGTH sources count)
  if(count EQUAL 0)
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${PROJECT_SOURCE_DIR})
    return()
  endif()
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_compile_options(${name} PRIVATE ${SLISP_WARNINGS})
endfunction()

# What compiled programs link: no exceptions, no RTTI, nothing of libstdc++, every function droppable.
function(slisp_program_code name)
  get_target_property(type ${name} TYPE)
  if(type STREQUAL "INTERFACE_LIBRARY")
    return()
  endif()
  target_compile_options(${name} PRIVATE -fno-exceptions -fno-rtti -fno-threadsafe-statics -fno-asynchronous-unwind-tables
    -ffunction-sections -fdata-sections -fno-pie -fno-plt -fno-stack-protector)
endfunction()
