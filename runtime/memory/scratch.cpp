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
  // One thread tells; another one that comes here meanwhile gives it a second, lest it waits for a stream that this one holds.
  static std::uint32_t teller = 0;
  const std::uint32_t me = t_state.runtime.number + 1;
  std::uint32_t before = 0;
  __atomic_compare_exchange_n(&teller, &before, me, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
  if (before == 0) {
    if (flush_standard_streams != nullptr) flush_standard_streams();
  } else if (before != me) {
    sys::sleep_milliseconds(1000);
    sys::exit_now(1);
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
