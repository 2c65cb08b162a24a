// arithmetic.cpp: + - * and what is built of them, checked. Longs first, then doubles, then the table of the big kinds.
#include "runtime/numbers/numbers.hpp"

namespace slisp::rt {
namespace {

// One operator on longs and doubles; returns false on overflow.
template <Operation op> bool on_longs(std::int64_t a, std::int64_t b, std::int64_t& result) {
  if constexpr (op == Operation::Add) return !__builtin_add_overflow(a, b, &result);
  else if constexpr (op == Operation::Subtract) return !__builtin_sub_overflow(a, b, &result);
  else return !__builtin_mul_overflow(a, b, &result);
}
template <Operation op> double on_doubles(double a, double b) {
  if constexpr (op == Operation::Add) return a + b;
  else if constexpr (op == Operation::Subtract) return a - b;
  else return a * b;
}

enum class Overflow { Throw, Wrap };

template <Operation op, Overflow overflow> Word apply(Borrowed a, Borrowed b) {
  const Tower ta = tower_of(a), tb = tower_of(b);
  if (ta == Tower::Long && tb == Tower::Long) {
    std::int64_t result;
    if (on_longs<op>(raw_long(a), raw_long(b), result) || overflow == Overflow::Wrap) return make_long(result).take();
    return throw_long_overflow().take();
  }
  if (ta == Tower::Double && tb == Tower::Double) return make_double(on_doubles<op>(raw_double(a), raw_double(b))).take();
  if (ta == Tower::None || tb == Tower::None) return throw_operands(a, b).take();
  if (ta == Tower::Double || tb == Tower::Double)
    return make_double(on_doubles<op>(number_to_double(a), number_to_double(b))).take();
  return slisp_big_table.binary(op, a, b).take();
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" {
Word slisp_add(Word a, Word b) { return apply<Operation::Add, Overflow::Throw>(a, b); }
Word slisp_subtract(Word a, Word b) { return apply<Operation::Subtract, Overflow::Throw>(a, b); }
Word slisp_multiply(Word a, Word b) { return apply<Operation::Multiply, Overflow::Throw>(a, b); }
Word slisp_inc(Word a) { return apply<Operation::Add, Overflow::Throw>(a, from_fixnum(1)); }
Word slisp_dec(Word a) { return apply<Operation::Subtract, Overflow::Throw>(a, from_fixnum(1)); }
Word slisp_unchecked_add(Word a, Word b) { return apply<Operation::Add, Overflow::Wrap>(a, b); }
Word slisp_unchecked_subtract(Word a, Word b) { return apply<Operation::Subtract, Overflow::Wrap>(a, b); }
Word slisp_unchecked_multiply(Word a, Word b) { return apply<Operation::Multiply, Overflow::Wrap>(a, b); }

Word slisp_negate(Word word) {
  const Borrowed x = word;
  switch (tower_of(x)) {
    case Tower::Long:
      if (raw_long(x) == INT64_MIN) return throw_long_overflow().take();
      return make_long(-raw_long(x)).take();
    case Tower::Double: return make_double(-raw_double(x)).take();
    case Tower::None: return throw_not_number(x).take();
    default: return slisp_big_table.negate(x).take();
  }
}

// As clojure.core/abs: the smallest long stays as it is.
Word slisp_abs(Word word) {
  const Borrowed x = word;
  switch (tower_of(x)) {
    case Tower::Long: {
      const std::int64_t n = raw_long(x);
      return make_long(n < 0 ? static_cast<std::int64_t>(0 - static_cast<std::uint64_t>(n)) : n).take();
    }
    case Tower::Double: return make_double(__builtin_fabs(raw_double(x))).take();
    case Tower::None: return throw_not_number(x).take();
    default: return (slisp_big_table.sign(x) < 0 ? slisp_big_table.negate(x) : Owned::copy(x)).take();
  }
}
}
