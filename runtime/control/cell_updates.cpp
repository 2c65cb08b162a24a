// cell_updates.cpp: known updates of what an atom or volatile holds, in place: swap!, vswap! with conj, assoc, update-in and their kin.
// In:   a cell, which update is to come, and those of its arguments that decide whether it can fail.
// Out:  the value, moved out of the cell, which holds nil until cell_put; nil: the update must be done on a copy, as any other function's.
// Keeps: nobody can tell the difference. Nobody else has the value or the cell's thread; no watch and no validator wants to see the old value; the
//        update cannot throw, and runs no code of the program, which might look at the cell: the collections on its path are the runtime's own, as
//        are the keys with which the new key is compared; and the stack has room.
// Idea: an atom must keep its old value until the function returns, so swap! copies, unless the function is known to return.
#include "runtime/collections/maps.hpp"
#include "runtime/collections/simple_keys.hpp"
#include "runtime/collections/small_set.hpp"
#include "runtime/collections/vectors.hpp"
#include "runtime/control/objects.hpp"
#include "runtime/memory/context.hpp"
#include "runtime/memory/threading.hpp"
#include "runtime/types/record.hpp"

using namespace slisp::rt;
using slisp::abi::k_nil;

// Defined by programs compiled with --no-cells-in-place.
extern "C" [[gnu::weak]] const std::uint64_t slisp_cells_copy;

namespace {

// The numbers that stdlib/clojure/core/references.slisp gives them.
enum class Step : std::int64_t { None, Conj, Assoc, Dissoc, Disj, Pop, Count, Update, UpdateIn, AssocIn, Add };

constexpr std::size_t k_stack_room = 64 * 1024;
constexpr std::size_t k_longest_path = 32;
constexpr std::size_t k_most_compared = 16;              // keys of one map that are looked at to be sure

// Is every key with which this one is compared, or which moves for it, simple as well? `key` is.
template <unsigned S> bool meets_simple_keys(Word root, Word key) {
  if (root == k_nil) return true;
  bool failed = false;
  const std::uint32_t hash = key_hash(key, failed);
  for (unsigned shift = 0;; shift += 5) {
    auto* n = at<ChampNode>(root);
    if (is_collision(n)) return false;
    const std::uint32_t bit = bit_of(hash, shift);
    if ((n->data & bit) != 0) return is_simple_key(n->slot[bits_below(n->data, bit) * S]);
    if ((n->nodes & bit) == 0) return true;
    root = Champ<S>::child(n, bit);
  }
}

bool takes_key(Word map, Word key) {
  if (!is_simple_key(key)) return false;
  if (kind_of(map) == Kind::HashMap) return meets_simple_keys<2>(at<HashMap>(map)->root, key);
  if (kind_of(map) != Kind::ArrayMap || map_size(map) > k_most_compared) return false;
  for (std::size_t i = 0; i < map_size(map); ++i)
    if (!is_simple_key(at<Inline>(map)->slot[2 * i])) return false;
  return true;
}
bool takes_element(Word set, Word element) {
  if (kind_of(set) != Kind::HashSet || !is_simple_key(element)) return false;
  return is_small_set(set) || meets_simple_keys<1>(at<HashMap>(set)->root, element);
}
bool has_index(Word key, std::size_t end) { return is_fixnum(key) && to_fixnum(key) >= 0 && static_cast<std::uint64_t>(to_fixnum(key)) < end; }
int field_of(Word record, Word key) {
  const UserClass* c = class_of_object(record);
  for (std::size_t i = 0; i < record_size(c); ++i)
    if (record_keys(c)[i] == key) return static_cast<int>(i);
  return -1;
}

bool can_assoc(Word x, Word key) {
  if (x == k_nil) return is_simple_key(key);
  if (is_vector(x)) return has_index(key, vector_size(x) + 1);
  if (is_kind(x, Kind::Record)) return field_of(x, key) >= 0;
  return is_map(x) && takes_key(x, key);
}
bool can_conj(Word x, Word element) {
  if (x == k_nil || is_vector(x) || is_kind(x, Kind::List) || is_kind(x, Kind::EmptyList)) return true;
  if (is_map(x)) return is_vector(element) && vector_size(element) == 2 && takes_key(x, vector_ref(element, 0));
  return is_set(x) && takes_element(x, element);
}

// What stands at a key of which can_assoc has said yes; borrowed.
Word value_at(Word x, Word key) {
  if (x == k_nil) return k_nil;
  if (is_vector(x)) return has_index(key, vector_size(x)) ? vector_ref(x, static_cast<std::size_t>(to_fixnum(key))) : k_nil;
  if (is_kind(x, Kind::Record)) return slots_of(header_of(x))[1 + field_of(x, key)];
  bool failed = false;
  const Word* entry = map_find(x, key, failed);
  return entry == nullptr ? k_nil : entry[1];
}

// (assoc x k v & more): `more` starts with a key.
bool can_assoc_all(Word x, Word key, Word more) {
  if (!can_assoc(x, key)) return false;
  if (more == k_nil) return true;
  if (!is_map(x)) return false;
  for (bool at_key = true; is_kind(more, Kind::List); more = at<List>(more)->rest, at_key = !at_key) {
    if (at_key && !takes_key(x, at<List>(more)->first)) return false;
    if (at<List>(more)->size == 1) return !at_key;
  }
  return false;
}

bool cannot_fail(Step step, Word x, Word argument, Step inner, Word further) {
  switch (step) {
    case Step::None: return false;
    case Step::Conj: return can_conj(x, argument);
    case Step::Assoc: return can_assoc_all(x, argument, further);
    case Step::Dissoc: return x == k_nil || (is_map(x) && takes_key(x, argument));
    case Step::Disj: return x == k_nil || (is_set(x) && takes_element(x, argument));
    case Step::Pop: return (is_vector(x) && vector_size(x) != 0) || is_kind(x, Kind::List);
    case Step::Count: return is_fixnum(x);                // inc and dec; a long holds what they make of a fixnum
    case Step::Add: return is_fixnum(x) && is_fixnum(argument);
    case Step::Update: return can_assoc(x, argument) && cannot_fail(inner, value_at(x, argument), further, Step::None, k_nil);
    case Step::UpdateIn:
    case Step::AssocIn: {
      if (!is_kind(argument, Kind::Vector)) return false;
      const std::size_t length = vector_size(argument);
      if (length == 0 || length > k_longest_path) return false;
      for (std::size_t i = 0; i < length; ++i) {
        const Word key = vector_ref(argument, i);
        if (!can_assoc(x, key)) return false;
        x = value_at(x, key);
      }
      return step == Step::AssocIn || cannot_fail(inner, x, further, Step::None, k_nil);
    }
  }
  return false;
}

// The cell's value slot, if the value may leave it; else null.
Word* value_to_take(Word cell) {
  if (&slisp_cells_copy != nullptr) return nullptr;
  Word* value = nullptr;
  if (is_kind(cell, Kind::Atom)) {
    auto* atom = at<AtomObject>(cell);
    if (atom->validator != k_nil || atom->watches != k_nil) return nullptr;
    value = &atom->value;
  } else if (is_kind(cell, Kind::Volatile)) {
    value = &at<CellObject>(cell)->value;
  } else {
    return nullptr;
  }
  return is_shared(header_of(cell)) || !is_pointer(*value) || !unique(*value) ? nullptr : value;
}

}  // namespace

extern "C" {

std::uint32_t slisp_cell_alone_p(Word cell) { return is_kind(cell, Kind::Atom) && value_to_take(cell) != nullptr; }

Word slisp_cell_take(Word cell, std::int64_t step, Word argument, std::int64_t inner, Word further) {
  Word* value = value_to_take(cell);
  const auto* here = static_cast<char*>(__builtin_frame_address(0));
  if (value == nullptr || here < t_state.context.stack_limit + k_stack_room) return k_nil;
  if (!cannot_fail(static_cast<Step>(step), *value, argument, static_cast<Step>(inner), further)) return k_nil;
  return std::exchange(*value, k_nil);
}

void slisp_cell_put(Word cell, Word value) { at<CellObject>(cell)->value = value; }
}
