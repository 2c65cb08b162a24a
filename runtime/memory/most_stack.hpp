// most_stack.hpp: how big the stack may be, which the allocation primitives say.
#pragma once
#include <cstddef>

namespace slisp::rt {

// Recursion that runs away must meet the limit before the machine runs out of memory: stack pages are committed as they are touched, and
// whoever commits too many is killed. So a gigabyte (ten million small frames); with debug_heap, where every page and every object costs
// valgrind many times as much, an eighth of it.
std::size_t most_stack();

}  // namespace slisp::rt
