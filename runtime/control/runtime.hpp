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

// After the program's last form: waits, if told to, for the threads that are no daemons, then ends all others. False: some thread runs on and
// nothing may be released; the process must end as it is. `status` becomes that of System/exit, if another thread called it.
bool end_threads(bool wait, int& status);

// Runs the function on the big, lazily committed stack, with the stack limit set for it; nested calls run where they are.
// False: the system grants no stack.
bool run_on_big_stack(void (*function)(void*), void* argument);

}  // namespace slisp::rt
