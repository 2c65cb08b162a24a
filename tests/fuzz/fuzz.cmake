# Fuzzers: built by name (ninja reader_fuzz), never part of the quick tests.
add_executable(reader_fuzz EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/reader_fuzz.cpp)
target_include_directories(reader_fuzz PRIVATE ${PROJECT_SOURCE_DIR})
target_compile_options(reader_fuzz PRIVATE ${SLISP_WARNINGS})
target_link_libraries(reader_fuzz PRIVATE slisp_reader)
target_link_options(reader_fuzz PRIVATE -no-pie)
