// thread_names.cpp: what .getName, .start, .set and .remove ask of anything; apart, so that a program that asks does not contain threads.
#include "runtime/abi/functions.hpp"
#include "runtime/control/objects.hpp"
#include "runtime/memory/threading.hpp"
#include "runtime/threads/optional.hpp"

using namespace slisp::rt;

extern "C" {

std::uint32_t slisp_thread_p(Word value) { return is_kind(value, Kind::Sync) && reinterpret_cast<SyncObject*>(value)->sort == SyncSort::Thread; }

Word slisp_thread_name(Word value) {
  if (!slisp_thread_p(value)) return throw_class_cast(value, "java.lang.Thread").take();
  auto* thread = reinterpret_cast<SyncObject*>(value);
  return load_cell(thread, thread->slot[1]).take();
}

std::uint32_t slisp_start_if_thread(Word value) {
  if (!slisp_thread_p(value) || slisp_thread_begin == nullptr) return 0;
  return slisp_thread_begin(value) == slisp::abi::k_pending ? slisp::abi::k_bool_failed : 1;
}

std::uint32_t slisp_assign_if_thread_local(Word value, Word assigned, bool keep) {
  const bool is_local = is_kind(value, Kind::Sync) && reinterpret_cast<SyncObject*>(value)->sort == SyncSort::ThreadLocal;
  if (!is_local || slisp_thread_local_assign == nullptr) {
    release(assigned);
    return 0;
  }
  return slisp_thread_local_assign(value, assigned, keep) == slisp::abi::k_pending ? slisp::abi::k_bool_failed : 1;
}

}  // extern "C"
