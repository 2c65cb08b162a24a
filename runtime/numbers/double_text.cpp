// double_text.cpp: the text of a double as Java writes it: the shortest digits that read back as the same number (at least two),
// plain between 1e-3 and 1e7, else with an exponent.
// Keeps: where Java up to 18 prints more digits than that, so do we: digits that lie on the end of the rounding interval do not count;
//        integers from 2^53 to 2^63 lose only digits that a double cannot hold; powers of two see exact_digits.cpp.
// Idea: Schubfach (Giulietti 2020): scale the number and the ends of its rounding interval by one 126-bit power of ten, rounding
//       to odd, and look which of two neighbours lies inside. Powers: power_table.cpp.
#include "runtime/numbers/numbers.hpp"
#include "runtime/numbers/powers.hpp"
#include <bit>
#include <cmath>
#include <cstring>

namespace slisp::rt {
namespace {

std::uint64_t round_to_odd(const Power& g, std::uint64_t cp) {
  using Wide = unsigned __int128;
  const Wide x = static_cast<Wide>(g.low) * cp;
  const Wide y = static_cast<Wide>(g.high) * cp + static_cast<std::uint64_t>(x >> 64);
  return static_cast<std::uint64_t>(y >> 64) | (static_cast<std::uint64_t>(y) > 1 ? 1u : 0u);
}

struct Decimal {
  std::uint64_t digits;
  int exponent;
};

// An integer whose highest bit stands for 2^exponent, without the digits that its lowest bits do not tell, rounded.
Decimal large_integer(std::uint64_t value, int exponent, int significant_bits) {
  const int unknown = exponent - significant_bits - 1;
  int digits = unknown > 1 ? unknown * 30103 / 100000 : 0;
  std::uint64_t ten = 1;
  for (int i = 0; i < digits; ++i) ten *= 10;
  return {value / ten + (digits > 0 && value % ten >= ten / 2 ? 1 : 0), digits};
}

Decimal to_decimal(std::uint64_t fraction, int biased) {
  constexpr int k_bias = 1075;
  std::uint64_t c = fraction;
  int q = 1 - k_bias, scaled = 0;
  if (biased != 0) {
    c |= std::uint64_t{1} << 52;
    q = biased - k_bias;
    if (q <= 0 && -q < 53 && (c & ((std::uint64_t{1} << -q) - 1)) == 0) return {c >> -q, 0};
    if (q > 0 && q <= 10) return large_integer(c << q, q + 52, 53);
  } else if (c < 3) {
    // The two smallest numbers have one digit; Java wants the best two.
    c *= 10;
    scaled = -1;
  }
  const bool closer_below = fraction == 0 && biased > 1;
  const int k = (q * 1262611 - (closer_below ? 524031 : 0)) >> 22;
  const int h = q + ((-k * 1741647) >> 19) + 1;
  const Power& g = power_of_ten(-k);
  const std::uint64_t lower = round_to_odd(g, (4 * c - 2 + closer_below) << h) + 1;
  const std::uint64_t middle = round_to_odd(g, (4 * c) << h);
  const std::uint64_t upper = round_to_odd(g, (4 * c + 2) << h) - 1;
  const std::uint64_t s = middle / 4;
  if (s >= 100) {
    const std::uint64_t tens = s / 10;
    const bool below = lower <= 40 * tens;
    const bool above = 40 * tens + 40 <= upper;
    if (below != above) return {tens + above, k + 1 + scaled};
  }
  const bool below = lower <= 4 * s;
  const bool above = 4 * s + 4 <= upper;
  if (below != above) return {s + above, k + scaled};
  const std::uint64_t half = 4 * s + 2;
  const bool up = middle > half || (middle == half && (s & 1) != 0);
  return {s + up, k + scaled};
}

int digits_of(const Decimal& decimal, char* digits, int& exponent) {
  char reversed[20];
  int count = 0;
  for (std::uint64_t rest = decimal.digits; rest != 0; rest /= 10) reversed[count++] = static_cast<char>('0' + rest % 10);
  exponent = decimal.exponent + count;
  for (int i = 0; i < count; ++i) digits[i] = reversed[count - 1 - i];
  while (count > 1 && digits[count - 1] == '0') --count;
  return count;
}

}  // namespace

int shortest_digits(double value, char* digits, int& exponent) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const std::uint64_t fraction = bits & ((std::uint64_t{1} << 52) - 1);
  const int biased = static_cast<int>((bits >> 52) & 0x7ff);
  if (biased == 0 ? std::has_single_bit(fraction) : fraction == 0 && (biased < 1023 || biased > 1023 + 62)) {
    const int bit = biased == 0 ? std::countr_zero(fraction) : 52;
    return exact_digits(std::uint64_t{1} << 52, biased == 0 ? bit - 1074 : biased - 1023, bit + 1, digits, exponent);
  }
  // Between 2^63 and 10^27 the JVM computes in words that may overflow.
  if (biased >= 1023 + 63 && biased <= 1023 + 90) return exact_digits(fraction | std::uint64_t{1} << 52, biased - 1023, 53, digits, exponent);
  return digits_of(to_decimal(fraction, biased), digits, exponent);
}

int integer_digits(std::uint64_t value, int exponent, int significant_bits, char* digits, int& point) {
  return digits_of(large_integer(value, exponent, significant_bits), digits, point);
}

std::size_t double_text(double value, char* out) {
  char* p = out;
  auto put = [&p](std::string_view text) {
    std::memcpy(p, text.data(), text.size());
    p += text.size();
  };
  if (value != value) {
    put("NaN");
    return 3;
  }
  if (std::signbit(value)) *p++ = '-';
  if (value - value != 0) {
    put("Infinity");
    return static_cast<std::size_t>(p - out);
  }
  if (value == 0) {
    put("0.0");
    return static_cast<std::size_t>(p - out);
  }
  char digits[20];
  int exponent;
  const int count = shortest_digits(value, digits, exponent);
  return static_cast<std::size_t>(p - out) + digits_text(false, digits, count, exponent, p);
}

std::size_t digits_text(bool negative, const char* digits, int count, int exponent, char* out) {
  char* p = out;
  auto put = [&p](std::string_view text) {
    std::memcpy(p, text.data(), text.size());
    p += text.size();
  };
  if (negative) *p++ = '-';
  auto digit_or_zero = [&](int i) { return i < count ? digits[i] : '0'; };
  if (exponent > -3 && exponent <= 7) {
    if (exponent <= 0) {
      put("0.");
      for (int i = exponent; i < 0; ++i) *p++ = '0';
      put({digits, static_cast<std::size_t>(count)});
    } else {
      for (int i = 0; i < exponent; ++i) *p++ = digit_or_zero(i);
      *p++ = '.';
      *p++ = digit_or_zero(exponent);
      for (int i = exponent + 1; i < count; ++i) *p++ = digits[i];
    }
    return static_cast<std::size_t>(p - out);
  }
  *p++ = digits[0];
  *p++ = '.';
  *p++ = digit_or_zero(1);
  for (int i = 2; i < count; ++i) *p++ = digits[i];
  *p++ = 'E';
  int power = exponent - 1;
  if (power < 0) {
    *p++ = '-';
    power = -power;
  }
  if (power >= 100) *p++ = static_cast<char>('0' + power / 100);
  if (power >= 10) *p++ = static_cast<char>('0' + power / 10 % 10);
  *p++ = static_cast<char>('0' + power % 10);
  return static_cast<std::size_t>(p - out);
}

}  // namespace slisp::rt
