// objects.cpp: the objects that threads meet at: making them, and what deref, calls and printing ask of them.
#include "runtime/abi/functions.hpp"
#include "runtime/control/call.hpp"
#include "runtime/control/classes.hpp"
#include "runtime/threads/optional.hpp"
#include "runtime/threads/threads.hpp"

namespace slisp::rt {

SyncObject* new_sync(SyncSort sort, unsigned slots) {
  cell_made();
  auto* object = allocate_as<SyncObject>(Kind::Sync, sizeof(SyncObject) + slots * sizeof(Word), static_cast<std::uint16_t>(slots));
  object->sort = sort;
  object->state = 0;
  object->raw = 0;
  for (unsigned i = 0; i < slots; ++i) object->slot[i] = abi::k_nil;
  return object;
}

// A thread's record stands outside the slots.
extern "C" void slisp_finalize_sync(abi::Header* header) {
  auto* object = reinterpret_cast<SyncObject*>(header);
  if (object->sort == SyncSort::Thread && object->raw != 0) release_record(reinterpret_cast<ThreadRecord*>(object->raw));
}

bool is_settled(const SyncObject* object) { return __atomic_load_n(&object->state, __ATOMIC_ACQUIRE) != 0; }

namespace {

constexpr unsigned k_value = SyncObject::k_value;

// ExecutionException, whose message is what the cause prints as.
Word throw_execution(Borrowed cause) {
  TextBuffer message;
  append_shown(message, cause);
  return raise(make_exception(class_object(ClassId::ExecutionException), message.finish(), Owned::copy(cause), Owned())).take();
}

Word value_of(SyncObject* object) {
  if (object->state == k_done) return Owned::copy(object->slot[k_value]).take();
  if (object->state == k_failed) return throw_execution(object->slot[k_value]);
  return throw_string(ClassId::CancellationException, Owned()).take();
}

bool blocks(const SyncObject* object) { return object->sort == SyncSort::Promise || object->sort == SyncSort::Future; }

SyncObject* sync_object(Word value) { return is_kind(value, Kind::Sync) ? reinterpret_cast<SyncObject*>(value) : nullptr; }

Wake wait_until_settled(SyncObject* object, std::int64_t deadline) {
  return wait_for(object, deadline, Patience::Interruptible, [&] { return is_settled(object); });
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
namespace abi = slisp::abi;
using abi::k_nil;
using abi::k_pending;

extern "C" {

std::uint32_t slisp_sync_realized(Word value) {
  const SyncObject* object = reinterpret_cast<SyncObject*>(value);
  if (blocks(object)) return is_settled(object);
  (void)throw_class_cast(value, "clojure.lang.IPending");
  return abi::k_bool_failed;
}

Word slisp_sync_deref(Word value) {
  auto* object = reinterpret_cast<SyncObject*>(value);
  if (blocks(object)) {
    Owned held = Owned::copy(value);
    return wait_until_settled(object, -1) == Wake::Ready ? value_of(object) : k_pending;
  }
  if (object->sort == SyncSort::ThreadLocal && slisp_thread_local_value != nullptr) return slisp_thread_local_value(value);   // .get
  if (object->sort == SyncSort::Agent) return load_cell(object, object->slot[SyncObject::k_value]).take();
  if (object->sort == SyncSort::Ref && slisp_ref_value != nullptr) return slisp_ref_value(value);
  return throw_class_cast(value, "java.util.concurrent.Future").take();
}

// (deref ref ms otherwise): promises and futures alone.
Word slisp_sync_deref_within(Word value, std::int64_t milliseconds, Word otherwise) {
  Owned fallback = Owned::adopt(otherwise), held = Owned::copy(value);
  SyncObject* object = sync_object(value);
  if (object == nullptr || !blocks(object)) return throw_class_cast(value, "java.util.concurrent.Future").take();
  switch (wait_until_settled(object, deadline_after(milliseconds < 0 ? 0 : milliseconds))) {
    case Wake::Ready: return value_of(object);
    case Wake::TimedOut: return fallback.take();
    case Wake::Failed: break;
  }
  return k_pending;
}

// A promise called with a value delivers it; a ref calls what it holds.
Word slisp_sync_invoke(Word callee, Word* block, std::int64_t count) {
  if (sync_of(callee, SyncSort::Promise) != nullptr) {
    if (count == 1) return abi::slisp_deliver(callee, block[0]);
    for (std::int64_t i = 0; i < count; ++i) release(block[i]);
    return throw_arity_of(callee, count).take();
  }
  Owned function = Owned::adopt(slisp_sync_deref(callee));
  if (!function.failed()) return abi::slisp_invoke(function.word(), block, count);
  for (std::int64_t i = 0; i < count; ++i) release(block[i]);
  return k_pending;
}

// For printing.
bool slisp_sync_status(Word value, Owned& content, const char*& status) {
  auto* object = reinterpret_cast<SyncObject*>(value);
  if (blocks(object)) {
    if (!is_settled(object)) {
      status = "pending";
      return true;
    }
    content = Owned::adopt(value_of(object));
    if (!content.failed()) return true;
    content = Owned::adopt(abi::slisp_exception_take());
    status = "failed";
    return true;
  }
  if (object->sort != SyncSort::Agent && object->sort != SyncSort::Ref) return false;
  content = Owned::adopt(slisp_sync_deref(value));
  if (content.failed()) content = Owned::adopt(abi::slisp_exception_take());
  constexpr unsigned k_agent_actions = 3;      // [error actions]
  if (object->sort == SyncSort::Agent) {
    const Owned actions = load_cell(object, object->slot[k_agent_actions]);
    if (!actions.is_nil() && !vector_at(actions, 0).is_nil()) status = "failed";
  }
  return true;
}

}  // extern "C"
