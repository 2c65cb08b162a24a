// construct.cpp: collections from argument blocks and from seqables.
// In:   blocks of owned words, owned seqables. Out: a new collection; all arguments are consumed on both outcomes.
#include <algorithm>
#include "runtime/collections/small_set.hpp"
#include "runtime/collections/vector_flat.hpp"
#include "runtime/control/exceptions.hpp"
#include "runtime/seqs/seqs.hpp"
#include "runtime/types/operations.hpp"

namespace slisp::rt {
namespace {

void release_all(const Word* words, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) release(words[i]);
}

// The index of an earlier word equal to words[index], looking at every `stride`th; -1: none, or failed.
bool seen_before(const Word* words, std::size_t index, std::size_t stride, bool& failed) {
  for (std::size_t i = 0; i < index; i += stride) {
    if (key_equal(words[index], words[i], failed)) return true;
    if (failed) return false;
  }
  return false;
}

// A large map or set from a block: an element that does not make it grow is a duplicate.
template <unsigned S>
Word build_hashed(Word collection, const Word* words, std::size_t count) {
  for (std::size_t i = 0; i < count; i += S) {
    const std::size_t before = at<HashMap>(collection)->size;
    Owned key = Owned::copy(words[i]);
    if constexpr (S == 2)
      collection = map_put(collection, words[i], words[i + 1]);
    else
      collection = set_put(collection, words[i]);
    if (collection && at<HashMap>(collection)->size > before) continue;
    release_all(words + i + S, count - i - S);
    if (collection) {
      throw_about_value(ClassId::IllegalArgumentException, "Duplicate key: ", key.word());
      release(collection);
    }
    return 0;
  }
  return collection;
}

// k v k v ... into `map` by `put`; odd: IllegalArgumentException. x consumed.
Word fill_map(Word map, Word x, Word (*put)(Word, Word, Word)) {
  SeqWalk walk(Owned::adopt(x));
  Owned key, value;
  while (walk.next(key)) {
    if (!walk.next(value)) {
      if (!walk.failed()) throw_about_value(ClassId::IllegalArgumentException, "No value supplied for key: ", key.word());
      release(map);
      return 0;
    }
    map = put(map, key.take(), value.take());
    if (!map) return 0;
  }
  if (!walk.failed()) return map;
  release(map);
  return 0;
}

constexpr std::size_t k_most_reserved = std::size_t{1} << 20;   // elements: what claims to have more gets room as they come

// What RT.toArray takes of a program's own types.
bool converts(Word x) {
  for (ClassId id : {ClassId::ISeq, ClassId::Iterable, ClassId::JavaMap, ClassId::IReduceInit})
    if (user_is(x, id)) return true;
  return false;
}

// Of a seqable that knows its count.
Word large_vector_of(Word x, std::size_t count) {
  VectorBuilder builder(std::min(count, k_most_reserved));
  if (kind_of(x) == Kind::Repeat) {
    for (const Word value = at<Repeat>(x)->value; count > 0; --count) builder.add(retained(value));
    release(x);
    return builder.take();
  }
  SeqWalk walk(Owned::adopt(x));
  Owned element;
  while (walk.next(element)) builder.add(element.take());
  return walk.failed() ? 0 : builder.take();
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
using slisp::abi::k_nil;

extern "C" {

Word slisp_vector(Word* elements, std::int64_t count) { return make_vector(elements, static_cast<std::size_t>(count)); }

Word slisp_map_literal(Word* words, std::int64_t size) {
  const auto count = static_cast<std::size_t>(size);
  if (count == 0) return word_of(&slisp_empty_map);
  if (count > 2 * k_array_map_limit) return build_hashed<2>(new_hash_map(), words, count);
  bool failed = false;
  for (std::size_t i = 2; i < count; i += 2) {
    if (!seen_before(words, i, 2, failed) && !failed) continue;
    if (!failed) throw_about_value(ClassId::IllegalArgumentException, "Duplicate key: ", words[i]);
    release_all(words, count);
    return 0;
  }
  auto* map = allocate_as<Inline>(Kind::ArrayMap, sizeof(Header) + count * sizeof(Word), static_cast<std::uint16_t>(count));
  std::memcpy(map->slot, words, count * sizeof(Word));
  return word_of(map);
}

Word slisp_set_literal(Word* words, std::int64_t size) {
  if (size == 0) return word_of(&slisp_empty_set);
  const auto count = static_cast<std::size_t>(size);
  if (count > k_small_set_limit || !std::all_of(words, words + count, is_scalar)) return build_hashed<1>(word_of(&slisp_empty_set), words, count);
  unsigned duplicate = 0;
  const Word set = small_set_of(words, static_cast<unsigned>(count), duplicate);
  if (set) return set;
  throw_about_value(ClassId::IllegalArgumentException, "Duplicate key: ", words[duplicate]);
  release_all(words, count);
  return 0;
}

Word slisp_array_map(Word x) { return fill_map(word_of(&slisp_empty_map), x, array_map_put); }

Word slisp_hash_map(Word x) {
  Word map = fill_map(new_hash_map(), x, map_put);
  if (map == 0 || map_size(map) > 0) return map;
  release(map);
  return word_of(&slisp_empty_map);
}

Word slisp_seq_to_map(Word x) {
  if (!is_seq_kind(kind_or_none(x)) && !user_is(x, ClassId::ISeq)) return x;
  SeqWalk walk(Owned::adopt(x));
  Owned key, value;
  if (!walk.next(key)) return walk.failed() ? 0 : word_of(&slisp_empty_map);
  if (!walk.next(value)) return walk.failed() ? 0 : key.take();
  Word map = word_of(&slisp_empty_map);
  for (;;) {
    map = array_map_put(map, key.take(), value.take());
    if (!map) return 0;
    if (!walk.next(key)) break;
    if (!walk.next(value)) {  // a trailing map
      if (walk.failed()) break;
      return slisp::abi::slisp_conj(map, key.take());
    }
  }
  if (!walk.failed()) return map;
  release(map);
  return 0;
}

Word slisp_empty_tree_map(Word comparator) { return new_tree(Kind::TreeMap, comparator); }
Word slisp_empty_tree_set(Word comparator) { return new_tree(Kind::TreeSet, comparator); }

Word slisp_to_vector(Word x) {
  if (is_vector(x)) {
    Header* h = header_of(x);
    if (!meta_slots(h) && !is_map_entry(x)) return x;
    h = set_meta(own(&x), k_nil);
    if (h->kind == Kind::Vector) h->flags = 0;
    return word_of(h);
  }
  if (x == k_nil) return word_of(&slisp_empty_vector);
  const Kind kind = kind_or_none(x);
  if (user_is(x, ClassId::IPersistentVector) && user_is(x, ClassId::IObj)) return slisp::abi::slisp_with_meta(x, k_nil);
  if (!is_seq_kind(kind) && known_count(x) < 0 && !converts(x)) {
    TextBuffer text;
    text.append("Unable to convert: class ");
    append_class_name_of(text, x);
    text.append(" to Object[]");
    release(x);
    return failure(throw_string(ClassId::RuntimeException, text.finish()));
  }
  if (asks_type(x)) return slisp_type_operations.to_vector(x);
  const std::int64_t count = known_count(x);
  if (count > static_cast<std::int64_t>(k_branch)) return large_vector_of(x, static_cast<std::size_t>(count));
  Word vector = count > 0 ? vector_with_room(static_cast<std::size_t>(count)) : word_of(&slisp_empty_vector);
  SeqWalk walk(Owned::adopt(x));
  Owned element;
  while (walk.next(element)) vector = vec_conj(vector, element.take());
  if (!walk.failed()) return vector;
  release(vector);
  return 0;
}

Word slisp_to_set(Word x) {
  if (is_set(x)) {
    if (!meta_slots(header_of(x))) return x;
    return word_of(set_meta(own(&x), k_nil));
  }
  if (user_is(x, ClassId::IPersistentSet)) return slisp::abi::slisp_with_meta(x, k_nil);
  if (user_is(x, ClassId::IReduceInit)) x = slisp_type_operations.to_vector(x);
  if (x == 0) return 0;
  Word set = word_of(&slisp_empty_set);
  SeqWalk walk(Owned::adopt(x));
  Owned element;
  while (walk.next(element)) {
    set = set_put(set, element.take());
    if (!set) return 0;
  }
  if (!walk.failed()) return set;
  release(set);
  return 0;
}

Word slisp_map_entry(Word key, Word value) { return make_pair(key, value); }
}
