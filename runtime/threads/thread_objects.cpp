// thread_objects.cpp: java.lang.Thread and ThreadLocal.
// Keeps: a Thread object holds its record, and while it runs the record holds the object; the end of the thread cuts that.
#include "runtime/abi/functions.hpp"
#include "runtime/control/classes.hpp"
#include "runtime/threads/optional.hpp"
#include "runtime/threads/threads.hpp"

namespace slisp::rt {
namespace {

constexpr unsigned k_function = 0, k_name = 1;
constexpr std::uint32_t k_new = 0, k_started = 1, k_done = 2, k_state = 3, k_daemon = 4;   // the low bits of state, and a flag

std::uint64_t g_thread_names = 0, g_pool_names = 0;

SyncObject* thread_of(Word value) {
  SyncObject* thread = sync_of(value, SyncSort::Thread);
  if (thread == nullptr) (void)throw_class_cast(value, "java.lang.Thread");
  return thread;
}

std::uint32_t phase_of(const SyncObject* thread) { return __atomic_load_n(&thread->state, __ATOMIC_ACQUIRE) & k_state; }

Owned numbered(std::string_view prefix, std::uint64_t& counter) {
  TextBuffer name;
  name.append(prefix);
  name.append_long(static_cast<std::int64_t>(__atomic_fetch_add(&counter, 1, __ATOMIC_RELAXED)));
  return name.finish();
}

// The Thread object of a thread that nobody made with `new`.
Owned current_object() {
  ThreadRecord& record = current_thread();
  if (record.object != abi::k_nil) return Owned::copy(record.object);
  SyncObject* thread = new_sync(SyncSort::Thread, 2);
  thread->slot[k_name] = record.number == 1 ? make_string("main").take() : numbered("clojure-agent-send-off-pool-", g_pool_names).take();
  thread->state = k_started | (record.number == 1 ? 0 : k_daemon);
  thread->raw = reinterpret_cast<std::uint64_t>(&record);
  __atomic_add_fetch(&record.references, 1, __ATOMIC_RELAXED);
  record.object = word_of(thread);
  return Owned::copy(record.object);
}

// The thread itself and who started it both know its record; the first of them to come enters it.
void note_record(SyncObject* thread, ThreadRecord& record) {
  GateHold hold(thread);
  if (thread->raw != 0) return;
  __atomic_add_fetch(&record.references, 1, __ATOMIC_RELAXED);
  thread->raw = reinterpret_cast<std::uint64_t>(&record);
}

void run_thread(Word task) {
  Owned held = Owned::adopt(task);
  auto* thread = held.as<SyncObject>();
  note_record(thread, current_thread());
  Owned function = load_cell(thread, thread->slot[k_function]);
  { Owned result = function.is_nil() ? Owned() : call(function); }
  store_cell(thread, thread->slot[k_function], Owned());
  function = Owned();
  const Owned name = load_cell(thread, thread->slot[k_name]);
  end_of_body(text_of(name));
  GateHold hold(thread);
  __atomic_store_n(&thread->state, k_done | (thread->state & k_daemon), __ATOMIC_RELEASE);
  hold.gate().wake_all();
}

}  // namespace

Owned thread_name(ThreadRecord&) {
  const Owned thread = current_object();
  return load_cell(thread.as<SyncObject>(), thread.as<SyncObject>()->slot[k_name]);
}

}  // namespace slisp::rt

using namespace slisp::rt;
namespace abi = slisp::abi;
using abi::k_nil;
using abi::k_pending;

extern "C" {

// Function of no arguments or nil, name or nil.
Word slisp_thread_new(Word function, Word name) {
  Owned body = Owned::adopt(function), given = Owned::adopt(name);
  if (given.is_nil()) given = numbered("Thread-", g_thread_names);
  SyncObject* thread = new_sync(SyncSort::Thread, 2);
  thread->slot[k_function] = body.take();
  thread->slot[k_name] = given.take();
  return word_of(thread);
}

Word slisp_thread_start(Word value) {
  SyncObject* thread = thread_of(value);
  if (thread == nullptr) return k_pending;
  bool daemon = false, fresh = false;
  {
    GateHold hold(thread);
    fresh = phase_of(thread) == k_new;
    daemon = (thread->state & k_daemon) != 0;
    if (fresh) thread->state = k_started | (thread->state & k_daemon);
  }
  if (!fresh) return throw_string(ClassId::IllegalThreadStateException, Owned()).take();
  ThreadRecord* record = start_thread(run_thread, Owned::copy(value), value, daemon);
  if (record == nullptr) return k_pending;
  note_record(thread, *record);
  release_record(record);
  return k_nil;
}

// Milliseconds; 0 waits for ever.
Word slisp_thread_join(Word value, std::int64_t milliseconds) {
  SyncObject* thread = thread_of(value);
  if (thread == nullptr) return k_pending;
  if (milliseconds < 0) return throw_new(ClassId::IllegalArgumentException, "timeout value is negative").take();
  const std::int64_t deadline = milliseconds == 0 ? -1 : deadline_after(milliseconds);
  const Wake wake = wait_for(thread, deadline, Patience::Interruptible, [&] { return phase_of(thread) != k_started; });
  return wake == Wake::Failed ? k_pending : k_nil;
}

std::uint32_t slisp_thread_alive_p(Word value) {
  SyncObject* thread = thread_of(value);
  return thread == nullptr ? abi::k_bool_failed : phase_of(thread) == k_started;
}

Word slisp_thread_interrupt(Word value) {
  SyncObject* thread = thread_of(value);
  if (thread == nullptr) return k_pending;
  ThreadRecord* record = nullptr;
  {
    GateHold hold(thread);
    if (phase_of(thread) == k_started) record = reinterpret_cast<ThreadRecord*>(thread->raw);
    if (record != nullptr) __atomic_add_fetch(&record->references, 1, __ATOMIC_RELAXED);
  }
  if (record == nullptr) return k_nil;
  interrupt(*record);
  release_record(record);
  return k_nil;
}

// Was this thread interrupted? With `clear` it is not any longer.
std::uint32_t slisp_thread_interrupted(Word value, bool clear) {
  if (value == k_nil) return clear ? take_interrupt(current_thread()) : __atomic_load_n(&current_thread().interrupted, __ATOMIC_SEQ_CST) != 0;
  SyncObject* thread = thread_of(value);
  if (thread == nullptr) return abi::k_bool_failed;
  GateHold hold(thread);
  auto* record = reinterpret_cast<ThreadRecord*>(thread->raw);
  return phase_of(thread) == k_started && record != nullptr && __atomic_load_n(&record->interrupted, __ATOMIC_SEQ_CST) != 0;
}

Word slisp_thread_set_daemon(Word value, bool daemon) {
  SyncObject* thread = thread_of(value);
  if (thread == nullptr) return k_pending;
  bool started;
  {
    GateHold hold(thread);
    started = phase_of(thread) == k_started;
    if (!started) thread->state = (thread->state & k_state) | (daemon ? k_daemon : 0);
  }
  return started ? throw_string(ClassId::IllegalThreadStateException, Owned()).take() : k_nil;
}

std::uint32_t slisp_thread_daemon_p(Word value) {
  SyncObject* thread = thread_of(value);
  return thread == nullptr ? abi::k_bool_failed : (__atomic_load_n(&thread->state, __ATOMIC_ACQUIRE) & k_daemon) != 0;
}

Word slisp_thread_set_name(Word value, Word name) {
  Owned next = Owned::adopt(name);
  SyncObject* thread = thread_of(value);
  if (thread == nullptr) return k_pending;
  store_cell(thread, thread->slot[k_name], std::move(next));
  return k_nil;
}

Word slisp_thread_current() { return current_object().take(); }

// 1 is the first thread; 0 before it was started.
abi::i64_or_failure slisp_thread_id(Word value) {
  SyncObject* thread = thread_of(value);
  if (thread == nullptr) return {0, 0};
  GateHold hold(thread);
  return {thread->raw == 0 ? 0 : reinterpret_cast<ThreadRecord*>(thread->raw)->number, 1};
}

void slisp_thread_yield() { sys::yield_thread(); }

Word slisp_thread_local_new(Word function) {
  SyncObject* local = new_sync(SyncSort::ThreadLocal, 1);
  local->slot[k_function] = function;
  return word_of(local);
}

// This thread's value; the first look asks the function.
Word slisp_thread_local_get(Word value) {
  SyncObject* local = sync_of(value, SyncSort::ThreadLocal);
  if (local == nullptr) return throw_class_cast(value, "java.lang.ThreadLocal").take();
  ThreadRecord& me = current_thread();
  if (me.locals != k_nil && abi::slisp_contains_p(me.locals, value) == 1) return map_get(me.locals, value).take();
  Owned function = load_cell(local, local->slot[k_function]);
  Owned first = function.is_nil() ? Owned() : call(function);
  if (first.failed()) return k_pending;
  abi::slisp_thread_local_set(value, Owned::copy(first).take());
  return first.take();
}

Word slisp_thread_local_value(Word local) { return abi::slisp_thread_local_get(local); }
Word slisp_thread_local_assign(Word local, Word value, bool keep) {
  if (keep) return abi::slisp_thread_local_set(local, value);
  release(value);
  return abi::slisp_thread_local_remove(local);
}
Word slisp_thread_begin(Word thread) { return abi::slisp_thread_start(thread); }

Word slisp_thread_local_set(Word local, Word value) {
  Owned next = Owned::adopt(value);
  if (sync_of(local, SyncSort::ThreadLocal) == nullptr) return throw_class_cast(local, "java.lang.ThreadLocal").take();
  Word& locals = current_thread().locals;
  Owned map = map_assoc(Owned::adopt(std::exchange(locals, k_nil)), Owned::copy(local), std::move(next));
  if (map.failed()) return k_pending;
  locals = map.take();
  return k_nil;
}

Word slisp_thread_local_remove(Word local) {
  if (sync_of(local, SyncSort::ThreadLocal) == nullptr) return throw_class_cast(local, "java.lang.ThreadLocal").take();
  Word& locals = current_thread().locals;
  if (locals == k_nil) return k_nil;
  Owned map = Owned::adopt(abi::slisp_dissoc(std::exchange(locals, k_nil), local));
  if (map.failed()) return k_pending;
  locals = map.take();
  return k_nil;
}

bool slisp_sync_text(Word value, TextBuffer& out) {
  SyncObject* thread = sync_of(value, SyncSort::Thread);
  if (thread == nullptr) return false;
  const Owned name = load_cell(thread, thread->slot[k_name]);
  out.append("Thread[");
  out.append(text_of(name));
  out.append(",5,main]");
  return true;
}

}  // extern "C"
