// lazy.cpp: lazy seqs: a thunk, run at most once, and what it gave.
// In:   a LazySeq in any state; Out: Realised (a true seq or nil) or Failed (its exception, thrown again at each look).
// Keeps: the thunk is given up before its result is looked at, so captures do not outlive the call; a chain of lazy seqs
// that give lazy seqs
//        is unwrapped in a loop, whatever its length.
#include "runtime/seqs/seqs.hpp"

namespace slisp::rt {
namespace {

Word throw_again(LazySeq* lazy) { return abi::slisp_throw_value(retained(lazy->value)); }

// One step: what the thunk gives, or what the cell holds already. Leaves the cell Running; 0: failed, and so is the cell.
Word take_value(LazySeq* lazy) {
  switch (lazy->state) {
    case LazyState::Running:
      return failure(throw_stack_overflow());  // it needs itself: endless recursion on the JVM
    case LazyState::Failed:
      return throw_again(lazy);
    case LazyState::Realised:
      return retained(lazy->value);
    case LazyState::Valued:
      lazy->state = LazyState::Running;
      return std::exchange(lazy->value, abi::k_nil);
    case LazyState::Unrealised:
      break;
  }
  lazy->state = LazyState::Running;
  Word thunk = std::exchange(lazy->value, abi::k_nil);
  Word value = call(thunk).take();
  release(thunk);
  if (!value) {
    lazy->value = abi::slisp_exception_take();
    lazy->state = LazyState::Failed;
    throw_again(lazy);
  }
  return value;
}

// Follow nested lazy seqs from `value` (owned) to something else. 0: failed.
Word unwrap(Word value) {
  while (is_kind(value, Kind::LazySeq)) {
    auto* inner = at<LazySeq>(value);
    Word next = take_value(inner);
    if (next && inner->state == LazyState::Running) {
      if (inner->header.count != 1) {  // others will look at it: they find what it gave
        inner->value = retained(next);
        inner->state = LazyState::Valued;
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
  if (lazy->state == LazyState::Realised) return true;
  if (stack_exhausted()) {
    (void)throw_stack_overflow();
    return false;
  }
  Word value = take_value(lazy);
  if (!value) return false;
  value = unwrap(value);
  Word seq = value ? seq_of(value) : 0;
  if (!seq) {
    lazy->value = abi::slisp_exception_take();
    lazy->state = LazyState::Failed;
    throw_again(lazy);
    return false;
  }
  lazy->value = seq;
  lazy->state = LazyState::Realised;
  return true;
}

}  // namespace slisp::rt

extern "C" slisp::abi::Word slisp_lazy_seq(slisp::abi::Word thunk) {
  using namespace slisp::rt;
  auto* lazy = allocate_as<LazySeq>(Kind::LazySeq, sizeof(LazySeq), 1);
  lazy->state = LazyState::Unrealised;
  lazy->value = thunk;
  return word_of(lazy);
}

// realized? of a lazy seq; runtime/control refers to it weakly.
extern "C" bool slisp_lazy_seq_realized(slisp::abi::Word lazy);
extern "C" bool slisp_lazy_seq_realized(slisp::abi::Word lazy) {
  using namespace slisp::rt;
  const LazyState state = at<LazySeq>(lazy)->state;
  return state == LazyState::Realised || state == LazyState::Valued;
}
