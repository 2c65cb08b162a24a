// turns.hpp: threads evaluate one at a time: the tree, its tables and the order of definitions are not made for more.
// Keeps: a thread gives its turn up before it waits for something, and now and then in loops and calls; native code runs without a turn. The
//        first thread, which also analyzes, has its turn whenever it does not wait.
#pragma once
#include "runtime/memory/threading.hpp"

namespace slisp::evaluator {

// To be called once, before any thread starts.
void prepare_turns();

// Has the turn for a scope; nothing while there is one thread.
class Turn {
 public:
  Turn();
  ~Turn();
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  bool taken_;
};

// Lets others have a turn, if one wants it and this thread had it for a while.
void maybe_yield_turn();

}  // namespace slisp::evaluator
