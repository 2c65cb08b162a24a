// sys.hpp: everything the runtime asks of the operating system, apart from streams and files (runtime/io).
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace slisp::rt::sys {

// Address space, zeroed, in multiples of 4096 bytes; null when the system refuses. `alignment` is a power of two.
void* map_memory(std::size_t bytes, std::size_t alignment);
void unmap_memory(void* memory, std::size_t bytes);
void decommit(void* memory, std::size_t bytes);                   // contents are lost, the addresses stay
void prefer_huge_pages(void* memory, std::size_t bytes);         // a wish; looks into big tries miss the TLB far less
// Grow or shrink a mapping, keeping its contents; may move it to another address of that alignment. Null: it stays as it was.
void* remap_memory(void* memory, std::size_t old_bytes, std::size_t new_bytes, std::size_t alignment);
// A stack: committed page by page as it is touched. Asks for `wanted` bytes and halves until the system grants it, down to 1 MiB.
struct Stack { char* base = nullptr; std::size_t bytes = 0; };
Stack map_stack(std::size_t wanted);
std::size_t physical_memory();                                    // bytes

void write_error(std::string_view text);                          // all of it to stderr, errors ignored
[[noreturn]] void exit_now(int status);                           // without any clean-up
void ignore_broken_pipes();

std::int64_t monotonic_nanoseconds();
std::int64_t wall_milliseconds();
void sleep_milliseconds(std::int64_t milliseconds);
void random_bytes(std::span<unsigned char> bytes);
const char* environment(const char* name);                        // null when unset
char** environment_block();
bool current_directory(char* buffer, std::size_t size);
std::string_view error_text(int error);                           // strerror

}  // namespace slisp::rt::sys
