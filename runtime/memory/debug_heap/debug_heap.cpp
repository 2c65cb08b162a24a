// debug_heap.cpp: the allocation primitives with one malloc block per object, for valgrind and the address sanitizer.
// Idea: linked before the runtime's archive, this file defines all that page_heap.cpp defines, so that member is never drawn.
// Keeps: a list through a head before each object, so that live objects can be told by kind.
#include "runtime/memory/context.hpp"
#include "runtime/memory/most_stack.hpp"
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
// heap report and valgrind must tell of them. =lost-drop-KIND keeps the first object of that kind that dies, as if its last drop were missing.
bool planted(const char* fault) {
  const char* wanted = std::getenv("SLISP_PLANT_FAULT");
  return wanted != nullptr && std::strcmp(wanted, fault) == 0;
}
constexpr const char* k_kind_names[] = {
#define SLISP_KIND(name, first_slot, class_name) #name,
#include "runtime/abi/kinds.def"
#undef SLISP_KIND
};
Kind g_kind_to_lose = Kind::k_count;
[[gnu::constructor]] void plant_lost_drop() {
  for (std::size_t kind = 0; kind < static_cast<std::size_t>(Kind::k_count); ++kind) {
    char fault[64] = "lost-drop-";
    std::strncat(fault, k_kind_names[kind], sizeof fault - sizeof "lost-drop-");
    if (planted(fault)) g_kind_to_lose = static_cast<Kind>(kind);
  }
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
  if (object->kind == g_kind_to_lose) [[unlikely]] {
    g_kind_to_lose = Kind::k_count;
    return;
  }
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
  updates_of_ended_thread(t_state.runtime.updates);
  Locked hold(g_lock);
  g_ended.allocated += t_state.runtime.allocated;
  g_ended.freed += t_state.runtime.freed;
}
void heaps_release() {}

void heap_each(void (*visit)(Header*, void*), void* argument) {
  for (Block* block = g_blocks; block != nullptr; block = block->next) visit(object_of(block), argument);
}

std::size_t most_stack() { return std::size_t{1} << 27; }

}  // namespace slisp::rt

// In the place of end_object.asm: every register but r11 is kept.
extern "C" [[gnu::used]] void slisp_debug_end_object(slisp::rt::Header* object) { slisp::rt::release_slow(object); }
extern "C" [[gnu::used]] void slisp_debug_free_cell(slisp::rt::Header* object) { slisp::rt::free_memory(object); }
asm(R"(
  .text
  .macro slisp_keeping_registers name, name_x, function
  .globl \name, \name_x
  .type \name, @function
  .type \name_x, @function
\name:
\name_x:
  push %rax
  push %rcx
  push %rdx
  push %rsi
  push %rdi
  push %r8
  push %r9
  push %r10
  sub $264, %rsp
  movups %xmm0, (%rsp)
  movups %xmm1, 16(%rsp)
  movups %xmm2, 32(%rsp)
  movups %xmm3, 48(%rsp)
  movups %xmm4, 64(%rsp)
  movups %xmm5, 80(%rsp)
  movups %xmm6, 96(%rsp)
  movups %xmm7, 112(%rsp)
  movups %xmm8, 128(%rsp)
  movups %xmm9, 144(%rsp)
  movups %xmm10, 160(%rsp)
  movups %xmm11, 176(%rsp)
  movups %xmm12, 192(%rsp)
  movups %xmm13, 208(%rsp)
  movups %xmm14, 224(%rsp)
  movups %xmm15, 240(%rsp)
  mov %r11, %rdi
  call \function
  movups (%rsp), %xmm0
  movups 16(%rsp), %xmm1
  movups 32(%rsp), %xmm2
  movups 48(%rsp), %xmm3
  movups 64(%rsp), %xmm4
  movups 80(%rsp), %xmm5
  movups 96(%rsp), %xmm6
  movups 112(%rsp), %xmm7
  movups 128(%rsp), %xmm8
  movups 144(%rsp), %xmm9
  movups 160(%rsp), %xmm10
  movups 176(%rsp), %xmm11
  movups 192(%rsp), %xmm12
  movups 208(%rsp), %xmm13
  movups 224(%rsp), %xmm14
  movups 240(%rsp), %xmm15
  add $264, %rsp
  pop %r10
  pop %r9
  pop %r8
  pop %rdi
  pop %rsi
  pop %rdx
  pop %rcx
  pop %rax
  ret
  .size \name, .-\name
  .size \name_x, .-\name_x
  .endm
  slisp_keeping_registers slisp_end_object, slisp_end_object_x, slisp_debug_end_object
  slisp_keeping_registers slisp_free_cell, slisp_free_cell_x, slisp_debug_free_cell
)");
