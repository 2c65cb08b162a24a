// entries.cpp: the entry points first, next, rest, seq, cons, and lists.
#include "runtime/seqs/seqs.hpp"
#include "runtime/types/operations.hpp"
#include <utility>

namespace slisp::rt {

Word make_list_cell(Word first, Word rest, std::uint64_t size) {
  auto* cell = allocate_as<List>(Kind::List, sizeof(List), 2);
  cell->size = size;
  cell->first = first;
  cell->rest = rest;
  return word_of(cell);
}

Word make_cons(Word first, Word rest) {
  auto* cell = allocate_as<List>(Kind::Cons, sizeof(List), 2);
  cell->first = first;
  cell->rest = rest;
  return word_of(cell);
}

Word make_list(const Word* elements, std::size_t count, Word empty) {
  if (count == 0) return empty;
  Word list = abi::k_nil;
  for (std::size_t i = count; i-- > 0;) list = make_list_cell(elements[i], list, count - i);
  return list;
}

Owned list_of(std::span<Owned> elements) {
  Word list = abi::k_nil;
  const std::size_t count = elements.size();
  for (std::size_t i = count; i-- > 0;) list = make_list_cell(elements[i].take(), list, count - i);
  return count == 0 ? empty_list() : Owned::adopt(list);
}

namespace {
// Turns the cells at the head of `seq` that nobody else has, nor metadata, round where they are, to the front of `list`, whose cells are
// `size`. False: there is no such cell.
bool turn_cells(Word& seq, Word& list, std::uint64_t& size) {
  const std::uint64_t before = size;
  while (is_pointer(seq) && unique(seq) && is_cell_kind(kind_of(seq)) && meta_slots(header_of(seq)) == 0) {
    auto* const cell = at<List>(seq);
    seq = std::exchange(cell->rest, std::exchange(list, seq));
    cell->header.kind = Kind::List;
    cell->size = ++size;
  }
  return size != before;
}
}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
using slisp::abi::k_nil;

extern "C" {

Word slisp_seq(Word x) { return seq_of(x); }

Word slisp_first(Word x) {
  if (is_vector(x)) {  // no cell is made for a look at a vector
    Word first = vector_size(x) == 0 ? k_nil : retained(vector_ref(x, 0));
    release(x);
    return first;
  }
  if (user_is(x, ClassId::ISeq)) return seq_first(x);  // asked at once, as on the JVM: not for its seq
  Word seq = seq_of(x);
  if (seq == 0 || seq == k_nil) return seq;
  return seq_first(seq);
}

Word slisp_next(Word x) {
  if (user_is(x, ClassId::ISeq)) return seq_next(x);
  Word seq = seq_of(x);
  if (seq == 0 || seq == k_nil) return seq;
  return seq_next(seq);
}

Word slisp_rest(Word x) {
  if (user_is(x, ClassId::ISeq)) return seq_rest(x);
  Word seq = seq_of(x);
  if (seq == 0) return 0;
  return seq == k_nil ? word_of(&slisp_empty_list) : seq_rest(seq);
}

Word slisp_cons(Word element, Word rest) {
  if (rest == k_nil) return make_list_cell(element, k_nil, 1);
  if (!is_seq_kind(kind_or_none(rest)) && !user_is(rest, ClassId::ISeq)) rest = seq_of(rest);
  if (rest == k_nil) return make_list_cell(element, k_nil, 1);
  if (rest) return make_cons(element, rest);
  release(element);
  return 0;
}

Word slisp_list(Word* elements, std::int64_t count) {
  return make_list(elements, static_cast<std::size_t>(count), word_of(&slisp_empty_list));
}
Word slisp_rest_list(Word* elements, std::int64_t count) {
  return make_list(elements, static_cast<std::size_t>(count), k_nil);
}

Word slisp_reverse_list(Word x) {
  Word seq = seq_of(x);
  Word list = k_nil;
  std::uint64_t size = 0;
  while (seq != k_nil) {
    if (turn_cells(seq, list, size)) {
      seq = seq_of(seq);
      continue;
    }
    if (seq == 0) {
      release(list);
      return 0;
    }
    const Word element = seq_take_first(&seq);
    if (element == 0) {
      release(list);
      return 0;
    }
    list = make_list_cell(element, list, ++size);
    seq = seq_of(seq);
  }
  return size == 0 ? word_of(&slisp_empty_list) : list;
}

Word slisp_rseq(Word x) {
  const Kind kind = kind_or_none(x);
  if (is_vector_kind(kind)) {
    const std::size_t size = vector_size(x);
    if (size == 0) {
      release(x);
      return k_nil;
    }
    auto* s = allocate_as<VectorSeq>(Kind::RSeq, sizeof(VectorSeq), 1);
    s->index = size - 1;
    s->vector = x;
    return word_of(s);
  }
  if (kind == Kind::TreeMap || kind == Kind::TreeSet) {
    const std::uint64_t size = at<TreeMap>(x)->size;
    return make_tree_seq(x, kind == Kind::TreeMap ? MapSeqMode::Entries : MapSeqMode::Elements, true, size - 1, size);
  }
  Word seq = 0;
  if (asks_type(x)) seq = slisp_type_operations.rseq(x);
  else throw_cast(x, "clojure.lang.Reversible", "rseq()", "rev");
  release(x);
  return seq;
}

// Ascending: the entries from the first one not before (inclusive) or after `key`; descending: from the last one not after
// or before it downwards.
Word slisp_subseq(Word x, Word key, bool ascending, bool inclusive) {
  const Kind kind = kind_or_none(x);
  Word seq = 0;
  if (kind != Kind::TreeMap && kind != Kind::TreeSet) {
    throw_cast(x, "clojure.lang.Sorted", "seqFrom(Object, boolean)", "sc");
    release(x);
  } else {
    auto* tree = at<TreeMap>(x);
    bool failed = false;
    const std::uint64_t before = tree_rank(tree->root, tree->comparator, key, ascending != inclusive, failed);
    const MapSeqMode mode = kind == Kind::TreeMap ? MapSeqMode::Entries : MapSeqMode::Elements;
    if (failed)
      release(x);
    else if (ascending)
      seq = make_tree_seq(x, mode, false, before, tree->size - before);
    else
      seq = make_tree_seq(x, mode, true, before - 1, before);
  }
  release(key);
  return seq;
}

Word slisp_sorted_seq(Word x, bool ascending) {
  const Kind kind = kind_or_none(x);
  if (kind != Kind::TreeMap && kind != Kind::TreeSet) {
    throw_cast(x, "clojure.lang.Sorted", "seq(boolean)", "sc");
    release(x);
    return 0;
  }
  const std::uint64_t size = at<TreeMap>(x)->size;
  return make_tree_seq(x, kind == Kind::TreeMap ? MapSeqMode::Entries : MapSeqMode::Elements, !ascending, ascending ? 0 : size - 1, size);
}

Word slisp_sorted_comparator(Word x) {
  const Kind kind = kind_or_none(x);
  if (kind == Kind::TreeMap || kind == Kind::TreeSet) return retained(at<TreeMap>(x)->comparator);
  return throw_cast(x, "clojure.lang.Sorted");
}

slisp::abi::i64_or_failure slisp_sorted_compare(Word x, Word entry, Word key) {
  const Kind kind = kind_or_none(x);
  if (kind != Kind::TreeMap && kind != Kind::TreeSet) {
    throw_cast(x, "clojure.lang.Sorted", "comparator()", "sc");
    return {0, 0};
  }
  bool failed = false;
  const Word own_key = kind == Kind::TreeMap ? vector_ref(entry, 0) : entry;
  const std::int64_t order = compare_by(at<TreeMap>(x)->comparator, own_key, key, failed);
  return {order, !failed};
}
}
