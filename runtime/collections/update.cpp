// update.cpp: conj, assoc, dissoc, disj, pop, empty, subvec, merge_into on every kind.
// Keeps: the collection is consumed on both outcomes, and changed in place where it is unique.
#include "runtime/memory/updates.hpp"
#include "runtime/seqs/seqs.hpp"
#include "runtime/types/operations.hpp"

namespace slisp::rt {
namespace {

Word fail_with(Word a, Word b, std::string_view wanted) {
  throw_cast(a, wanted);
  release(a);
  release(b);
  return 0;
}

// The entry's key and value go into the map, which is consumed.
Word put_entry(Word map, Borrowed entry) {
  const Word key = abi::slisp_key(entry.word());
  const Word value = key ? abi::slisp_val(entry.word()) : 0;
  if (value) return map_put(map, key, value);
  release(key);
  release(map);
  return 0;
}

// (conj map x): a map entry, a pair, another map, or a seqable of map entries.
Word map_conj(Word map, Word x) {
  if (x == abi::k_nil) return map;
  if (is_map(x)) return abi::slisp_merge_into(map, x);
  if (is_vector(x)) {
    if (vector_size(x) != 2) {
      (void)throw_new(ClassId::IllegalArgumentException, "Vector arg to map conj must be a pair");
      release(map);
      release(x);
      return 0;
    }
    Word key = retained(vector_ref(x, 0)), value = retained(vector_ref(x, 1));
    release(x);
    return map_put(map, key, value);
  }
  if (user_is(x, ClassId::JavaMapEntry)) {
    const Owned entry = Owned::adopt(x);
    return put_entry(map, entry);
  }
  SeqWalk walk(Owned::adopt(x));
  Owned entry;
  while (walk.next(entry)) {
    map = put_entry(map, entry);
    if (!map) return 0;
  }
  if (!walk.failed()) return map;
  release(map);
  return 0;
}

Word queue_conj(Word q, Word x) {
  auto* queue = reinterpret_cast<Queue*>(own(&q));
  if (queue->size++ == 0)
    queue->front = make_list_cell(x, abi::k_nil, 1);
  else
    queue->rear = vec_conj(queue->rear == abi::k_nil ? word_of(&slisp_empty_vector) : queue->rear, x);
  return q;
}

Word queue_pop(Word q) {
  if (at<Queue>(q)->size == 0) return q;
  auto* queue = reinterpret_cast<Queue*>(own(&q));
  Word front = seq_next(std::exchange(queue->front, abi::k_nil));
  if (front == abi::k_nil && queue->rear != abi::k_nil) front = make_vector_seq(std::exchange(queue->rear, abi::k_nil), 0);
  if (!front) {
    release(q);
    return 0;
  }
  queue->front = front;
  --queue->size;
  return q;
}

Word list_conj(Word list, Word x) {
  Word meta = retained(meta_of(list));
  const std::uint64_t size = kind_of(list) == Kind::List ? at<List>(list)->size : 0;
  if (size == 0) {
    release(list);
    list = abi::k_nil;
  }
  Word cell = make_list_cell(x, list, size + 1);
  return meta == abi::k_nil ? cell : word_of(set_meta(header_of(cell), meta));
}

Word fail_pop(Word x, std::string_view message) {
  release(x);
  return failure(throw_new(ClassId::IllegalStateException, message));
}

Word vector_assoc(Word v, Word key, Word value) {
  std::int64_t index = 0;
  const std::size_t size = vector_size(v);
  if (!vector_index(key, index))
    (void)throw_new(ClassId::IllegalArgumentException, "Key must be integer");
  else if (index < 0 || static_cast<std::size_t>(index) > size)
    throw_without_message(ClassId::IndexOutOfBoundsException);
  else {
    release(key);
    return static_cast<std::size_t>(index) == size ? vec_conj(v, value) : vec_put(v, static_cast<std::size_t>(index), value);
  }
  release(v);
  release(key);
  release(value);
  return 0;
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
using slisp::abi::k_nil;

extern "C" {

Word slisp_conj(Word x, Word element) {
  if (x == k_nil) return make_list_cell(element, k_nil, 1);
  switch (kind_or_none(x)) {
    case Kind::Vector:
    case Kind::LargeVector:
    case Kind::SubVector:
      note_update(Update::Conj, x);
      return vec_conj(x, element);
    case Kind::ArrayMap:
    case Kind::HashMap:
    case Kind::TreeMap:
      note_update(Update::Conj, x);
      return map_conj(x, element);
    case Kind::HashSet:
    case Kind::TreeSet:
      note_update(Update::Conj, x);
      return set_put(x, element);
    case Kind::List:
    case Kind::EmptyList:
      return list_conj(x, element);
    case Kind::LazySeq: {
      Word seq = seq_of(x);
      if (seq) return slisp::abi::slisp_cons(element, seq);
      release(element);
      return 0;
    }
    case Kind::Cons:
    case Kind::ChunkedCons:
    case Kind::VectorSeq:
    case Kind::MapSeq:
    case Kind::StringSeq:
    case Kind::Repeat:
    case Kind::Range:
    case Kind::RSeq:
    case Kind::ArraySeq:
      return make_cons(element, x);
    case Kind::Queue:
      return queue_conj(x, element);
    default:
      if (asks_type(x)) return slisp_type_operations.conj(x, element);
      return fail_with(x, element, "clojure.lang.IPersistentCollection");
  }
}

Word slisp_assoc(Word x, Word key, Word value) {
  const Kind kind = kind_or_none(x);
  note_update(Update::Assoc, x);
  if (is_map_kind(kind)) return map_put(x, key, value);
  if (is_vector_kind(kind)) return vector_assoc(x, key, value);
  if (x == k_nil) return map_put(word_of(&slisp_empty_map), key, value);
  if (asks_type(x)) return slisp_type_operations.assoc(x, key, value);
  release(value);
  return fail_with(x, key, "clojure.lang.Associative");
}

Word slisp_assoc_index(Word x, Word key, Word value) { return slisp::abi::slisp_assoc(x, key, value); }
Word slisp_conj_vector(Word v, Word element) { return slisp::abi::slisp_conj(v, element); }
Word slisp_pop_vector(Word v) { return slisp::abi::slisp_pop(v); }

Word slisp_dissoc(Word x, Word key) {
  if (x == k_nil) return x;
  if (asks_type(x)) return slisp_type_operations.dissoc(x, key);
  note_update(Update::Dissoc, x);
  return is_map(x) ? map_remove(x, key) : fail_with(x, k_nil, "clojure.lang.IPersistentMap");
}

Word slisp_disj(Word x, Word element) {
  if (!is_truthy(x)) return k_nil;  // (when set ...), as clojure.core has it
  if (asks_type(x)) return slisp_type_operations.disj(x, element);
  note_update(Update::Disj, x);
  return is_set(x) ? set_remove(x, element) : fail_with(x, k_nil, "clojure.lang.IPersistentSet");
}

Word slisp_pop(Word x) {
  if (x == k_nil) return x;
  if (is_vector(x)) note_update(Update::Pop, x);
  switch (kind_or_none(x)) {
    case Kind::Vector:
    case Kind::LargeVector:
    case Kind::SubVector:
      return vector_size(x) == 0 ? fail_pop(x, "Can't pop empty vector") : vec_pop(x);
    case Kind::EmptyList:
      return fail_pop(x, "Can't pop empty list");
    case Kind::List: {
      Word meta = at<List>(x)->size == 1 ? retained(meta_of(x)) : k_nil;
      Word rest = seq_next(x);
      if (rest != k_nil) return rest;
      if (meta == k_nil) return word_of(&slisp_empty_list);
      return word_of(set_meta(copy_object(&slisp_empty_list), meta));
    }
    case Kind::Queue:
      return queue_pop(x);
    default:
      if (asks_type(x)) return slisp_type_operations.pop(x);
      return fail_with(x, k_nil, "clojure.lang.IPersistentStack");
  }
}

Word slisp_empty(Word x) {
  if (asks_type(x)) return slisp_type_operations.empty(x);
  Word empty = k_nil;
  if (is_pointer(x)) {
    switch (kind_of(x)) {
      case Kind::Vector:
      case Kind::LargeVector:
      case Kind::SubVector:
        empty = is_map_entry(x) ? k_nil : word_of(&slisp_empty_vector);
        break;
      case Kind::ArrayMap:
      case Kind::HashMap:
        empty = word_of(kind_of(x) == Kind::ArrayMap ? &slisp_empty_map : header_of(new_hash_map()));
        break;
      case Kind::HashSet:
        empty = word_of(&slisp_empty_set);
        break;
      case Kind::TreeMap:
      case Kind::TreeSet:
        empty = new_tree(kind_of(x), retained(at<TreeMap>(x)->comparator));
        break;
      case Kind::Queue:
        empty = slisp::abi::slisp_empty_queue();
        break;
      case Kind::List:
      case Kind::EmptyList:
        empty = word_of(&slisp_empty_list);
        break;
      default:
        if (is_seq_kind(kind_of(x))) {
          release(x);
          return word_of(&slisp_empty_list);
        }
    }
    Word meta = meta_of(x);
    if (empty != k_nil && meta != k_nil) {
      own(&empty);
      empty = with_meta_of(empty, meta);
    }
  }
  release(x);
  return empty;
}

Word slisp_merge_into(Word map, Word other) {
  if (map == k_nil) map = word_of(&slisp_empty_map);
  if (other == k_nil) return map;
  if (!is_map(map) || !is_map(other)) {
    if (is_map(map) || asks_type(map)) return slisp_conj(map, other);
    return fail_with(map, other, "clojure.lang.IPersistentMap");
  }
  note_update(Update::Merge, map);
  MapCursor cursor;
  while (map) {
    const Word* entry = cursor_next(other, cursor);
    if (!entry) break;
    map = map_put(map, retained(entry[0]), retained(entry[1]));
  }
  release(other);
  return map;
}

Word slisp_subvec(Word v, std::int64_t start, std::int64_t end) {
  if (user_is(v, ClassId::IPersistentVector)) v = slisp_type_operations.to_vector(v);
  if (v == 0) return 0;
  if (!is_vector(v)) {
    throw_cast(v, "clojure.lang.IPersistentVector", "count()", "v");
    release(v);
    return 0;
  }
  if (!check_index(start) || !check_index(end)) {
    release(v);
    return 0;
  }
  if (start < 0 || end < start || static_cast<std::uint64_t>(end) > vector_size(v)) {
    release(v);
    return throw_without_message(ClassId::IndexOutOfBoundsException);
  }
  return vec_sub(v, static_cast<std::size_t>(start), static_cast<std::size_t>(end));
}

Word slisp_empty_queue() {
  auto* q = allocate_as<Queue>(Kind::Queue, sizeof(Queue), 2);
  q->size = 0;
  q->front = q->rear = k_nil;
  return word_of(q);
}
}
