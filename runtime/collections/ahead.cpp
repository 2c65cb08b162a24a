// ahead.cpp: looks that go before an update of what they look at.
// In:   a borrowed collection, before its update; then, at the look's own place, the answer.
// Out:  the element, counted, where the collection is the runtime's own and looking at it runs no code of the program; else a Box that holds the
//       collection, which is asked at the look's place. No other value is a Box.
#include "runtime/collections/maps.hpp"
#include "runtime/collections/simple_keys.hpp"
#include "runtime/collections/vectors.hpp"
#include "runtime/seqs/seqs.hpp"

using namespace slisp::rt;
using slisp::abi::k_nil;

namespace {

Word ask_later(Word x) {
  auto* box = allocate_as<slisp::abi::Box>(Kind::Box, sizeof(slisp::abi::Box), 1);
  box->value = retained(x);
  return word_of(box);
}

// What is to be asked now, owned; 0: the answer is there.
Word to_ask(Word answer) {
  if (!is_kind(answer, Kind::Box)) return 0;
  const Word x = retained(at<slisp::abi::Box>(answer)->value);
  release(answer);
  return x;
}

}  // namespace

extern "C" {

Word slisp_peek_ahead(Word x) {
  switch (kind_or_none(x)) {
    case Kind::Vector:
    case Kind::LargeVector:
    case Kind::SubVector:
    case Kind::List:
    case Kind::EmptyList:
    case Kind::Queue: return slisp::abi::slisp_peek(x);
    default: return x == k_nil ? k_nil : ask_later(x);
  }
}
Word slisp_peek_settle(Word answer) {
  const Word x = to_ask(answer);
  if (x == 0) return answer;
  const Owned held = Owned::adopt(x);
  return slisp::abi::slisp_peek(x);
}

Word slisp_get_ahead(Word x, Word key) {
  const Kind kind = kind_or_none(x);
  if (x == k_nil) return k_nil;
  const bool own = kind == Kind::ArrayMap || kind == Kind::HashMap || kind == Kind::HashSet || is_vector_kind(kind);
  if (!own || !is_simple_key(key)) return ask_later(x);
  const Word value = slisp::abi::slisp_get(x, key);
  if (value != 0) return value;
  release(slisp::abi::slisp_exception_take());           // a key of a program's type stands in the way: asked again, it throws again
  return ask_later(x);
}
Word slisp_get_settle(Word answer, Word key) {
  const Word x = to_ask(answer);
  if (x == 0) return answer;
  const Owned held = Owned::adopt(x);
  return slisp::abi::slisp_get(x, key);
}

Word slisp_nth_ahead(Word x, Word index) {
  if (!is_vector(x) || !is_fixnum(index)) return ask_later(x);
  const std::int64_t n = to_fixnum(index);
  return n >= 0 && static_cast<std::uint64_t>(n) < vector_size(x) ? retained(vector_ref(x, static_cast<std::size_t>(n))) : ask_later(x);
}
Word slisp_nth_settle(Word answer, std::int64_t n) {
  const Word x = to_ask(answer);
  return x == 0 ? answer : slisp::abi::slisp_nth(x, n);
}

Word slisp_count_ahead(Word x) {
  const Kind kind = kind_or_none(x);
  if (x == k_nil) return from_fixnum(0);
  const bool own = is_vector_kind(kind) || is_map_kind(kind) || is_set_kind(kind) || kind == Kind::List || kind == Kind::EmptyList || kind == Kind::Queue;
  const std::int64_t count = own ? known_count(x) : -1;
  return count >= 0 ? from_fixnum(count) : ask_later(x);
}
slisp::abi::i64_or_failure slisp_count_settle(Word answer) {
  const Word x = to_ask(answer);
  return x == 0 ? i64_of(to_fixnum(answer)) : slisp::abi::slisp_count(x);
}
}
