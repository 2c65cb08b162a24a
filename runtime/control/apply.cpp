// apply.cpp: calling with the elements of a seqable as arguments, be it infinite.
// Keeps: as on the JVM (RT.boundedLength, RestFn.applyTo) one element more than the callee's fixed arguments is looked at and its
//        successor asked for; what remains becomes the rest argument as it is.
#include "runtime/abi/functions.hpp"
#include "runtime/control/call.hpp"
#include "runtime/control/classes.hpp"
#include "runtime/control/exceptions.hpp"
#include "runtime/types/operations.hpp"

namespace slisp::rt {
namespace {

constexpr int k_most = abi::k_max_fixed_arguments;

// The leading cells of a seq: cell[i] is the seq whose first is argument i.
struct Cells {
  Owned cell[k_most + 1];
  int count = 0;               // how many there are, at most limit + 1
  bool failed = false;
};

void walk(Owned seqable, int limit, Cells& cells) {
  Owned seq = Owned::adopt(abi::slisp_seq(seqable.take()));
  while (!seq.failed() && !seq.is_nil() && cells.count <= limit) {
    Owned following = Owned::adopt(abi::slisp_next(Owned::copy(seq).take()));
    cells.cell[cells.count++] = std::move(seq);
    seq = std::move(following);
  }
  cells.failed = seq.failed();
}

// Turns the first `count` cells into their elements.
bool take_elements(Cells& cells, int count, Word* arguments) {
  for (int i = 0; i < count; ++i) {
    arguments[i] = abi::slisp_first(cells.cell[i].take());
    if (arguments[i] != abi::k_pending) continue;
    for (int k = 0; k < i; ++k) release(arguments[k]);
    return false;
  }
  return true;
}

// More arguments than fit an entry, for a callee that takes them all (multimethods).
Owned apply_all(Borrowed f, Cells& cells) {
  Word* block = static_cast<Word*>(scratch_allocate(64 * sizeof(Word)));
  std::size_t count = 0, capacity = 64;
  SeqWalk rest(std::move(cells.cell[0]));
  for (int i = 1; i < cells.count; ++i) cells.cell[i] = Owned();
  Owned element;
  while (rest.next(element)) {
    if (count == capacity) block = static_cast<Word*>(scratch_reallocate(block, (capacity *= 2) * sizeof(Word)));
    block[count++] = element.take();
  }
  Owned result = Owned::pending();
  if (rest.failed()) {
    for (std::size_t i = 0; i < count; ++i) release(block[i]);
  } else {
    result = invoke(f, block, static_cast<std::int64_t>(count));
  }
  scratch_free(block);
  return result;
}

Owned apply_var(Borrowed var, Owned arguments);

Owned apply(Borrowed f, Owned seqable) {
  if (f.is(Kind::Var)) return apply_var(f, std::move(seqable));
  if (user_is(f.word(), ClassId::IFn)) return slisp_type_operations.apply(f.word(), std::move(seqable));
  const abi::FnDescriptor* descriptor = f.is(Kind::Fn) ? f.as<abi::Fn>()->descriptor : nullptr;
  bool variadic = descriptor != nullptr && descriptor->variadic_fixed >= 0;
  int limit = variadic ? descriptor->variadic_fixed : k_most;
  Cells cells;
  walk(std::move(seqable), limit, cells);
  if (cells.failed) return Owned::pending();
  Word arguments[k_most + 1];
  if (cells.count <= limit) {
    if (!take_elements(cells, cells.count, arguments)) return Owned::pending();
    return invoke(f, arguments, cells.count);
  }
  if (variadic) {
    Owned rest = std::move(cells.cell[limit]);
    if (!take_elements(cells, limit, arguments)) return Owned::pending();
    arguments[limit] = rest.take();
    return enter(descriptor->variadic, f.word(), arguments, limit + 1);
  }
  if (f.is(Kind::MultiFn)) return apply_all(f, cells);
  if (!is_instance(ClassId::IFn, f)) return invoke(f, arguments, 0);
  return throw_arity_of(f, k_most + 1);
}

Owned apply_var(Borrowed var, Owned arguments) {
  Owned value = Owned::adopt(abi::slisp_var_get(var.word()));
  if (value.failed()) return value;
  return apply(value, std::move(arguments));
}

}  // namespace
}  // namespace slisp::rt

extern "C" slisp::abi::Word slisp_apply(slisp::abi::Word f, slisp::abi::Word arguments) {
  using namespace slisp::rt;
  return apply(f, Owned::adopt(arguments)).take();
}
