// executors.cpp: java.util.concurrent's latches and executors, as far as portable code uses them.
// Idea: an executor borrows threads of the pool, as many at a time as it may have, and each runs waiting tasks until none is left.
#include "runtime/abi/functions.hpp"
#include "runtime/control/classes.hpp"
#include "runtime/threads/threads.hpp"

namespace slisp::rt {
namespace {

constexpr unsigned k_queue = 0;
constexpr std::uint32_t k_shut_down = 1;

std::uint32_t limit_of(const SyncObject* executor) { return static_cast<std::uint32_t>(executor->raw >> 32); }
std::uint32_t active_of(const SyncObject* executor) { return static_cast<std::uint32_t>(executor->raw); }

SyncObject* executor_of(Word value) {
  SyncObject* executor = sync_of(value, SyncSort::Executor);
  if (executor == nullptr) (void)throw_class_cast(value, "java.util.concurrent.ExecutorService");
  return executor;
}
SyncObject* latch_of(Word value) {
  SyncObject* latch = sync_of(value, SyncSort::Latch);
  if (latch == nullptr) (void)throw_class_cast(value, "java.util.concurrent.CountDownLatch");
  return latch;
}

// With the gate held: the task that waits longest, or nil.
Owned next_task(SyncObject* executor) {
  if (executor->slot[k_queue] == abi::k_nil) return Owned();
  Owned task = Owned::adopt(abi::slisp_peek(executor->slot[k_queue]));
  if (task.is_nil()) return task;
  executor->slot[k_queue] = abi::slisp_pop(executor->slot[k_queue]);
  mark_shared(executor->slot[k_queue]);
  return task;
}

void run_tasks(Word word) {
  Owned held = Owned::adopt(word);
  auto* executor = held.as<SyncObject>();
  for (;;) {
    Owned task;
    {
      GateHold hold(executor);
      if (!exiting()) task = next_task(executor);
      if (task.is_nil()) {
        --executor->raw;
        hold.gate().wake_all();
        return;
      }
    }
    run_future(task.take());
    if (exit_is_pending()) end_of_body("pool");
  }
}

bool is_terminated(const SyncObject* executor) {
  return (executor->state & k_shut_down) != 0 && active_of(executor) == 0;
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
namespace abi = slisp::abi;
using abi::k_nil;
using abi::k_pending;

extern "C" {

Word slisp_latch_new(std::int64_t count) {
  if (count < 0) return throw_new(ClassId::IllegalArgumentException, "count < 0").take();
  SyncObject* latch = new_sync(SyncSort::Latch, 0);
  latch->raw = static_cast<std::uint64_t>(count);
  return word_of(latch);
}

Word slisp_latch_count_down(Word value) {
  SyncObject* latch = latch_of(value);
  if (latch == nullptr) return k_pending;
  GateHold hold(latch);
  if (latch->raw != 0 && --latch->raw == 0) hold.gate().wake_all();
  return k_nil;
}

abi::i64_or_failure slisp_latch_count(Word value) {
  SyncObject* latch = latch_of(value);
  if (latch == nullptr) return {0, 0};
  GateHold hold(latch);
  return {static_cast<std::int64_t>(latch->raw), 1};
}

// Milliseconds, negative for ever; false: it took longer.
std::uint32_t slisp_latch_await(Word value, std::int64_t milliseconds) {
  SyncObject* latch = latch_of(value);
  if (latch == nullptr) return abi::k_bool_failed;
  const std::int64_t deadline = milliseconds < 0 ? -1 : deadline_after(milliseconds);
  switch (wait_for(latch, deadline, Patience::Interruptible, [&] { return latch->raw == 0; })) {
    case Wake::Ready: return 1;
    case Wake::TimedOut: return 0;
    case Wake::Failed: break;
  }
  return abi::k_bool_failed;
}

// How many threads it may have.
Word slisp_executor_new(std::int64_t threads) {
  if (threads <= 0) return throw_string(ClassId::IllegalArgumentException, Owned()).take();
  SyncObject* executor = new_sync(SyncSort::Executor, 1);
  executor->raw = static_cast<std::uint64_t>(threads > INT32_MAX ? INT32_MAX : threads) << 32;
  return word_of(executor);
}

// The future of a function of no arguments.
Word slisp_executor_submit(Word value, Word function) {
  Owned body = Owned::adopt(function);
  SyncObject* executor = executor_of(value);
  if (executor == nullptr) return k_pending;
  Owned future = Owned::adopt(abi::slisp_future_unstarted(body.take()));
  mark_shared(value);
  mark_shared(future.word());
  bool refused, grow = false;
  {
    GateHold hold(executor);
    refused = (executor->state & k_shut_down) != 0;
    if (!refused) {
      Word queue = executor->slot[k_queue] == k_nil ? abi::slisp_empty_queue() : executor->slot[k_queue];
      executor->slot[k_queue] = abi::slisp_conj(queue, Owned::copy(future).take());
      mark_shared(executor->slot[k_queue]);
      grow = active_of(executor) < limit_of(executor);
      if (grow) ++executor->raw;
    }
  }
  if (refused) return throw_new(ClassId::RejectedExecutionException, "Task rejected from an executor that was shut down").take();
  if (grow && !submit(run_tasks, Owned::copy(value))) {
    GateHold hold(executor);
    --executor->raw;
    return k_pending;
  }
  return future.take();
}

Word slisp_executor_shutdown(Word value) {
  SyncObject* executor = executor_of(value);
  if (executor == nullptr) return k_pending;
  GateHold hold(executor);
  executor->state |= k_shut_down;
  hold.gate().wake_all();
  return k_nil;
}

// Also drops what has not begun; a list of it.
Word slisp_executor_shutdown_now(Word value) {
  SyncObject* executor = executor_of(value);
  if (executor == nullptr) return k_pending;
  Owned waiting;
  {
    GateHold hold(executor);
    executor->state |= k_shut_down;
    waiting = Owned::adopt(std::exchange(executor->slot[k_queue], k_nil));
    hold.gate().wake_all();
  }
  if (waiting.is_nil()) return empty_list().take();
  return abi::slisp_seq(waiting.take());
}

std::uint32_t slisp_executor_shutdown_p(Word value) {
  SyncObject* executor = executor_of(value);
  if (executor == nullptr) return abi::k_bool_failed;
  GateHold hold(executor);
  return (executor->state & k_shut_down) != 0;
}

std::uint32_t slisp_executor_terminated_p(Word value) {
  SyncObject* executor = executor_of(value);
  if (executor == nullptr) return abi::k_bool_failed;
  GateHold hold(executor);
  return is_terminated(executor);
}

std::uint32_t slisp_executor_await(Word value, std::int64_t milliseconds) {
  SyncObject* executor = executor_of(value);
  if (executor == nullptr) return abi::k_bool_failed;
  switch (wait_for(executor, deadline_after(milliseconds), Patience::Interruptible, [&] { return is_terminated(executor); })) {
    case Wake::Ready: return 1;
    case Wake::TimedOut: return 0;
    case Wake::Failed: break;
  }
  return abi::k_bool_failed;
}

}  // extern "C"
