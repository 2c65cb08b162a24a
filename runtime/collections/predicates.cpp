// predicates.cpp: what kind of collection is it?
#include "runtime/host/native.hpp"
#include "runtime/seqs/seqs.hpp"
#include "runtime/types/types.hpp"

using namespace slisp::rt;
using slisp::abi::k_false;
using slisp::abi::k_nil;
using slisp::abi::k_true;

namespace {
bool is_tree(Kind k) { return k == Kind::TreeMap || k == Kind::TreeSet; }
bool is_collection(Kind k) { return is_sequential_kind(k) || is_map_kind(k) || is_set_kind(k); }
// A live transient's content; nil for a finished one.
Word content(Word x) { return at<Transient>(x)->collection; }
}  // namespace

extern "C" {
std::uint32_t slisp_nil_p(Word x) { return x == k_nil; }
std::uint32_t slisp_true_p(Word x) { return x == k_true; }
std::uint32_t slisp_false_p(Word x) { return x == k_false; }
std::uint32_t slisp_boolean_p(Word x) { return x == k_true || x == k_false; }
std::uint32_t slisp_not_truthy(Word x) { return !is_truthy(x); }
std::uint32_t slisp_seq_p(Word x) { return is_seq_kind(kind_or_none(x)) || user_is(x, ClassId::ISeq); }
std::uint32_t slisp_list_p(Word x) {
  const Kind k = kind_or_none(x);
  return k == Kind::List || k == Kind::EmptyList || k == Kind::Queue || user_is(x, ClassId::IPersistentList);
}
std::uint32_t slisp_vector_p(Word x) { return is_vector(x) || user_is(x, ClassId::IPersistentVector); }
std::uint32_t slisp_map_p(Word x) { return is_map(x) || is_kind(x, Kind::Protocol) || user_is(x, ClassId::IPersistentMap); }
std::uint32_t slisp_set_p(Word x) { return is_set(x) || user_is(x, ClassId::IPersistentSet); }
std::uint32_t slisp_coll_p(Word x) { return is_collection(kind_or_none(x)) || user_is(x, ClassId::IPersistentCollection); }
std::uint32_t slisp_sequential_p(Word x) { return is_sequential_kind(kind_or_none(x)) || user_is(x, ClassId::Sequential); }
std::uint32_t slisp_associative_p(Word x) { return is_map(x) || is_vector(x) || user_is(x, ClassId::Associative); }
std::uint32_t slisp_counted_p(Word x) {
  const Kind k = kind_or_none(x);
  switch (k) {
    case Kind::EmptyList:
    case Kind::List:
    case Kind::VectorSeq:
    case Kind::RSeq:
    case Kind::ArraySeq:
    case Kind::StringSeq:
    case Kind::Range:
    case Kind::Queue:
    case Kind::Transient:
      return 1;
    case Kind::MapSeq:
      return at<MapSeq>(x)->mode == MapSeqMode::Entries && kind_of(at<MapSeq>(x)->collection) != Kind::HashMap;
    default:
      return is_vector_kind(k) || is_map_kind(k) || is_set_kind(k) || user_is(x, ClassId::Counted);
  }
}
std::uint32_t slisp_indexed_p(Word x) { return is_vector(x) || (is_kind(x, Kind::Transient) && is_vector(content(x))) || user_is(x, ClassId::Indexed); }
std::uint32_t slisp_sorted_p(Word x) { return is_tree(kind_or_none(x)) || user_is(x, ClassId::Sorted); }
std::uint32_t slisp_reversible_p(Word x) { return is_vector(x) || is_tree(kind_or_none(x)) || user_is(x, ClassId::Reversible); }
std::uint32_t slisp_seqable_p(Word x) {
  const Kind k = kind_or_none(x);
  if (k == Kind::Native) return at<NativeObject>(x)->type->seq != nullptr;
  return x == k_nil || k == Kind::String || k == Kind::Array || is_collection(k) || user_is(x, ClassId::Seqable) ||
         user_is(x, ClassId::Iterable) || user_is(x, ClassId::JavaMap);
}
std::uint32_t slisp_map_entry_p(Word x) { return is_map_entry(x) || user_is(x, ClassId::JavaMapEntry); }
std::uint32_t slisp_queue_p(Word x) { return is_kind(x, Kind::Queue); }
}
