// takes.cpp: get, nth and peek that move the value out of a collection.
// In:   a borrowed collection that the caller alone uses until it puts another value into the place, removes the place or releases the whole.
// Out:  the value. Where nobody else has the collection, nor any node on the way to the value, no count changed and nil stands in its place:
//       so what is changed next is unique. Else a count of the value, as the looks give it.
// Keeps: keys are compared as often as a look does it, for a program may have written the comparison.
#include "runtime/collections/maps.hpp"
#include "runtime/collections/tree.hpp"
#include "runtime/collections/vectors.hpp"
#include "runtime/types/record.hpp"

namespace slisp::rt {
namespace {

Word take_from(const Word* place, bool alone) { return alone ? std::exchange(*const_cast<Word*>(place), abi::k_nil) : retained(*place); }

// Does nobody else have the nodes from `root` down to the entry with this hash, which is there?
bool alone_in_trie(Word root, std::uint32_t hash) {
  for (unsigned shift = 0;; shift += 5) {
    if (!unique(root)) return false;
    auto* n = at<ChampNode>(root);
    const std::uint32_t bit = bit_of(hash, shift);
    if (is_collision(n) || (n->data & bit) != 0) return true;
    root = Champ<2>::child(n, bit);
  }
}

// The value in a unique map; `missing` is borrowed.
Word take_from_map(Word map, Word key, Word missing) {
  bool failed = false, alone = true;
  const Word* entry = nullptr;
  if (kind_of(map) == Kind::HashMap) {
    const std::uint32_t hash = key_hash(key, failed);
    const Word root = at<HashMap>(map)->root;
    if (!failed) entry = Champ<2>::find(root, hash, key, failed);
    if (entry != nullptr) alone = alone_in_trie(root, hash);
  } else if (kind_of(map) == Kind::TreeMap) {
    entry = tree_find(at<TreeMap>(map)->root, at<TreeMap>(map)->comparator, key, failed, &alone);
  } else {
    entry = map_find(map, key, failed);
  }
  if (failed) return 0;
  return entry != nullptr ? take_from(entry + 1, alone) : retained(missing);
}

bool take_element(Word v, std::int64_t index, Word& element) {
  if (index < 0 || static_cast<std::uint64_t>(index) >= vector_size(v)) return false;
  const auto place = static_cast<std::size_t>(index);
  if (!alone_down_to(v, place)) return false;
  element = std::exchange(*element_place(v, place), abi::k_nil);
  return true;
}

// Fields alone; further entries are looked at.
bool take_field(Word record, Word key, Word& value) {
  const UserClass* c = class_of_object(record);
  for (std::size_t i = 0; i < record_size(c); ++i) {
    if (record_keys(c)[i] != key) continue;
    value = std::exchange(slots_of(header_of(record))[1 + i], abi::k_nil);
    return true;
  }
  return false;
}

// What a unique collection gives up; false: ask by a look.
bool take(Word x, Word key, Word missing, Word& value) {
  std::int64_t index = 0;
  switch (kind_of(x)) {
    case Kind::ArrayMap:
    case Kind::HashMap:
    case Kind::TreeMap: value = take_from_map(x, key, missing); return true;
    case Kind::Vector:
    case Kind::LargeVector: return vector_index(key, index) && take_element(x, index, value);
    case Kind::Record: return take_field(x, key, value);
    default: return false;
  }
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
using slisp::abi::k_nil;

extern "C" {

Word slisp_get_take(Word x, Word key) {
  Word value;
  return is_pointer(x) && unique(x) && take(x, key, k_nil, value) ? value : slisp::abi::slisp_get(x, key);
}

Word slisp_get_default_take(Word x, Word key, Word missing) {
  Word value;
  if (!is_pointer(x) || !unique(x) || !take(x, key, missing, value)) return slisp::abi::slisp_get_default(x, key, missing);
  release(missing);
  return value;
}

Word slisp_vector_take(Word x, std::int64_t n) {
  Word element;
  return is_vector(x) && unique(x) && take_element(x, n, element) ? element : slisp::abi::slisp_nth_look(x, n);
}

Word slisp_peek_take(Word x) {
  if (is_pointer(x) && unique(x)) {
    Word element;
    if (kind_of(x) == Kind::List) return std::exchange(at<List>(x)->first, k_nil);
    if (is_vector(x) && take_element(x, static_cast<std::int64_t>(vector_size(x)) - 1, element)) return element;
  }
  return slisp::abi::slisp_peek(x);
}
}
