// floats.cpp: java.lang.Float: made by (float x), else a Double whose value 32 bits can hold, marked by a flag.
// Keeps: only code that makes floats refers to this file; printing reaches slisp_float_text through a weak symbol.
// Idea: arithmetic looks at the value alone and makes doubles, as on the JVM; class, text and hash look at the flag.
#include "runtime/numbers/numbers.hpp"
#include <bit>
#include <cmath>

namespace slisp::rt {

Owned make_float(float value) {
  Owned made = make_double(static_cast<double>(value));
  header_of(made.word())->flags |= k_flag_float;
  return made;
}

}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" {

Word slisp_to_float(Word word) {
  const slisp::abi::f64_or_failure value = slisp::abi::slisp_to_double(word);
  if (value.valid == 0) return slisp::abi::k_pending;
  // The JVM compares with the greatest float as a double.
  if (value.value < -0x1.fffffep127 || value.value > 0x1.fffffep127) return throw_out_of_range("float", Borrowed(word)).take();
  return make_float(static_cast<float>(value.value)).take();
}

Word slisp_unchecked_float(Word word) {
  const slisp::abi::f64_or_failure value = slisp::abi::slisp_to_double(word);
  return value.valid == 0 ? slisp::abi::k_pending : make_float(static_cast<float>(value.value)).take();
}

// Java's Float.toString.
std::size_t slisp_float_text(double value, char* out) {
  if (value - value != 0 || value == 0) return double_text(value, out);
  const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(value));
  const std::uint32_t fraction = bits & 0x7fffff;
  const int biased = static_cast<int>(bits >> 23 & 0xff), shift = biased == 0 ? std::countl_zero(fraction) - 8 : 0;
  const std::uint64_t whole = biased == 0 ? static_cast<std::uint64_t>(fraction) << shift : fraction | 0x800000;
  char digits[20];
  int exponent, count;
  if (biased >= 127 && biased <= 127 + 62 && std::countr_zero(whole) >= 150 - biased) {
    count = integer_digits(biased > 150 ? whole << (biased - 150) : whole >> (150 - biased), biased - 127, 24, digits, exponent);
  } else {
    count = exact_digits(whole << 29, biased == 0 ? -126 - shift : biased - 127, 24 - shift, digits, exponent);
  }
  return digits_text(std::signbit(value), digits, count, exponent, out);
}

}
