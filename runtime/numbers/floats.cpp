// floats.cpp: java.lang.Float: made by (float x), else a Double whose value 32 bits can hold, marked by a flag.
// Keeps: only code that makes floats refers to this file; printing reaches slisp_float_text through a weak symbol.
// Idea: arithmetic looks at the value alone and makes doubles, as on the JVM; class, text and hash look at the flag.
#include "runtime/numbers/numbers.hpp"
#include <cmath>
#include <cstring>

namespace slisp::rt {
namespace {

Owned make_float(double value) {
  Owned made = make_double(static_cast<double>(static_cast<float>(value)));
  header_of(made.word())->flags |= k_flag_float;
  return made;
}

// 0.d1d2... * 10^exponent as a double: exact where powers of ten are, else off by less than floats can tell.
double value_of(const char* digits, int count, int exponent) {
  double value = 0;
  for (int i = 0; i < count; ++i) value = value * 10 + (digits[i] - '0');
  return static_cast<double>(static_cast<long double>(value) * std::pow(10.0L, static_cast<long double>(exponent - count)));
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" {

Word slisp_to_float(Word word) {
  const slisp::abi::f64_or_failure value = slisp::abi::slisp_to_double(word);
  if (value.valid == 0) return slisp::abi::k_pending;
  // The JVM compares with the greatest float as a double.
  if (value.value < -0x1.fffffep127 || value.value > 0x1.fffffep127) return throw_out_of_range("float", Borrowed(word)).take();
  return make_float(value.value).take();
}

Word slisp_unchecked_float(Word word) {
  const slisp::abi::f64_or_failure value = slisp::abi::slisp_to_double(word);
  return value.valid == 0 ? slisp::abi::k_pending : make_float(value.value).take();
}

// Java's Float.toString: the shortest digits that read back as the same float. Rounding the exact value to n digits gives the best of
// n digits, so the first n (of at least two, as Java wants) whose rounding lies in the float's interval is the answer.
std::size_t slisp_float_text(double value, char* out) {
  if (value - value != 0 || value == 0) return double_text(value, out);
  char exact[20], digits[20];
  int exponent;
  const double magnitude = std::fabs(value);
  const int known = shortest_digits(magnitude, exact, exponent);
  int count = known;
  std::memcpy(digits, exact, sizeof exact);
  for (int n = 2; n < known && n <= 9; ++n) {
    char tried[20];
    std::memcpy(tried, exact, static_cast<std::size_t>(n));
    bool exactly_half = exact[n] == '5' && n + 1 == known;
    bool up = exact[n] > '5' || (exact[n] == '5' && (!exactly_half || ((exact[n - 1] - '0') & 1) != 0));
    int power = exponent, at = n - 1;
    while (up && at >= 0 && tried[at] == '9') tried[at--] = '0';
    if (up && at >= 0) ++tried[at];
    if (up && at < 0) {
      tried[0] = '1';
      ++power;
    }
    if (static_cast<double>(static_cast<float>(value_of(tried, n, power))) != magnitude) continue;
    count = n;
    while (count > 1 && tried[count - 1] == '0') --count;
    std::memcpy(digits, tried, sizeof tried);
    exponent = power;
    break;
  }
  return digits_text(std::signbit(value), digits, count, exponent, out);
}

}
