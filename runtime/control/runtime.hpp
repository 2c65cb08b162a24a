// runtime.hpp: starting and stopping the runtime, for whoever has the process: start.cpp in compiled programs, the compiler, tests.
#pragma once
#include "runtime/api.hpp"

namespace slisp::rt {

// Sets the thread context up and remembers the command line (argv[1...] are the program's arguments). False: no memory.
bool runtime_start(int argc, char** argv);
// Replaces what *command-line-args* and command_line give.
void set_command_line(int count, char** arguments);
// Releases everything the runtime holds (bindings, var roots, tables), in counting mode reports the heap. Returns how many objects live.
std::uint64_t runtime_stop();

// Runs the function on the big, lazily committed stack, with the stack limit set for it; nested calls run where they are.
// False: the system grants no stack.
bool run_on_big_stack(void (*function)(void*), void* argument);

}  // namespace slisp::rt
