// cells.cpp: atoms with validators and watches, volatiles, reduced values, boxes, and deref of them all.
// Keeps: a load from a cell gives an owned value; a store hands the old one back to the count only when the new one is in place.
#include "runtime/control/cells.hpp"
#include "runtime/abi/functions.hpp"
#include "runtime/control/exceptions.hpp"
#include "runtime/types/operations.hpp"

namespace slisp::rt {
namespace {

Owned new_cell(Kind kind, Owned value) {
  auto* cell = allocate_as<CellObject>(kind, sizeof(CellObject), 1);
  cell->value = value.take();
  return adopt_object(cell);
}

AtomObject* atom_of(Word value) { return is_kind(value, Kind::Atom) ? reinterpret_cast<AtomObject*>(value) : nullptr; }

// Stores a validated value and tells the watches; false: an exception is pending.
bool replace(AtomObject* atom, Owned value) {
  Owned old = Owned::copy(atom->value);
  Owned watches = Owned::copy(atom->watches), now = Owned::copy(value);
  store(atom->value, std::move(value));
  return watches.is_nil() || notify_watches(watches, word_of(atom), old, now);
}

}  // namespace

bool validate(Borrowed validator, Borrowed value) {
  if (validator.is_nil()) return true;
  Owned verdict = call(validator, Owned::copy(value));
  if (verdict.failed()) return false;
  if (verdict.truthy()) return true;
  (void)throw_new(ClassId::IllegalStateException, "Invalid reference state");
  return false;
}

bool notify_watches(Borrowed watches, Borrowed reference, Borrowed old_value, Borrowed new_value) {
  Owned held = Owned::copy(watches);
  MapCursor cursor{};
  Borrowed key = abi::k_nil, watch = abi::k_nil;
  while (next_entry(held, cursor, key, watch)) {
    Owned arguments[] = {Owned::copy(key), Owned::copy(reference), Owned::copy(old_value), Owned::copy(new_value)};
    if (call_block(watch, arguments).failed()) return false;
  }
  return true;
}

}  // namespace slisp::rt

using namespace slisp::rt;
namespace abi = slisp::abi;
using abi::k_nil;
using abi::k_pending;

extern "C" {

Word slisp_atom(Word value) {
  auto* atom = allocate_as<AtomObject>(Kind::Atom, sizeof(AtomObject), 4, abi::k_flag_has_meta);
  atom->value = value;
  atom->validator = atom->watches = atom->meta = k_nil;
  return word_of(atom);
}

std::uint32_t slisp_atom_p(Word value) { return is_kind(value, Kind::Atom); }

Word slisp_atom_get(Word value) {
  if (AtomObject* atom = atom_of(value)) return Owned::copy(atom->value).take();
  return throw_class_cast(value, "clojure.lang.IAtom").take();
}

Word slisp_atom_reset(Word reference, Word value) {
  Owned next = Owned::adopt(value);
  AtomObject* atom = atom_of(reference);
  if (atom == nullptr) return throw_class_cast(reference, "clojure.lang.IAtom").take();
  if (!validate(atom->validator, next)) return k_pending;
  Owned result = Owned::copy(next);
  if (!replace(atom, std::move(next))) return k_pending;
  return result.take();
}

std::uint32_t slisp_atom_compare_and_set(Word reference, Word expected, Word value) {
  Owned next = Owned::adopt(value);
  AtomObject* atom = atom_of(reference);
  if (atom == nullptr) {
    (void)throw_class_cast(reference, "clojure.lang.IAtom");
    return abi::k_bool_failed;
  }
  if (!validate(atom->validator, next)) return abi::k_bool_failed;
  if (atom->value != expected) return 0;
  return replace(atom, std::move(next)) ? 1 : abi::k_bool_failed;
}

Word slisp_atom_validator(Word reference) {
  if (AtomObject* atom = atom_of(reference)) return Owned::copy(atom->validator).take();
  return throw_class_cast(reference, "clojure.lang.IRef").take();
}

Word slisp_atom_set_validator(Word reference, Word function) {
  Owned validator = Owned::adopt(function);
  AtomObject* atom = atom_of(reference);
  if (atom == nullptr) return throw_class_cast(reference, "clojure.lang.IRef").take();
  if (!validate(validator, atom->value)) return k_pending;
  store(atom->validator, std::move(validator));
  return k_nil;
}

Word slisp_add_watch(Word reference_word, Word key_word, Word function) {
  Owned reference = Owned::adopt(reference_word), key = Owned::adopt(key_word), watch = Owned::adopt(function);
  bool is_var = reference.is(Kind::Var);
  if (!is_var && !reference.is(Kind::Atom)) return throw_class_cast(reference, "clojure.lang.IRef").take();
  Word& watches = is_var ? reference.as<abi::Var>()->watches : reference.as<AtomObject>()->watches;
  Owned map = map_assoc(Owned::copy(watches), std::move(key), std::move(watch));
  if (map.failed()) return k_pending;
  store(watches, std::move(map));
  return reference.take();
}

Word slisp_remove_watch(Word reference_word, Word key_word) {
  Owned reference = Owned::adopt(reference_word), key = Owned::adopt(key_word);
  bool is_var = reference.is(Kind::Var);
  if (!is_var && !reference.is(Kind::Atom)) return throw_class_cast(reference, "clojure.lang.IRef").take();
  Word& watches = is_var ? reference.as<abi::Var>()->watches : reference.as<AtomObject>()->watches;
  if (watches == k_nil) return reference.take();
  Owned map = Owned::adopt(abi::slisp_dissoc(Owned::copy(watches).take(), key.word()));
  if (map.failed()) return k_pending;
  store(watches, counted_size(map) == 0 ? Owned() : std::move(map));
  return reference.take();
}

Word slisp_volatile_new(Word value) { return new_cell(Kind::Volatile, Owned::adopt(value)).take(); }
std::uint32_t slisp_volatile_p(Word value) { return is_kind(value, Kind::Volatile); }
Word slisp_volatile_reset(Word reference, Word value) {
  Owned next = Owned::adopt(value);
  if (!is_kind(reference, Kind::Volatile)) return throw_class_cast(reference, "clojure.lang.Volatile").take();
  Owned result = Owned::copy(next);
  store(reinterpret_cast<CellObject*>(reference)->value, std::move(next));
  return result.take();
}

Word slisp_reduced(Word value) { return new_cell(Kind::Reduced, Owned::adopt(value)).take(); }
std::uint32_t slisp_reduced_p(Word value) { return is_kind(value, Kind::Reduced); }
Word slisp_unreduced(Word value) {
  Owned maybe = Owned::adopt(value);
  if (!maybe.is(Kind::Reduced)) return maybe.take();
  return Owned::copy(maybe.as<CellObject>()->value).take();
}

Word slisp_box_new(Word value) { return new_cell(Kind::Box, Owned::adopt(value)).take(); }
Word slisp_box_get(Word box) { return Owned::copy(reinterpret_cast<CellObject*>(box)->value).take(); }
void slisp_box_set(Word box, Word value) { store(reinterpret_cast<CellObject*>(box)->value, Owned::adopt(value)); }

Word slisp_deref(Word reference) {
  if (is_pointer(reference)) {
    Kind kind = header_of(reference)->kind;
    if (kind == Kind::Atom) return Owned::copy(reinterpret_cast<AtomObject*>(reference)->value).take();
    if (kind == Kind::Volatile || kind == Kind::Reduced) return Owned::copy(reinterpret_cast<CellObject*>(reference)->value).take();
    if (kind == Kind::Var) return abi::slisp_var_get(reference);
    if (kind == Kind::Delay) return abi::slisp_force(reference);
    if (asks_type(reference)) return slisp_type_operations.deref(reference);
  }
  if (reference == k_nil) {
    return throw_new(ClassId::NullPointerException, "Cannot invoke \"java.util.concurrent.Future.get()\" because \"fut\" is null").take();
  }
  return throw_class_cast(reference, "java.util.concurrent.Future").take();
}

}  // extern "C"
