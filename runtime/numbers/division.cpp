// division.cpp: quot, rem and mod. Division of longs truncates; of doubles it truncates the quotient as Clojure does. The
// operator / stands apart (ratio.cpp), because it can make a ratio.
#include "runtime/numbers/numbers.hpp"
#include <cmath>

namespace slisp::rt {
namespace {

bool is_zero(Borrowed x) {
  switch (tower_of(x)) {
    case Tower::None: return false;
    case Tower::Long: return raw_long(x) == 0;
    case Tower::Double: return raw_double(x) == 0;
    default: return slisp_big_table.sign(x) == 0;
  }
}

Owned double_quotient(double n, double d, Operation op) {
  if (d == 0) return throw_divide_by_zero();
  const double q = n / d;
  if (!std::isfinite(q) || std::isnan(n)) {
    // The JVM goes through BigDecimal here, which knows neither infinity nor NaN.
    return throw_new(ClassId::NumberFormatException, "Infinite or NaN");
  }
  const double whole = std::trunc(q) + 0.0;   // no negative zero: the JVM goes through a long
  return make_double(op == Operation::Quotient ? whole : n - whole * d);
}

Owned divide_integers(Operation op, Borrowed a, Borrowed b) {
  const Tower ta = tower_of(a), tb = tower_of(b);
  if (ta == Tower::Long && tb == Tower::Long) {
    const std::int64_t n = raw_long(a), d = raw_long(b);
    if (d == 0) return throw_divide_by_zero();
    if (d == -1) {
      // The smallest long has no positive counterpart; the machine's division would trap.
      if (op == Operation::Remainder) return make_long(0);
      return make_long(static_cast<std::int64_t>(0 - static_cast<std::uint64_t>(n)));
    }
    return make_long(op == Operation::Quotient ? n / d : n % d);
  }
  // The divisor is looked at first.
  if (ta == Tower::None && is_zero(b)) return throw_divide_by_zero();
  if (ta == Tower::None || tb == Tower::None) return throw_second_first(a, b);
  if (ta == Tower::Double || tb == Tower::Double) return double_quotient(number_to_double(a), number_to_double(b), op);
  return slisp_big_table.binary(op, a, b);
}

// The remainder of two fixnums is one; false: ask divide_integers. Short numbers are divided in half the time.
inline bool fixnum_remainder(Word a, Word b, Word& remainder) {
  if ((a & b & abi::k_fixnum_bit) == 0) return false;
  const std::int64_t n = static_cast<std::int64_t>(a) >> 1, d = static_cast<std::int64_t>(b) >> 1;
  if (d == 0 || d == -1) return false;
  const bool both_short = (static_cast<std::uint64_t>(n) | static_cast<std::uint64_t>(d)) >> 32 == 0;
  const std::int64_t r = both_short ? static_cast<std::int64_t>(static_cast<std::uint32_t>(n) % static_cast<std::uint32_t>(d)) : n % d;
  remainder = static_cast<Word>(r) << 1 | abi::k_fixnum_bit;
  return true;
}

// As the machine's division says it.
Owned divide_longs(Operation op, Borrowed a, Borrowed b) {
  if (is_long(b) && raw_long(b) == 0 && is_long(a)) return throw_new(ClassId::ArithmeticException, "/ by zero");
  return divide_integers(op, a, b);
}

int sign_of(Borrowed x) {
  switch (tower_of(x)) {
    case Tower::Long: return (raw_long(x) > 0) - (raw_long(x) < 0);
    case Tower::Double: return (raw_double(x) > 0) - (raw_double(x) < 0);
    default: return slisp_big_table.sign(x);
  }
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" {
Word slisp_quot(Word a, Word b) { return divide_integers(Operation::Quotient, a, b).take(); }
Word slisp_rem(Word a, Word b) {
  Word remainder;
  return fixnum_remainder(a, b, remainder) ? remainder : divide_integers(Operation::Remainder, a, b).take();
}

Word slisp_quot_long(Word a, Word b) { return divide_longs(Operation::Quotient, a, b).take(); }
Word slisp_rem_long(Word a, Word b) { return divide_longs(Operation::Remainder, a, b).take(); }

Word slisp_mod(Word a, Word b) {
  Owned m = divide_integers(Operation::Remainder, a, b);
  if (m.failed()) return m.take();
  if (sign_of(m) == 0 || (sign_of(a) > 0) == (sign_of(b) > 0)) return m.take();
  return slisp::abi::slisp_add(m.word(), b);
}
}
