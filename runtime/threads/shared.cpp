// shared.cpp: what several threads see: publishing objects, cells that change under them, computations that one of them runs.
// Keeps: a shared object refers to shared and immortal objects only, so marking stops where it meets one.
// Idea: a slot is read and counted, or replaced, under a lock that its cell's address chooses: a value cannot be freed between the look and
//       the count.
#include "runtime/threads/threads.hpp"
#include "runtime/control/runtime.hpp"
#include "runtime/names/names.hpp"
#include <atomic>

namespace slisp::rt {
namespace {

// The objects whose slots are still to be looked at.
class Unvisited {
 public:
  ~Unvisited() {
    if (items_ != few_) scratch_free(items_);
  }
  void push(Header* object) {
    if (count_ == capacity_) grow();
    items_[count_++] = object;
  }
  Header* pop() { return count_ == 0 ? nullptr : items_[--count_]; }

 private:
  void grow() {
    auto* more = static_cast<Header**>(scratch_allocate(2 * capacity_ * sizeof(Header*)));
    __builtin_memcpy(more, items_, count_ * sizeof(Header*));
    if (items_ != few_) scratch_free(items_);
    items_ = more;
    capacity_ *= 2;
  }
  Header* few_[64];
  Header** items_ = few_;
  std::size_t count_ = 0, capacity_ = 64;
};

void mark_one(Word value, Unvisited& unvisited) {
  if (!is_pointer(value)) return;
  Header* object = header_of(value);
  const std::int32_t count = count_of(object);
  if (count <= 0) return;
  __atomic_store_n(&object->count, count == INT32_MAX ? INT32_MIN : -count, __ATOMIC_RELAXED);
  if (object->slots != 0) unvisited.push(object);
}

struct alignas(64) CellLock {
  std::uint32_t held = 0;
};
constexpr std::size_t k_cell_locks = 64;
constinit CellLock g_cell_locks[k_cell_locks];

class CellHold {
 public:
  explicit CellHold(const void* cell)
      : held_(g_cell_locks[reinterpret_cast<std::uintptr_t>(cell) * 0x9e3779b97f4a7c15u >> 58].held) {
    for (unsigned turn = 1; __atomic_exchange_n(&held_, 1, __ATOMIC_ACQUIRE) != 0; ++turn) {
      while (__atomic_load_n(&held_, __ATOMIC_RELAXED) != 0) {
        if (turn++ % 64 == 0) sys::yield_thread();
        __builtin_ia32_pause();
      }
    }
  }
  ~CellHold() { __atomic_store_n(&held_, 0, __ATOMIC_RELEASE); }
  CellHold(const CellHold&) = delete;
  CellHold& operator=(const CellHold&) = delete;

 private:
  std::uint32_t& held_;
};

}  // namespace

void mark_shared(Word value) {
  Unvisited unvisited;
  mark_one(value, unvisited);
  while (Header* object = unvisited.pop()) {
    const Word* slots = first_slot_of(object);
    for (std::size_t i = 0, count = value_slots(object); i < count; ++i) mark_one(slots[i], unvisited);
  }
}

Word load_shared(const void* cell, const Word* slot) {
  CellHold hold(cell);
  const Word value = *slot;
  retain(value);
  return value;
}

void store_shared(const void* cell, Word* slot, Word value) {
  mark_shared(value);
  Word old;
  {
    CellHold hold(cell);
    old = std::exchange(*slot, value);
  }
  release(old);
}

bool compare_and_set_shared(const void* cell, Word* slot, Word expected, Word value) {
  mark_shared(value);
  Word over = value;            // what is not needed any longer
  bool stored = false;
  {
    CellHold hold(cell);
    if (*slot == expected) {
      over = std::exchange(*slot, value);
      stored = true;
    }
  }
  release(over);
  return stored;
}

void lock_table(Lock& lock) {
  const std::uint64_t me = t_state.runtime.number;
  if (__atomic_load_n(&lock.owner, __ATOMIC_RELAXED) == me) {
    ++lock.depth;
    return;
  }
  std::uint32_t expected = 0;
  if (!__atomic_compare_exchange_n(&lock.state, &expected, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
    while (__atomic_exchange_n(&lock.state, 2, __ATOMIC_ACQUIRE) != 0) sys::wait_on_word(lock.state, 2);
  }
  __atomic_store_n(&lock.owner, me, __ATOMIC_RELAXED);
  lock.depth = 1;
}

void unlock_table(Lock& lock) {
  if (--lock.depth != 0) return;
  __atomic_store_n(&lock.owner, 0, __ATOMIC_RELAXED);
  if (__atomic_exchange_n(&lock.state, 0, __ATOMIC_RELEASE) == 2) sys::wake_one_on_word(lock.state);
}

Claim claim(const Computation& computation) {
  const std::uint32_t me = t_state.runtime.number;
  Claim answer = Claim::Settled;
  const Wake wake = wait_for(computation.cell, -1, Patience::Stubborn, [&] {
    const std::uint32_t state = __atomic_load_n(computation.state, __ATOMIC_ACQUIRE);
    if (state == computation.running) {
      answer = Claim::Mine;
      return *computation.runner == me;
    }
    answer = Claim::Settled;
    if ((computation.claimable >> state & 1) != 0) {
      *computation.before = state;
      *computation.runner = me;
      __atomic_store_n(computation.state, computation.running, __ATOMIC_RELEASE);
      answer = Claim::Claimed;
    }
    return true;
  });
  return wake == Wake::Ready ? answer : Claim::Failed;
}

void settle(const Computation& computation, std::uint32_t state, Word* slot, Word value) {
  mark_shared(value);
  GateHold hold(computation.cell);
  {
    CellHold cell(computation.cell);
    *slot = value;
  }
  __atomic_store_n(computation.state, state, __ATOMIC_RELEASE);
  hold.gate().wake_all();
}

}  // namespace slisp::rt
