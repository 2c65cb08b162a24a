// maps.cpp: java.util.HashMap, LinkedHashMap, TreeMap, IdentityHashMap and the sets made of them.
// Keeps: entries stand in the order in which their keys came, in an array of alternating keys and values; `index` leads from a key to
//        its place. What was removed leaves a gap until the array is packed. Sorted maps have a sorted map in `index` and no array.
// Idea: the order in which the JVM walks a HashMap follows from its number of buckets, the hash codes, and the order of coming; it is
//       computed when somebody walks, so that puts and gets need no chains.
#include "runtime/arrays/arrays.hpp"
#include "runtime/collections/maps.hpp"
#include "runtime/equality/equality.hpp"
#include "runtime/host/host_hold.hpp"
#include "runtime/host/native.hpp"
#include "runtime/seqs/seqs.hpp"
#include "runtime/types/types.hpp"
#include <algorithm>

namespace slisp::rt {
namespace {

struct HostMap {
  Header header;
  const NativeType* type;
  std::uint32_t used;          // places of the array that were given out
  std::uint32_t buckets;       // as many as the JVM's table would have now
  Word index;                  // map: key -> place; of sorted maps key -> value
  Word entries;                // array of objects
  Word origin;                 // of the key set of a map: that map; else nil
};
static_assert(offsetof(HostMap, index) == offsetof(NativeObject, slot));
constexpr unsigned k_slots = 3;

enum class Sort : std::int64_t { Hash, Linked, Tree, Identity, Concurrent, Weak, Table };

// The key of a removed entry.
alignas(8) constinit Header g_gap{0, Kind::Object, 0, 0};
bool is_gap(Word key) { return key == word_of(&g_gap); }

Sort sort_of(const HostMap* map);
bool is_set_type(const HostMap* map);

bool is_sorted_sort(const HostMap* map) { return sort_of(map) == Sort::Tree; }
Word& key_at(const HostMap* map, std::uint32_t place) { return elements_of<Word>(at<Array>(map->entries))[2 * place]; }
Word& value_at(const HostMap* map, std::uint32_t place) { return elements_of<Word>(at<Array>(map->entries))[2 * place + 1]; }
std::int64_t map_count(Borrowed x) { return static_cast<std::int64_t>(map_size(x.as<HostMap>()->index)); }

// What the index knows a key by: the key, or for identity its address.
Owned index_key(const HostMap* map, Borrowed key) {
  if (sort_of(map) != Sort::Identity) return Owned::copy(key);
  if (is_pointer(key.word())) return make_long(static_cast<std::int64_t>(key.word() >> 3));
  Owned wrapped[] = {Owned::copy(key)};
  return vector_of(wrapped);
}

// The place of a key; -1: it has none.
std::int64_t find_place(const HostMap* map, Borrowed key, bool& failed) {
  const Owned known = index_key(map, key);
  const Word* entry = map_find(map->index, known.word(), failed);
  return failed || entry == nullptr ? -1 : to_fixnum(entry[1]);
}

// The index without anybody else who holds it, unless the keys are the program's own: their code may look at the map meanwhile, or fail.
Word take_index(HostMap* map, Borrowed key) {
  const bool own_code = sort_of(map) == Sort::Tree || is_user_object(key);
  return own_code ? retained(map->index) : std::exchange(map->index, word_of(&slisp_empty_map));
}
bool put_index_back(HostMap* map, Word index) {
  if (index == 0) return false;
  const Word old = std::exchange(map->index, index);
  release(old);
  return true;
}

// Closes the gaps.
bool pack(HostMap* map, std::int64_t room) {
  Array* packed = make_array(ElementType::Object, 2 * room);
  Word index = new_hash_map();
  std::uint32_t to = 0;
  const Owned kept = Owned::copy(map->entries);
  const Word* entries = elements_of<Word>(kept.as<Array>());
  for (std::uint32_t i = 0, used = map->used; i < used && to < room; ++i) {
    if (is_gap(entries[2 * i])) continue;
    index = map_put(index, index_key(map, entries[2 * i]).take(), from_fixnum(to));
    if (index == 0) break;
    elements_of<Word>(packed)[2 * to] = retained(entries[2 * i]);
    elements_of<Word>(packed)[2 * to + 1] = retained(entries[2 * i + 1]);
    ++to;
  }
  Owned old_entries = Owned::adopt(index == 0 ? word_of(packed) : std::exchange(map->entries, word_of(packed)));
  if (index == 0) return false;
  map->used = to;
  return put_index_back(map, index);
}

// HashMap doubles its table when more than three quarters are taken.
void count_buckets(HostMap* map) {
  while (static_cast<std::uint64_t>(map_size(map->index)) * 4 > std::uint64_t{map->buckets} * 3) map->buckets *= 2;
}

Word put_sorted(HostMap* map, Owned key, Owned value) {
  bool failed = false;
  const Word* entry = map_find(map->index, key.word(), failed);
  if (failed) return 0;
  Owned old = Owned::copy(entry == nullptr ? abi::k_nil : entry[1]);
  if (entry == nullptr && map_size(map->index) == 0) check_comparable(key, failed);
  return !failed && put_index_back(map, map_put(retained(map->index), key.take(), value.take())) ? old.take() : 0;
}

Word put(HostMap* map, Owned key, Owned value) {
  if (is_sorted_sort(map)) return put_sorted(map, std::move(key), std::move(value));
  bool failed = false;
  const std::int64_t place = find_place(map, key, failed);
  if (failed) return 0;
  // Keys of the program's own run its code when they are compared: what it did to the map meanwhile holds.
  if (place >= 0 && place < map->used) return std::exchange(value_at(map, static_cast<std::uint32_t>(place)), value.take());
  if (2 * std::uint64_t{map->used} >= at<Array>(map->entries)->length) {
    const auto size = static_cast<std::int64_t>(map_size(map->index));
    if (!pack(map, size < 8 ? 16 : 2 * size)) return 0;
  }
  if (2 * std::uint64_t{map->used} >= at<Array>(map->entries)->length) return failure(throw_new(ClassId::ConcurrentModificationException, ""));
  const std::uint32_t fresh = map->used++;
  release(std::exchange(key_at(map, fresh), retained(key.word())));
  release(std::exchange(value_at(map, fresh), value.take()));
  if (!put_index_back(map, map_put(take_index(map, key), index_key(map, key).take(), from_fixnum(fresh)))) {
    if (fresh < map->used) release(std::exchange(key_at(map, fresh), word_of(&g_gap)));
    return 0;
  }
  count_buckets(map);
  return abi::k_nil;
}

Word take_out(HostMap* map, Borrowed key) {
  bool failed = false;
  const Word* entry = nullptr;
  const Owned known = index_key(map, key);
  entry = map_find(map->index, known.word(), failed);
  if (failed) return 0;
  if (entry == nullptr) return abi::k_nil;
  Owned found = Owned::copy(entry[1]);
  if (!put_index_back(map, map_remove(take_index(map, key), known.word()))) return 0;
  if (is_sorted_sort(map)) return found.take();
  const auto place = static_cast<std::uint32_t>(to_fixnum(found.word()));
  if (place >= map->used) return abi::k_nil;
  Owned old_key = Owned::adopt(std::exchange(key_at(map, place), word_of(&g_gap)));
  return std::exchange(value_at(map, place), abi::k_nil);
}

struct Position {
  std::uint32_t bucket, place;
};
// The places in the order of walking; scratch memory. Hash codes of the program's own keys run its code, which may change the map: the
// entries that are walked are those there were.
Position* walking_order(const HostMap* map, const Word* entries, std::uint32_t used, std::uint32_t& count, bool& failed) {
  auto* order = static_cast<Position*>(scratch_allocate((used + 1) * sizeof(Position)));
  const Sort sort = sort_of(map);
  const bool by_hash = sort == Sort::Hash || sort == Sort::Concurrent || sort == Sort::Weak || sort == Sort::Table;
  count = 0;
  for (std::uint32_t i = 0; i < used && !failed; ++i) {
    if (is_gap(entries[2 * i])) continue;
    std::uint32_t bucket = 0;
    if (by_hash) {
      const Owned key = Owned::copy(entries[2 * i]);
      const auto hash = static_cast<std::uint32_t>(java_hash_code(key, failed));
      bucket = (hash ^ hash >> 16) & (map->buckets - 1);
    }
    order[count++] = {bucket, i};
  }
  if (by_hash)
    std::sort(order, order + count, [](Position a, Position b) { return a.bucket != b.bucket ? a.bucket < b.bucket : a.place < b.place; });
  return order;
}

Word map_seq(Borrowed x) {
  HostHold hold(x.word());
  const auto* map = x.as<HostMap>();
  const bool set = is_set_type(map);
  if (map_size(map->index) == 0) return abi::k_nil;
  if (is_sorted_sort(map)) return make_map_seq(retained(map->index), set ? MapSeqMode::Keys : MapSeqMode::Entries);
  bool failed = false;
  std::uint32_t count = 0;
  const Owned kept = Owned::copy(map->entries);
  const Word* entries = elements_of<Word>(kept.as<Array>());
  Position* order = walking_order(map, entries, map->used, count, failed);
  Array* walked = failed ? nullptr : make_array(ElementType::Object, count);
  for (std::uint32_t i = 0; walked != nullptr && i < count; ++i) {
    const Word* entry = entries + 2 * std::size_t{order[i].place};
    const Word key = retained(is_gap(entry[0]) ? abi::k_nil : entry[0]);
    elements_of<Word>(walked)[i] = set ? key : make_pair(key, retained(entry[1]));
  }
  scratch_free(order);
  return walked == nullptr ? 0 : make_array_seq(word_of(walked));
}

Word map_look(Borrowed x, Borrowed key, Borrowed missing) {
  HostHold hold(x.word());
  const auto* map = x.as<HostMap>();
  bool failed = false;
  if (is_sorted_sort(map)) {
    const Word* entry = map_find(map->index, key.word(), failed);
    return failed ? 0 : retained(entry == nullptr ? missing.word() : is_set_type(map) ? entry[0] : entry[1]);
  }
  const std::int64_t place = find_place(map, key, failed);
  if (failed) return 0;
  if (place < 0) return retained(missing.word());
  const auto found = static_cast<std::uint32_t>(place);
  if (found >= map->used) return retained(missing.word());
  return retained(is_set_type(map) ? key_at(map, found) : value_at(map, found));
}

bool append_part(TextBuffer& out, Borrowed part, Borrowed whole, std::string_view self) {
  if (part.is_nil()) return out.append("null"), true;
  if (part.word() == whole.word()) return out.append(self), true;
  return append_str(out, part);
}

// {k=v, k=v} and [a, b].
bool map_text(TextBuffer& out, Borrowed x) {
  if (stack_exhausted()) return (void)throw_stack_overflow(), false;
  const bool set = is_set_type(x.as<HostMap>());
  const std::string_view self = set ? "(this Collection)" : "(this Map)";
  SeqWalk walk(Owned::copy(x));
  Owned element;
  out.append(set ? '[' : '{');
  for (bool first = true; walk.next(element); first = false) {
    if (!first) out.append(", ");
    if (set) {
      if (!append_part(out, element, x, self)) return false;
      continue;
    }
    if (!append_part(out, vector_at(element, 0), x, self)) return false;
    out.append('=');
    if (!append_part(out, vector_at(element, 1), x, self)) return false;
  }
  out.append(set ? ']' : '}');
  return !walk.failed();
}

std::uint32_t map_hash(Borrowed x, bool& failed) {
  if (stack_exhausted()) return (void)throw_stack_overflow(), failed = true, 0;
  const bool set = is_set_type(x.as<HostMap>());
  SeqWalk walk(Owned::copy(x));
  Owned element;
  std::uint32_t hash = 0;
  while (!failed && walk.next(element)) {
    if (set) {
      hash += static_cast<std::uint32_t>(java_hash_code(element, failed));
    } else {
      const auto key = static_cast<std::uint32_t>(java_hash_code(vector_at(element, 0), failed));
      if (!failed) hash += key ^ static_cast<std::uint32_t>(java_hash_code(vector_at(element, 1), failed));
    }
  }
  failed |= walk.failed();
  return hash;
}

constexpr NativeType map_type(ClassId id, NativeShape shape) {
  NativeType type{};
  type.class_id = id;
  type.sort = shape == NativeShape::Set ? NativeSort::Set : NativeSort::Map;
  type.shape = shape;
  type.text = map_text;
  type.count = map_count;
  type.seq = map_seq;
  type.look = map_look;
  type.hash = map_hash;
  return type;
}
constexpr NativeType k_maps[] = {
    map_type(ClassId::JavaHashMap, NativeShape::Map),     map_type(ClassId::LinkedHashMap, NativeShape::Map),
    map_type(ClassId::JavaTreeMap, NativeShape::Map),     map_type(ClassId::IdentityHashMap, NativeShape::Map),
    map_type(ClassId::ConcurrentHashMap, NativeShape::Map), map_type(ClassId::WeakHashMap, NativeShape::Map),
    map_type(ClassId::Hashtable, NativeShape::Map)};
constexpr NativeType k_sets[] = {map_type(ClassId::JavaHashSet, NativeShape::Set), map_type(ClassId::LinkedHashSet, NativeShape::Set),
                                 map_type(ClassId::JavaTreeSet, NativeShape::Set)};

bool is_set_type(const HostMap* map) { return map->type >= std::begin(k_sets) && map->type < std::end(k_sets); }
bool is_map_type(const NativeType* type) { return type >= std::begin(k_maps) && type < std::end(k_maps); }
Sort sort_of(const HostMap* map) { return static_cast<Sort>(map->type - (is_set_type(map) ? k_sets : k_maps)); }

HostMap* host_map(Word x) {
  const NativeType* type = native_type(x);
  if (is_map_type(type) || (type >= std::begin(k_sets) && type < std::end(k_sets))) return at<HostMap>(x);
  throw_cast(x, "java.util.Map");
  return nullptr;
}

// As many buckets as (HashMap. m) makes for m's entries.
std::uint32_t buckets_for(std::int64_t expected) {
  std::uint32_t buckets = 16;
  if (expected > 0)
    for (buckets = 1; static_cast<double>(buckets) < static_cast<double>(expected) / 0.75 + 1 && buckets < 1u << 30;) buckets *= 2;
  return buckets;
}

Word make_map(const NativeType& type, Sort sort, std::int64_t expected, Owned comparator) {
  Owned entries = sort == Sort::Tree ? Owned() : adopt_object(make_array(ElementType::Object, 16));
  Owned index = Owned::adopt(sort == Sort::Tree ? new_tree(Kind::TreeMap, comparator.take()) : word_of(&slisp_empty_map));
  auto* map = reinterpret_cast<HostMap*>(make_native(type, k_slots));
  map->used = 0;
  map->buckets = buckets_for(expected);
  map->index = index.take();
  map->entries = entries.take();
  return word_of(map);
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
using slisp::abi::k_nil;
using slisp::abi::k_pending;

extern "C" {
Word slisp_map_new(std::int64_t sort, std::int64_t expected, Word comparator) {
  return make_map(k_maps[sort], static_cast<Sort>(sort), expected, Owned::adopt(comparator));
}
Word slisp_set_new(std::int64_t sort, std::int64_t expected, Word comparator) {
  return make_map(k_sets[sort], static_cast<Sort>(sort), expected, Owned::adopt(comparator));
}

Word slisp_map_put(Word x, Word key_word, Word value_word) {
  HostHold hold(x, key_word, value_word);
  Owned key = Owned::adopt(key_word), value = Owned::adopt(value_word);
  HostMap* map = host_map(x);
  if (map == nullptr) return k_pending;
  if (sort_of(map) >= Sort::Concurrent && !is_set_type(map) && sort_of(map) != Sort::Weak && (key.is_nil() || value.is_nil()))
    return throw_null_pointer().take();
  const Owned kept = Owned::copy(x);
  return put(map, std::move(key), std::move(value));
}

Word slisp_map_take(Word x, Word key) {
  HostHold hold(x);
  HostMap* map = host_map(x);
  if (map == nullptr) return k_pending;
  const Owned kept = Owned::copy(x);
  if (map->origin != k_nil) {
    const Owned whole = Owned::copy(map->origin);
    const Owned gone = Owned::adopt(slisp_map_take(whole.word(), is_map_entry(key) ? at<slisp::abi::Inline>(key)->slot[0] : key));
    if (gone.failed()) return k_pending;
  }
  return take_out(map, key);
}

std::uint32_t slisp_map_has(Word x, Word key) {
  HostHold hold(x);
  const HostMap* map = host_map(x);
  if (map == nullptr) return slisp::abi::k_bool_failed;
  bool failed = false;
  const Owned known = index_key(map, key);
  const bool has = map_find(map->index, known.word(), failed) != nullptr;
  return failed ? slisp::abi::k_bool_failed : has;
}

Word slisp_map_clear(Word x) {
  HostHold hold(x);
  HostMap* map = host_map(x);
  if (map == nullptr) return k_pending;
  Owned comparator = Owned::copy(is_sorted_sort(map) ? at<TreeMap>(map->index)->comparator : k_nil);
  const Owned fresh = Owned::adopt(make_map(*map->type, sort_of(map), 0, std::move(comparator)));
  std::swap(map->index, fresh.as<HostMap>()->index);
  std::swap(map->entries, fresh.as<HostMap>()->entries);
  map->used = 0;
  return k_nil;
}

Word slisp_map_sorted(Word x) {
  HostHold hold(x);
  const HostMap* map = host_map(x);
  return map == nullptr ? k_pending : retained(map->index);
}

// The key set and entry set of a map: removing from it, or through its iterator, removes from the map.
Word slisp_map_view(Word view, Word origin) {
  HostMap* map = host_map(view);
  if (map == nullptr) {
    release(origin);
    return k_pending;
  }
  release(std::exchange(map->origin, origin));
  return k_nil;
}
}
