// numbers.cpp: number literals, by the patterns of Clojure's LispReader:
//   integer  [-+]? (0 | [1-9][0-9]* | 0[xX]hex | 0octal | radix[rR]digits) N?
//   double   [-+]? [0-9]+ (. [0-9]*)? ([eE][-+]?[0-9]+)?, with M a decimal
//   ratio    [-+]? [0-9]+ / [0-9]+
#include "src/reader/literals.hpp"
#include <cstdlib>

namespace slisp::reader {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

int digit_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
  return 99;
}

bool all_digits(std::string_view digits, int radix) {
  if (digits.empty()) return false;
  for (char c : digits) {
    if (digit_value(c) >= radix) return false;
  }
  return true;
}

rt::Owned invalid(std::string_view token, ReadError& error, std::string_view why = {}) {
  return fail(error, "e-number", rt::ClassId::NumberFormatException, text({"Invalid number: ", token}),
              why.empty() ? "a token that begins with a digit must be a number" : why);
}

// A BigInt of digits that were checked before.
rt::Owned big(bool negative, std::string_view digits, int radix, ReadError& error) {
  rt::TextBuffer signed_digits;
  if (negative) signed_digits.append('-');
  signed_digits.append(digits);
  rt::Owned value = rt::parse_bigint(signed_digits.view(), radix);
  return value.failed() ? fail_pending(error, "e-number", "numbers are written as in Java, with M, N, ratios and radixes besides") : std::move(value);
}

rt::Owned integer(bool negative, std::string_view digits, int radix, bool wants_big, ReadError& error) {
  if (wants_big) return big(negative, digits, radix, error);
  // The magnitude may reach 2^63 when negative.
  std::uint64_t magnitude = 0;
  for (char c : digits) {
    if (__builtin_mul_overflow(magnitude, static_cast<std::uint64_t>(radix), &magnitude) ||
        __builtin_add_overflow(magnitude, static_cast<std::uint64_t>(digit_value(c)), &magnitude)) {
      return big(negative, digits, radix, error);
    }
  }
  std::uint64_t limit = std::uint64_t{1} << 63;
  if (negative ? magnitude > limit : magnitude >= limit) return big(negative, digits, radix, error);
  return rt::make_long(static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude));
}

rt::Owned double_of(std::string_view token) {
  // strtod rounds correctly; the process never sets a locale. It wants a NUL behind the digits.
  rt::TextBuffer copy;
  copy.append(token);
  copy.append('\0');
  return rt::make_double(std::strtod(copy.view().data(), nullptr));
}

// Digits, fraction, exponent: the length of the longest prefix of `body` that the double pattern matches.
std::size_t double_length(std::string_view body) {
  std::size_t i = 0;
  while (i < body.size() && is_digit(body[i])) ++i;
  if (i == 0) return 0;
  if (i < body.size() && body[i] == '.') {
    ++i;
    while (i < body.size() && is_digit(body[i])) ++i;
  }
  if (i < body.size() && (body[i] == 'e' || body[i] == 'E')) {
    std::size_t j = i + 1;
    if (j < body.size() && (body[j] == '+' || body[j] == '-')) ++j;
    std::size_t first = j;
    while (j < body.size() && is_digit(body[j])) ++j;
    if (j > first) i = j;
  }
  return i;
}

rt::Owned ratio(bool negative, std::string_view numerator, std::string_view denominator, ReadError& error) {
  rt::Owned n = integer(negative, numerator, 10, false, error);
  if (n.failed()) return n;
  rt::Owned d = integer(false, denominator, 10, false, error);
  if (d.failed()) return d;
  std::size_t zeros = denominator.find_first_not_of('0');
  if (zeros == std::string_view::npos) {
    return fail(error, "e-number", rt::ClassId::ArithmeticException, text({"Divide by zero"}), "the denominator of a ratio is not 0");
  }
  rt::Owned value = rt::make_ratio(std::move(n), std::move(d));
  return value.failed() ? fail_pending(error, "e-number", "numbers are written as in Java, with M, N, ratios and radixes besides") : std::move(value);
}

}  // namespace

rt::Owned parse_number(std::string_view token, ReadError& error) {
  bool negative = token[0] == '-';
  std::string_view body = token[0] == '-' || token[0] == '+' ? cut(token, 1) : token;
  if (body.empty()) return invalid(token, error);
  bool wants_big = body.size() > 1 && body.back() == 'N';
  std::string_view whole = wants_big ? cut(body, 0, body.size() - 1) : body;

  if (all_digits(whole, 10)) {
    if (whole == "0" || whole[0] != '0') return integer(negative, whole, 10, wants_big, error);
    if (all_digits(whole, 8)) return integer(negative, cut(whole, 1), 8, wants_big, error);
    return invalid(token, error, "a number that begins with 0 is octal, so its digits are 0 to 7");
  }
  if (whole.size() > 2 && whole[0] == '0' && (whole[1] == 'x' || whole[1] == 'X')) {
    if (all_digits(cut(whole, 2), 16)) return integer(negative, cut(whole, 2), 16, wants_big, error);
    return invalid(token, error, "the digits of a hexadecimal number are 0 to 9 and a to f");
  }
  // 36rZN: the N is a digit here, as in Clojure.
  std::size_t mark = body.find_first_of("rR");
  if (mark != std::string_view::npos && mark >= 1 && mark <= 2 && body[0] >= '1' && body[0] <= '9' && is_digit(body[mark - 1])) {
    int radix = mark == 1 ? body[0] - '0' : (body[0] - '0') * 10 + (body[1] - '0');
    std::string_view digits = cut(body, mark + 1);
    if (!all_digits(digits, 36)) return invalid(token, error);
    if (radix < 2 || radix > 36) {
      return fail(error, "e-number", rt::ClassId::NumberFormatException, text({"Radix out of range"}), "a radix is 2 to 36");
    }
    if (!all_digits(digits, radix)) {
      return fail(error, "e-number", rt::ClassId::NumberFormatException,
                  text({"For input string: \"", digits, "\" under radix ", cut(body, 0, mark)}), "a digit is too large for this radix");
    }
    return integer(negative, digits, radix, false, error);
  }
  std::size_t length = double_length(body);
  if (length == body.size()) return double_of(token);
  if (length + 1 == body.size() && body.back() == 'M') {
    rt::Owned value = rt::parse_decimal(cut(cut(token, 0, token.size() - 1), token[0] == '+' ? 1 : 0));
    return value.failed() ? fail_pending(error, "e-number", "numbers are written as in Java, with M, N, ratios and radixes besides") : std::move(value);
  }
  std::size_t slash = body.find('/');
  if (slash != std::string_view::npos && all_digits(cut(body, 0, slash), 10) && all_digits(cut(body, slash + 1), 10)) {
    return ratio(negative, cut(body, 0, slash), cut(body, slash + 1), error);
  }
  return invalid(token, error);
}

}  // namespace slisp::reader
