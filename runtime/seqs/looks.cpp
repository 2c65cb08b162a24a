// looks.cpp: nth, first, next, rest, seq, count and empty? of a collection that the caller keeps.
// Keeps: what was taken from an object is nil there: the object is whole, and its release releases what is left.
// Idea: what takes constant time is answered by a look, without counting; a walk goes on a count of its own, so that it lets go of what it
//   has passed unless the caller holds it too.
#include "runtime/seqs/seqs.hpp"
#include <utility>

namespace slisp::rt {
namespace {

inline bool is_cell(Word x) { return is_cell_kind(kind_or_none(x)); }
// Where a List or Cons has its rest; null: it is neither.
inline Word* rest_of_cell(Word x) { return is_cell(x) ? &at<List>(x)->rest : nullptr; }

// The cell that x is, or that the lazy seq x gave, where nobody else has either; nil: there is none; 0: an exception is pending.
inline Word cell_to_take_from(Word x) {
  if (!is_pointer(x) || !unique(x)) return abi::k_nil;
  if (kind_of(x) == Kind::LazySeq) {
    if (!realise(at<LazySeq>(x))) return 0;
    x = at<LazySeq>(x)->value;
    if (!is_pointer(x) || !unique(x)) return abi::k_nil;
  }
  return x;
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
  const Word cell = cell_to_take_from(x);
  if (is_cell(cell)) return std::exchange(at<List>(cell)->first, k_nil);
  return cell != 0 ? slisp::abi::slisp_first_look(x) : 0;
}

Word slisp_rest_take(Word x) {
  const Word cell = cell_to_take_from(x);
  if (cell == 0) return 0;
  Word* const rest = rest_of_cell(cell);
  if (rest == nullptr) return slisp::abi::slisp_rest_look(x);
  const Word taken = std::exchange(*rest, k_nil);
  return taken == k_nil ? word_of(&slisp_empty_list) : taken;
}

// What is lazy is realised where it is: when that fails, x is what it was.
Word slisp_next_take(Word x) {
  const Word cell = cell_to_take_from(x);
  if (cell == 0) return 0;
  Word* const rest = rest_of_cell(cell);
  if (rest == nullptr) return slisp::abi::slisp_next_look(x);
  if (is_kind(*rest, Kind::LazySeq)) return realise(at<LazySeq>(*rest)) ? seq_of(std::exchange(*rest, k_nil)) : 0;
  if (is_cell(*rest) || *rest == k_nil) return std::exchange(*rest, k_nil);
  return seq_of(retained(*rest));
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
    case Kind::List:
    case Kind::Cons: return retained(at<List>(x)->first);
    case Kind::VectorSeq: return retained(vector_ref(at<VectorSeq>(x)->vector, at<VectorSeq>(x)->index));
    case Kind::ChunkedCons: return retained(vector_ref(at<ChunkedCons>(x)->chunk, at<ChunkedCons>(x)->index));
    case Kind::Vector:
    case Kind::LargeVector: return vector_size(x) == 0 ? k_nil : retained(vector_ref(x, 0));
    default: return slisp::abi::slisp_first(retained(x));
  }
}

Word slisp_next_look(Word x) {
  const Word* const rest = rest_of_cell(x);
  return rest != nullptr ? seq_of(retained(*rest)) : slisp::abi::slisp_next(retained(x));
}

Word slisp_rest_look(Word x) {
  const Word* const rest = rest_of_cell(x);
  if (rest == nullptr) return slisp::abi::slisp_rest(retained(x));
  return *rest == k_nil ? word_of(&slisp_empty_list) : retained(*rest);
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
