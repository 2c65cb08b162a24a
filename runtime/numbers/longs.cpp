// longs.cpp: making and looking at longs and doubles, and the exceptions that arithmetic shares.
// Keeps: a long that fits 63 bits is a fixnum, always, so that equal fixnums are equal words.
#include "runtime/numbers/numbers.hpp"

namespace slisp::rt {

Owned make_long(std::int64_t value) {
  if (value >= abi::k_fixnum_min && value <= abi::k_fixnum_max) return Owned::adopt(from_fixnum(value));
  auto* object = allocate_as<abi::Long>(Kind::Long, sizeof(abi::Long), 0);
  object->value = value;
  return adopt_object(object);
}

Owned make_double(double value) {
  auto* object = allocate_as<abi::Double>(Kind::Double, sizeof(abi::Double), 0);
  object->value = value;
  return adopt_object(object);
}

bool is_long(Borrowed value) { return is_fixnum(value.word()) || value.is(Kind::Long) || value.is(Kind::Integer); }
std::int64_t long_of(Borrowed value) { return raw_long(value); }
bool is_number(Borrowed value) { return tower_of(value) != Tower::None; }

double number_to_double(Borrowed x) {
  switch (tower_of(x)) {
    case Tower::Long: return static_cast<double>(raw_long(x));
    case Tower::Double: return raw_double(x);
    default: return slisp_big_table.to_double(x);
  }
}

Owned throw_long_overflow() { return throw_new(ClassId::ArithmeticException, "long overflow"); }
Owned throw_divide_by_zero() { return throw_new(ClassId::ArithmeticException, "Divide by zero"); }

Owned throw_not_number(Borrowed x) {
  if (x.is_nil())
    return throw_new(ClassId::NullPointerException, "Cannot invoke \"Object.getClass()\" because \"x\" is null");
  return throw_class_cast(x, "java.lang.Number");
}

// The JVM asks both for their class before it casts either.
Owned throw_operands(Borrowed a, Borrowed b) {
  if (a.is_nil() || b.is_nil()) return throw_not_number(a.is_nil() ? a : b);
  return throw_not_number(is_number(a) ? b : a);
}

// The second operand is cast before the first is asked for its class.
Owned throw_second_first(Borrowed a, Borrowed b) { return throw_not_number(is_number(b) ? a : b); }

}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" {
Word slisp_box_long(std::int64_t value) { return make_long(value).take(); }
Word slisp_box_double(double value) { return make_double(value).take(); }
}
