// compare.cpp: Clojure's compare, and comparators that are functions.
// Keeps: nil first; the difference, not just its sign, for strings, names and characters, as Java's compareTo gives it.
#include "runtime/control/classes.hpp"
#include "runtime/equality/equality.hpp"
#include "runtime/host/native.hpp"
#include "runtime/seqs/seqs.hpp"
#include "runtime/types/operations.hpp"

namespace slisp::rt {
namespace {

std::int64_t fail(bool& failed) {
  failed = true;
  return 0;
}
std::int64_t fail_cast(Word value, std::string_view wanted, bool& failed) {
  throw_cast(value, wanted);
  return fail(failed);
}

// The first two UTF-16 units at p, which has at least one.
std::uint32_t units_at(const char* p, const char* end) {
  const auto lead = static_cast<unsigned char>(*p);
  const std::ptrdiff_t length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  std::uint32_t units = 0, shift = 16;
  for_each_utf16({p, static_cast<std::size_t>(length < end - p ? length : end - p)}, [&](std::uint16_t unit) {
    units |= std::uint32_t{unit} << shift;
    shift = 0;
  });
  return units;
}

// String.compareTo: the difference of the first UTF-16 units that differ, else of the lengths.
std::int64_t compare_strings(Word a, Word b) {
  auto *x = at<abi::String>(a), *y = at<abi::String>(b);
  const std::uint32_t shorter = x->bytes < y->bytes ? x->bytes : y->bytes;
  std::uint32_t same = 0;
  while (same < shorter && x->data[same] == y->data[same]) ++same;
  if (same == shorter) return std::int64_t{x->utf16_units} - y->utf16_units;
  while (same > 0 && (static_cast<unsigned char>(x->data[same]) & 0xc0) == 0x80) --same;
  const std::uint32_t ux = units_at(x->data + same, x->data + x->bytes), uy = units_at(y->data + same, y->data + y->bytes);
  if (ux >> 16 != uy >> 16) return std::int64_t{ux >> 16} - (uy >> 16);
  return std::int64_t{ux & 0xffff} - (uy & 0xffff);
}

std::int64_t compare_named(Word a, Word b) {
  auto *x = at<abi::Named>(a), *y = at<abi::Named>(b);
  if (x->ns == abi::k_nil && y->ns != abi::k_nil) return -1;
  if (x->ns != abi::k_nil) {
    if (y->ns == abi::k_nil) return 1;
    const std::int64_t order = compare_strings(x->ns, y->ns);
    if (order != 0) return order;
  }
  return compare_strings(x->name, y->name);
}

std::int64_t compare_vectors(Word a, Word b, bool& failed) {
  const std::size_t na = vector_size(a), nb = vector_size(b);
  if (na != nb) return na < nb ? -1 : 1;
  if (stack_exhausted()) {
    (void)throw_stack_overflow();
    return fail(failed);
  }
  for (std::size_t i = 0; i < na; ++i) {
    const std::int64_t order = compare_values(vector_ref(a, i), vector_ref(b, i), failed);
    if (failed || order != 0) return order;
  }
  return 0;
}

template <class T>
int order_of(T a, T b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

bool is_boolean(Word w) { return w == abi::k_true || w == abi::k_false; }

}  // namespace

std::int64_t compare_values(Borrowed a, Borrowed b, bool& failed) {
  const Word x = a.word(), y = b.word();
  if (x == y) return 0;
  if (is_fixnum(x) && is_fixnum(y)) return static_cast<std::int64_t>(x) < static_cast<std::int64_t>(y) ? -1 : 1;
  if (x == abi::k_nil) return -1;
  if (y == abi::k_nil) return 1;
  if (is_number(a)) return is_number(b) ? compare_numbers(a, b) : fail_cast(y, "java.lang.Number", failed);
  if (is_character(x))
    return is_character(y) ? std::int64_t{to_character(x)} - to_character(y) : fail_cast(y, "java.lang.Character", failed);
  if (is_boolean(x)) return is_boolean(y) ? (x == abi::k_true ? 1 : -1) : fail_cast(y, "java.lang.Boolean", failed);
  const Kind kind = kind_or_none(x), other = kind_or_none(y);
  switch (kind) {
    case Kind::String:
      return other == kind ? compare_strings(x, y) : fail_cast(y, "java.lang.String", failed);
    case Kind::Keyword:
      return other == kind ? compare_named(x, y) : fail_cast(y, "clojure.lang.Keyword", failed);
    case Kind::Symbol:
      return other == kind ? compare_named(x, y) : fail_cast(y, "clojure.lang.Symbol", failed);
    case Kind::Vector:
    case Kind::LargeVector:
    case Kind::SubVector:
      return is_vector_kind(other) ? compare_vectors(x, y, failed) : fail_cast(y, "clojure.lang.IPersistentVector", failed);
    case Kind::Uuid: {
      if (other != kind) return fail_cast(y, "java.util.UUID", failed);
      const auto *p = reinterpret_cast<const std::int64_t*>(x + 8), *q = reinterpret_cast<const std::int64_t*>(y + 8);
      return p[0] != q[0] ? order_of(p[0], q[0]) : order_of(p[1], q[1]);
    }
    case Kind::Inst: {
      if (other != kind) return fail_cast(y, "java.util.Date", failed);
      return order_of(*reinterpret_cast<const std::int64_t*>(x + 8), *reinterpret_cast<const std::int64_t*>(y + 8));
    }
    case Kind::Native: {
      const NativeType* type = native_type(a);
      if (type->compare == nullptr) return fail_cast(x, "java.lang.Comparable", failed);
      return is_native(b, *type) ? type->compare(a, b) : fail_cast(y, class_name(class_with_id(type->class_id)), failed);
    }
    default:
      if (asks_type(x)) return slisp_type_operations.compare(x, y, failed);
      return fail_cast(x, "java.lang.Comparable", failed);
  }
}

void check_comparable(Borrowed value, bool& failed) {
  const Word x = value.word();
  if (!is_pointer(x)) return;
  switch (kind_of(x)) {
    case Kind::String:
    case Kind::Keyword:
    case Kind::Symbol:
    case Kind::Vector:
    case Kind::LargeVector:
    case Kind::SubVector:
    case Kind::Uuid:
    case Kind::Inst:
      return;
    case Kind::Native:
      if (native_type(value)->compare != nullptr) return;
      break;
    default:
      break;
  }
  if (is_number(value) || user_is(x, ClassId::Comparable)) return;
  throw_about_value(ClassId::ClassCastException, "Default comparator requires nil, Number, or Comparable: ", x);
  failed = true;
}

std::int64_t compare_by(Borrowed comparator, Borrowed a, Borrowed b, bool& failed) {
  if (comparator.is_nil()) return compare_values(a, b, failed);
  if (user_is(comparator.word(), ClassId::Comparator)) return slisp_type_operations.compare_by(comparator.word(), a.word(), b.word(), failed);
  Owned result = call(comparator, Owned::copy(a), Owned::copy(b));
  if (is_fixnum(result.word())) return static_cast<std::int32_t>(to_fixnum(result.word()));
  if (result.failed()) return fail(failed);
  if (result.word() == abi::k_true) return -1;
  if (result.word() == abi::k_false) {
    result = call(comparator, Owned::copy(b), Owned::copy(a));
    if (result.failed()) return fail(failed);
    if (!is_boolean(result.word())) return fail_cast(result.word(), "java.lang.Boolean", failed);
    return result.truthy() ? 1 : 0;
  }
  if (!is_number(result)) {
    throw_cast(result.word(), "java.lang.Number", "intValue()", "n");
    return fail(failed);
  }
  const auto number = abi::slisp_unchecked_int(result.word());
  return number.valid ? number.value : fail(failed);
}

}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" {
slisp::abi::i64_or_failure slisp_compare(Word a, Word b) {
  bool failed = false;
  const std::int64_t order = compare_values(a, b, failed);
  return failed ? i64_failure() : i64_of(order);
}
slisp::abi::i64_or_failure slisp_compare_with(Word comparator, Word a, Word b) {
  bool failed = false;
  const std::int64_t order = compare_by(comparator, a, b, failed);
  return failed ? i64_failure() : i64_of(order);
}
}
