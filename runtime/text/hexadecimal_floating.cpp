// hexadecimal_floating.cpp: what %a prints of a finite double.
// In:   the double, how many digits its fraction is rounded to (half to even); fewer than 1: all that it has, one at least.
// Out:  "1.8p0": the digits of Double.toHexString without sign and 0x.
#include "runtime/text/format_spec.hpp"
#include <bit>

namespace slisp::rt {

void append_hexadecimal(TextBuffer& digits, double d, std::int64_t precision) {
  const auto bits = std::bit_cast<std::uint64_t>(d);
  constexpr int k_fraction_digits = 13;
  std::uint64_t fraction = bits & ((std::uint64_t{1} << 52) - 1);
  const int biased = static_cast<int>(bits >> 52 & 0x7ff);
  std::int64_t exponent = d == 0 ? 0 : biased == 0 ? -1022 : biased - 1023;
  std::uint64_t whole = biased == 0 ? 0 : 1;
  if (precision > 0 && precision < k_fraction_digits && d != 0) {
    if (whole == 0) {                                  // rounded as a number of full precision
      const int shift = std::countl_zero(fraction) - 11;
      fraction = fraction << shift & ((std::uint64_t{1} << 52) - 1);
      exponent -= shift;
    }
    const auto cut = static_cast<unsigned>(4 * (k_fraction_digits - precision));
    std::uint64_t significand = std::uint64_t{1} << 52 | fraction;
    const std::uint64_t rest = significand & ((std::uint64_t{1} << cut) - 1), half = std::uint64_t{1} << (cut - 1);
    significand >>= cut;
    if (rest > half || (rest == half && (significand & 1) != 0)) ++significand;
    significand <<= cut;
    if (significand >> 53 != 0) {
      significand >>= 1;
      ++exponent;
    }
    whole = 1;
    fraction = significand & ((std::uint64_t{1} << 52) - 1);
  }
  digits.append(whole != 0 ? "1." : "0.");
  std::int64_t count = 0;
  do {
    digits.append("0123456789abcdef"[fraction >> 48]);
    fraction = fraction << 4 & ((std::uint64_t{1} << 52) - 1);
    ++count;
  } while (fraction != 0);
  for (; count < precision; ++count) digits.append('0');
  digits.append('p');
  digits.append_long(exponent);
}

}  // namespace slisp::rt
