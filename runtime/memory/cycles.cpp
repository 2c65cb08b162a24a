// cycles.cpp: free what only cycles keep alive: an atom that holds a closure that holds the atom.
// In:   the heap, every live object initialised.
// Out:  all objects freed that no reference from outside the heap (stack, static cell, table of the runtime) leads to.
// Keeps: an object with a count higher than the references the heap holds to it is a root; what it reaches stays.
// Idea: trial deletion over the whole heap at once: subtract inner references from counts (Bacon & Rajan 2001), mark from what is
//       left over, the rest is garbage. References outside slots are unknown here and so count as from outside: nothing is freed early.
// When: at exit, and when enough cells were made since the last time: only what is made mutable can close a cycle. `Enough` grows with the heap, so
//       that a look costs a bounded number of visits per cell, and doubles while nothing is found.
#include "runtime/abi/functions.hpp"
#include "runtime/memory/context.hpp"
#include <algorithm>

namespace slisp::rt {
namespace {

struct Entry {
  Header* object;
  std::uint32_t inner;        // references to it from slots of live objects
  bool reached;
};

class Census {
 public:
  explicit Census(std::uint64_t objects) {
    capacity_ = 64;
    while (capacity_ < objects * 2) capacity_ *= 2;
    entries_ = static_cast<Entry*>(scratch_allocate(capacity_ * sizeof(Entry)));
    for (std::size_t i = 0; i < capacity_; ++i) entries_[i] = {nullptr, 0, false};
    stack_ = static_cast<Entry**>(scratch_allocate((objects + 1) * sizeof(Entry*)));
  }
  ~Census() {
    scratch_free(entries_);
    scratch_free(stack_);
  }
  Census(const Census&) = delete;
  Census& operator=(const Census&) = delete;

  void enter(Header* object) {
    if (object->count != 0 && object->count != INT32_MAX && object->count != INT32_MIN) *place(object) = {object, 0, false};
  }
  Entry* find(Word value) {
    if (!is_pointer(value) || header_of(value)->count == 0) return nullptr;
    Entry* entry = place(header_of(value));
    return entry->object == nullptr ? nullptr : entry;
  }
  template <class Do> void each(Do action) {
    for (std::size_t i = 0; i < capacity_; ++i) {
      if (entries_[i].object != nullptr) action(entries_[i]);
    }
  }
  void reach(Entry& entry) {
    if (entry.reached) return;
    std::size_t depth = 0;
    entry.reached = true;
    stack_[depth++] = &entry;
    while (depth > 0) {
      Header* object = stack_[--depth]->object;
      for (std::size_t i = 0, n = value_slots(object); i < n; ++i) {
        Entry* child = find(first_slot_of(object)[i]);
        if (child == nullptr || child->reached) continue;
        child->reached = true;
        stack_[depth++] = child;
      }
    }
  }

 private:
  Entry* place(Header* object) {
    std::size_t index = (word_of(object) >> 3) * 0x9e3779b97f4a7c15u >> 20 & (capacity_ - 1);
    while (entries_[index].object != nullptr && entries_[index].object != object) index = (index + 1) & (capacity_ - 1);
    return &entries_[index];
  }
  Entry* entries_;
  Entry** stack_;
  std::size_t capacity_;
};

}  // namespace

void collect_cycles() {
  if (g_threading != nullptr && !g_threading->alone()) return;     // nobody may change the heap meanwhile
  HeapCounts counts = heap_counts();
  if (counts.allocated == counts.freed) return;
  Census census(counts.allocated - counts.freed);
  heap_each([](Header* object, void* argument) { static_cast<Census*>(argument)->enter(object); }, &census);
  census.each([&](Entry& entry) {
    for (std::size_t i = 0, n = value_slots(entry.object); i < n; ++i) {
      if (Entry* child = census.find(first_slot_of(entry.object)[i])) ++child->inner;
    }
  });
  census.each([&](Entry& entry) {
    std::int64_t count = entry.object->count;
    if ((count < 0 ? -count : count) > entry.inner) census.reach(entry);
  });
  // Hold all garbage, cut its references, let it go: counts then free it like anything else.
  census.each([&](Entry& entry) {
    if (!entry.reached) retain(word_of(entry.object));
  });
  census.each([&](Entry& entry) {
    if (entry.reached) return;
    for (std::size_t i = 0, n = value_slots(entry.object); i < n; ++i) {
      Word& slot = first_slot_of(entry.object)[i];
      Word old = slot;
      slot = abi::k_nil;
      release(old);
    }
  });
  census.each([&](Entry& entry) {
    if (!entry.reached) release(word_of(entry.object));
  });
}

namespace {
constexpr std::uint64_t k_fewest_cells = 1024, k_most_patience = 1024;
std::uint64_t g_cells = 0, g_cells_wanted = k_fewest_cells, g_patience = 1;
}  // namespace

// All objects are whole here, and whoever needs one holds a count of it.
void cell_made() {
  if (g_threading != nullptr || ++g_cells < g_cells_wanted) return;
  g_cells = 0;
  const HeapCounts before = heap_counts();
  collect_cycles();
  const HeapCounts after = heap_counts();
  const std::uint64_t live = after.allocated - after.freed;
  g_patience = after.freed != before.freed ? 1 : std::min(g_patience * 2, k_most_patience);
  g_cells_wanted = std::max({k_fewest_cells, live / 4, after.peak_bytes / k_page_bytes}) * g_patience;
}

}  // namespace slisp::rt

extern "C" void slisp_gc_cycles() { slisp::rt::collect_cycles(); }
