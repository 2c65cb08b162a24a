// numbers_test.cpp: the number tower against what Clojure 1.11 answers.
#include "runtime/numbers/numbers.hpp"
#include "tests/unit/runtime/values.hpp"
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <random>

using namespace slisp::rt;
using namespace slisp::rt::test;
using namespace slisp::abi;

namespace {

std::string apply2(Word (*f)(Word, Word), Owned a, Owned b) { return pr(f(a.word(), b.word())); }
std::string apply1(Word (*f)(Word), Owned a) { return pr(f(a.word())); }
std::string shown(double d) { return pr(dbl(d)); }

const std::string k_not_number = "ClassCastException: class java.lang.String cannot be cast to class java.lang.Number";

}  // namespace

TEST_CASE("numbers: longs stay longs and overflow throws", "[numbers]") {
  CHECK(apply2(slisp_add, num(1), num(2)) == "3");
  CHECK(apply2(slisp_add, num(INT64_MAX), num(1)) == "ArithmeticException: long overflow");
  CHECK(apply2(slisp_multiply, num(4611686018427387904), num(2)) == "ArithmeticException: long overflow");
  CHECK(apply2(slisp_subtract, num(INT64_MIN), num(1)) == "ArithmeticException: long overflow");
  CHECK(apply1(slisp_negate, num(INT64_MIN)) == "ArithmeticException: long overflow");
  CHECK(apply1(slisp_abs, num(INT64_MIN)) == "-9223372036854775808");
  CHECK(apply1(slisp_inc, num(4611686018427387903)) == "4611686018427387904");
  CHECK(apply2(slisp_unchecked_add, num(INT64_MAX), num(1)) == "-9223372036854775808");
}

TEST_CASE("numbers: longs beyond 63 bits are boxed, smaller ones never", "[numbers]") {
  CHECK(is_fixnum(num(4611686018427387903).word()));
  CHECK(num(4611686018427387904).is(Kind::Long));
  CHECK(is_fixnum(num(-4611686018427387904).word()));
  CHECK(num(-4611686018427387905).is(Kind::Long));
}

TEST_CASE("numbers: promoting operators give big integers", "[numbers]") {
  CHECK(apply2(slisp_add_promoting, num(INT64_MAX), num(1)) == "9223372036854775808N");
  CHECK(apply2(slisp_multiply_promoting, num(INT64_MAX), num(2)) == "18446744073709551614N");
  CHECK(apply1(slisp_negate_promoting, num(INT64_MIN)) == "9223372036854775808N");
  CHECK(apply2(slisp_add_promoting, big("5"), big("-4")) == "1N");
  CHECK(apply2(slisp_subtract, big("5"), big("5")) == "0N");
}

TEST_CASE("numbers: contagion follows the tower", "[numbers]") {
  CHECK(apply2(slisp_add, num(1), dbl(2)) == "3.0");
  CHECK(apply2(slisp_add, dec("1.5"), num(1)) == "2.5M");
  CHECK(apply2(slisp_add, dec("1.5"), ratio(1, 2)) == "2.0M");
  CHECK(apply2(slisp_add, dec("1.5"), dbl(1)) == "2.5");
  CHECK(apply2(slisp_multiply, dec("1.5"), big("2")) == "3.0M");
  CHECK(apply2(slisp_add, ratio(1, 2), ratio(1, 2)) == "1N");
  CHECK(apply2(slisp_subtract, ratio(1, 2), ratio(1, 2)) == "0N");
  CHECK(apply2(slisp_multiply, num(2), ratio(1, 2)) == "1N");
  CHECK(apply1(slisp_negate, ratio(1, 2)) == "-1/2");
}

TEST_CASE("numbers: wrong types are named", "[numbers]") {
  CHECK(apply2(slisp_add, num(1), str("a")).rfind(k_not_number, 0) == 0);
  CHECK(apply2(slisp_add, str("a"), num(1)).rfind(k_not_number, 0) == 0);
  CHECK(apply2(slisp_add, nil(), num(1)) == "NullPointerException: Cannot invoke \"Object.getClass()\" because \"x\" is null");
  CHECK(truth(slisp_less(num(1).word(), str("a").word())).rfind(k_not_number, 0) == 0);
}

TEST_CASE("numbers: division", "[numbers]") {
  CHECK(apply2(slisp_divide, num(1), num(2)) == "1/2");
  CHECK(apply2(slisp_divide, num(6), num(-4)) == "-3/2");
  CHECK(apply2(slisp_divide, num(4), num(2)) == "2");
  CHECK(apply2(slisp_divide, num(1), num(0)) == "ArithmeticException: Divide by zero");
  CHECK(apply2(slisp_divide, dbl(1), num(0)) == "ArithmeticException: Divide by zero");
  CHECK(apply2(slisp_divide, num(INT64_MIN), num(-1)) == "-9223372036854775808");
  CHECK(apply2(slisp_divide, dec("1"), num(4)) == "0.25M");
  CHECK(apply2(slisp_divide, dec("1"), num(3)) ==
        "ArithmeticException: Non-terminating decimal expansion; no exact representable decimal result.");
  CHECK(apply2(slisp_quot, num(INT64_MIN), num(-1)) == "-9223372036854775808");
  CHECK(apply2(slisp_rem, num(INT64_MIN), num(-1)) == "0");
  CHECK(apply2(slisp_quot, dbl(7.5), num(2)) == "3.0");
  CHECK(apply2(slisp_rem, dbl(7.5), num(2)) == "1.5");
  CHECK(apply2(slisp_mod, dbl(-7.5), num(2)) == "0.5");
  CHECK(apply2(slisp_mod, num(-7), num(3)) == "2");
  CHECK(apply2(slisp_mod, ratio(-7, 2), num(2)) == "1/2");
  CHECK(apply2(slisp_quot, ratio(7, 2), num(2)) == "1N");
  CHECK(apply2(slisp_rem, ratio(7, 2), num(2)) == "3/2");
  CHECK(apply2(slisp_quot, dec("1.55"), dec("0.1")) == "15.0M");
  CHECK(apply2(slisp_rem, dec("1.55"), dec("0.1")) == "0.05M");
  CHECK(apply2(slisp_mod, dec("5"), num(3)) == "2M");
  CHECK(apply2(slisp_quot, dbl(1), num(0)) == "ArithmeticException: Divide by zero");
}

TEST_CASE("numbers: order and equality", "[numbers]") {
  const double nan = std::nan("");
  CHECK(truth(slisp_less(dbl(nan).word(), num(1).word())) == "false");
  CHECK(truth(slisp_numeric_equal(dbl(nan).word(), dbl(nan).word())) == "false");
  CHECK(truth(slisp_numeric_equal(num(1).word(), dbl(1).word())) == "true");
  CHECK(truth(slisp_numeric_equal(dec("0.1").word(), ratio(1, 10).word())) == "true");
  CHECK(numbers_equal(num(1), big("1")));
  CHECK_FALSE(numbers_equal(num(1), dbl(1)));
  CHECK(numbers_equal(dec("1.0"), dec("1.00")));
  CHECK_FALSE(numbers_equal(dbl(0.5), ratio(1, 2)));
  CHECK(compare_numbers(dbl(nan), num(1)) == 0);
  CHECK(compare_numbers(big("123456789012345678901234567890"), num(1)) == 1);
  CHECK(compare_numbers(ratio(1, 3), ratio(1, 2)) == -1);
}

TEST_CASE("numbers: hashes are the JVM's", "[numbers]") {
  auto hash = [](const Owned& x) { return static_cast<std::int32_t>(hash_number(x)); };
  CHECK(hash(dbl(1.5)) == 1073217536);
  CHECK(hash(dbl(-0.0)) == 0);
  CHECK(hash(dbl(1e20)) == 1017127773);
  CHECK(hash(num(1)) == 1392991556);
  CHECK(hash(big("1")) == 1392991556);
  CHECK(hash(num(-5)) == 1222806974);
  CHECK(hash(big("123456789012345678901234567890")) == 1915528825);
  CHECK(hash(big("-123456789012345678901234567890")) == -1915528825);
  CHECK(hash(ratio(1, 2)) == 3);
  CHECK(hash(dec("1.5")) == 466);
  CHECK(hash(dec("1.50")) == 466);
  CHECK(hash(dec("123456789012345678901234567890.5")) == 1113278083);
}

TEST_CASE("numbers: doubles print as Java prints them", "[numbers]") {
  CHECK(shown(4.9E-324) == "4.9E-324");
  CHECK(shown(9.9E-324) == "1.0E-323");
  CHECK(shown(0.002) == "0.002");
  CHECK(shown(2e23) == "1.9999999999999998E23");
  CHECK(shown(1e7) == "1.0E7");
  CHECK(shown(9999999.0) == "9999999.0");
  CHECK(shown(0.001) == "0.001");
  CHECK(shown(1e-4) == "1.0E-4");
  CHECK(shown(123456789.125) == "1.23456789125E8");
  CHECK(shown(100) == "100.0");
  CHECK(shown(-0.0) == "-0.0");
  CHECK(shown(1.7976931348623157E308) == "1.7976931348623157E308");
  CHECK(shown(0.1 + 0.2) == "0.30000000000000004");
  CHECK(shown(1.0 / 3) == "0.3333333333333333");
  CHECK(shown(INFINITY) == "##Inf");
}

// The bits come from SplitMix64 (Steele, Lea, Flood 2014), so that a JVM can walk the same values. `longer` counts texts with more
// digits than the fewest that read back: Java 17's Double.toString has some, and slisp prints what it prints.
// length and hash (FNV-1a over all texts) are what (Double/toString d) of Clojure 1.11 on Java 17 gave.
TEST_CASE("numbers: a double's text is Java's and reads back as the same double", "[numbers]") {
  std::uint64_t state = 20240501, hash = 0xcbf29ce484222325u;
  std::size_t length = 0, taken = 0, longer = 0;
  char text[32];
  for (int i = 0; i < 200000; ++i) {
    std::uint64_t bits = state += 0x9E3779B97F4A7C15u;
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9u;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBu;
    bits ^= bits >> 31;
    if (i % 4 == 0) bits &= 0x800fffffffffffff;                        // subnormal
    double value;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value) || value == 0) continue;
    const std::size_t size = double_text(value, text);
    text[size] = 0;
    double back = std::strtod(text, nullptr);
    if (std::memcmp(&back, &value, sizeof value) != 0) FAIL("bits " << bits << " gave " << text);
    for (std::size_t at = 0; at < size; ++at) hash = (hash ^ static_cast<unsigned char>(text[at])) * 0x100000001b3u;
    char digits[20], fewest[40];
    int exponent;
    const int count = shortest_digits(value, digits, exponent);
    const auto end = std::to_chars(fewest, fewest + sizeof fewest, value, std::chars_format::scientific).ptr;
    const long needed = std::count_if(fewest, std::find(fewest, end, 'e'), [](char c) { return c >= '0' && c <= '9'; });
    longer += count > needed;
    length += size;
    ++taken;
  }
  CHECK(taken == 199917);
  CHECK(length == 4422066);
  CHECK(hash == static_cast<std::uint64_t>(-7135550955629044374));
  CAPTURE(longer);
  CHECK(longer < taken / 20);
}

TEST_CASE("numbers: decimals", "[numbers]") {
  for (const char* text : {"1.0", "1E+3", "1E-10", "100", "0.000001", "1E-7", "1.50", "-1.5", "0"}) CHECK(pr(dec(text)) == std::string(text) + "M");
  CHECK(pr(dec("1e3")) == "1E+3M");
  CHECK(pr(dec("0.0000001")) == "1E-7M");
  CHECK(apply1(slisp_to_decimal, dbl(1e20)) == "1.0E+20M");
  CHECK(apply1(slisp_to_decimal, ratio(1, 4)) == "0.25M");
  CHECK(pr(dec("x")).rfind("NumberFormatException", 0) == 0);
}

TEST_CASE("numbers: conversions", "[numbers]") {
  CHECK(apply1(slisp_rationalize, dbl(0.1)) == "1/10");
  CHECK(apply1(slisp_rationalize, dbl(1)) == "1N");
  CHECK(apply1(slisp_rationalize, dbl(1e30)) == "1000000000000000000000000000000N");
  CHECK(apply1(slisp_to_bigint, dbl(1.5)) == "1N");
  CHECK(apply1(slisp_to_bigint, str("12")) == "12N");
  CHECK(apply1(slisp_numerator, ratio(1, 2)) == "1");
  CHECK(pr(slisp_to_double(ratio(1, 3).word())) == "0.3333333333333333");
  CHECK(pr(slisp_to_double(big("123456789012345678901234567890").word())) == "1.2345678901234568E29");
  CHECK(pr(slisp_to_double(dec("1E400").word())) == "##Inf");
}

TEST_CASE("numbers: casts check their range", "[numbers]") {
  CHECK(pr(slisp_to_int(num(3000000000).word())) == "ArithmeticException: integer overflow");
  CHECK(pr(slisp_to_int(chr('a').word())) == "97");
  CHECK(pr(slisp_to_byte(num(200).word())) == "IllegalArgumentException: Value out of range for byte: 200");
  CHECK(pr(slisp_to_short(num(70000).word())) == "IllegalArgumentException: Value out of range for short: 70000");
  CHECK(pr(slisp_to_long(dbl(1e30).word())) == "IllegalArgumentException: Value out of range for long: 1.0E30");
  CHECK(pr(slisp_to_long(big("123456789012345678901234567890").word())) ==
        "IllegalArgumentException: Value out of range for long: 123456789012345678901234567890");
  CHECK(pr(slisp_to_long(dec("1e30").word())) == "IllegalArgumentException: Value out of range for long: 1.0E30");
  CHECK(pr(slisp_to_long(dbl(-1.9).word())) == "-1");
  CHECK(pr(slisp_unchecked_long(dbl(1e30).word())) == "9223372036854775807");
  CHECK(pr(slisp_unchecked_int(num(3000000000).word())) == "-1294967296");
  CHECK(pr(slisp_unchecked_int(dbl(1e10).word())) == "2147483647");
  CHECK(pr(slisp_to_long(nil().word())) ==
        "NullPointerException: Cannot invoke \"java.lang.Number.doubleValue()\" because \"x\" is null");
  CHECK(pr(slisp_to_float(dbl(1e300).word())) == "IllegalArgumentException: Value out of range for float: 1.0E300");
  CHECK(apply1(slisp_to_char, num(-1)) == "IllegalArgumentException: Value out of range for char: -1");
}

TEST_CASE("numbers: bit operations take longs alone", "[numbers]") {
  CHECK(apply2(slisp_bit_and, num(12), num(10)) == "8");
  CHECK(apply2(slisp_bit_and, dbl(1), num(1)) ==
        "IllegalArgumentException: bit operation not supported for: class java.lang.Double");
  CHECK(apply2(slisp_bit_and, big("1"), num(1)) ==
        "IllegalArgumentException: bit operation not supported for: class clojure.lang.BigInt");
  CHECK(apply2(slisp_bit_shift_left, num(1), num(64)) == "1");
  CHECK(apply2(slisp_bit_shift_right, num(-8), num(1)) == "-4");
  CHECK(apply2(slisp_unsigned_bit_shift_right, num(-8), num(1)) == "9223372036854775804");
  CHECK(truth(slisp_even_p(dbl(1.5).word())) == "IllegalArgumentException: Argument must be an integer: 1.5");
  CHECK(truth(slisp_even_p(nil().word())) == "IllegalArgumentException: Argument must be an integer: ");
  CHECK(truth(slisp_even_p(big("2").word())) == "true");
}

TEST_CASE("numbers: numbers are read as Java reads them", "[numbers]") {
  auto parse = [](std::string_view text, std::int64_t radix = 10) { return pr(slisp_parse_number(str(text).word(), radix)); };
  auto strict = [](std::string_view text) { return pr(slisp_parse_double_strict(str(text).word())); };
  CHECK(parse("+5") == "5");
  CHECK(parse("-9223372036854775808") == "-9223372036854775808");
  CHECK(parse("9223372036854775808") == "NumberFormatException: For input string: \"9223372036854775808\"");
  CHECK(parse("") == "NumberFormatException: For input string: \"\"");
  CHECK(parse("zz", 16) == "NumberFormatException: For input string: \"zz\" under radix 16");
  CHECK(parse("-") == "NumberFormatException: For input string: \"-\"");
  CHECK(apply1(slisp_parse_long, str(" 1")) == "nil");
  CHECK(apply1(slisp_parse_long, num(1)) == "IllegalArgumentException: Expected string, got java.lang.Long");
  CHECK(apply1(slisp_parse_long, nil()) == "IllegalArgumentException: Expected string, got nil");
  CHECK(apply1(slisp_parse_double, str("  1.5 ")) == "1.5");
  CHECK(apply1(slisp_parse_double, str("1.")) == "1.0");
  CHECK(apply1(slisp_parse_double, str(".5")) == "0.5");
  CHECK(apply1(slisp_parse_double, str(".")) == "nil");
  CHECK(strict("1e5f") == "100000.0");
  CHECK(strict("NaN") == "##NaN");
  CHECK(strict("-Infinity") == "##-Inf");
  CHECK(strict("0x1p3") == "8.0");
  CHECK(strict("1_0") == "NumberFormatException: For input string: \"1_0\"");
  CHECK(strict(" ") == "NumberFormatException: empty String");
  CHECK(to_std(own(slisp_long_to_string(255, 16))) == "ff");
  CHECK(to_std(own(slisp_long_to_string(-255, 36))) == "-73");
}

TEST_CASE("numbers: math rounds as java.lang.Math does", "[numbers]") {
  CHECK(slisp_math_round(2.5) == 3);
  CHECK(slisp_math_round(-2.5) == -2);
  CHECK(slisp_math_round(0.49999999999999994) == 0);
  CHECK(std::isnan(slisp_math_pow(1, INFINITY)));
  CHECK(std::isnan(slisp_math_pow(1, std::nan(""))));
}
