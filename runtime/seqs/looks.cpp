// looks.cpp: nth, first, next, rest, seq, count and empty? of a collection that the caller keeps.
// Keeps: what was taken from an object is nil there: the object is whole, and its release releases what is left.
// Idea: what takes constant time is answered by a look, without counting; a walk goes on a count of its own, so that it lets go of what it
//   has passed unless the caller holds it too.
#include "runtime/seqs/seqs.hpp"
#include <utility>

namespace slisp::rt {
namespace {

// The rest of a List or Cons as it is stored.
inline bool cell_rest(Word x, Word& rest) {
  const Kind kind = kind_or_none(x);
  if (kind == Kind::List) rest = at<List>(x)->rest;
  else if (kind == Kind::Cons) rest = at<Cons>(x)->rest;
  else return false;
  return true;
}

inline bool element_of_vector(Word x, std::int64_t n, Word& element) {
  if (!is_vector(x) || n < 0 || static_cast<std::uint64_t>(n) >= vector_size(x)) return false;
  element = retained(vector_ref(x, static_cast<std::size_t>(n)));
  return true;
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
using slisp::abi::k_nil;

extern "C" {

Word slisp_nth_take(Word x, std::int64_t n) {
  if (!is_kind(x, Kind::Vector) || !unique(x) || n < 0 || static_cast<std::uint64_t>(n) >= vector_size(x)) return slisp::abi::slisp_nth_look(x, n);
  return std::exchange(at<slisp::abi::Inline>(x)->slot[n], k_nil);
}

Word slisp_first_take(Word x) {
  if (is_pointer(x) && unique(x)) {
    if (kind_of(x) == Kind::List) return std::exchange(at<List>(x)->first, k_nil);
    if (kind_of(x) == Kind::Cons) return std::exchange(at<Cons>(x)->first, k_nil);
  }
  return slisp::abi::slisp_first_look(x);
}

Word slisp_nth_look(Word x, std::int64_t n) {
  Word element;
  return element_of_vector(x, n, element) ? element : slisp::abi::slisp_nth(retained(x), n);
}

Word slisp_nth_default_look(Word x, std::int64_t n, Word missing) {
  Word element;
  if (!element_of_vector(x, n, element)) return slisp::abi::slisp_nth_default(retained(x), n, missing);
  release(missing);
  return element;
}

Word slisp_first_look(Word x) {
  switch (kind_or_none(x)) {
    case Kind::List: return retained(at<List>(x)->first);
    case Kind::Cons: return retained(at<Cons>(x)->first);
    case Kind::VectorSeq: return retained(vector_ref(at<VectorSeq>(x)->vector, at<VectorSeq>(x)->index));
    case Kind::ChunkedCons: return retained(vector_ref(at<ChunkedCons>(x)->chunk, at<ChunkedCons>(x)->index));
    case Kind::Vector:
    case Kind::LargeVector: return vector_size(x) == 0 ? k_nil : retained(vector_ref(x, 0));
    default: return slisp::abi::slisp_first(retained(x));
  }
}

Word slisp_next_look(Word x) {
  Word rest;
  return cell_rest(x, rest) ? seq_of(retained(rest)) : slisp::abi::slisp_next(retained(x));
}

Word slisp_rest_look(Word x) {
  Word rest;
  if (!cell_rest(x, rest)) return slisp::abi::slisp_rest(retained(x));
  return rest == k_nil ? word_of(&slisp_empty_list) : retained(rest);
}

Word slisp_seq_look(Word x) { return seq_of(retained(x)); }

slisp::abi::i64_or_failure slisp_count_look(Word x) {
  const std::int64_t count = known_count(x);
  return count >= 0 ? i64_of(count) : slisp::abi::slisp_count(retained(x));
}

std::uint32_t slisp_empty_look(Word x) {
  if (!is_kind(x, Kind::LazySeq) && !is_kind(x, Kind::Queue)) {
    const std::int64_t known = known_count(x);
    if (known >= 0) return known == 0;
  }
  return slisp::abi::slisp_empty_p(retained(x));
}
}
