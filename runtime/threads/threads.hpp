// threads.hpp: what the files of this room share: threads as the runtime knows them, waiting, publishing, the objects that threads wait for.
//
// Waiting: everything a thread can wait for is guarded by the gate of some address. Whoever changes it does so with that gate held and
// wakes all who wait there. A waiting thread also wakes when it is interrupted and when the process ends.
#pragma once
#include "runtime/control/exceptions.hpp"
#include "runtime/memory/context.hpp"
#include "runtime/sys/threads.hpp"

namespace slisp::rt {

// ---- objects.cpp: objects that threads meet at (SyncObject of control/objects.hpp). State, raw and slots are guarded by the object's gate.
inline SyncObject* sync_of(Word value, SyncSort sort) {
  if (!is_kind(value, Kind::Sync)) return nullptr;
  auto* object = reinterpret_cast<SyncObject*>(value);
  return object->sort == sort ? object : nullptr;
}
SyncObject* new_sync(SyncSort sort, unsigned slots);   // slots nil, state and raw 0
// State of a promise or a future; what is settled never changes.
enum SettledState : std::uint32_t { k_unsettled, k_done, k_failed, k_cancelled };
bool is_settled(const SyncObject* object);

// ---- records.cpp: threads
}  // namespace slisp::rt

namespace slisp::abi {
struct Transaction;
struct ThreadRecord {
  ThreadRecord* next = nullptr;            // of those that run, or of those that ended
  ThreadRecord* previous = nullptr;
  std::uint32_t references = 1;
  std::uint32_t number = 1;
  rt::ThreadState* state = nullptr;        // null before it begins and after it ended
  pthread_t handle{};
  rt::sys::Stack stack;
  void (*body)(Word task) = nullptr;       // consumes the task
  Word task = k_nil;
  Word object = k_nil;                     // its Thread object, when somebody asked for it
  Word nested_sends = k_nil;               // agents: what the action that runs has sent
  Word locals = k_nil;                     // map ThreadLocal -> value
  Transaction* transaction = nullptr;   // refs.cpp; null: none runs
  rt::sys::Gate* parked = nullptr;         // where it waits
  std::uint32_t interrupted = 0;
  bool daemon = true;
};
}  // namespace slisp::abi

namespace slisp::rt {
using abi::ThreadRecord;

ThreadRecord& current_thread();
// A new thread runs body(task), consumed also on failure. Null: an exception is pending. `object`: its Thread object, borrowed, or nil. The
// result carries a reference.
ThreadRecord* start_thread(void (*body)(Word task), Owned task, Borrowed object, bool daemon);
void release_record(ThreadRecord* record);
void interrupt(ThreadRecord& record);          // no gate may be held
void wake(ThreadRecord& record);               // it looks again at what it waits for; no gate may be held
bool take_interrupt(ThreadRecord& record);     // was it interrupted? Not any longer.
bool exiting();
// What a thread does when nobody can catch what is pending: ends the process after System/exit, else reports the exception.
void end_of_body(std::string_view thread_name);

// ---- parking.cpp
sys::Gate& gate_of(const void* address);
enum class Patience : std::uint8_t { Interruptible, Stubborn };
enum class Wake : std::uint8_t { Ready, TimedOut, Failed };   // Failed: InterruptedException or the exit token is pending
void wake_all_gates();
std::int64_t deadline_after(std::int64_t milliseconds);       // saturating
Owned throw_interrupted(std::string_view message);
// The evaluator is one thread's at a time: it lets go before a thread waits, and takes hold again after.
extern void (*g_before_wait)();
extern void (*g_after_wait)();
extern void (*g_on_first_thread)();

class GateHold {
 public:
  explicit GateHold(const void* address) : gate_(gate_of(address)) { gate_.lock(); }
  ~GateHold() { gate_.unlock(); }
  GateHold(const GateHold&) = delete;
  GateHold& operator=(const GateHold&) = delete;
  sys::Gate& gate() { return gate_; }

 private:
  sys::Gate& gate_;
};

// Before and after a wait, with no gate held and with the gate held.
void begin_wait(sys::Gate& gate);
enum class Stop : std::uint8_t { No, Interrupted, Exiting };
Stop reason_to_stop(Patience patience);
void end_wait();
void raise_stop(Stop stop);

// Waits, with the address's gate held meanwhile on and off, until ready() says yes; ready runs with the gate held.
template <class Ready> Wake wait_for(const void* address, std::int64_t deadline, Patience patience, Ready ready) {
  sys::Gate& gate = gate_of(address);
  gate.lock();
  if (reason_to_stop(patience) == Stop::No && ready()) {
    gate.unlock();
    return Wake::Ready;
  }
  gate.unlock();
  begin_wait(gate);
  gate.lock();
  Stop stop = Stop::No;
  bool late = false;
  for (;;) {
    stop = reason_to_stop(patience);
    if (stop != Stop::No || ready()) break;
    if (deadline >= 0 && sys::monotonic_nanoseconds() >= deadline) {
      late = true;
      break;
    }
    gate.wait(deadline);
  }
  gate.unlock();
  end_wait();
  if (stop != Stop::No) {
    raise_stop(stop);
    return Wake::Failed;
  }
  return late ? Wake::TimedOut : Wake::Ready;
}

// ---- shared.cpp
void mark_shared(Word value);                   // the graph may be seen by other threads from now on
void begin_threading();                         // idempotent; before the first thread starts
Claim claim(const Computation& computation);
void settle(const Computation& computation, std::uint32_t state, Word* slot, Word value);
Word load_shared(const void* cell, const Word* slot);
void store_shared(const void* cell, Word* slot, Word value);
bool compare_and_set_shared(const void* cell, Word* slot, Word expected, Word value);
void lock_table(Lock& lock);
void unlock_table(Lock& lock);

// ---- promises.cpp
void run_future(Word future);                   // consumed; its function is called and its result announced

// ---- pool.cpp: threads that run futures, kept for the next one
bool submit(void (*body)(Word task), Owned task);   // false: an exception is pending

void drop_waiting_tasks();

// ---- thread_objects.cpp
Owned thread_name(ThreadRecord& record);        // a string

}  // namespace slisp::rt
