// debug_heap.cpp: the allocation primitives with one malloc block per object, for valgrind and the address sanitizer.
// Idea: linked before the runtime's archive, this file defines all that page_heap.cpp defines, so that member is never drawn.
// Keeps: a list through a head before each object, so that live objects can be told by kind.
#include "runtime/memory/context.hpp"
#include <cstdlib>
#include <cstring>

namespace slisp::rt {
namespace {

struct Block {
  Block* next;
  Block* previous;
  std::size_t bytes;
  std::size_t reserved;     // keeps the object 16-aligned
};
Block* g_blocks = nullptr;
std::uint64_t g_live_bytes = 0, g_peak_bytes = 0;
HeapCounts g_ended{};               // of threads that ended
constinit Lock g_lock;              // guards all of the above

Block* block_of(const Header* object) { return reinterpret_cast<Block*>(reinterpret_cast<std::uintptr_t>(object)) - 1; }
Header* object_of(Block* block) { return reinterpret_cast<Header*>(block + 1); }

void link(Block* block) {
  block->previous = nullptr;
  block->next = g_blocks;
  if (g_blocks != nullptr) g_blocks->previous = block;
  g_blocks = block;
}
void unlink(Block* block) {
  (block->previous != nullptr ? block->previous->next : g_blocks) = block->next;
  if (block->next != nullptr) block->next->previous = block->previous;
}
void note_bytes(std::size_t bytes) {
  g_live_bytes += bytes;
  if (g_live_bytes > g_peak_bytes) g_peak_bytes = g_live_bytes;
}

// The test of the test: SLISP_PLANT_FAULT=leak makes an object that nobody releases, =use-after-free looks at one that is gone. The
// heap report and valgrind must tell of them.
bool planted(const char* fault) {
  const char* wanted = std::getenv("SLISP_PLANT_FAULT");
  return wanted != nullptr && std::strcmp(wanted, fault) == 0;
}
[[gnu::constructor]] void plant_leak() {
  if (planted("leak")) allocate(Kind::Object, sizeof(Header), 0, 0);
}
[[gnu::destructor]] void plant_use_after_free() {
  if (!planted("use-after-free")) return;
  Header* object = allocate(Kind::Object, sizeof(Header), 0, 0);
  free_memory(object);
  retain(reinterpret_cast<Word>(object));
}

}  // namespace

Header* allocate(Kind kind, std::size_t bytes, std::uint16_t slots, std::uint8_t flags) {
  auto* block = static_cast<Block*>(std::malloc(sizeof(Block) + bytes));
  if (block == nullptr) out_of_memory();
  block->bytes = bytes;
  {
    Locked hold(g_lock);
    link(block);
    note_bytes(bytes);
  }
  ++t_state.runtime.allocated;
  Header* object = object_of(block);
  *object = Header{1, kind, flags, slots};
  return object;
}

void free_memory(Header* object) {
  Block* block = block_of(object);
  {
    Locked hold(g_lock);
    unlink(block);
    g_live_bytes -= block->bytes;
  }
  ++t_state.runtime.freed;
  std::free(block);
}

std::size_t usable_size(const Header* object) { return block_of(object)->bytes; }

Header* reallocate(Header* object, std::size_t, std::size_t new_bytes) {
  Block* block = block_of(object);
  if (new_bytes <= block->bytes) return object;
  Locked hold(g_lock);
  unlink(block);
  g_live_bytes -= block->bytes;
  block = static_cast<Block*>(std::realloc(block, sizeof(Block) + new_bytes));
  if (block == nullptr) out_of_memory();
  block->bytes = new_bytes;
  link(block);
  note_bytes(new_bytes);
  return object_of(block);
}

HeapCounts heap_counts() {
  const abi::Runtime& runtime = t_state.runtime;
  Locked hold(g_lock);
  return {runtime.allocated + g_ended.allocated, runtime.freed + g_ended.freed, g_peak_bytes};
}

void heap_attach() {}
void heap_detach() {
  Locked hold(g_lock);
  g_ended.allocated += t_state.runtime.allocated;
  g_ended.freed += t_state.runtime.freed;
}
void heaps_release() {}

void heap_each(void (*visit)(Header*, void*), void* argument) {
  for (Block* block = g_blocks; block != nullptr; block = block->next) visit(object_of(block), argument);
}

}  // namespace slisp::rt
