// release.cpp: what happens when a count reaches zero, and counting of objects that threads share.
// Keeps: constant stack, constant extra memory: freeing a list of 10^7 cells or a tree of any depth is a loop.
// Idea: the work list runs through the dead objects themselves, through their first slot. Before an object is put on the list the
//       value of its first slot must be released, and if that dies too it comes next: a chain, so a loop, not a recursion.
// A kind with references or resources outside its slots has a finaliser, called before its block is freed; found weakly, so that a
// program that cannot make such objects does not contain its code. A finaliser may call release().
#include "runtime/memory/context.hpp"
#include <atomic>

namespace slisp::rt {

extern "C" {
[[gnu::weak]] void slisp_finalize_exception(abi::Header* object);   // runtime/control: its trace
[[gnu::weak]] void slisp_finalize_regex(abi::Header* object);       // runtime/regex: its compiled code
[[gnu::weak]] void slisp_finalize_stream(abi::Header* object);      // runtime/io: its buffers and file
[[gnu::weak]] void slisp_finalize_native(abi::Header* object);      // runtime/host: what its type says
[[gnu::weak]] void slisp_finalize_sync(abi::Header* object);        // runtime/threads: a thread's record
}

namespace {

constexpr std::uint64_t bit(Kind kind) { return std::uint64_t{1} << static_cast<unsigned>(kind); }
static_assert(static_cast<unsigned>(Kind::k_count) <= 64);
constexpr std::uint64_t k_finalised =
    bit(Kind::Exception) | bit(Kind::Regex) | bit(Kind::Stream) | bit(Kind::Native) | bit(Kind::Sync);

[[gnu::noinline]] void finalise(Header* object) {
  if (object->kind == Kind::Exception && slisp_finalize_exception != nullptr) slisp_finalize_exception(object);
  if (object->kind == Kind::Regex && slisp_finalize_regex != nullptr) slisp_finalize_regex(object);
  if (object->kind == Kind::Stream && slisp_finalize_stream != nullptr) slisp_finalize_stream(object);
  if (object->kind == Kind::Native && slisp_finalize_native != nullptr) slisp_finalize_native(object);
  if (object->kind == Kind::Sync && slisp_finalize_sync != nullptr) slisp_finalize_sync(object);
}

inline void end(Header* object) {
  if ((k_finalised & bit(object->kind)) != 0) finalise(object);
  free_memory(object);
}

// One reference less. True: it was the last one.
inline bool drop_count(Header* object) {
  std::int32_t count = count_of(object);
  if (count > 0) {
    if (count == INT32_MAX) return false;
    object->count = count - 1;
    return count == 1;
  }
  if (count == 0 || count == INT32_MIN) return false;
  std::atomic_ref<std::int32_t> shared(object->count);
  return shared.fetch_add(1, std::memory_order_acq_rel) == -1;
}

inline bool dies(Word value) { return is_pointer(value) && drop_count(header_of(value)); }

// The object is dead: end it at once if it refers to nothing, else put it on the work list, and what dies with its first slot too.
inline void bury(Header* object, Header*& list) {
  for (;;) {
    if (object->slots == 0) {
      end(object);
      return;
    }
    Word* link = first_slot_of(object);
    Word first = *link;
    *link = word_of(list);
    list = object;
    if (!dies(first)) return;
    object = header_of(first);
  }
}

void end_all(abi::Runtime& runtime) {
  while (Header* object = runtime.dead) {
    Word* slot = first_slot_of(object);
    runtime.dead = reinterpret_cast<Header*>(*slot);
    *slot = abi::k_nil;
    const std::size_t slots = value_slots(object);
    for (std::size_t i = 1; i < slots; ++i) {
      if (dies(slot[i])) bury(header_of(slot[i]), runtime.dead);
    }
    end(object);
  }
}

// What most objects are: few references, all of which live on. Ended at once; false: what was not released is still there.
inline bool end_alone(Header* object) {
  constexpr unsigned k_few = 8;
  if ((k_finalised & bit(object->kind)) != 0 || object->slots > k_few) return false;
  Word* const slot = first_slot_of(object);
  for (unsigned i = 0; i < object->slots; ++i) {
    if (!is_pointer(slot[i])) continue;
    Header* const part = header_of(slot[i]);
    const std::int32_t count = count_of(part);
    if (count == 0 || count == INT32_MAX) continue;
    if (count < 2) return false;
    part->count = count - 1;
    slot[i] = abi::k_nil;
  }
  free_memory(object);
  return true;
}

}  // namespace

void release_slow(Header* object) {
  if (!drop_count(object)) return;
  if (object->slots == 0) return end(object);
  if (end_alone(object)) return;
  abi::Runtime& runtime = t_state.runtime;
  bury(object, runtime.dead);
  if (runtime.releasing) return;          // a finaliser called: the loop below it goes on
  runtime.releasing = true;
  end_all(runtime);
  runtime.releasing = false;
}

void retain_slow(Header* object) {
  if (count_of(object) == INT32_MIN) return;
  std::atomic_ref<std::int32_t>(object->count).fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace slisp::rt
