// promoting.cpp: +' -' *' inc' dec' and -' with one argument: longs that overflow become BigInts.
#include "runtime/numbers/bigs.hpp"

namespace slisp::rt {
namespace {

Word promote(Operation operation, Borrowed a, Borrowed b) {
  const Tower ta = tower_of(a), tb = tower_of(b);
  if (ta == Tower::Long && tb == Tower::Long) {
    const std::int64_t x = raw_long(a), y = raw_long(b);
    std::int64_t result;
    const bool overflow = operation == Operation::Add        ? __builtin_add_overflow(x, y, &result)
                          : operation == Operation::Subtract ? __builtin_sub_overflow(x, y, &result)
                                                             : __builtin_mul_overflow(x, y, &result);
    // -' negates its second operand first, and the smallest long has no negative.
    if (!overflow && !(operation == Operation::Subtract && y == INT64_MIN)) return make_long(result).take();
    return big_binary(operation, a, b).take();
  }
  if (ta == Tower::None || tb == Tower::None)
    return (operation == Operation::Subtract ? throw_second_first(a, b) : throw_operands(a, b)).take();
  if (ta == Tower::Double || tb == Tower::Double) {
    const double x = number_to_double(a), y = number_to_double(b);
    return make_double(operation == Operation::Add ? x + y : operation == Operation::Subtract ? x - y : x * y).take();
  }
  return big_binary(operation, a, b).take();
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" {
Word slisp_add_promoting(Word a, Word b) { return promote(Operation::Add, a, b); }
Word slisp_subtract_promoting(Word a, Word b) { return promote(Operation::Subtract, a, b); }
Word slisp_multiply_promoting(Word a, Word b) { return promote(Operation::Multiply, a, b); }
Word slisp_inc_promoting(Word a) { return promote(Operation::Add, a, from_fixnum(1)); }
Word slisp_dec_promoting(Word a) { return promote(Operation::Subtract, a, from_fixnum(1)); }
Word slisp_negate_promoting(Word a) {
  switch (tower_of(a)) {
    case Tower::Long: break;
    case Tower::Double: return make_double(-raw_double(a)).take();
    case Tower::None: return throw_not_number(a).take();
    default: return slisp_big_table.negate(a).take();
  }
  return promote(Operation::Subtract, from_fixnum(0), a);
}
}
