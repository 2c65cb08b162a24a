// parse.cpp: text to numbers by Java's rules (Long.parseLong, Double.parseDouble, and Clojure's parse-long, parse-double),
// and long to text in any radix.
#include "runtime/numbers/numbers.hpp"
#include <cstdlib>
#include <cstring>

namespace slisp::rt {
namespace {

int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
  return 99;
}

bool scan_long(std::string_view text, int radix, std::int64_t& value) {
  std::size_t i = 0;
  const bool negative = !text.empty() && text[0] == '-';
  if (negative || (!text.empty() && text[0] == '+')) i = 1;
  if (i == text.size()) return false;
  value = 0;
  for (; i < text.size(); ++i) {
    const int digit = digit_value(text[i]);
    if (digit >= radix) return false;
    if (__builtin_mul_overflow(value, static_cast<std::int64_t>(radix), &value)) return false;
    if (negative ? __builtin_sub_overflow(value, static_cast<std::int64_t>(digit), &value)
                 : __builtin_add_overflow(value, static_cast<std::int64_t>(digit), &value))
      return false;
  }
  return true;
}

std::size_t skip_digits(std::string_view text, std::size_t i, int radix) {
  while (i < text.size() && digit_value(text[i]) < radix) ++i;
  return i;
}

// Does `text` follow the grammar of Double.valueOf, white space and type suffix already gone? Hexadecimal needs an exponent.
bool double_grammar(std::string_view text) {
  std::size_t i = 0;
  int radix = 10;
  if (text.size() > 1 && text[0] == '0' && (text[1] | 0x20) == 'x') {
    radix = 16;
    i = 2;
  }
  const std::size_t whole = i;
  i = skip_digits(text, i, radix);
  std::size_t digits = i - whole;
  if (i < text.size() && text[i] == '.') {
    const std::size_t fraction = ++i;
    i = skip_digits(text, i, radix);
    digits += i - fraction;
  }
  if (digits == 0) return false;
  const char mark = radix == 16 ? 'p' : 'e';
  if (i < text.size() && (text[i] | 0x20) == mark) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    const std::size_t exponent = i;
    i = skip_digits(text, i, 10);
    if (i == exponent) return false;
  } else if (radix == 16) {
    return false;
  }
  return i == text.size();
}

enum class DoubleScan { Good, Empty, Bad };

DoubleScan scan_double(std::string_view text, double& value) {
  auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  if (text.empty()) return DoubleScan::Empty;
  bool negative = false;
  if (text[0] == '+' || text[0] == '-') {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text == "NaN") {
    value = __builtin_nan("");
    return DoubleScan::Good;
  }
  if (text == "Infinity") {
    value = negative ? -__builtin_inf() : __builtin_inf();
    return DoubleScan::Good;
  }
  if (!text.empty() && std::memchr("fFdD", text.back(), 4) != nullptr &&
      !(text.size() > 1 && (text[1] | 0x20) == 'x' && text.find_first_of("pP") == std::string_view::npos))
    text.remove_suffix(1);
  if (!double_grammar(text)) return DoubleScan::Bad;
  char small[128];
  char* buffer = text.size() < sizeof small ? small : static_cast<char*>(scratch_allocate(text.size() + 1));
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = 0;
  value = std::strtod(buffer, nullptr);
  if (buffer != small) scratch_free(buffer);
  if (negative) value = -value;
  return DoubleScan::Good;
}

Owned throw_for_input(std::string_view text, std::int64_t radix) {
  TextBuffer message;
  message.append("For input string: \"");
  message.append(text);
  message.append("\"");
  if (radix != 10) {
    message.append(" under radix ");
    message.append_long(radix);
  }
  return throw_string(ClassId::NumberFormatException, message.finish());
}

// What parse-long and parse-double say of something that is no string.
Owned throw_expected_string(Borrowed x) {
  TextBuffer message;
  message.append("Expected string, got ");
  if (x.is_nil()) {
    message.append("nil");
  } else {
    Owned type = Owned::adopt(abi::slisp_class_of(x.word()));
    Owned name = Owned::adopt(abi::slisp_class_name(type.word()));
    message.append(text_of(name));
  }
  return throw_string(ClassId::IllegalArgumentException, message.finish());
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" {
Word slisp_parse_long(Word text) {
  if (!is_kind(text, Kind::String)) return throw_expected_string(text).take();
  std::int64_t value;
  if (!scan_long(text_of(text), 10, value)) return slisp::abi::k_nil;
  return make_long(value).take();
}

Word slisp_parse_double(Word text) {
  if (!is_kind(text, Kind::String)) return throw_expected_string(text).take();
  double value;
  if (scan_double(text_of(text), value) != DoubleScan::Good) return slisp::abi::k_nil;
  return make_double(value).take();
}

Word slisp_parse_number(Word text, std::int64_t radix) {
  if (text == slisp::abi::k_nil) return throw_new(ClassId::NumberFormatException, "Cannot parse null string").take();
  if (!is_kind(text, Kind::String)) return throw_class_cast(text, "java.lang.String").take();
  if (radix < 2 || radix > 36) {
    TextBuffer message;
    message.append("radix ");
    message.append_long(radix);
    message.append(radix < 2 ? " less than Character.MIN_RADIX" : " greater than Character.MAX_RADIX");
    return throw_string(ClassId::NumberFormatException, message.finish()).take();
  }
  std::int64_t value;
  if (!scan_long(text_of(text), static_cast<int>(radix), value)) return throw_for_input(text_of(text), radix).take();
  return make_long(value).take();
}

Word slisp_parse_double_strict(Word text) {
  if (text == slisp::abi::k_nil)
    return throw_new(ClassId::NullPointerException, "Cannot invoke \"String.trim()\" because \"in\" is null").take();
  if (!is_kind(text, Kind::String)) return throw_class_cast(text, "java.lang.String").take();
  double value;
  switch (scan_double(text_of(text), value)) {
    case DoubleScan::Good: return make_double(value).take();
    case DoubleScan::Empty: return throw_new(ClassId::NumberFormatException, "empty String").take();
    case DoubleScan::Bad: break;
  }
  return throw_for_input(text_of(text), 10).take();
}

// A radix out of range counts as 10, as in Long.toString.
Word slisp_long_to_string(std::int64_t value, std::int64_t radix) {
  if (radix < 2 || radix > 36) radix = 10;
  char digits[65];
  std::size_t start = sizeof digits;
  const bool negative = value < 0;
  auto rest = static_cast<std::uint64_t>(value);
  if (negative) rest = 0 - rest;
  do {
    digits[--start] = "0123456789abcdefghijklmnopqrstuvwxyz"[rest % static_cast<std::uint64_t>(radix)];
    rest /= static_cast<std::uint64_t>(radix);
  } while (rest != 0);
  if (negative) digits[--start] = '-';
  return make_string({digits + start, sizeof digits - start}).take();
}
}
