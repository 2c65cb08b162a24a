// context.hpp: the runtime's own part of the thread context, and what the parts of runtime/memory share.
#pragma once
#include "runtime/abi/layout.h"
#include "runtime/api.hpp"
#include "runtime/memory/size_classes.hpp"
#include "runtime/memory/threading.hpp"
#include <array>
#include <atomic>
#include <cstdint>

namespace slisp::rt {

// A free block holds the address of the next one.
struct FreeBlock {
  FreeBlock* next;
};

// How a page stands to its thread.
enum class PageState : std::uint8_t {
  Pool,       // nobody's: never used, or given back
  Current,    // blocks of its class are taken from here
  Available,  // in its class's list, has free blocks
  Full,       // in no list; its next free makes it available
  Large       // holds one object in a mapping of its own
};

struct Heap;

// Head of a 32 KB page, at its start; blocks follow. Found from any object by masking its address. Its heap's thread alone writes to
// it, but for `returned` and `next_returned`.
struct Page {
  FreeBlock* free = nullptr;
  std::uint32_t used = 0;            // blocks in use; one more while Current, so that zero always means: settle it
  std::uint16_t block_bytes = 0;
  std::uint16_t capacity = 0;        // blocks that fit
  std::uint16_t carved = 0;          // blocks that were ever free or used; the rest was never touched
  std::uint8_t size_class = 0;
  PageState state = PageState::Pool;
  std::uint32_t reserved = 0;
  Page* next = nullptr;              // in the list the state names
  Page* previous = nullptr;
  Heap* heap = nullptr;              // whose page it is; null when Large
  union {
    std::uint64_t mapped_bytes = 0;  // Large: of the mapping
    FreeBlock* returned;             // blocks that other threads freed; counted as used until the heap takes them in
  };
  Page* next_returned = nullptr;     // in Heap::returned, while `returned` is not empty
};

// The pages of one thread; when the thread ends, they wait for another one. The thread's lists stand in its Runtime meanwhile.
struct Heap {
  Page* returned = nullptr;          // pages with returned blocks; any thread pushes, the heap's own takes all
  Heap* next = nullptr;              // among the heaps without a thread
  std::array<Page*, k_size_classes> page{}, available{};
};
static_assert(sizeof(Page) <= k_page_header_bytes);

inline Page* page_of(const void* object) {
  return reinterpret_cast<Page*>(reinterpret_cast<std::uintptr_t>(object) & ~std::uintptr_t{k_page_bytes - 1});
}

// The page every class starts with: no free block, so that the fast path needs no null test.
extern Page k_no_page;

// Bindings of dynamic vars of a thread: runtime/names/bindings.cpp.
struct BindingTable;

}  // namespace slisp::rt

namespace slisp::rt {
// Operations that change a collection in place where nobody else has it.
enum class Update : std::uint8_t { Conj, Assoc, Dissoc, Disj, Pop, Merge, Append, Sort, k_count };
using UpdateCounts = std::array<std::array<std::uint64_t, 3>, static_cast<std::size_t>(Update::k_count)>;   // in place, copied, from a constant
}  // namespace slisp::rt

namespace slisp::abi {

struct ThreadRecord;

struct Runtime {
  std::array<rt::Page*, rt::k_size_classes> page;      // current page per class
  std::array<rt::Page*, rt::k_size_classes> available; // further pages with free blocks
  std::uint64_t allocated;                             // objects, ever
  std::uint64_t freed;
  rt::Heap* heap;                                      // whose pages these are
  rt::Header* dead;                                    // release's work list
  bool releasing;
  std::uint32_t number;                                // of this thread; 1 is the first
  rt::BindingTable* bindings;                          // null: none
  ThreadRecord* thread;                                // runtime/threads; null: the first thread, unless it was asked for
  rt::UpdateCounts updates;                            // see updates.hpp
};

}  // namespace slisp::abi

namespace slisp::rt {

// Runtime stands right behind ThreadContext, so that generated code reaches both from r15 with constant offsets.
struct ThreadState {
  abi::ThreadContext context;
  abi::Runtime runtime;
};
// Executables only, so its offset from fs is a constant.
extern constinit thread_local ThreadState t_state [[gnu::tls_model("local-exec")]];
static_assert(offsetof(ThreadState, runtime) + offsetof(abi::Runtime, page) == abi::k_offset_heap_pages);
static_assert(offsetof(ThreadState, runtime) + offsetof(abi::Runtime, allocated) == abi::k_offset_heap_allocated);
static_assert(offsetof(Page, free) == abi::k_offset_page_free && offsetof(Page, used) == abi::k_offset_page_used);
static_assert(k_class_bytes[abi::k_largest_inline_bytes / 8 - 2] == abi::k_largest_inline_bytes);
// runtime/memory/end_object.asm
static_assert(offsetof(ThreadState, runtime) + offsetof(abi::Runtime, freed) == 1088 &&
              offsetof(ThreadState, runtime) + offsetof(abi::Runtime, heap) == 1096);
static_assert(offsetof(Page, state) == 19 && offsetof(Page, heap) == 40 && static_cast<int>(PageState::Full) == 3);
static_assert(static_cast<int>(Kind::String) == 0 && static_cast<int>(Kind::Long) == 3 && static_cast<int>(Kind::Double) == 4 && static_cast<int>(Kind::List) == 12 &&
              static_cast<int>(Kind::Cons) == 13 && static_cast<int>(Kind::Vector) == 21 && static_cast<int>(Kind::ArrayMap) == 25 &&
              static_cast<int>(Kind::Fn) == 36 && static_cast<int>(Kind::VectorNode) == 23 && static_cast<int>(Kind::HashMap) == 26 &&
              static_cast<int>(Kind::MapNode) == 27 && static_cast<int>(Kind::HashSet) == 28 && static_cast<int>(Kind::SetNode) == 29 &&
              static_cast<int>(Kind::Record) == 47);

struct HeapCounts {
  std::uint64_t allocated, freed, peak_bytes;
};
void updates_of_ended_thread(const UpdateCounts& counts);      // added to what update_report says
HeapCounts heap_counts();                        // of all threads that ended and this one
// A thread begins and ends: it gets a heap, it leaves its heap and its counts.
void heap_attach();
void heap_detach();
void heaps_release();                            // no thread but the first will allocate any more
// Every live object, in no order. `visit` must neither allocate nor free objects.
void heap_each(void (*visit)(Header* object, void* argument), void* argument);

// First slot's byte offset, by kinds.def.
inline constexpr std::array<std::uint8_t, static_cast<std::size_t>(Kind::k_count)> k_first_slot = {
#define SLISP_KIND(name, first_slot, class_name) first_slot,
#include "runtime/abi/kinds.def"
#undef SLISP_KIND
};
inline Word* first_slot_of(Header* object) {
  return reinterpret_cast<Word*>(reinterpret_cast<char*>(object) + k_first_slot[static_cast<std::size_t>(object->kind)]);
}

// How many value slots an object has: arrays and vectors may have more than a header can say.
inline std::size_t value_slots(const Header* object) {
  if (object->slots != UINT16_MAX) return object->slots;
  if (object->kind == Kind::Array) return reinterpret_cast<const abi::Array*>(object)->length;
  if (object->kind == Kind::VectorBuffer) return *reinterpret_cast<const std::uint32_t*>(object + 1);   // VectorBuffer::size
  return object->slots;
}

[[noreturn]] void out_of_memory();               // one line on stderr, exit status 1
void collect_cycles();                           // frees what only cycles keep alive
void heap_report();                              // the lines of SLISP_HEAP_REPORT=1 on stderr

}  // namespace slisp::rt
