// context.cpp: the thread context.
// Keeps: constant-initialised, so there is no start-up work and no guard; every class starts with the page that has no blocks.
#include "runtime/memory/context.hpp"

namespace slisp::rt {

constinit Page k_no_page{};
constinit const Threading* g_threading = nullptr;
constinit Heap g_first_heap{};

namespace {
constexpr std::array<Page*, k_size_classes> no_pages() {
  std::array<Page*, k_size_classes> pages{};
  for (Page*& page : pages) page = &k_no_page;
  return pages;
}
}  // namespace

constinit thread_local ThreadState t_state{
    .context = {.exception = 0, .stack_limit = nullptr, .arguments = {}, .runtime = nullptr},
    .runtime = {.page = no_pages(), .available = {}, .allocated = 0, .freed = 0, .heap = &g_first_heap,
                .dead = nullptr, .releasing = false, .number = 1, .bindings = nullptr, .thread = nullptr, .updates = {}}};

namespace {
constexpr unsigned k_most_rooms = 16;
void (*g_rooms[k_most_rooms])() = {};
unsigned g_room_count = 0;
}  // namespace

void before_threads(void (*publish_all)()) {
  for (unsigned i = 0; i < g_room_count; ++i) {
    if (g_rooms[i] == publish_all) return;
  }
  if (g_threading != nullptr) return;
  if (g_room_count == k_most_rooms) fatal("too many rooms registered with before_threads");
  g_rooms[g_room_count++] = publish_all;
}

void run_before_threads() {
  for (unsigned i = 0; i < g_room_count; ++i) g_rooms[i]();
}

abi::ThreadContext& context() {
  t_state.context.runtime = &t_state.runtime;
  return t_state.context;
}

// Other threads raise the limit when the process ends.
bool stack_exhausted() {
  return static_cast<char*>(__builtin_frame_address(0)) < __atomic_load_n(&t_state.context.stack_limit, __ATOMIC_RELAXED);
}

Word* slot_of(Header* object, unsigned index) { return first_slot_of(object) + index; }

}  // namespace slisp::rt
