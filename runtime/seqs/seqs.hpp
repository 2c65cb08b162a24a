// seqs.hpp: stepping over sequences, by raw words. All arguments are owned and consumed: a step reuses a cell that nobody
// else has. 0 as result: failed, an exception is pending.
//
// A "true seq" is a non-empty seq cell: List, Cons, ChunkedCons, VectorSeq, MapSeq, StringSeq, Range, Repeat, RSeq or ArraySeq. seq_of gives
// one, or nil. EmptyList and LazySeq are sequences too (seq?), but may be empty. A user's object that is an ISeq is a true seq too.
#pragma once
#include "runtime/collections/maps.hpp"
#include "runtime/collections/vectors.hpp"

namespace slisp::rt {

inline bool is_cell_kind(Kind kind) { return kind == Kind::List || kind == Kind::Cons; }

inline bool is_true_seq_kind(Kind k) {
  switch (k) {
    case Kind::List:
    case Kind::Cons:
    case Kind::ChunkedCons:
    case Kind::VectorSeq:
    case Kind::MapSeq:
    case Kind::StringSeq:
    case Kind::Range:
    case Kind::Repeat:
    case Kind::RSeq:
    case Kind::ArraySeq:
      return true;
    default:
      return false;
  }
}
inline bool is_seq_kind(Kind k) { return is_true_seq_kind(k) || k == Kind::LazySeq || k == Kind::EmptyList; }
inline bool is_sequential_kind(Kind k) { return is_seq_kind(k) || is_vector_kind(k) || k == Kind::Queue; }

Word seq_of(Word x);       // a true seq or nil
Word seq_first(Word seq);  // of a true seq
Word seq_next(Word seq);   // of a true seq: a true seq or nil
Word seq_rest(Word seq);   // of a true seq: not yet realised; never nil
// Both at once: takes the first element out of *seq, a true seq, and leaves what seq_rest gives, or nil, there.
// 0: the element could not be made, which only a user's seq does; then *seq is nil. Its rest may fail to be made: then *seq is 0, as a
// failed step leaves it, and the element is there.
Word seq_take_first(Word* seq);
// Makes sure the lazy seq (borrowed) is realised; false: failed. Afterwards its value is a true seq or nil.
bool realise(LazySeq* lazy);
// The count when it takes no walk: -1 otherwise. x borrowed.
std::int64_t known_count(Word x);

Word make_list(const Word* elements, std::size_t count, Word empty);  // consumes the elements; `empty` when there are none
Word make_list_cell(Word first, Word rest, std::uint64_t size);
Word make_cons(Word first, Word rest);
Word make_vector_seq(Word vector, std::size_t index);  // index in range
Word make_array_seq(Word array);                       // nil when empty
inline std::uint64_t array_size(Word array) { return at<abi::Array>(array)->length; }
Word make_map_seq(Word collection, MapSeqMode mode);   // nil when empty
Word make_tree_seq(Word collection, MapSeqMode mode, bool descending, std::uint64_t rank, std::uint64_t remaining);
// The element a MapSeq stands on, owned; 0 never.
Word map_seq_element(const MapSeq* seq);
void map_seq_advance(MapSeq* seq);  // unique, remaining > 1

}  // namespace slisp::rt
