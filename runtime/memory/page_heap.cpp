// page_heap.cpp: the allocator: 32 KB pages, each of one size class, with a free list of its own.
// In:   sizes.
// Out:  blocks of 8-aligned memory; an object's page is found by masking its address.
// Keeps: a page is in at most one list, the one its state names; empty pages go back to the pool, and to the system when the pool is big.
//        A page belongs to one heap, a heap to one thread at a time. What other threads free is pushed on the page's own list, the page on its
//        heap's, and taken in when the heap's thread needs blocks. Arenas, pool and large objects are everybody's, under a lock.
// Idea: free lists per page and class (mimalloc, Leijen 2019): neighbours stay neighbours. One global list per size was measured to
//       degrade 40-fold once a heap had been shuffled.
// The primitives stand alone in this file: linking debug_heap instead of this archive member replaces them all.
#include "runtime/memory/context.hpp"
#include "runtime/memory/most_stack.hpp"
#include "runtime/sys/sys.hpp"
#include <cstring>
#include <new>
#include <utility>

namespace slisp::rt {
namespace {

constexpr std::size_t k_first_arena_bytes = 256 * 1024;
constexpr std::size_t k_largest_arena_bytes = 64 * 1024 * 1024;
constexpr std::size_t k_huge_arena_bytes = 8 * 1024 * 1024;   // from here on arenas ask for huge pages: at most a quarter more is resident
constexpr std::size_t k_huge_page_bytes = 2 * 1024 * 1024;
constexpr std::size_t k_carve_bytes = 4096;            // how much of a page is put on its free list at a time
constexpr std::size_t k_resident_pool_pages = 1024;    // empty pages kept with their memory: 32 MB
constexpr std::size_t k_max_arenas = 16384;

struct Arena {
  char* base;
  std::uint32_t pages;
  std::uint32_t used;       // pages ever handed out
};
Arena g_arenas[k_max_arenas];
unsigned g_arena_count = 0;
std::size_t g_next_arena_bytes = k_first_arena_bytes;
Page* g_pool = nullptr;             // empty pages with memory
Page* g_cold_pool = nullptr;        // empty pages whose memory was given to the system
std::size_t g_pool_pages = 0;
Page* g_large = nullptr;
// A few freed mappings, for the next object of about that size: asking the system for one costs as much as 1000 small objects.
constexpr std::size_t k_cached_mappings = 8;
constexpr std::size_t k_most_cached_bytes = 4 * 1024 * 1024;   // of all together
Page* g_large_cache[k_cached_mappings];
std::size_t g_cached_bytes = 0;
std::uint64_t g_live_bytes = 0;     // pages in use and large mappings
std::uint64_t g_peak_bytes = 0;
HeapCounts g_ended{};               // of threads that ended
Heap* g_heaps_without_thread = nullptr;
constinit Lock g_lock;              // guards all of the above

void note_bytes(std::uint64_t bytes) {
  g_live_bytes += bytes;
  if (g_live_bytes > g_peak_bytes) g_peak_bytes = g_live_bytes;
}

void link_front(Page*& list, Page* page) {
  page->previous = nullptr;
  page->next = list;
  if (list != nullptr) list->previous = page;
  list = page;
}
void unlink(Page*& list, Page* page) {
  (page->previous != nullptr ? page->previous->next : list) = page->next;
  if (page->next != nullptr) page->next->previous = page->previous;
}

// The last arena has room for a page; asks for smaller arenas as the system gets tight.
void grow_arenas() {
  if (g_arena_count == k_max_arenas) out_of_memory();
  for (std::size_t bytes = g_next_arena_bytes; bytes >= k_page_bytes; bytes /= 2) {
    const bool huge = bytes >= k_huge_arena_bytes;
    void* base = sys::map_memory(bytes, huge ? k_huge_page_bytes : k_page_bytes);
    if (base == nullptr) continue;
    if (huge) sys::prefer_huge_pages(base, bytes);
    g_arenas[g_arena_count++] = {static_cast<char*>(base), static_cast<std::uint32_t>(bytes / k_page_bytes), 0};
    if (g_next_arena_bytes < k_largest_arena_bytes) g_next_arena_bytes *= 2;
    return;
  }
  out_of_memory();
}

void take_in_of_ended_threads();

Page* take_page() {
  Locked hold(g_lock);
  if (g_pool == nullptr && g_heaps_without_thread != nullptr) take_in_of_ended_threads();
  Page* page = g_pool;
  if (page != nullptr) {
    g_pool = page->next;
    --g_pool_pages;
  } else if (g_cold_pool != nullptr) {
    page = g_cold_pool;
    g_cold_pool = page->next;
  } else {
    if (g_arena_count == 0 || g_arenas[g_arena_count - 1].used == g_arenas[g_arena_count - 1].pages) grow_arenas();
    Arena& arena = g_arenas[g_arena_count - 1];
    page = reinterpret_cast<Page*>(arena.base + std::size_t{arena.used++} * k_page_bytes);
  }
  note_bytes(k_page_bytes);
  return page;
}

void give_page_back(Page* page) {
  Locked hold(g_lock);
  g_live_bytes -= k_page_bytes;
  page->state = PageState::Pool;
  page->used = page->carved = 0;
  if (g_pool_pages < k_resident_pool_pages) {
    ++g_pool_pages;
    page->next = g_pool;
    g_pool = page;
    return;
  }
  // The head's own 4 KB stays, for the link.
  sys::decommit(reinterpret_cast<char*>(page) + 4096, k_page_bytes - 4096);
  page->next = g_cold_pool;
  g_cold_pool = page;
}

// Puts untouched blocks of the page on its free list.
void carve(Page* page) {
  std::uint32_t count = static_cast<std::uint32_t>(k_carve_bytes / page->block_bytes) + 1;
  const std::uint32_t left = page->capacity - std::uint32_t{page->carved};
  if (count > left) count = left;
  char* start = reinterpret_cast<char*>(page) + k_page_header_bytes + std::size_t{page->carved} * page->block_bytes;
  for (std::uint32_t i = count; i-- > 0;) {
    auto* block = reinterpret_cast<FreeBlock*>(start + std::size_t{i} * page->block_bytes);
    block->next = page->free;
    page->free = block;
  }
  page->carved = static_cast<std::uint16_t>(page->carved + count);
}

// What other threads freed becomes free for this heap's thread. `list`: the heap's available pages by class.
void take_in(Heap& heap, std::array<Page*, k_size_classes>& available) {
  Page* page = std::atomic_ref(heap.returned).exchange(nullptr, std::memory_order_acquire);
  while (page != nullptr) {
    Page* next = page->next_returned;       // read before the page can be pushed again
    FreeBlock* first = std::atomic_ref(page->returned).exchange(nullptr, std::memory_order_acq_rel);
    FreeBlock* last = first;
    for (--page->used; last->next != nullptr; last = last->next) --page->used;
    last->next = page->free;
    page->free = first;
    if (page->state == PageState::Full) {
      page->state = PageState::Available;
      link_front(available[page->size_class], page);
    }
    if (page->used == 0) {
      unlink(available[page->size_class], page);
      give_page_back(page);
    }
    page = next;
  }
}

// The memory runs out: pages of threads that ended may have become empty. Nobody else uses those heaps while the lock is held.
void take_in_of_ended_threads() {
  for (Heap* heap = g_heaps_without_thread; heap != nullptr; heap = heap->next) take_in(*heap, heap->available);
}

// The class's current page has no free block: give it more, or replace it.
[[gnu::noinline]] Page* page_with_room(unsigned size_class) {
  abi::Runtime& runtime = t_state.runtime;
  if (std::atomic_ref(runtime.heap->returned).load(std::memory_order_relaxed) != nullptr) take_in(*runtime.heap, runtime.available);
  Page* page = runtime.page[size_class];
  if (page->free != nullptr) return page;
  if (page->carved < page->capacity) {
    carve(page);
    return page;
  }
  if (page != &k_no_page) {
    page->state = PageState::Full;
    --page->used;
  }
  page = runtime.available[size_class];
  if (page != nullptr) {
    unlink(runtime.available[size_class], page);
  } else {
    page = take_page();
    page->free = nullptr;
    page->used = page->carved = 0;
    page->size_class = static_cast<std::uint8_t>(size_class);
    page->block_bytes = static_cast<std::uint16_t>(k_class_bytes[size_class]);
    page->capacity = static_cast<std::uint16_t>((k_page_bytes - k_page_header_bytes) / page->block_bytes);
    page->heap = runtime.heap;
    page->returned = nullptr;
  }
  page->state = PageState::Current;
  ++page->used;
  runtime.page[size_class] = page;
  if (page->free == nullptr) carve(page);
  return page;
}

std::size_t large_mapping_bytes(std::size_t bytes) {
  std::size_t needed = bytes + k_page_header_bytes;
  if (needed < bytes || needed > (std::size_t{1} << 46)) out_of_memory();
  return (needed + 4095) & ~std::size_t{4095};
}

// A cached mapping that fits without wasting more than half of it; null when there is none.
Page* take_cached_mapping(std::size_t mapped) {
  for (Page*& cached : g_large_cache) {
    if (cached == nullptr || cached->mapped_bytes < mapped || cached->mapped_bytes / 2 > mapped) continue;
    g_cached_bytes -= cached->mapped_bytes;
    return std::exchange(cached, nullptr);
  }
  return nullptr;
}
// A mapping that holds no object any more.
void give_mapping_back(Page* page) {
  if (g_cached_bytes + page->mapped_bytes <= k_most_cached_bytes) {
    for (Page*& cached : g_large_cache) {
      if (cached != nullptr) continue;
      g_cached_bytes += page->mapped_bytes;
      cached = page;
      return;
    }
  }
  sys::unmap_memory(page, page->mapped_bytes);
}

void* allocate_large(std::size_t bytes) {
  std::size_t mapped = large_mapping_bytes(bytes);
  Locked hold(g_lock);
  Page* page = take_cached_mapping(mapped);
  if (page == nullptr) {
    page = static_cast<Page*>(sys::map_memory(mapped, k_page_bytes));
    if (page == nullptr) out_of_memory();
    page->mapped_bytes = mapped;
    if (mapped >= k_huge_arena_bytes) sys::prefer_huge_pages(page, mapped);
  }
  page->state = PageState::Large;
  page->heap = nullptr;
  page->used = 1;
  link_front(g_large, page);
  note_bytes(page->mapped_bytes);
  return reinterpret_cast<char*>(page) + k_page_header_bytes;
}

void free_large(Page* page) {
  Locked hold(g_lock);
  unlink(g_large, page);
  g_live_bytes -= page->mapped_bytes;
  give_mapping_back(page);
}

// A page became empty, or was full before this free.
[[gnu::noinline]] void settle(Page* page) {
  switch (page->state) {
    case PageState::Full:
      page->state = PageState::Available;
      link_front(t_state.runtime.available[page->size_class], page);
      if (page->used != 0) return;
      [[fallthrough]];
    case PageState::Available:
      unlink(t_state.runtime.available[page->size_class], page);
      give_page_back(page);
      return;
    case PageState::Large:
    case PageState::Current:
    case PageState::Pool:
      return;
  }
}

// The block of a large object, or of a page of another thread. The page stays where it is until its heap has taken the block in: the
// block counts as used.
[[gnu::noinline]] void free_elsewhere(Page* page, Header* object) {
  if (page->heap == nullptr) return free_large(page);
  auto* block = reinterpret_cast<FreeBlock*>(object);
  std::atomic_ref returned(page->returned);
  FreeBlock* head = returned.load(std::memory_order_relaxed);
  do {
    block->next = head;
  } while (!returned.compare_exchange_weak(head, block, std::memory_order_acq_rel, std::memory_order_relaxed));
  if (head != nullptr) return;
  Heap* heap = page->heap;
  std::atomic_ref pages(heap->returned);
  Page* first = pages.load(std::memory_order_relaxed);
  do {
    page->next_returned = first;
  } while (!pages.compare_exchange_weak(first, page, std::memory_order_acq_rel, std::memory_order_relaxed));
}

// One store: kind, flags and slots stand above the count.
inline Header* write_header(void* block, Kind kind, std::uint16_t slots, std::uint8_t flags) {
  std::uint64_t bits = 1 | static_cast<std::uint64_t>(kind) << 32 | static_cast<std::uint64_t>(flags) << 40 |
                       static_cast<std::uint64_t>(slots) << 48;
  std::memcpy(block, &bits, sizeof bits);
  return static_cast<Header*>(block);
}

inline void* take_block(Page* page) {
  FreeBlock* block = page->free;
  page->free = block->next;
  ++page->used;
  ++t_state.runtime.allocated;
  return block;
}

// The class has no free block at hand, or the object is not small. Apart from the fast path, which so needs no stack frame.
[[gnu::noinline]] Header* allocate_slow(Kind kind, std::size_t bytes, std::uint16_t slots, std::uint8_t flags) {
  if (bytes > k_medium_bytes) {
    ++t_state.runtime.allocated;
    return write_header(allocate_large(bytes), kind, slots, flags);
  }
  unsigned size_class = bytes <= k_small_bytes ? k_small_class[(bytes + 7) / 8] : k_medium_class[(bytes + 127) / 128];
  Page* page = t_state.runtime.page[size_class];
  if (page->free == nullptr) page = page_with_room(size_class);
  return write_header(take_block(page), kind, slots, flags);
}

void visit_page(Page* page, void (*visit)(Header*, void*), void* argument) {
  std::uint64_t is_free[k_page_bytes / 16 / 64] = {};
  char* blocks = reinterpret_cast<char*>(page) + k_page_header_bytes;
  for (FreeBlock* list : {page->free, page->returned}) {
    for (FreeBlock* block = list; block != nullptr; block = block->next) {
      std::size_t index = static_cast<std::size_t>(reinterpret_cast<char*>(block) - blocks) / page->block_bytes;
      is_free[index / 64] |= std::uint64_t{1} << index % 64;
    }
  }
  for (std::size_t i = 0; i < page->carved; ++i) {
    if ((is_free[i / 64] >> i % 64 & 1) == 0) visit(reinterpret_cast<Header*>(blocks + i * page->block_bytes), argument);
  }
}

}  // namespace

Header* allocate(Kind kind, std::size_t bytes, std::uint16_t slots, std::uint8_t flags) {
  if (bytes > k_small_bytes) [[unlikely]] return allocate_slow(kind, bytes, slots, flags);
  Page* page = t_state.runtime.page[k_small_class[(bytes + 7) / 8]];
  if (page->free == nullptr) [[unlikely]] return allocate_slow(kind, bytes, slots, flags);
  return write_header(take_block(page), kind, slots, flags);
}

void free_memory(Header* object) {
  ++t_state.runtime.freed;
  Page* page = page_of(object);
  if (page->heap != t_state.runtime.heap) [[unlikely]] return free_elsewhere(page, object);
  auto* block = reinterpret_cast<FreeBlock*>(object);
  block->next = page->free;
  page->free = block;
  if (--page->used == 0 || page->state == PageState::Full) [[unlikely]] settle(page);
}

std::size_t usable_size(const Header* object) {
  const Page* page = page_of(object);
  return page->state == PageState::Large ? page->mapped_bytes - k_page_header_bytes : page->block_bytes;
}

Header* reallocate(Header* object, std::size_t old_bytes, std::size_t new_bytes) {
  if (new_bytes <= usable_size(object)) return object;
  Page* page = page_of(object);
  if (page->state == PageState::Large) {
    std::size_t mapped = large_mapping_bytes(new_bytes);
    std::size_t old_mapped = page->mapped_bytes;
    Locked hold(g_lock);
    unlink(g_large, page);
    Page* moved = take_cached_mapping(mapped);      // its memory is there already
    if (moved != nullptr) {
      const std::size_t its_bytes = moved->mapped_bytes;
      std::memcpy(reinterpret_cast<char*>(moved), reinterpret_cast<const char*>(page), k_page_header_bytes + old_bytes);
      moved->mapped_bytes = its_bytes;
      note_bytes(its_bytes - old_mapped);
      give_mapping_back(page);
    } else {
      moved = static_cast<Page*>(sys::remap_memory(page, old_mapped, mapped, k_page_bytes));
      if (moved == nullptr) out_of_memory();
      moved->mapped_bytes = mapped;
      note_bytes(mapped - old_mapped);
      if (mapped >= k_huge_arena_bytes) sys::prefer_huge_pages(moved, mapped);
    }
    link_front(g_large, moved);
    return reinterpret_cast<Header*>(reinterpret_cast<char*>(moved) + k_page_header_bytes);
  }
  Header* moved = allocate(object->kind, new_bytes, object->slots, object->flags);
  std::memcpy(reinterpret_cast<char*>(moved), reinterpret_cast<const char*>(object), old_bytes);
  // A move is no birth: the counts tell objects, not blocks.
  --t_state.runtime.allocated;
  free_memory(object);
  --t_state.runtime.freed;
  return moved;
}

HeapCounts heap_counts() {
  const abi::Runtime& runtime = t_state.runtime;
  Locked hold(g_lock);
  return {runtime.allocated + g_ended.allocated, runtime.freed + g_ended.freed, g_peak_bytes};
}

void heap_attach() {
  abi::Runtime& runtime = t_state.runtime;
  Heap* heap;
  {
    Locked hold(g_lock);
    heap = g_heaps_without_thread;
    if (heap != nullptr) g_heaps_without_thread = heap->next;
  }
  if (heap == nullptr) {
    heap = new (scratch_allocate(sizeof(Heap))) Heap;
    for (Page*& page : heap->page) page = &k_no_page;
  }
  runtime.heap = heap;
  runtime.page = heap->page;
  runtime.available = heap->available;
}

void heap_detach() {
  abi::Runtime& runtime = t_state.runtime;
  updates_of_ended_thread(runtime.updates);
  Heap* heap = runtime.heap;
  take_in(*heap, runtime.available);
  for (Page*& page : runtime.page) {
    if (page == &k_no_page || page->used != 1) continue;
    page->used = 0;
    give_page_back(page);
    page = &k_no_page;
  }
  heap->page = runtime.page;
  heap->available = runtime.available;
  Locked hold(g_lock);
  g_ended.allocated += runtime.allocated;
  g_ended.freed += runtime.freed;
  heap->next = g_heaps_without_thread;
  g_heaps_without_thread = heap;
}

void heaps_release() {
  abi::Runtime& runtime = t_state.runtime;
  take_in_of_ended_threads();
  for (unsigned a = 0; a < g_arena_count; ++a) {
    for (std::size_t p = 0; p < g_arenas[a].used; ++p) {
      auto* page = reinterpret_cast<Page*>(g_arenas[a].base + p * k_page_bytes);
      if (page->state != PageState::Pool) page->heap = runtime.heap;
    }
  }
  auto adopt = [&runtime](Page* page) {
    if (page->free == nullptr && page->carved == page->capacity) {
      page->state = PageState::Full;
      return;
    }
    page->state = PageState::Available;
    link_front(runtime.available[page->size_class], page);
    if (page->used == 0) settle(page);
  };
  while (Heap* heap = g_heaps_without_thread) {
    g_heaps_without_thread = heap->next;
    for (std::size_t i = 0; i < k_size_classes; ++i) {
      if (Page* page = heap->page[i]; page != &k_no_page) {
        --page->used;
        adopt(page);
      }
      while (Page* page = heap->available[i]) {
        unlink(heap->available[i], page);
        adopt(page);
      }
    }
    scratch_free(heap);
  }
}

void heap_each(void (*visit)(Header*, void*), void* argument) {
  for (unsigned a = 0; a < g_arena_count; ++a) {
    for (std::size_t p = 0; p < g_arenas[a].used; ++p) {
      auto* page = reinterpret_cast<Page*>(g_arenas[a].base + p * k_page_bytes);
      if (page->state != PageState::Pool && page->used != 0) visit_page(page, visit, argument);
    }
  }
  for (Page* page = g_large; page != nullptr; page = page->next) {
    visit(reinterpret_cast<Header*>(reinterpret_cast<char*>(page) + k_page_header_bytes), argument);
  }
}

std::size_t most_stack() { return std::size_t{1} << 30; }

}  // namespace slisp::rt
