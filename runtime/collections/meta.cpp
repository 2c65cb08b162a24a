// meta.cpp: metadata of every kind that carries it as its last slot.
// Keeps: with_meta changes a unique object in place; metadata takes no part in equality and hashing.
#include "runtime/seqs/seqs.hpp"

namespace slisp::rt {
namespace {
bool carries_meta(Word x) {
  const Kind k = kind_or_none(x);
  switch (k) {
    case Kind::Symbol:
    case Kind::Fn:
    case Kind::Object: return true;
    default: return (is_sequential_kind(k) || is_map_kind(k) || is_set_kind(k)) && !is_map_entry(x);
  }
}
}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
using slisp::abi::k_nil;

extern "C" {

Word slisp_meta(Word x) {
  if (!is_pointer(x)) return k_nil;
  if (kind_of(x) == Kind::Var) return slisp::abi::slisp_var_meta(x);
  return retained(meta_of(x));
}

Word slisp_with_meta(Word x, Word meta) {
  Word result = 0;
  if (!carries_meta(x)) {
    throw_cast(x, "clojure.lang.IObj");
  } else if (meta != k_nil && !is_map(meta)) {
    throw_cast(meta, "clojure.lang.IPersistentMap");
  } else if (is_kind(x, Kind::LazySeq) && !realise(at<LazySeq>(x))) {   // as on the JVM: the seq is taken, not the thunk
  } else if (meta == k_nil && !meta_slots(header_of(x))) {
    return x;
  } else {
    return word_of(set_meta(own(&x), meta));
  }
  release(x);
  release(meta);
  return result;
}

}
