// maps.hpp: maps and sets of every kind through one set of functions over raw words.
// `map` and `set` are owned and consumed by updates, borrowed by looks. 0 as result: failed, an exception is pending.
#pragma once
#include "runtime/collections/tree.hpp"

extern "C" {
extern slisp::rt::HashMap slisp_empty_set;
}

namespace slisp::rt {

inline bool is_map_kind(Kind k) { return k == Kind::ArrayMap || k == Kind::HashMap || k == Kind::TreeMap; }
inline bool is_set_kind(Kind k) { return k == Kind::HashSet || k == Kind::TreeSet; }
inline bool is_map(Word w) { return is_map_kind(kind_or_none(w)); }
inline bool is_set(Word w) { return is_set_kind(kind_or_none(w)); }
inline std::size_t array_map_size(const Header* h) { return (h->slots - meta_slots(h)) / 2u; }
inline std::size_t map_size(Word map) {
  Header* h = header_of(map);
  if (h->kind == Kind::ArrayMap) return array_map_size(h);
  return h->kind == Kind::HashMap ? at<HashMap>(map)->size : at<TreeMap>(map)->size;
}
inline std::size_t set_size(Word set) {
  return kind_of(set) == Kind::HashSet ? at<HashMap>(set)->size : at<TreeMap>(set)->size;
}

// Address of the entry's key, the value behind it; null when absent or failed.
const Word* map_find(Word map, Word key, bool& failed);
const Word* set_find(Word set, Word key, bool& failed);
Word map_put(Word map, Word key, Word value);        // consumes all three
Word array_map_put(Word map, Word key, Word value);  // the same, but an ArrayMap stays one beyond 8 entries
Word map_remove(Word map, Word key);                 // key borrowed
// dissoc! of an array map fills the gap with the last entry, as the JVM does.
Word map_remove_transient(Word map, Word key);
Word set_put(Word set, Word element);
Word set_remove(Word set, Word element);    // element borrowed
Word new_hash_map();                        // empty and unique, stays a HashMap
Word new_tree(Kind kind, Word comparator);  // TreeMap or TreeSet; consumes the comparator

// The next entry in the map's order, or null at the end; value behind the key. For sets: the element.
const Word* cursor_next(Word collection, MapCursor& cursor);

}  // namespace slisp::rt
