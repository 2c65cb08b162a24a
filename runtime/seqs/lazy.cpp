// lazy.cpp: lazy seqs: a thunk, run at most once, and what it gave.
// In:   a LazySeq in any state; Out: Realised (a true seq or nil) or Failed (its exception, thrown again at each look).
// Keeps: the thunk is given up before its result is looked at, so captures do not outlive the call; a chain of lazy seqs
// that give lazy seqs
//        is unwrapped in a loop, whatever its length.
#include "runtime/memory/context.hpp"
#include "runtime/seqs/seqs.hpp"

// runtime/control/calls.asm
extern "C" slisp::abi::Word slisp_enter_thunk(slisp::abi::Code code, slisp::abi::Word self, slisp::abi::ThreadContext* context);

namespace slisp::rt {
namespace {

Computation computation_of(LazySeq* lazy, std::uint32_t* before) {
  return {lazy, reinterpret_cast<std::uint32_t*>(&lazy->state), &lazy->runner, static_cast<std::uint32_t>(LazyState::Running),
          1u << static_cast<unsigned>(LazyState::Unrealised) | 1u << static_cast<unsigned>(LazyState::Valued), before};
}

LazyState state_of(const LazySeq* lazy) {
  return static_cast<LazyState>(__atomic_load_n(reinterpret_cast<const std::uint32_t*>(&lazy->state), __ATOMIC_ACQUIRE));
}

// The cell's new state and value, consumed. While its thunk ran, other threads may have got hold of it.
void settle(LazySeq* lazy, LazyState state, Word value) {
  if (is_shared(&lazy->header)) return g_threading->settle(computation_of(lazy, nullptr), static_cast<std::uint32_t>(state), &lazy->value, value);
  lazy->value = value;
  lazy->state = state;
}

Word throw_again(LazySeq* lazy) { return abi::slisp_throw_value(retained(lazy->value)); }

Word fail(LazySeq* lazy) {
  settle(lazy, LazyState::Failed, abi::slisp_exception_take());
  return throw_again(lazy);
}

// This thread runs it from now on; `before` is the state it was in, or is in when there is nothing to run.
bool claim(LazySeq* lazy, LazyState& before) {
  before = state_of(lazy);
  if (is_shared(&lazy->header)) {
    switch (g_threading->claim(computation_of(lazy, reinterpret_cast<std::uint32_t*>(&before)))) {
      case Claim::Claimed: return true;
      case Claim::Mine: before = LazyState::Running; return false;
      case Claim::Settled: before = state_of(lazy); return false;
      case Claim::Failed: before = LazyState::k_interrupted; return false;
    }
  }
  if (before != LazyState::Unrealised && before != LazyState::Valued) return false;
  lazy->state = LazyState::Running;
  lazy->runner = t_state.runtime.number;
  return true;
}

// One step: what the thunk gives, or what the cell holds already. Leaves the cell Running and `running` true if this thread is to settle it;
// 0: failed, and so is the cell.
Word take_value(LazySeq* lazy, bool& running) {
  LazyState before;
  running = claim(lazy, before);
  if (!running) {
    if (before == LazyState::Running) return failure(throw_stack_overflow());   // it needs itself: endless recursion on the JVM
    if (before == LazyState::Failed) return throw_again(lazy);
    return before == LazyState::Realised ? retained(lazy->value) : 0;
  }
  Word value = std::exchange(lazy->value, abi::k_nil);
  if (before == LazyState::Valued) return value;
  Word thunk = value;
  value = is_kind(thunk, Kind::Fn) ? slisp_enter_thunk(at<abi::Fn>(thunk)->descriptor->entry[0], thunk, &t_state.context) : call(thunk).take();
  release(thunk);
  if (value) return value;
  running = false;
  return fail(lazy);
}

// Follow nested lazy seqs from `value` (owned) to something else. 0: failed.
Word unwrap(Word value) {
  while (is_kind(value, Kind::LazySeq)) {
    auto* inner = at<LazySeq>(value);
    bool running;
    Word next = take_value(inner, running);
    if (running) {
      if (count_of(&inner->header) != 1) {  // others will look at it: they find what it gave
        settle(inner, LazyState::Valued, retained(next));
      } else {
        inner->state = LazyState::Realised;
      }
    }
    release(value);
    if (!next) return 0;
    value = next;
  }
  return value;
}

}  // namespace

bool realise(LazySeq* lazy) {
  if (state_of(lazy) == LazyState::Realised) return true;
  if (stack_exhausted()) {
    (void)throw_stack_overflow();
    return false;
  }
  bool running;
  Word value = take_value(lazy, running);
  if (!value) return false;
  if (!running) {                          // another thread realised it meanwhile
    release(value);
    return true;
  }
  value = unwrap(value);
  Word seq = value ? seq_of(value) : 0;
  if (!seq) {
    fail(lazy);
    return false;
  }
  settle(lazy, LazyState::Realised, seq);
  return true;
}

}  // namespace slisp::rt

extern "C" slisp::abi::Word slisp_lazy_seq(slisp::abi::Word thunk) {
  using namespace slisp::rt;
  auto* lazy = allocate_as<LazySeq>(Kind::LazySeq, sizeof(LazySeq), 1);
  lazy->state = LazyState::Unrealised;
  lazy->runner = 0;
  lazy->value = thunk;
  return word_of(lazy);
}

// realized? of a lazy seq; runtime/control refers to it weakly.
extern "C" bool slisp_lazy_seq_realized(slisp::abi::Word lazy);
extern "C" bool slisp_lazy_seq_realized(slisp::abi::Word lazy) {
  using namespace slisp::rt;
  const LazyState state = state_of(at<LazySeq>(lazy));
  return state == LazyState::Realised || state == LazyState::Valued;
}
