// maps.cpp: array maps, and the operations that choose between the map kinds.
// Keeps: an ArrayMap grows to 8 entries and becomes a HashMap at the 9th; larger ones come from array-map alone. Metadata
// stays.
//        Updates work in place where the map is unique; failing ones consume the map and leave nothing behind.
#include "runtime/collections/maps.hpp"
#include "runtime/collections/small_set.hpp"

namespace slisp::rt {
namespace {

// Index of the key's slot, or -1.
int array_find(const Header* h, Word key, bool& failed) {
  const Word* slot = reinterpret_cast<const Inline*>(h)->slot;
  const int end = static_cast<int>(2 * array_map_size(h));
  for (int i = 0; i < end; i += 2)
    if (slot[i] == key) return i;
  if (is_kind(key, Kind::Keyword)) return -1;
  for (int i = 0; i < end; i += 2) {
    if (key_equal(key, slot[i], failed)) return i;
    if (failed) return -1;
  }
  return -1;
}

// Moves the entries of an array map into a new hash map; the array map is consumed. 0: failed.
Word to_hash_map(Word map) {
  Word hash_map = with_meta_of(new_hash_map(), meta_of(map));
  const auto* entries = at<Inline>(map);
  const std::size_t count = 2 * array_map_size(&entries->header);
  for (std::size_t i = 0; i < count && hash_map; i += 2)
    hash_map = map_put(hash_map, retained(entries->slot[i]), retained(entries->slot[i + 1]));
  release(map);
  return hash_map;
}

Word array_put(Word map, Word key, Word value, std::size_t limit) {
  Header* h = header_of(map);
  bool failed = false;
  const int found = array_find(h, key, failed);
  if (failed) {
    release(map);
    release(key);
    release(value);
    return 0;
  }
  if (found >= 0) {
    release(key);
    if (at<Inline>(map)->slot[found + 1] == value) {
      release(value);
      return map;
    }
    h = own(&map);
    release(std::exchange(reinterpret_cast<Inline*>(h)->slot[found + 1], value));
    return map;
  }
  const std::size_t size = array_map_size(h);
  if (size >= limit) {
    map = to_hash_map(map);
    if (map) return map_put(map, key, value);
    release(key);
    release(value);
    return 0;
  }
  const auto place = static_cast<unsigned>(2 * size);
  if (count_of(h) == 1) {
    h = open_slots(h, place, 2);
  } else {
    Header* copy =
        allocate(Kind::ArrayMap, bytes_of(h) + 2 * sizeof(Word), static_cast<std::uint16_t>(h->slots + 2), h->flags);
    Word *from = slots_of(h), *to = slots_of(copy);
    for (unsigned i = 0; i < place; ++i) to[i] = retained(from[i]);
    if (meta_slots(h)) to[place + 2] = retained(from[place]);
    release(map);
    h = copy;
  }
  Word* slot = slots_of(h) + place;
  slot[0] = key;
  slot[1] = value;
  return word_of(h);
}

Word array_remove(Word map, Word key, bool fill_with_last) {
  bool failed = false;
  const int found = array_find(header_of(map), key, failed);
  if (failed) {
    release(map);
    return 0;
  }
  if (found < 0) return map;
  Header* h = own(&map);
  Word* slot = slots_of(h);
  Word old_key = slot[found], old_value = slot[found + 1];
  const auto last = static_cast<unsigned>(2 * array_map_size(h) - 2);
  if (fill_with_last) {
    slot[found] = slot[last];
    slot[found + 1] = slot[last + 1];
    close_slots(h, last, 2);
  } else {
    close_slots(h, static_cast<unsigned>(found), 2);
  }
  release(old_key);
  release(old_value);
  return map;
}

// What is left to do after an insertion into the trie or tree of a map: Failed and Replaced leave the key to be released.
Word finish_put(Word map, Change change, Word key, Word value) {
  if (change == Change::Added) return map;
  release(key);
  if (change == Change::Replaced) return map;
  release(value);
  if (change == Change::Same) return map;
  release(map);
  return 0;
}

Word hash_put(Word map, Word key, Word value) {
  bool failed = false;
  const std::uint32_t hash = key_hash(key, failed);
  if (failed) return finish_put(map, Change::Failed, key, value);
  if (!unique(map)) {  // nothing to copy when the value is there already
    const Word* entry = Champ<2>::find(at<HashMap>(map)->root, hash, key, failed);
    if (failed) return finish_put(map, Change::Failed, key, value);
    if (entry && entry[1] == value) return finish_put(map, Change::Same, key, value);
  }
  auto* m = reinterpret_cast<HashMap*>(own(&map));
  m->hash = 0;
  if (m->root == abi::k_nil) {
    m->root = Champ<2>::node_of_one(hash, key, value);
    m->size = 1;
    return map;
  }
  const Change change = Champ<2>::insert(&m->root, 0, hash, key, value);
  if (change == Change::Added) ++m->size;
  return finish_put(map, change, key, value);
}

Word tree_put(Word map, Word key, Word value) {
  auto* m = reinterpret_cast<TreeMap*>(own(&map));
  Change change = Change::Failed;
  bool failed = false;
  if (m->root == abi::k_nil && m->comparator == abi::k_nil) check_comparable(key, failed);
  if (!failed) change = tree_insert<2>(&m->root, m->comparator, key, value);
  if (change == Change::Added) ++m->size;
  return finish_put(map, change, key, value);
}

std::uint32_t next_index(MapCursor& cursor) {
  if (!cursor.started) cursor.index[0] = 0;
  cursor.started = true;
  return cursor.index[0]++;
}

}  // namespace

Word new_hash_map() {
  auto* m = allocate_as<HashMap>(Kind::HashMap, sizeof(HashMap), 1);
  m->size = m->hash = 0;
  m->root = abi::k_nil;
  return word_of(m);
}

Word new_tree(Kind kind, Word comparator) {
  auto* m = allocate_as<TreeMap>(kind, sizeof(TreeMap), 2);
  m->size = 0;
  m->root = abi::k_nil;
  m->comparator = comparator;
  return word_of(m);
}

const Word* map_find(Word map, Word key, bool& failed) {
  Header* h = header_of(map);
  if (h->kind == Kind::ArrayMap) {
    const int found = array_find(h, key, failed);
    return found < 0 ? nullptr : reinterpret_cast<Inline*>(h)->slot + found;
  }
  if (h->kind == Kind::TreeMap) {
    auto* m = reinterpret_cast<TreeMap*>(h);
    return tree_find(m->root, m->comparator, key, failed);
  }
  const std::uint32_t hash = key_hash(key, failed);
  return failed ? nullptr : Champ<2>::find(reinterpret_cast<HashMap*>(h)->root, hash, key, failed);
}

Word map_put(Word map, Word key, Word value) {
  switch (kind_of(map)) {
    case Kind::ArrayMap:
      return array_put(map, key, value, k_array_map_limit);
    case Kind::HashMap:
      return hash_put(map, key, value);
    default:
      return tree_put(map, key, value);
  }
}

Word array_map_put(Word map, Word key, Word value) {
  if (kind_of(map) != Kind::ArrayMap) return map_put(map, key, value);
  return array_put(map, key, value, k_array_map_maximum);
}

Word map_remove(Word map, Word key) {
  if (kind_of(map) == Kind::ArrayMap) return array_remove(map, key, false);
  bool failed = false;
  const Word* entry = map_find(map, key, failed);
  if (!entry) {
    if (!failed) return map;
    release(map);
    return 0;
  }
  Change change;
  if (kind_of(map) == Kind::HashMap) {
    const std::uint32_t hash = key_hash(key, failed);
    auto* m = reinterpret_cast<HashMap*>(own(&map));
    m->hash = 0;
    change = failed ? Change::Failed : Champ<2>::remove(&m->root, 0, hash, key);
    if (change == Change::Removed && --m->size == 0) release(std::exchange(m->root, abi::k_nil));
  } else {
    auto* m = reinterpret_cast<TreeMap*>(own(&map));
    change = tree_remove<2>(&m->root, m->comparator, key);
    if (change == Change::Removed) --m->size;
  }
  if (change != Change::Failed) return map;
  release(map);
  return 0;
}

Word map_remove_transient(Word map, Word key) {
  return kind_of(map) == Kind::ArrayMap ? array_remove(map, key, true) : map_remove(map, key);
}

const Word* cursor_next(Word collection, MapCursor& cursor) {
  switch (kind_of(collection)) {
    case Kind::HashMap:
      return Champ<2>::next(at<HashMap>(collection)->root, cursor);
    case Kind::HashSet: {
      if (!is_small_set(collection)) return Champ<1>::next(at<HashMap>(collection)->root, cursor);
      const std::uint32_t index = next_index(cursor);
      return index < at<SmallSet>(collection)->size ? at<SmallSet>(collection)->element + index : nullptr;
    }
    case Kind::ArrayMap: {
      const std::uint32_t index = next_index(cursor);
      return index < map_size(collection) ? at<Inline>(collection)->slot + 2 * index : nullptr;
    }
    default: {
      const std::uint32_t rank = next_index(cursor);
      auto* tree = at<TreeMap>(collection);
      return rank < tree->size ? tree_at(tree->root, rank) : nullptr;
    }
  }
}

Owned map_assoc(Owned map, Owned key, Owned value) {
  Word m = map.is_nil() ? word_of(&slisp_empty_map) : map.take();
  return Owned::adopt(map_put(m, key.take(), value.take()));
}
Owned map_get(Borrowed map, Borrowed key) {
  if (map.is_nil()) return Owned();
  bool failed = false;
  const Word* entry = map_find(map.word(), key.word(), failed);
  if (failed) return Owned::pending();
  return entry ? Owned::copy(entry[1]) : Owned();
}
bool next_entry(Borrowed map, MapCursor& cursor, Borrowed& key, Borrowed& value) {
  const Word* entry = cursor_next(map.word(), cursor);
  if (!entry) return false;
  key = entry[0];
  value = entry[1];
  return true;
}

}  // namespace slisp::rt
