// cells.cpp: atoms, volatiles, reduced values, boxes; deref, validators and watches of all references.
// Keeps: a load from a cell gives an owned value; a store hands the old one back to the count only when the new one is in place.
#include "runtime/control/cells.hpp"
#include "runtime/abi/functions.hpp"
#include "runtime/collections/maps.hpp"
#include "runtime/control/classes.hpp"
#include "runtime/control/exceptions.hpp"
#include "runtime/memory/threading.hpp"
#include "runtime/types/operations.hpp"

// Promises, futures, agents and refs: only programs with such objects contain it.
extern "C" [[gnu::weak]] slisp::abi::Word slisp_sync_deref(slisp::abi::Word reference);
extern "C" [[gnu::weak]] slisp::abi::Word slisp_sync_deref_within(slisp::abi::Word reference, std::int64_t milliseconds, slisp::abi::Word otherwise);

namespace slisp::rt {
namespace {

Owned new_cell(Kind kind, Owned value) {
  auto* cell = allocate_as<CellObject>(kind, sizeof(CellObject), 1);
  cell->value = value.take();
  return adopt_object(cell);
}

AtomObject* atom_of(Word value) { return is_kind(value, Kind::Atom) ? reinterpret_cast<AtomObject*>(value) : nullptr; }

// Tells the watches of a value that is in place; false: an exception is pending.
bool tell(AtomObject* atom, Borrowed old, Borrowed now) {
  Owned watches = load_cell(atom, atom->watches);
  return watches.is_nil() || notify_watches(watches, word_of(atom), old, now);
}

// Stores the value if `expected` stands there still. Consumes the value.
bool compare_and_set(AtomObject* atom, Word expected, Owned value) {
  if (is_shared(&atom->header)) return g_threading->compare_and_set(atom, &atom->value, expected, value.take());
  if (atom->value != expected) return false;
  release(std::exchange(atom->value, value.take()));
  return true;
}

bool validate_atom(AtomObject* atom, Borrowed value) {
  Owned validator = load_cell(atom, atom->validator);
  return validate(validator, value);
}

Word not_a_reference(Word value) { return throw_class_cast(value, "clojure.lang.IRef").take(); }

// Puts what `change` makes of it into the place of a slot's value, whoever else does so meanwhile.
template <class Change> bool update_cell(const ReferenceSlots& slots, Word* slot, Change change) {
  for (;;) {
    Owned old = load_cell(slots.cell, *slot);
    Owned changed = change(Owned::copy(old));
    if (changed.failed()) return false;
    if (!is_shared(slots.cell)) {
      release(std::exchange(*slot, changed.take()));
      return true;
    }
    if (g_threading->compare_and_set(slots.cell, slot, old.word(), changed.take())) return true;
  }
}

// What a validator throws goes out as it is, but for exceptions that Java makes one declare.
bool refuse_with_cause() {
  if (exit_is_pending()) return false;
  Owned exception = Owned::adopt(abi::slisp_exception_take());
  if (!is_instance(ClassId::Exception, exception) || is_instance(ClassId::RuntimeException, exception)) {
    (void)raise(std::move(exception));
    return false;
  }
  (void)raise(make_exception(class_object(ClassId::IllegalStateException), make_string("Invalid reference state"), std::move(exception), Owned()));
  return false;
}

}  // namespace

bool reference_slots(Borrowed reference, ReferenceSlots& slots) {
  if (reference.is(Kind::Atom)) {
    auto* atom = reference.as<AtomObject>();
    slots = {&atom->header, &atom->watches, &atom->validator, &atom->value};
    return true;
  }
  if (reference.is(Kind::Var)) {
    auto* var = reference.as<abi::Var>();
    slots = {&var->header, &var->watches, nullptr, &var->root};
    return true;
  }
  if (reference.is(Kind::Sync)) {
    auto* object = reference.as<SyncObject>();
    slots = {&object->header, &object->slot[SyncObject::k_watches], &object->slot[SyncObject::k_validator], &object->slot[SyncObject::k_value]};
    return object->sort == SyncSort::Agent || object->sort == SyncSort::Ref;
  }
  return false;
}

namespace {
Owned validator_key() { return keyword("slisp.core", "validator"); }
}  // namespace

Owned var_validator(Borrowed var) {
  const auto* cell = var.as<abi::Var>();
  if (cell->watches == abi::k_nil) return Owned();
  const Owned watches = load_cell(cell, cell->watches), key = validator_key();
  return Owned::copy(map_get(watches, key));
}

bool validate(Borrowed validator, Borrowed value) {
  if (validator.is_nil()) return true;
  Owned verdict = call(validator, Owned::copy(value));
  if (verdict.failed()) return refuse_with_cause();
  if (verdict.truthy()) return true;
  (void)throw_new(ClassId::IllegalStateException, "Invalid reference state");
  return false;
}

bool notify_watches(Borrowed watches, Borrowed reference, Borrowed old_value, Borrowed new_value) {
  Owned held = Owned::copy(watches);
  const Owned no_watch = reference.is(Kind::Var) ? validator_key() : Owned();
  MapCursor cursor{};
  Borrowed key = abi::k_nil, watch = abi::k_nil;
  while (next_entry(held, cursor, key, watch)) {
    if (!no_watch.is_nil() && key.word() == no_watch.word()) continue;
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
  cell_made();
  auto* atom = allocate_as<AtomObject>(Kind::Atom, sizeof(AtomObject), 4, abi::k_flag_has_meta);
  atom->value = value;
  atom->validator = atom->watches = atom->meta = k_nil;
  return word_of(atom);
}

std::uint32_t slisp_atom_p(Word value) { return is_kind(value, Kind::Atom); }

Word slisp_atom_get(Word value) {
  if (AtomObject* atom = atom_of(value)) return load_cell(atom, atom->value).take();
  return throw_class_cast(value, "clojure.lang.IAtom").take();
}

Word slisp_atom_reset(Word reference, Word value) {
  Owned next = Owned::adopt(value);
  AtomObject* atom = atom_of(reference);
  if (atom == nullptr) return throw_class_cast(reference, "clojure.lang.IAtom").take();
  Owned hold = Owned::copy(reference);
  if (!validate_atom(atom, next)) return k_pending;
  for (;;) {
    Owned old = load_cell(atom, atom->value);
    if (!compare_and_set(atom, old.word(), Owned::copy(next))) continue;
    return tell(atom, old, next) ? next.take() : k_pending;
  }
}

std::uint32_t slisp_atom_compare_and_set(Word reference, Word expected, Word value) {
  Owned next = Owned::adopt(value);
  AtomObject* atom = atom_of(reference);
  if (atom == nullptr) {
    (void)throw_class_cast(reference, "clojure.lang.IAtom");
    return abi::k_bool_failed;
  }
  if (!validate_atom(atom, next)) return abi::k_bool_failed;
  if (!compare_and_set(atom, expected, Owned::copy(next))) return 0;
  return tell(atom, expected, next) ? 1 : abi::k_bool_failed;
}

Word slisp_atom_validator(Word reference) {
  ReferenceSlots slots;
  if (!reference_slots(reference, slots)) return not_a_reference(reference);
  if (is_kind(reference, Kind::Var)) return var_validator(reference).take();
  return slots.validator == nullptr ? k_nil : load_cell(slots.cell, *slots.validator).take();
}

Word slisp_atom_set_validator(Word reference, Word function) {
  Owned validator = Owned::adopt(function);
  ReferenceSlots slots;
  if (!reference_slots(reference, slots)) return not_a_reference(reference);
  Owned value = load_cell(slots.cell, *slots.value);
  if (is_kind(reference, Kind::Var)) {
    if (!value.failed() && !validate(validator, value)) return k_pending;
    const Owned key = validator_key();
    const bool done = update_cell(slots, slots.watches, [&](Owned map) {
      if (map.is_nil()) map = Owned::adopt(new_hash_map());
      if (!validator.is_nil()) return map_assoc(std::move(map), Owned::copy(key), Owned::copy(validator));
      map = Owned::adopt(abi::slisp_dissoc(map.take(), key.word()));
      return map.failed() || counted_size(map) != 0 ? std::move(map) : Owned();
    });
    return done ? k_nil : k_pending;
  }
  if (slots.validator == nullptr) return not_a_reference(reference);
  if (!validate(validator, value)) return k_pending;
  store_cell(slots.cell, *slots.validator, std::move(validator));
  return k_nil;
}

Word slisp_add_watch(Word reference_word, Word key_word, Word function) {
  Owned reference = Owned::adopt(reference_word), key = Owned::adopt(key_word), watch = Owned::adopt(function);
  ReferenceSlots slots;
  if (!reference_slots(reference, slots)) return not_a_reference(reference.word());
  // A hash map from the first watch on: its order is the order in which watches are told on the JVM.
  const bool added = update_cell(slots, slots.watches, [&](Owned map) {
    if (map.is_nil()) map = Owned::adopt(new_hash_map());
    return map_assoc(std::move(map), Owned::copy(key), Owned::copy(watch));
  });
  return added ? reference.take() : k_pending;
}

Word slisp_remove_watch(Word reference_word, Word key_word) {
  Owned reference = Owned::adopt(reference_word), key = Owned::adopt(key_word);
  ReferenceSlots slots;
  if (!reference_slots(reference, slots)) return not_a_reference(reference.word());
  const bool removed = update_cell(slots, slots.watches, [&](Owned map) {
    if (map.is_nil()) return map;
    map = Owned::adopt(abi::slisp_dissoc(map.take(), key.word()));
    return map.failed() || counted_size(map) != 0 ? std::move(map) : Owned();
  });
  return removed ? reference.take() : k_pending;
}

// The watches of a reference whose value went from one to the other.
Word slisp_notify_watches(Word reference, Word old_value, Word new_value) {
  ReferenceSlots slots;
  if (!reference_slots(reference, slots)) return not_a_reference(reference);
  Owned watches = load_cell(slots.cell, *slots.watches);
  return watches.is_nil() || notify_watches(watches, reference, old_value, new_value) ? k_nil : k_pending;
}

Word slisp_validate(Word validator, Word value) { return validate(validator, value) ? k_nil : k_pending; }

Word slisp_volatile_new(Word value) {
  cell_made();
  return new_cell(Kind::Volatile, Owned::adopt(value)).take();
}
std::uint32_t slisp_volatile_p(Word value) { return is_kind(value, Kind::Volatile); }
Word slisp_volatile_reset(Word reference, Word value) {
  Owned next = Owned::adopt(value);
  if (!is_kind(reference, Kind::Volatile)) return throw_class_cast(reference, "clojure.lang.Volatile").take();
  Owned result = Owned::copy(next);
  auto* cell = reinterpret_cast<CellObject*>(reference);
  store_cell(cell, cell->value, std::move(next));
  return result.take();
}

Word slisp_reduced(Word value) { return new_cell(Kind::Reduced, Owned::adopt(value)).take(); }
std::uint32_t slisp_reduced_p(Word value) { return is_kind(value, Kind::Reduced); }
Word slisp_unreduced(Word value) {
  Owned maybe = Owned::adopt(value);
  if (!maybe.is(Kind::Reduced)) return maybe.take();
  return Owned::copy(maybe.as<CellObject>()->value).take();
}

Word slisp_box_new(Word value) {
  cell_made();
  return new_cell(Kind::Box, Owned::adopt(value)).take();
}
Word slisp_box_get(Word box) { return load_cell(reinterpret_cast<CellObject*>(box), reinterpret_cast<CellObject*>(box)->value).take(); }
void slisp_box_set(Word box, Word value) {
  auto* cell = reinterpret_cast<CellObject*>(box);
  store_cell(cell, cell->value, Owned::adopt(value));
}

Word slisp_deref_within(Word reference, std::int64_t milliseconds, Word otherwise) {
  if (is_kind(reference, Kind::Sync) && slisp_sync_deref_within != nullptr) return slisp_sync_deref_within(reference, milliseconds, otherwise);
  release(otherwise);
  if (reference == k_nil) {
    return throw_new(ClassId::NullPointerException,
                     "Cannot invoke \"java.util.concurrent.Future.get(long, java.util.concurrent.TimeUnit)\" because \"fut\" is null").take();
  }
  return throw_class_cast(reference, "java.util.concurrent.Future").take();
}

Word slisp_deref(Word reference) {
  if (is_pointer(reference)) {
    Kind kind = header_of(reference)->kind;
    if (kind == Kind::Atom || kind == Kind::Volatile) {
      auto* cell = reinterpret_cast<CellObject*>(reference);
      static_assert(offsetof(CellObject, value) == offsetof(AtomObject, value));
      return load_cell(cell, cell->value).take();
    }
    if (kind == Kind::Reduced) return Owned::copy(reinterpret_cast<CellObject*>(reference)->value).take();
    if (kind == Kind::Sync && slisp_sync_deref != nullptr) return slisp_sync_deref(reference);
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
