// equal.cpp: Clojure's =.
// In:   two borrowed values; Out: whether they are equal; failed when a lazy seq threw, a key could not be compared, or the
//       nesting is deeper than the stack.
// Keeps: numbers by category, sequential collections by elements whatever their kind, maps by lookup, sets by membership.
#include "runtime/collections/small_set.hpp"
#include "runtime/equality/equality.hpp"
#include "runtime/host/native.hpp"
#include "runtime/seqs/seqs.hpp"
#include "runtime/types/operations.hpp"

namespace slisp::rt {
namespace {

bool equal_strings(Word a, Word b) {
  auto *x = at<abi::String>(a), *y = at<abi::String>(b);
  return x->bytes == y->bytes && std::memcmp(x->data, y->data, x->bytes) == 0;
}

bool equal_symbols(Word a, Word b, bool& failed) {
  auto *x = at<abi::Named>(a), *y = at<abi::Named>(b);
  return x->hash == y->hash && equal(x->name, y->name, failed) && equal(x->ns, y->ns, failed);
}

bool equal_vectors(Word a, Word b, bool& failed) {
  const std::size_t size = vector_size(a);
  if (size != vector_size(b)) return false;
  for (std::size_t i = 0; i < size;) {  // run by run: no descent for each element
    std::size_t na, nb;
    const Word *x = vector_run(a, i, na), *y = vector_run(b, i, nb);
    const std::size_t n = na < nb ? na : nb;
    for (std::size_t j = 0; j < n; ++j)
      if (!equal(x[j], y[j], failed)) return false;
    i += n;
  }
  return true;
}

bool equal_sequences(Word a, Word b, bool& failed) {
  const std::int64_t na = known_count(a), nb = known_count(b);
  if (na >= 0 && nb >= 0 && na != nb) return false;
  SeqWalk x(Owned::copy(a)), y(Owned::copy(b));
  Owned p, q;
  for (;;) {
    const bool more_x = x.next(p);
    if (x.failed()) break;
    const bool more_y = y.next(q);
    if (y.failed()) break;
    if (more_x != more_y) return false;
    if (!more_x) return true;
    if (!equal(p, q, failed)) return false;
  }
  failed = true;
  return false;
}

enum class Answer : std::uint8_t { Different, Equal, Unknown };

// Of two words, without a descent.
inline Answer compare_words(Word a, Word b) {
  if (a == b) return is_kind(a, Kind::Double) ? Answer::Unknown : Answer::Equal;
  return is_fixnum(a) && is_fixnum(b) ? Answer::Different : Answer::Unknown;
}

// Array maps that keywords and small values decide.
Answer compare_flat_maps(Word a, Word b) {
  const std::size_t size = map_size(a);
  if (size != map_size(b)) return Answer::Different;
  const Word *x = at<Inline>(a)->slot, *y = at<Inline>(b)->slot;
  for (std::size_t i = 0; i < 2 * size; i += 2) {
    const Word* other = y + i;
    if (*other != x[i]) {
      for (other = y; other < y + 2 * size && *other != x[i];) other += 2;
      if (other == y + 2 * size) return is_kind(x[i], Kind::Keyword) ? Answer::Different : Answer::Unknown;
    }
    const Answer answer = compare_words(x[i + 1], other[1]);
    if (answer != Answer::Equal) return answer;
  }
  return Answer::Equal;
}

// What is decided by a few compares, and by far the most frequent: collections of one kind.
Answer compare_shallowly(Word a, Word b) {
  const Kind kind = kind_of(a);
  if (kind != kind_of(b)) return Answer::Unknown;
  switch (kind) {
    case Kind::Keyword: return Answer::Different;
    case Kind::String: return equal_strings(a, b) ? Answer::Equal : Answer::Different;
    case Kind::ArrayMap: return compare_flat_maps(a, b);
    case Kind::HashSet:
      if (!is_small_set(a) || !is_small_set(b)) return Answer::Unknown;
      return small_sets_equal(a, b) ? Answer::Equal : Answer::Different;
    default: return Answer::Unknown;
  }
}

// As equal_maps, of two array maps: those made at one place have their keys at the same places.
bool equal_array_maps(Word a, Word b, bool& failed) {
  const Word *x = at<Inline>(a)->slot, *y = at<Inline>(b)->slot;
  const std::size_t words = 2 * map_size(a);
  for (std::size_t i = 0; i < words; i += 2) {
    const Word* other = y + i;
    if (*other != x[i]) {
      other = map_find(b, x[i], failed);
      if (!other) return false;
    }
    if (!equal(x[i + 1], other[1], failed)) return false;
  }
  return true;
}

// As APersistentMap.equiv: the entries of `a` are looked up in `b`.
bool equal_maps(Word a, Word b, bool& failed) {
  if (map_size(a) != map_size(b)) return false;
  if (kind_of(a) == Kind::ArrayMap && kind_of(b) == Kind::ArrayMap) return equal_array_maps(a, b, failed);
  MapCursor cursor;
  while (const Word* entry = cursor_next(a, cursor)) {
    const Word* other = map_find(b, entry[0], failed);
    if (!other || !equal(entry[1], other[1], failed)) return false;
  }
  return true;
}

// APersistentSet.equiv looks the elements of `b` up in `a`; a comparator that does not know their type means: not equal.
bool equal_sets(Word a, Word b, bool& failed) {
  if (is_small_set(a) && is_small_set(b)) return small_sets_equal(a, b);
  if (set_size(a) != set_size(b)) return false;
  MapCursor cursor;
  while (const Word* element = cursor_next(b, cursor)) {
    if (set_find(a, *element, failed)) continue;
    if (failed && kind_of(a) == Kind::TreeSet) {
      Owned exception = Owned::adopt(abi::slisp_exception_take());
      if (abi::slisp_instance_p(class_object(ClassId::ClassCastException).word(), exception.word()))
        failed = false;
      else
        abi::slisp_throw_value(exception.take());
    }
    return false;
  }
  return true;
}

NativeShape shape_of(Word x, Kind kind) {
  if (kind == Kind::Native) return at<NativeObject>(x)->type->shape;
  if (is_sequential_kind(kind)) return NativeShape::List;
  return is_map_kind(kind) ? NativeShape::Map : is_set_kind(kind) ? NativeShape::Set : NativeShape::Opaque;
}

// Collections of the host are equal to all others by what they hold; what else is of the host as its type says.
bool equal_native(Word a, Word b, bool& failed) {
  const Kind ka = kind_of(a), kb = kind_of(b);
  const NativeShape shape = shape_of(a, ka);
  if (shape != shape_of(b, kb)) return false;
  if (shape == NativeShape::Opaque) {
    const NativeType* type = native_type(a);
    return ka == kb && type == native_type(b) && type->equal != nullptr && type->equal(a, b, failed);
  }
  if (shape == NativeShape::List) return equal_sequences(a, b, failed);
  if (known_count(a) != known_count(b)) return false;
  const Owned nothing = Owned::adopt(abi::slisp_object_new());
  SeqWalk walk(Owned::copy(a));
  Owned element;
  while (walk.next(element)) {
    Borrowed key = element, value = element;
    if (shape == NativeShape::Map) key = at<Inline>(element.word())->slot[0], value = at<Inline>(element.word())->slot[1];
    const NativeType* type = native_type(b);
    const Owned found = Owned::adopt(type != nullptr ? type->look(b, key, nothing)
                                                     : abi::slisp_get_default(b, key.word(), Owned::copy(nothing).take()));
    failed = found.failed();
    if (failed || found.word() == nothing.word() || !equal(value, found, failed)) return false;
  }
  failed = walk.failed();
  return !failed;
}

bool equal_raw(Word a, Word b, std::size_t bytes) {
  return std::memcmp(reinterpret_cast<char*>(a) + 8, reinterpret_cast<char*>(b) + 8, bytes) == 0;
}

bool equal_type(Word a, Word b, bool& failed) {
  if (!stack_exhausted()) return slisp_type_operations.equal(a, b, failed);
  (void)throw_stack_overflow();
  failed = true;
  return false;
}

bool equal_slots(Word a, Word b, bool& failed) {
  Header *x = header_of(a), *y = header_of(b);
  if (x->slots != y->slots) return false;
  for (unsigned i = 0; i < x->slots; ++i)
    if (!equal(slots_of(x)[i], slots_of(y)[i], failed)) return false;
  return true;
}

}  // namespace

bool equal_slow(Borrowed a, Borrowed b, bool& failed) {
  const Word x = a.word(), y = b.word();
  if (is_pointer(x) && is_pointer(y) && x != y) {
    const Answer answer = compare_shallowly(x, y);
    if (answer != Answer::Unknown) return answer == Answer::Equal;
  }
  const Kind kx = kind_or_none(x), ky = kind_or_none(y);
  if (x == y) return kx != Kind::Double || numbers_equal(a, b);  // NaN is not even itself
  if (asks_type(x) || asks_type(y)) return x != abi::k_nil && equal_type(x, y, failed);
  if (is_number(a)) return is_number(b) && numbers_equal(a, b);
  if (kx == Kind::k_count || ky == Kind::k_count) return false;
  if (kx == Kind::String) return ky == Kind::String && equal_strings(x, y);
  if (kx == Kind::Keyword || ky == Kind::Keyword) return false;
  if (stack_exhausted()) {
    (void)throw_stack_overflow();
    failed = true;
    return false;
  }
  if (kx == Kind::Native || ky == Kind::Native) return equal_native(x, y, failed);
  if (is_vector_kind(kx) && is_vector_kind(ky)) return equal_vectors(x, y, failed);
  if (is_sequential_kind(kx)) return is_sequential_kind(ky) && equal_sequences(x, y, failed);
  if (is_map_kind(kx)) return is_map_kind(ky) && equal_maps(x, y, failed);
  if (is_set_kind(kx)) return is_set_kind(ky) && equal_sets(x, y, failed);
  if (kx != ky) return false;
  switch (kx) {
    case Kind::Symbol:
      return equal_symbols(x, y, failed);
    case Kind::Uuid:
      return equal_raw(x, y, 16);
    case Kind::Inst:
      return equal_raw(x, y, 8);
    case Kind::TaggedLiteral:
      return equal_slots(x, y, failed);
    case Kind::ReaderConditional:
      return equal_raw(x, y, 8) && equal_slots(x, y, failed);
    default:
      return false;
  }
}

bool equal(Borrowed a, Borrowed b, bool& failed) {
  const Word x = a.word(), y = b.word();
  if (x == y && !is_pointer(x)) return true;
  if (is_fixnum(x) && is_fixnum(y)) return false;
  return equal_slow(a, b, failed);
}

}  // namespace slisp::rt

extern "C" std::uint32_t slisp_equal(slisp::abi::Word a, slisp::abi::Word b) {
  bool failed = false;
  const bool result = slisp::rt::equal(a, b, failed);
  return failed ? slisp::abi::k_bool_failed : result;
}
extern "C" std::uint32_t slisp_equal_i64(slisp::abi::Word x, std::int64_t n) { return slisp_equal(x, slisp::rt::make_long(n).word()); }
extern "C" std::uint32_t slisp_i64_equal(slisp::abi::Word x, std::int64_t n) { return slisp_equal(slisp::rt::make_long(n).word(), x); }
