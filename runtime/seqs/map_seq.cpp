// map_seq.cpp: seqs over maps and sets: entries, keys, values or elements.
// Idea: the cell holds the collection and a position in it: an index (array maps), a rank (trees) or a path of digits (hash
// tries), so
//       that stepping needs no stack of nodes and a shared cell is copied in one go.
#include "runtime/collections/small_set.hpp"
#include "runtime/seqs/seqs.hpp"

namespace slisp::rt {
namespace {
bool is_trie_set(Word collection) { return kind_of(collection) == Kind::HashSet && !is_small_set(collection); }
}  // namespace

Word make_map_seq(Word collection, MapSeqMode mode) {
  const std::size_t size = mode == MapSeqMode::Elements ? set_size(collection) : map_size(collection);
  if (size == 0) {
    release(collection);
    return abi::k_nil;
  }
  auto* s = allocate_as<MapSeq>(Kind::MapSeq, sizeof(MapSeq), 1);
  s->mode = mode;
  s->descending = 0;
  s->reserved = 0;
  s->remaining = static_cast<std::uint32_t>(size);
  s->position = 0;
  s->collection = collection;
  if (kind_of(collection) == Kind::HashMap) Champ<2>::first_position(at<HashMap>(collection)->root, s->position);
  if (is_trie_set(collection)) Champ<1>::first_position(at<HashMap>(collection)->root, s->position);
  return word_of(s);
}

Word make_tree_seq(Word collection, MapSeqMode mode, bool descending, std::uint64_t rank, std::uint64_t remaining) {
  if (remaining == 0) {
    release(collection);
    return abi::k_nil;
  }
  auto* s = allocate_as<MapSeq>(Kind::MapSeq, sizeof(MapSeq), 1);
  s->mode = mode;
  s->descending = descending;
  s->reserved = 0;
  s->remaining = static_cast<std::uint32_t>(remaining);
  s->position = rank;
  s->collection = collection;
  return word_of(s);
}

Word map_seq_element(const MapSeq* s) {
  const Word* entry;
  switch (kind_of(s->collection)) {
    case Kind::ArrayMap:
      entry = at<Inline>(s->collection)->slot + 2 * s->position;
      break;
    case Kind::HashMap:
      entry = Champ<2>::entry_at(at<HashMap>(s->collection)->root, s->position);
      break;
    case Kind::HashSet:
      entry = is_small_set(s->collection) ? at<SmallSet>(s->collection)->element + s->position
                                          : Champ<1>::entry_at(at<HashMap>(s->collection)->root, s->position);
      break;
    default:
      entry = tree_at(at<TreeMap>(s->collection)->root, s->position);
      break;
  }
  switch (s->mode) {
    case MapSeqMode::Entries:
      return make_pair(retained(entry[0]), retained(entry[1]));
    case MapSeqMode::Values:
      return retained(entry[1]);
    default:
      return retained(entry[0]);
  }
}

void map_seq_advance(MapSeq* s) {
  --s->remaining;
  switch (kind_of(s->collection)) {
    case Kind::HashMap:
      Champ<2>::next_position(at<HashMap>(s->collection)->root, s->position);
      break;
    case Kind::HashSet:
      if (is_small_set(s->collection))
        ++s->position;
      else
        Champ<1>::next_position(at<HashMap>(s->collection)->root, s->position);
      break;
    default:
      s->position = s->descending ? s->position - 1 : s->position + 1;
  }
}

}  // namespace slisp::rt
