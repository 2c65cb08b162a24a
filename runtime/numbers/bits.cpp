// bits.cpp: bit operations. Longs only, as in Clojure; shift distances count modulo 64.
#include "runtime/numbers/numbers.hpp"
#include <bit>

namespace slisp::rt {
namespace {

bool bit_operand(Borrowed x, std::int64_t& value) {
  if (is_long(x)) {
    value = raw_long(x);
    return true;
  }
  if (x.is_nil()) {
    (void)throw_not_number(x);
    return false;
  }
  TextBuffer message;
  message.append("bit operation not supported for: class ");
  Owned type = Owned::adopt(abi::slisp_class_of(x.word()));
  Owned name = Owned::adopt(abi::slisp_class_name(type.word()));
  message.append(text_of(name));
  (void)throw_string(ClassId::IllegalArgumentException, message.finish());
  return false;
}

template <class Function> Word on_bits(Word a, Word b, Function function) {
  std::int64_t x, y;
  if (!bit_operand(a, x) || !bit_operand(b, y)) return abi::k_pending;
  return make_long(function(x, y)).take();
}

std::int64_t shift_left(std::int64_t x, std::int64_t n) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(x) << (n & 63));
}
std::int64_t shift_right_unsigned(std::int64_t x, std::int64_t n) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(x) >> (n & 63));
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" {
Word slisp_bit_and(Word a, Word b) {
  return on_bits(a, b, [](std::int64_t x, std::int64_t y) { return x & y; });
}
Word slisp_bit_or(Word a, Word b) {
  return on_bits(a, b, [](std::int64_t x, std::int64_t y) { return x | y; });
}
Word slisp_bit_xor(Word a, Word b) {
  return on_bits(a, b, [](std::int64_t x, std::int64_t y) { return x ^ y; });
}
Word slisp_bit_and_not(Word a, Word b) {
  return on_bits(a, b, [](std::int64_t x, std::int64_t y) { return x & ~y; });
}
Word slisp_bit_not(Word a) {
  std::int64_t x;
  return bit_operand(a, x) ? make_long(~x).take() : slisp::abi::k_pending;
}
Word slisp_bit_shift_left(Word a, Word b) { return on_bits(a, b, shift_left); }
Word slisp_bit_shift_right(Word a, Word b) {
  return on_bits(a, b, [](std::int64_t x, std::int64_t y) { return x >> (y & 63); });
}
Word slisp_unsigned_bit_shift_right(Word a, Word b) { return on_bits(a, b, shift_right_unsigned); }
slisp::abi::i64_or_failure slisp_bit_count(Word a) {
  std::int64_t x;
  if (!bit_operand(a, x)) return {0, 0};
  return i64_value(std::popcount(static_cast<std::uint64_t>(x)));
}
}
