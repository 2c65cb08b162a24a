// equality.cpp: =, hash, hashCode and compare where a user's object takes part.
// Keeps: the JVM's Util.equiv: a collection on either side decides, the left one first; else equals of the left one. The runtime's own
//        collections ask the other for its interfaces as APersistentVector, ASeq, APersistentMap and APersistentSet do.
#include "runtime/equality/equality.hpp"
#include "runtime/collections/maps.hpp"
#include "runtime/seqs/seqs.hpp"
#include "runtime/types/answers.hpp"

namespace slisp::rt::types {
namespace {

bool is_collection(Word x) {
  const Kind kind = kind_or_none(x);
  return is_sequential_kind(kind) || is_map_kind(kind) || is_set_kind(kind);
}

// A count that a method gave; -1 when it failed.
std::int64_t size_of(Word x, Method method, bool& failed) {
  const std::int32_t size = call_int(x, object_has(x, method) ? method : method == Method::Size ? Method::Count : Method::Size, failed);
  return failed ? -1 : size;
}

bool equal_elements(Word x, Word y, bool& failed) {
  SeqWalk left(Owned::copy(x)), right(Owned::copy(y));
  Owned p, q;
  for (;;) {
    const bool more_left = left.next(p);
    const bool more_right = !left.failed() && right.next(q);
    failed = left.failed() || right.failed();
    if (failed || more_left != more_right) return false;
    if (!more_left) return true;
    if (!rt::equal(p, q, failed)) return false;
  }
}

bool equal_vector(Word vector, Word y, bool& failed) {
  const auto size = static_cast<std::int64_t>(vector_size(vector));
  const bool as_vector = object_is(y, ClassId::IPersistentVector);
  if (!as_vector && !object_is(y, ClassId::JavaList)) return object_is(y, ClassId::Sequential) && equal_elements(vector, y, failed);
  if (size_of(y, as_vector ? Method::Count : Method::Size, failed) != size || failed) return false;
  if (!as_vector) return equal_elements(vector, y, failed);
  for (std::int64_t i = 0; i < size; ++i) {
    const Owned other = call_method(y, Method::Nth, make_long(i));
    failed = other.failed();
    if (failed || !rt::equal(vector_ref(vector, static_cast<std::size_t>(i)), other, failed)) return false;
  }
  return true;
}

bool equal_map(Word map, Word y, bool& failed) {
  if (!object_is(y, ClassId::JavaMap)) return false;
  if (object_is(y, ClassId::IPersistentMap) && !object_is(y, ClassId::MapEquivalence)) return false;
  if (size_of(y, Method::Size, failed) != static_cast<std::int64_t>(map_size(map)) || failed) return false;
  MapCursor cursor;
  const Owned held = Owned::copy(map);                   // the methods run the program's code
  while (const Word* entry = cursor_next(map, cursor)) {
    const Owned key = Owned::copy(entry[0]), value = Owned::copy(entry[1]);
    if (!call_predicate(y, Method::ContainsKey, Owned::copy(key), failed)) return false;
    const Owned other = object_has(y, Method::Get) ? call_method(y, Method::Get, Owned::copy(key)) : Owned::adopt(get(y, key.word(), abi::k_nil));
    failed = other.failed();
    if (failed || !rt::equal(value, other, failed)) return false;
  }
  return true;
}

bool equal_set(Word set, Word y, bool& failed) {
  if (!object_is(y, ClassId::JavaSet)) return false;
  if (size_of(y, Method::Size, failed) != static_cast<std::int64_t>(set_size(set)) || failed) return false;
  SeqWalk walk(Owned::copy(y));
  Owned element;
  while (walk.next(element)) {
    const Word* found = set_find(set, element.word(), failed);
    if (failed || found == nullptr) return false;
  }
  failed = walk.failed();
  return !failed;
}

// A collection of the runtime's own is asked whether it equals a user's object.
bool equal_native(Word x, Word y, bool& failed) {
  const Kind kind = kind_of(x);
  if (is_vector_kind(kind)) return equal_vector(x, y, failed);
  if (is_map_kind(kind)) return equal_map(x, y, failed);
  if (is_set_kind(kind)) return equal_set(x, y, failed);
  if (!object_is(y, ClassId::Sequential) && (kind == Kind::Queue || !object_is(y, ClassId::JavaList))) return false;
  const std::int64_t known = known_count(x);
  if (known >= 0 && kind != Kind::EmptyList && object_is(y, ClassId::Counted) &&
      (size_of(y, Method::Count, failed) != known || failed))
    return false;
  return equal_elements(x, y, failed);
}

// x.equiv(y), x a collection of a user's type.
bool equal_own(Word x, Word y, bool& failed) {
  if (!is_kind(x, Kind::Record)) return call_predicate(x, Method::Equiv, Owned::copy(y), failed);
  return is_kind(y, Kind::Record) && class_of_object(x) == class_of_object(y) && record_equal(x, y, failed);
}

}  // namespace

bool equal(Word x, Word y, bool& failed) {
  if (is_kind(x, Kind::Protocol) || is_kind(y, Kind::Protocol)) return x == y;
  if (user_is(x, ClassId::IPersistentCollection)) return equal_own(x, y, failed);
  if (is_collection(x)) return equal_native(x, y, failed);
  if (user_is(y, ClassId::IPersistentCollection)) return equal_own(y, x, failed);
  if (is_collection(y)) return equal_native(y, x, failed);
  return is_user_object(x) && object_has(x, Method::Equals) && call_predicate(x, Method::Equals, Owned::copy(y), failed);
}

std::uint32_t hash(Word x, bool& failed) {
  if (is_kind(x, Kind::Record)) return record_hash(x, failed);
  if (user_is(x, ClassId::IHashEq)) return static_cast<std::uint32_t>(call_int(x, Method::Hasheq, failed));
  return java_hash(x, failed);
}

std::uint32_t java_hash(Word x, bool& failed) {
  if (is_kind(x, Kind::Record)) return record_java_hash(x, failed);
  if (is_user_object(x) && object_has(x, Method::HashCode)) return static_cast<std::uint32_t>(call_int(x, Method::HashCode, failed));
  return static_cast<std::uint32_t>(abi::slisp_identity_hash(x));
}

std::int64_t compare(Word x, Word y, bool& failed) {
  const Owned answer = user_is(x, ClassId::Comparable) ? call_method(x, Method::CompareTo, Owned::copy(y))
                                                       : throw_class_cast(x, "java.lang.Comparable");
  const auto number = answer.failed() ? i64_failure() : abi::slisp_unchecked_int(answer.word());
  failed = !number.valid;
  return number.value;
}

std::int64_t compare_by(Word comparator, Word x, Word y, bool& failed) {
  const Owned answer = call_method(comparator, Method::Compare, Owned::copy(x), Owned::copy(y));
  const auto number = answer.failed() ? i64_failure() : abi::slisp_unchecked_int(answer.word());
  failed = !number.valid;
  return number.value;
}

}  // namespace slisp::rt::types
