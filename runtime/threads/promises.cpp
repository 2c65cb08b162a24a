// promises.cpp: promises and futures: making, delivering, running, cancelling.
// Keeps: a value is in place before the state says so; what stands there then never changes. A future's function is given up before the
//        result is announced, so that what it captured does not outlive it.
#include "runtime/abi/functions.hpp"
#include "runtime/control/classes.hpp"
#include "runtime/threads/threads.hpp"

namespace slisp::rt {
namespace {

constexpr unsigned k_value = SyncObject::k_value, k_function = 1;

// Promise and future: the value goes in if nothing stands there.
bool settle_once(SyncObject* object, std::uint32_t state, Word value) {
  if (is_shared(&object->header)) mark_shared(value);
  GateHold hold(object);
  if (is_settled(object)) return false;
  object->slot[k_value] = value;
  __atomic_store_n(&object->state, state, __ATOMIC_RELEASE);
  hold.gate().wake_all();
  return true;
}

}  // namespace

void run_future(Word task) {
  Owned held = Owned::adopt(task);
  auto* future = held.as<SyncObject>();
  ThreadRecord& me = current_thread();
  Owned function;
  {
    GateHold hold(future);
    function = Owned::adopt(std::exchange(future->slot[k_function], abi::k_nil));
    if (is_settled(future)) return;                     // cancelled before it began
    future->raw = reinterpret_cast<std::uint64_t>(&me);
  }
  Owned result = call(function);
  function = Owned();
  bool cancelled;
  {
    GateHold hold(future);
    future->raw = 0;
    cancelled = future->state == k_cancelled;
  }
  if (cancelled) take_interrupt(me);
  if (exit_is_pending()) return;
  if (result.failed()) {
    Owned exception = Owned::adopt(abi::slisp_exception_take());
    if (settle_once(future, k_failed, exception.word())) exception.take();
    return;
  }
  if (settle_once(future, k_done, result.word())) result.take();
}

namespace {

Word not_a_future(Word value) { return throw_class_cast(value, "java.util.concurrent.Future").take(); }

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
namespace abi = slisp::abi;
using abi::k_nil;
using abi::k_pending;

extern "C" {

Word slisp_promise_new() { return word_of(new_sync(SyncSort::Promise, 1)); }

// The promise, or nil when it was delivered before.
Word slisp_deliver(Word target, Word value) {
  Owned next = Owned::adopt(value);
  SyncObject* promise = sync_of(target, SyncSort::Promise);
  if (promise == nullptr) return call(target, std::move(next)).take();       // (promise val), whatever it is
  if (!settle_once(promise, k_done, next.word())) return k_nil;
  next.take();
  return Owned::copy(target).take();
}

Word slisp_future_new(Word function) {
  Owned body = Owned::adopt(function);
  Owned held = adopt_object(new_sync(SyncSort::Future, 2));
  held.as<SyncObject>()->slot[k_function] = body.take();
  return submit(run_future, Owned::copy(held)) ? held.take() : k_pending;
}

// A future that somebody else runs: see executors.
Word slisp_future_unstarted(Word function) {
  SyncObject* future = new_sync(SyncSort::Future, 2);
  future->slot[k_function] = function;
  return word_of(future);
}
Word slisp_future_run(Word future) {
  if (sync_of(future, SyncSort::Future) == nullptr) return not_a_future(future);
  run_future(Owned::copy(future).take());
  return exit_is_pending() ? k_pending : k_nil;
}

std::uint32_t slisp_future_p(Word value) { return sync_of(value, SyncSort::Future) != nullptr; }

std::uint32_t slisp_future_done_p(Word value) {
  if (SyncObject* future = sync_of(value, SyncSort::Future)) return is_settled(future);
  not_a_future(value);
  return abi::k_bool_failed;
}

std::uint32_t slisp_future_cancelled_p(Word value) {
  if (SyncObject* future = sync_of(value, SyncSort::Future)) return __atomic_load_n(&future->state, __ATOMIC_ACQUIRE) == k_cancelled;
  not_a_future(value);
  return abi::k_bool_failed;
}

std::uint32_t slisp_future_cancel(Word value, bool interrupting) {
  SyncObject* future = sync_of(value, SyncSort::Future);
  if (future == nullptr) {
    not_a_future(value);
    return abi::k_bool_failed;
  }
  ThreadRecord* runner;
  {
    GateHold hold(future);
    if (is_settled(future)) return 0;
    __atomic_store_n(&future->state, k_cancelled, __ATOMIC_RELEASE);
    runner = reinterpret_cast<ThreadRecord*>(future->raw);
    if (!interrupting) runner = nullptr;
    if (runner != nullptr) {
      // The runner looks at its state under this gate before it goes on: the interruption is for this task alone.
      __atomic_store_n(&runner->interrupted, 1, __ATOMIC_SEQ_CST);
      __atomic_add_fetch(&runner->references, 1, __ATOMIC_RELAXED);
    }
    hold.gate().wake_all();
  }
  if (runner == nullptr) return 1;
  wake(*runner);
  release_record(runner);
  return 1;
}

}  // extern "C"
