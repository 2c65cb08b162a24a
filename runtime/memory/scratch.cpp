// scratch.cpp: uncounted memory for buffers of the runtime, and the two ways a process ends for lack of anything better.
#include "runtime/memory/context.hpp"
#include "runtime/sys/sys.hpp"
#include <cstdlib>

namespace slisp::rt {

// Output that is already written must not be lost with the process; runtime/io knows it, if the program has any.
[[gnu::weak]] int flush_standard_streams();

void* scratch_allocate(std::size_t bytes) {
  void* memory = std::malloc(bytes == 0 ? 1 : bytes);
  if (memory == nullptr) out_of_memory();
  return memory;
}

void* scratch_reallocate(void* old, std::size_t bytes) {
  void* memory = std::realloc(old, bytes == 0 ? 1 : bytes);
  if (memory == nullptr) out_of_memory();
  return memory;
}

void scratch_free(void* memory) { std::free(memory); }

void out_of_memory() {
  static bool again = false;
  if (!again && flush_standard_streams != nullptr) {
    again = true;
    flush_standard_streams();
  }
  sys::write_error("slisp: out of memory\n");
  sys::exit_now(1);
}

void fatal(std::string_view message) {
  sys::write_error("slisp: ");
  sys::write_error(message);
  sys::write_error("\n");
  sys::exit_now(70);
}

}  // namespace slisp::rt
