// record_new.cpp: making records of their fields, and of maps.
#include "runtime/collections/maps.hpp"
#include "runtime/types/operations.hpp"
#include "runtime/types/record.hpp"

namespace slisp::rt {

Word make_record(const UserClass* c, Word* fields, Word meta, Word rest) {
  const std::size_t count = record_size(c), slots = count + 2;
  Header* record = allocate(Kind::Record, sizeof(Header) + slots * sizeof(Word), static_cast<std::uint16_t>(slots));
  Word* slot = slots_of(record);
  slot[0] = retained(word_of(c));
  for (std::size_t i = 0; i < count; ++i) slot[1 + i] = fields[i];
  if (rest != abi::k_nil && map_size(rest) == 0) {
    release(rest);
    rest = abi::k_nil;
  }
  slot[1 + count] = rest;
  return word_of(set_meta(record, meta));
}

}  // namespace slisp::rt

using namespace slisp::rt;
using slisp::abi::k_nil;

extern "C" {

Word slisp_record_new(Word class_word, Word* block, std::int64_t count, Word meta, Word rest) {
  keep_type_operations();
  if (rest == k_nil || is_map(rest)) return make_record(at<const UserClass>(class_word), block, meta, rest);
  throw_cast(rest, "clojure.lang.IPersistentMap");
  for (std::int64_t i = 0; i < count; ++i) release(block[i]);
  release(meta);
  release(rest);
  return 0;
}

// The entries of the fields move into the fields, the others stay in the map. Metadata of the map is that of the further entries.
Word slisp_record_create(Word class_word, Word map) {
  keep_type_operations();
  const auto* c = at<const UserClass>(class_word);
  if (map == k_nil) map = word_of(&slisp_empty_map);
  if (!is_map(map)) {
    map = slisp::abi::slisp_conj(word_of(&slisp_empty_map), map);
    if (map == 0) return 0;
  }
  const std::size_t count = record_size(c);
  auto* fields = static_cast<Word*>(scratch_allocate((count + 1) * sizeof(Word)));
  std::size_t done = 0;
  for (; done < count && map != 0; ++done) {
    bool failed = false;
    const Word key = record_keys(c)[done];
    const Word* entry = map_find(map, key, failed);
    fields[done] = entry == nullptr ? k_nil : retained(entry[1]);
    if (failed) {
      release(map);
      map = 0;
    } else if (entry != nullptr) {
      map = map_remove(map, key);
    }
  }
  Word record = 0;
  if (map != 0) record = make_record(c, fields, k_nil, map);
  else for (std::size_t i = 0; i < done; ++i) release(fields[i]);
  scratch_free(fields);
  return record;
}

}  // extern "C"
