// records.cpp: the life of threads: starting, ending, interrupting, and how all of them end with the process.
// Keeps: a thread that ended gave its heap and counts back; whoever starts the next thread, or the end of the process, joins it and frees its
//        stack. At the end of the process each thread throws the exit token at its next prologue, allocation of a frame or wait: its stack
//        limit is set above all stacks. What runs on without calling anything is left behind, and said so.
// Idea: the last thing a thread does is to put its record on the list of ended threads; pthread_join then waits for a few instructions.
#include "runtime/abi/functions.hpp"
#include "runtime/control/classes.hpp"
#include "runtime/control/runtime.hpp"
#include "runtime/names/names.hpp"
#include "runtime/threads/threads.hpp"
#include <new>

extern "C" {
[[gnu::weak]] extern slisp::abi::Var* slisp_vars_begin[];
[[gnu::weak]] extern slisp::abi::Var* slisp_vars_end[];
}

namespace slisp::rt {

[[gnu::weak]] int flush_standard_streams();

namespace {

constexpr std::size_t k_thread_stack = std::size_t{64} << 20;
constexpr std::size_t k_stack_reserve = 256 * 1024;     // below the limit, for C++ and GMP
constexpr std::size_t k_kept_stacks = 8;
constexpr std::int64_t k_patience_ms = 1000;            // how long the process waits for a thread that does not end

// The gate of this object guards what follows.
constinit char g_registry = 0;
ThreadRecord* g_running = nullptr;
ThreadRecord* g_ended_threads = nullptr;
std::uint32_t g_running_count = 0, g_waited_for = 0;    // waited for: those that are no daemons
std::uint32_t g_next_number = 2;
sys::Stack g_stacks[k_kept_stacks];
std::size_t g_stack_count = 0;

std::uint32_t g_exiting = 0, g_exit_requested = 0;
std::uint32_t g_main_ends = 0;
constinit ThreadRecord g_first_record;
ThreadState* g_first_state = nullptr;

char* const k_no_stack_left = reinterpret_cast<char*>(~std::uintptr_t{0});

void set_stack_limit(ThreadState* state, char* limit) { __atomic_store_n(&state->context.stack_limit, limit, __ATOMIC_RELAXED); }

sys::Stack take_stack() {
  {
    GateHold hold(&g_registry);
    if (g_stack_count != 0) return g_stacks[--g_stack_count];
  }
  return sys::map_stack(k_thread_stack);
}

void give_stack_back(const sys::Stack& stack) {
  // What a deep recursion touched goes back to the system.
  sys::decommit(stack.base + 4096, stack.bytes - 4096 - 64 * 1024);
  {
    GateHold hold(&g_registry);
    if (g_stack_count != k_kept_stacks && stack.bytes == k_thread_stack) {
      g_stacks[g_stack_count++] = stack;
      return;
    }
  }
  sys::unmap_stack(stack);
}

// Joins the threads that ended.
void reap() {
  for (;;) {
    ThreadRecord* ended;
    {
      GateHold hold(&g_registry);
      ended = g_ended_threads;
      if (ended == nullptr) return;
      g_ended_threads = ended->next;
    }
    sys::join_thread(ended->handle);
    give_stack_back(ended->stack);
    release_record(ended);
  }
}

void enlist(ThreadRecord& record) {
  record.previous = nullptr;
  record.next = g_running;
  if (g_running != nullptr) g_running->previous = &record;
  g_running = &record;
  ++g_running_count;
  if (!record.daemon) ++g_waited_for;
}
void strike_out(ThreadRecord& record) {
  (record.previous != nullptr ? record.previous->next : g_running) = record.next;
  if (record.next != nullptr) record.next->previous = record.previous;
  --g_running_count;
  if (!record.daemon) --g_waited_for;
}

// What runs on the new thread.
void thread_main(void* argument) {
  auto& record = *static_cast<ThreadRecord*>(argument);
  t_state.context.runtime = &t_state.runtime;
  t_state.runtime.thread = &record;
  t_state.runtime.number = record.number;
  heap_attach();
  set_stack_limit(&t_state, record.stack.base + 4096 + k_stack_reserve);
  {
    GateHold hold(&g_registry);
    record.state = &t_state;
  }
  if (exiting()) set_stack_limit(&t_state, k_no_stack_left);
  record.body(std::exchange(record.task, abi::k_nil));
  Word pending = std::exchange(t_state.context.exception, abi::k_pending);
  release(pending);
  release_bindings();
  for (Word* slot : {&record.locals, &record.nested_sends, &record.object}) release(std::exchange(*slot, abi::k_nil));
  {
    GateHold hold(&g_registry);
    record.state = nullptr;
  }
  heap_detach();
  GateHold hold(&g_registry);
  strike_out(record);
  record.next = g_ended_threads;
  g_ended_threads = &record;
  hold.gate().wake_all();
}

// Everybody is to end: who computes meets the stack limit, who waits wakes.
void tell_all_to_end() {
  __atomic_store_n(&g_exiting, 1, __ATOMIC_SEQ_CST);
  {
    GateHold hold(&g_registry);
    for (ThreadRecord* record = g_running; record != nullptr; record = record->next) {
      if (record->state != nullptr) set_stack_limit(record->state, k_no_stack_left);
    }
  }
  wake_all_gates();
}

// System/exit in another thread than the first.
void end_process() {
  __atomic_store_n(&g_exit_requested, 1, __ATOMIC_SEQ_CST);
  set_stack_limit(g_first_state, k_no_stack_left);
  tell_all_to_end();
  const std::int64_t deadline = deadline_after(k_patience_ms);
  sys::Gate& gate = gate_of(&g_registry);
  gate.lock();
  while (__atomic_load_n(&g_main_ends, __ATOMIC_SEQ_CST) == 0 && sys::monotonic_nanoseconds() < deadline) gate.wait(deadline);
  gate.unlock();
  if (__atomic_load_n(&g_main_ends, __ATOMIC_SEQ_CST) != 0) return;
  // The first thread computes or reads without end.
  if (flush_standard_streams != nullptr) flush_standard_streams();
  sys::exit_now(exit_status());
}

}  // namespace

bool exiting() { return __atomic_load_n(&g_exiting, __ATOMIC_SEQ_CST) != 0; }

ThreadRecord& current_thread() {
  ThreadRecord*& record = t_state.runtime.thread;
  if (record == nullptr) {
    record = &g_first_record;
    at_stop([] {
      for (Word* slot : {&g_first_record.locals, &g_first_record.nested_sends, &g_first_record.object}) release(std::exchange(*slot, abi::k_nil));
    });
  }
  return *record;
}

void release_record(ThreadRecord* record) {
  if (__atomic_sub_fetch(&record->references, 1, __ATOMIC_ACQ_REL) == 0) scratch_free(record);
}

void interrupt(ThreadRecord& record) {
  __atomic_store_n(&record.interrupted, 1, __ATOMIC_SEQ_CST);
  wake(record);
}

void wake(ThreadRecord& record) {
  sys::Gate* gate = __atomic_load_n(&record.parked, __ATOMIC_SEQ_CST);
  if (gate == nullptr) return;
  gate->lock();
  gate->wake_all();
  gate->unlock();
}

bool take_interrupt(ThreadRecord& record) { return __atomic_exchange_n(&record.interrupted, 0, __ATOMIC_SEQ_CST) != 0; }

ThreadRecord* start_thread(void (*body)(Word task), Owned task, Borrowed object, bool daemon) {
  if (exiting()) {
    (void)raise(Owned::adopt(word_of(&k_exit_token)));
    return nullptr;
  }
  begin_threading();
  reap();
  mark_shared(task.word());
  mark_shared(object.word());
  sys::Stack stack = take_stack();
  auto* record = new (scratch_allocate(sizeof(ThreadRecord))) ThreadRecord;
  record->references = 2;                  // the thread's own and the caller's
  record->stack = stack;
  record->body = body;
  record->task = task.take();
  record->object = Owned::copy(object).take();
  record->daemon = daemon;
  bool started = false;
  if (stack.base != nullptr) {
    GateHold hold(&g_registry);
    record->number = g_next_number++;
    // Under the gate, so that the thread cannot end before it is on the list and its handle is known.
    started = sys::start_thread(stack, thread_main, record, record->handle);
    if (started) enlist(*record);
  }
  if (started) return record;
  release(record->task);
  release(record->object);
  scratch_free(record);
  if (stack.base != nullptr) sys::unmap_stack(stack);
  (void)throw_new(ClassId::OutOfMemoryError, "unable to create native thread: possibly out of memory or process/resource limits reached");
  return nullptr;
}

void end_of_body(std::string_view thread_name) {
  if (exit_is_pending()) {
    context().exception = abi::k_pending;
    if (!exiting()) end_process();
    return;
  }
  if (!exception_pending()) return;
  Owned exception = Owned::adopt(abi::slisp_exception_take());
  if (flush_standard_streams != nullptr) flush_standard_streams();
  TextBuffer out;
  out.append("Exception in thread \"");
  out.append(thread_name);
  out.append("\" ");
  sys::write_error(out.view());
  report_uncaught(exception);
}

namespace {

bool end_threads(bool wait) {
  if (wait) {
    const Wake wake = wait_for(&g_registry, -1, Patience::Stubborn, [] { return g_waited_for == 0; });
    if (wake == Wake::Failed) context().exception = abi::k_pending;       // another thread ends the process
  }
  __atomic_store_n(&g_main_ends, 1, __ATOMIC_SEQ_CST);
  tell_all_to_end();
  if (g_before_wait != nullptr) g_before_wait();
  sys::Gate& gate = gate_of(&g_registry);
  gate.lock();
  std::uint32_t left = g_running_count;
  std::int64_t deadline = deadline_after(k_patience_ms);
  while (g_running_count != 0 && sys::monotonic_nanoseconds() < deadline) {
    gate.wait(deadline);
    if (g_running_count != left) deadline = deadline_after(k_patience_ms);
    left = g_running_count;
  }
  gate.unlock();
  if (g_after_wait != nullptr) g_after_wait();
  reap();
  if (left != 0) return false;
  drop_waiting_tasks();
  heaps_release();
  while (g_stack_count != 0) sys::unmap_stack(g_stacks[--g_stack_count]);
  return true;
}

bool exit_requested() { return __atomic_load_n(&g_exit_requested, __ATOMIC_SEQ_CST) != 0; }

bool alone() {
  GateHold hold(&g_registry);
  return g_running_count == 0;
}

bool sleep(std::int64_t milliseconds) {
  // Nobody changes what is waited for: only time passes.
  const Wake wake = wait_for(&current_thread(), deadline_after(milliseconds), Patience::Interruptible, [] { return false; });
  if (wake == Wake::Failed && !exit_is_pending()) (void)throw_interrupted("sleep interrupted");
  return wake != Wake::Failed;
}

constexpr Threading k_threading = {mark_shared, load_shared, store_shared, compare_and_set_shared, lock_table, unlock_table, claim,
                                   settle,      sleep,       exiting,      exit_requested, end_threads,            alone};

}  // namespace

void (*g_on_first_thread)() = nullptr;

void begin_threading() {
  if (g_threading != nullptr) return;
  g_first_state = &t_state;
  g_threading = &k_threading;
  for (abi::Var** cell = slisp_vars_begin; cell != slisp_vars_end; ++cell) {
    for (unsigned i = 0; i < (*cell)->header.slots; ++i) mark_shared(first_slot_of(&(*cell)->header)[i]);
  }
  mark_names();
  run_before_threads();
  if (g_on_first_thread != nullptr) g_on_first_thread();
}

}  // namespace slisp::rt
