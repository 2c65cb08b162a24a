// steps.cpp: seq, first, next, rest and rseq of users' objects.
// Keeps: what seq gives is a true seq, nil, or a user's object that is an ISeq.
// Idea: an object that is Iterable alone becomes a chunked seq: 32 elements are taken from the iterator at a time, the rest when somebody asks.
#include "runtime/seqs/seqs.hpp"
#include "runtime/types/answers.hpp"
#include "runtime/types/iterators.hpp"
#include "runtime/types/protocol.hpp"

namespace slisp::rt::types {
namespace {

// What a user's method gave where the interface says ISeq.
Word checked_seq(Word made) {
  if (made == 0 || made == abi::k_nil || user_is(made, ClassId::ISeq)) return made;
  if (!is_user_object(made)) return seq_of(made);
  throw_cast(made, "clojure.lang.ISeq");
  release(made);
  return 0;
}

Word checked_iterator_seq(Word iterator) {
  if (iterator == 0) return 0;
  return seq_of(iterator_seq(iterator));
}

}  // namespace

Word seq(Word x) {
  if (is_kind(x, Kind::Record)) return record_seq(x);
  if (is_kind(x, Kind::Protocol)) return seq_of(protocol_map(at<const ProtocolObject>(x)).take());
  if (object_is(x, ClassId::Seqable)) return checked_seq(call_method(x, Method::Seq).take());
  if (object_is(x, ClassId::Iterable)) return checked_iterator_seq(call_method(x, Method::Iterator).take());
  if (object_is(x, ClassId::JavaMap)) {
    const Word entries = call_method(x, Method::EntrySet).take();
    return entries == 0 ? 0 : seq_of(entries);
  }
  return throw_about_class(ClassId::IllegalArgumentException, "Don't know how to create ISeq from: ", x);
}

Word first(Word s) { return call_method(s, Method::First).take(); }

// Of a class that has but one of the two, the other follows.
Word next(Word s) { return checked_seq(call_method(s, object_has(s, Method::Next) ? Method::Next : Method::More).take()); }
Word more(Word s) {
  if (object_has(s, Method::More)) return call_method(s, Method::More).take();
  const Word following = next(s);
  return following == abi::k_nil ? word_of(&slisp_empty_list) : following;
}

Word rseq(Word x) {
  if (user_is(x, ClassId::Reversible)) return checked_seq(call_method(x, Method::Rseq).take());
  return throw_cast(x, "clojure.lang.Reversible", "rseq()", "rev");
}

}  // namespace slisp::rt::types
