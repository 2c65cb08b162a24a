// turns.hpp: threads evaluate one at a time: the tree, its tables and the order of definitions are not made for more.
// Keeps: a thread gives its turn up before it waits for something, and now and then in loops and calls; native code runs without a turn. A
//        compiler's first thread, which also analyzes, has its turn whenever it does not wait.
#pragma once
#include "runtime/memory/threading.hpp"

namespace slisp::evaluator {

// Whose evaluator it is: the compiler's, or that of a program, most of which is native code.
enum class Owner : std::uint8_t { Compiler, Program };

// To be called once, on the first thread if it is the compiler's.
void prepare_turns(Owner owner);

// This thread has its turn from now on until the matching give_turn(); nothing is locked while there is one thread.
void take_turn();
void give_turn();

// Has the turn for a scope.
class Turn {
 public:
  Turn() { take_turn(); }
  ~Turn() { give_turn(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
};

// Lets others have a turn, if one wants it and this thread had it for a while.
void maybe_yield_turn();

}  // namespace slisp::evaluator
