// record.cpp: a record as a map: its fields in order, then the further entries.
// Keeps: an update works in place where the record is unique; taking a field away makes a plain map of it. Equality and hash count the
//        type in, as defrecord's equiv and hasheq do; hashCode does not.
#include "runtime/collections/maps.hpp"
#include "runtime/collections/vectors.hpp"
#include "runtime/equality/equality.hpp"
#include "runtime/seqs/seqs.hpp"
#include "runtime/types/answers.hpp"
#include "runtime/types/record.hpp"

namespace slisp::rt::types {
namespace {

// Index of the field, or -1.
int field_of(const UserClass* c, Word key) {
  if (!is_kind(key, Kind::Keyword)) return -1;
  const Word* keys = record_keys(c);
  const auto count = static_cast<int>(record_size(c));
  for (int i = 0; i < count; ++i)
    if (keys[i] == key) return i;
  return -1;
}
Word field(Word record, int i) { return slots_of(header_of(record))[1 + i]; }
Word* rest_slot(Word record) { return slots_of(header_of(record)) + 1 + record_size(class_of_object(record)); }

// The entry's value in the map of further entries; null when absent or failed.
const Word* further(Word record, Word key, bool& failed) {
  const Word rest = record_rest(record);
  const Word* entry = rest == abi::k_nil ? nullptr : map_find(rest, key, failed);
  return entry == nullptr ? nullptr : entry + 1;
}

Word entry_of(Word key, Word value) { return abi::slisp_map_entry(retained(key), retained(value)); }

// Calls visit(key, value) for each entry until it answers false.
template <class Visit> void for_each_entry(Word record, Visit visit) {
  const UserClass* c = class_of_object(record);
  for (std::size_t i = 0; i < record_size(c); ++i)
    if (!visit(record_keys(c)[i], field(record, static_cast<int>(i)))) return;
  const Word rest = record_rest(record);
  if (rest == abi::k_nil) return;
  MapCursor cursor;
  while (const Word* entry = cursor_next(rest, cursor))
    if (!visit(entry[0], entry[1])) return;
}

// (into {} record), with the record's metadata.
Word to_map(Word record) {
  Word map = word_of(&slisp_empty_map);
  for_each_entry(record, [&map](Word key, Word value) {
    map = map_put(map, retained(key), retained(value));
    return map != 0;
  });
  if (map == 0 || meta_of(record) == abi::k_nil) return map;
  return word_of(set_meta(own(&map), retained(meta_of(record))));
}

}  // namespace

Word record_get(Word record, Word key, Word missing) {
  const int i = field_of(class_of_object(record), key);
  if (i >= 0) return retained(field(record, i));
  bool failed = false;
  const Word* value = further(record, key, failed);
  return failed ? 0 : retained(value != nullptr ? *value : missing);
}

bool record_contains(Word record, Word key, bool& failed) {
  return field_of(class_of_object(record), key) >= 0 || further(record, key, failed) != nullptr;
}

Word record_find(Word record, Word key) {
  const UserClass* c = class_of_object(record);
  const int i = field_of(c, key);
  if (i >= 0) return entry_of(record_keys(c)[i], field(record, i));
  bool failed = false;
  const Word* value = further(record, key, failed);
  return failed ? 0 : value != nullptr ? entry_of(value[-1], *value) : abi::k_nil;
}

std::size_t record_count(Word record) {
  const Word rest = record_rest(record);
  return record_size(class_of_object(record)) + (rest == abi::k_nil ? 0 : map_size(rest));
}

Word record_seq(Word record) {
  Word entries = word_of(&slisp_empty_vector);
  for_each_entry(record, [&entries](Word key, Word value) {
    entries = vec_conj(entries, entry_of(key, value));
    return true;
  });
  if (vector_size(entries) != 0) return make_vector_seq(entries, 0);
  release(entries);
  return abi::k_nil;
}

Word record_assoc(Word record, Word key, Word value) {
  const int i = field_of(class_of_object(record), key);
  if (i >= 0) {
    release(key);
    release(std::exchange(slots_of(own(&record))[1 + i], value));
    return record;
  }
  own(&record);
  Word rest = std::exchange(*rest_slot(record), abi::k_nil);
  if (rest == abi::k_nil) rest = word_of(&slisp_empty_map);
  rest = map_put(rest, key, value);
  if (rest == 0) {
    release(record);
    return 0;
  }
  *rest_slot(record) = rest;
  return record;
}

Word record_dissoc(Word record, Word key) {
  if (field_of(class_of_object(record), key) >= 0) {
    Word map = to_map(record);
    release(record);
    return map == 0 ? 0 : map_remove(map, key);
  }
  if (record_rest(record) == abi::k_nil) return record;
  own(&record);
  Word rest = map_remove(std::exchange(*rest_slot(record), abi::k_nil), key);
  if (rest == 0) {
    release(record);
    return 0;
  }
  if (map_size(rest) == 0) release(std::exchange(rest, abi::k_nil));
  *rest_slot(record) = rest;
  return record;
}

// As defrecord's cons: an entry, the first two of a vector, or a seqable of entries.
Word record_conj(Word record, Word element) {
  if (element == abi::k_nil) return record;
  if (is_vector(element) && vector_size(element) < 2) {
    throw_without_message(ClassId::IndexOutOfBoundsException);
    release(record);
    release(element);
    return 0;
  }
  const bool pair = is_vector(element);
  if (pair || user_is(element, ClassId::JavaMapEntry)) {
    const Word key = pair ? retained(vector_ref(element, 0)) : abi::slisp_key(element);
    const Word value = key == 0 ? 0 : pair ? retained(vector_ref(element, 1)) : abi::slisp_val(element);
    release(element);
    if (value != 0) return record_assoc(record, key, value);
    release(key);
    release(record);
    return 0;
  }
  SeqWalk walk(Owned::adopt(element));
  Owned entry;
  while (record != 0 && walk.next(entry)) {
    const Word key = abi::slisp_key(entry.word());
    const Word value = key == 0 ? 0 : abi::slisp_val(entry.word());
    if (value != 0) {
      record = record_assoc(record, key, value);
      continue;
    }
    release(key);
    release(record);
    return 0;
  }
  if (record == 0 || !walk.failed()) return record;
  release(record);
  return 0;
}

bool record_equal(Word x, Word y, bool& failed) {
  const std::size_t count = record_size(class_of_object(x));
  for (std::size_t i = 0; i < count; ++i)
    if (!rt::equal(field(x, static_cast<int>(i)), field(y, static_cast<int>(i)), failed)) return false;
  return rt::equal(record_rest(x), record_rest(y), failed);
}

std::uint32_t record_hash(Word record, bool& failed) {
  std::uint32_t sum = 0, count = 0;
  for_each_entry(record, [&](Word key, Word value) {
    const std::uint32_t of_key = key_hash(key, failed);
    const std::uint32_t of_value = failed ? 0 : hash_of(value, failed);
    sum += murmur3::mix_collection(31 * (31 + of_key) + of_value, 2);
    ++count;
    return !failed;
  });
  return class_of_object(record)->type_hash ^ murmur3::mix_collection(sum, count);
}

std::uint32_t record_java_hash(Word record, bool& failed) {
  std::uint32_t sum = 0;
  for_each_entry(record, [&](Word key, Word value) {
    const auto of_key = static_cast<std::uint32_t>(java_hash_code(key, failed));
    if (!failed) sum += of_key ^ static_cast<std::uint32_t>(java_hash_code(value, failed));
    return !failed;
  });
  return sum;
}

}  // namespace slisp::rt::types
