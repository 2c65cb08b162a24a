// threading.hpp: what every room asks of the threads room: is there a second thread, and if so, how is this cell read and written?
//
// Keeps: g_threading is null until the first thread starts and never becomes null again. Everything behind it lives in runtime/threads, which a
//        program without threads does not contain: the other rooms reach it through this table alone.
//        From then on each object is immortal, shared (count < 0, with all it refers to), or of one thread.
// Idea: a cell is an object whose slots change. An unshared one is read and written as it stands: the price is a test of the sign.
#pragma once
#include "runtime/value.hpp"
#include <cstdint>
#include <utility>

namespace slisp::rt {

// A lock of the runtime's own tables and streams; the thread that holds it may take it again. Held for short and never while slisp code runs.
struct Lock {
  std::uint32_t state = 0;       // 0 free, 1 held, 2 held and somebody waits
  std::uint32_t depth = 0;
  std::uint64_t owner = 0;       // number of the thread that holds it
};

// What a delay or a lazy seq computes: by one thread, while the others wait. `state` and `runner` are members of its cell.
struct Computation {
  const void* cell;
  std::uint32_t* state;
  std::uint32_t* runner;         // number of the thread that runs it
  std::uint32_t running;         // the state that says so
  std::uint32_t claimable;       // bit n: from state n it may be run
  std::uint32_t* before;         // Claimed: the state it had is written there
};
enum class Claim : std::uint8_t {
  Claimed,                       // this thread is to run it: its state was claimable and is `running` now
  Mine,                          // this thread runs it already
  Settled,                       // its state is neither
  Failed                         // an exception is pending
};

struct Threading {
  void (*mark)(Word value);                                                   // the graph becomes shared
  Word (*load)(const void* cell, const Word* slot);                           // owned
  void (*store)(const void* cell, Word* slot, Word value);                    // consumes the value
  bool (*compare_and_set)(const void* cell, Word* slot, Word expected, Word value);   // consumes the value
  void (*lock)(Lock& lock);
  void (*unlock)(Lock& lock);
  Claim (*claim)(const Computation& computation);
  void (*settle)(const Computation& computation, std::uint32_t state, Word* slot, Word value);   // consumes the value
  bool (*sleep)(std::int64_t milliseconds);                                    // false: an exception is pending
  bool (*exiting)();                                                          // the process ends: who may throw throws the exit token
  bool (*exit_requested)();                                                   // because a thread other than the first called System/exit
  bool (*end_threads)(bool wait);                                             // control/runtime.hpp: end_threads
  bool (*alone)();                                                            // all other threads have ended
};
extern constinit const Threading* g_threading;

// Some other thread may look into the cell now.
inline bool is_shared(const Header* cell) {
  const std::int32_t count = count_of(cell);
  return count < 0 || (count == 0 && g_threading != nullptr);
}

// What a cell holds, with a count of its own.
inline Owned load_cell(const void* cell, const Word& slot) {
  if (!is_shared(static_cast<const Header*>(cell))) return Owned::copy(slot);
  return Owned::adopt(g_threading->load(cell, &slot));
}
// The new value is in place before the old one is released, whose release may look at the cell.
inline void store_cell(void* cell, Word& slot, Owned value) {
  if (is_shared(static_cast<const Header*>(cell))) return g_threading->store(cell, &slot, value.take());
  Word old = std::exchange(slot, value.take());
  release(old);
}
// A table of the runtime takes the value in: others will find it there.
inline void publish(Borrowed value) {
  if (g_threading != nullptr) g_threading->mark(value.word());
}

// A mutable cell is about to be made (or gets an object, where making one says nothing): now and then cycles are looked for. Every object is whole,
// and what the caller needs is counted.
void cell_made();

// A room that keeps objects outside of vars registers how to publish them, once; called before the first thread starts. What it makes later it
// publishes itself.
void before_threads(void (*publish_all)());
void run_before_threads();

// Holds a lock for a scope; nothing while there is one thread.
class Locked {
 public:
  explicit Locked(Lock& lock) : lock_(g_threading != nullptr ? &lock : nullptr) {
    if (lock_ != nullptr) g_threading->lock(*lock_);
  }
  ~Locked() {
    if (lock_ != nullptr) g_threading->unlock(*lock_);
  }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;

 private:
  Lock* lock_;
};

}  // namespace slisp::rt
