// context.cpp: the thread context.
// Keeps: constant-initialised, so there is no start-up work and no guard; every class starts with the page that has no blocks.
#include "runtime/memory/context.hpp"

namespace slisp::rt {

constinit Page k_no_page{};

namespace {
constexpr std::array<Page*, k_size_classes> no_pages() {
  std::array<Page*, k_size_classes> pages{};
  for (Page*& page : pages) page = &k_no_page;
  return pages;
}
}  // namespace

constinit thread_local ThreadState t_state{
    .context = {.exception = 0, .stack_limit = nullptr, .arguments = {}, .runtime = nullptr},
    .runtime = {.page = no_pages(), .available = {}, .allocated = 0, .freed = 0, .live_bytes = 0, .peak_bytes = 0,
                .dead = nullptr, .releasing = false, .bindings = nullptr}};

abi::ThreadContext& context() {
  t_state.context.runtime = &t_state.runtime;
  return t_state.context;
}

bool stack_exhausted() { return static_cast<char*>(__builtin_frame_address(0)) < t_state.context.stack_limit; }

Word* slot_of(Header* object, unsigned index) { return first_slot_of(object) + index; }

}  // namespace slisp::rt
