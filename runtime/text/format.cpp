// format.cpp: java.util.Formatter for (format ...): %s %d %x %o %f %e %g %a %c %b %h %n %% with flags, widths, precisions and indexes.
// Keeps: doubles are rounded half up from their shortest decimal digits, as on the JVM, not from their binary value as in C.
#include "runtime/numbers/numbers.hpp"
#include "runtime/text/format_spec.hpp"
#include "runtime/text/text.hpp"

namespace slisp::rt {
namespace {

// Decimal digits with a point: 0.d1d2... * 10^exponent.
struct Digits {
  char* digits;
  int count;
  int exponent;
};

// Keeps `places` digits, rounding half up. May carry into a new first digit.
void round_digits(Digits& d, std::int64_t places) {
  if (places >= d.count) return;
  if (places < 0) {
    d.count = 0;
    return;
  }
  const bool up = d.digits[places] >= '5';
  d.count = static_cast<int>(places);
  if (!up) return;
  int i = d.count - 1;
  while (i >= 0 && d.digits[i] == '9') --i;
  if (i < 0) {
    d.digits[0] = '1';
    d.count = 1;
    ++d.exponent;
    return;
  }
  ++d.digits[i];
  d.count = i + 1;
}

char digit_at(const Digits& d, std::int64_t i) { return i >= 0 && i < d.count ? d.digits[i] : '0'; }

void append_fixed(TextBuffer& out, Digits d, std::int64_t precision) {
  round_digits(d, d.exponent + precision);
  if (d.exponent <= 0) out.append('0');
  for (std::int64_t i = 0; i < d.exponent; ++i) out.append(digit_at(d, i));
  if (precision == 0) return;
  out.append('.');
  for (std::int64_t i = 0; i < precision; ++i) out.append(digit_at(d, d.exponent + i));
}

void append_scientific(TextBuffer& out, Digits d, std::int64_t precision) {
  const bool zero = d.count == 0;
  round_digits(d, precision + 1);
  out.append(digit_at(d, 0));
  if (precision > 0) out.append('.');
  for (std::int64_t i = 1; i <= precision; ++i) out.append(digit_at(d, i));
  int exponent = zero ? 0 : d.exponent - 1;
  out.append(exponent < 0 ? "e-" : "e+");
  if (exponent < 0) exponent = -exponent;
  if (exponent < 10) out.append('0');
  out.append_long(exponent);
}

void append_general(TextBuffer& out, Digits d, std::int64_t precision) {
  if (precision == 0) precision = 1;
  if (d.count == 0) {
    append_fixed(out, d, precision - 1);
    return;
  }
  round_digits(d, precision);
  const std::int64_t exponent = d.exponent - 1;
  if (exponent >= -4 && exponent < precision) append_fixed(out, d, precision - 1 - exponent);
  else append_scientific(out, d, precision - 1);
}

class Formatter {
 public:
  Formatter(std::string_view format, Owned arguments) : format_(format), arguments_(std::move(arguments)) {}

  Owned run() {
    std::size_t i = 0;
    while (i < format_.size()) {
      const std::size_t percent = format_.find('%', i);
      out_.append(format_.substr(i, percent - i));
      if (percent == std::string_view::npos) break;
      Spec spec;
      i = percent;
      if (!parse_spec(format_, i, spec) || !check_spec(spec) || !apply(spec)) return Owned::pending();
    }
    return out_.finish();
  }

 private:
  // The value that a specifier means; false with an exception pending.
  bool argument(const Spec& spec, Owned& value) {
    std::int64_t position = spec.index > 0 ? spec.index - 1 : spec.index < 0 ? last_ : next_++;
    last_ = position;
    if (position < 0) return missing(spec);
    SeqWalk walk(Owned::copy(arguments_));
    for (std::int64_t k = 0; k <= position; ++k)
      if (!walk.next(value)) return walk.failed() ? false : missing(spec);
    return true;
  }
  static bool missing(const Spec& spec) {
    TextBuffer text;
    append_spec(text, spec);
    return format_failure(ClassId::MissingFormatArgumentException, "Format specifier '", text.view(), "'");
  }
  static bool wrong_type(const Spec& spec, Borrowed value) {
    const Owned type = Owned::adopt(abi::slisp_class_of(value.word()));
    const Owned name = Owned::adopt(abi::slisp_class_name(type.word()));
    return format_failure(ClassId::IllegalFormatConversionException, {&spec.conversion, 1}, " != ", text_of(name));
  }

  // Pads to the width, which counts code points.
  bool pad(const Spec& spec, std::string_view plain) {
    Owned upper;
    if (spec.upper) upper = Owned::adopt(abi::slisp_string_upper(make_string(plain).word()));
    const std::string_view text = spec.upper ? text_of(upper) : plain;
    const std::int64_t missing_columns = spec.width - static_cast<std::int64_t>(count_text(text).code_points);
    if (!spec.left)
      for (std::int64_t k = 0; k < missing_columns; ++k) out_.append(' ');
    out_.append(text);
    if (spec.left)
      for (std::int64_t k = 0; k < missing_columns; ++k) out_.append(' ');
    return true;
  }

  static std::string_view cut(const Spec& spec, std::string_view text) {
    if (spec.precision < 0) return text;
    std::size_t i = 0;
    for (std::int64_t k = 0; k < spec.precision && i < text.size(); ++k) decode(text, i);
    return text.substr(0, i);
  }

  // Sign, grouping and zeros around a number's digits.
  bool signed_number(const Spec& spec, bool negative, std::string_view digits, bool finite = true) {
    TextBuffer text, grouped;
    if (spec.group && finite) {
      const std::size_t whole = digits.find_first_of(".e") == std::string_view::npos ? digits.size() : digits.find_first_of(".e");
      for (std::size_t k = 0; k < digits.size(); ++k) {
        if (k > 0 && k < whole && (whole - k) % 3 == 0) grouped.append(',');
        grouped.append(digits[k]);
      }
      digits = grouped.view();
    }
    const bool enclosed = negative && spec.parentheses;
    if (negative) text.append(enclosed ? '(' : '-');
    else if (digits == "NaN") {}
    else if (spec.plus) text.append('+');
    else if (spec.space) text.append(' ');
    if (spec.zero && finite) {
      const auto used = static_cast<std::int64_t>(text.size() + digits.size()) + enclosed;
      for (std::int64_t k = used; k < spec.width; ++k) text.append('0');
    }
    text.append(digits);
    if (enclosed) text.append(')');
    return pad(spec, text.view());
  }

  bool apply(const Spec& spec) {
    if (spec.conversion == 'n') {
      out_.append('\n');
      return true;
    }
    if (spec.conversion == '%') return pad(spec, "%");
    Owned value;
    if (!argument(spec, value)) return false;
    switch (spec.conversion) {
      case 'b': return pad(spec, cut(spec, value.is_nil() || value.word() == abi::k_false ? "false" : "true"));
      case 's': {
        if (spec.alternate) return refuse_flags(spec, "#");
        TextBuffer text;
        if (value.is_nil()) text.append("null");
        else if (!append_str(text, value)) return false;
        return pad(spec, cut(spec, text.view()));
      }
      default: break;
    }
    if (value.is_nil()) return pad(spec, cut(spec, "null"));
    switch (spec.conversion) {
      case 'h': {
        bool failed = false;
        auto hash = static_cast<std::uint32_t>(java_hash_code(value, failed));
        if (failed) return false;
        char digits[8];
        std::size_t start = sizeof digits;
        do {
          digits[--start] = "0123456789abcdef"[hash & 15];
          hash >>= 4;
        } while (hash != 0);
        return pad(spec, cut(spec, {digits + start, sizeof digits - start}));
      }
      case 'c': {
        char bytes[4];
        if (value.is(Kind::Integer) && long_of(value) >= 0 && long_of(value) <= 0x10FFFF) return pad(spec, {bytes, encode(static_cast<char32_t>(long_of(value)), bytes)});
        if (!is_character(value.word())) return wrong_type(spec, value);
        return pad(spec, {bytes, encode(to_character(value.word()), bytes)});
      }
      case 'd':
      case 'o':
      case 'x': return integer(spec, value);
      case 'a': return hexadecimal_floating(spec, value);
      default: return floating(spec, value);
    }
  }

  bool integer(const Spec& spec, Borrowed value) {
    const int radix = spec.conversion == 'x' ? 16 : spec.conversion == 'o' ? 8 : 10;
    TextBuffer digits;
    // java.util.Formatter knows BigInteger, not Clojure's BigInt.
    if (value.is(Kind::BigInt) && (header_of(value.word())->flags & k_flag_biginteger) != 0) {
      slisp_big_table.append(digits, value, radix);
      std::string_view text = digits.view();
      const bool negative = text[0] == '-';
      if (negative) text.remove_prefix(1);
      return signed_number(spec, negative, text);
    }
    if (!is_long(value)) return wrong_type(spec, value);
    const std::int64_t n = long_of(value);
    if (radix == 10) {
      digits.append_long(n);
      std::string_view text = digits.view();
      if (n < 0) text.remove_prefix(1);
      return signed_number(spec, n < 0, text);
    }
    if (!refuse_flags(spec, "( +")) return false;
    // Two's complement of the type's width, without sign.
    const unsigned shift = radix == 16 ? 4 : 3;
    auto rest = static_cast<std::uint64_t>(n);
    if (value.is(Kind::Integer)) {
      const std::uint8_t width = header_of(value.word())->flags;
      rest &= width == 0 ? 0xffffffffu : width == abi::k_flag_short ? 0xffffu : 0xffu;
    }
    char reversed[24];
    std::size_t start = sizeof reversed;
    do {
      reversed[--start] = "0123456789abcdef"[rest & ((1u << shift) - 1)];
      rest >>= shift;
    } while (rest != 0);
    TextBuffer text;
    if (spec.alternate) text.append(radix == 16 ? "0x" : "0");
    if (spec.zero)
      for (auto k = static_cast<std::int64_t>(text.size() + sizeof reversed - start); k < spec.width; ++k) text.append('0');
    text.append(std::string_view(reversed + start, sizeof reversed - start));
    return pad(spec, text.view());
  }

  bool floating(const Spec& spec, Borrowed value) {
    TextBuffer source;                   // digits of a decimal
    char room[20];
    Digits digits{room, 0, 0};
    bool negative = false;
    if (value.is(Kind::Double)) {
      const double d = raw_double(value);
      negative = __builtin_signbit(d) != 0 && d == d;
      if (d - d != 0) return signed_number(spec, negative, d != d ? "NaN" : "Infinity", false);
      if (d != 0) digits.count = shortest_digits(__builtin_fabs(d), room, digits.exponent);
      else digits.exponent = 1;
    } else if (value.is(Kind::BigDecimal)) {
      decimal_digits(value, source, digits, negative);
    } else {
      return wrong_type(spec, value);
    }
    const std::int64_t precision = spec.precision < 0 ? 6 : spec.precision;
    // The digits are rounded in place, and a carry needs a place of its own.
    TextBuffer text;
    if (spec.conversion == 'f') append_fixed(text, digits, precision);
    else if (spec.conversion == 'e') append_scientific(text, digits, precision);
    else append_general(text, digits, precision);
    if (!spec.alternate || precision > 0) return signed_number(spec, negative, text.view());
    // The point is written though nothing follows it.
    TextBuffer pointed;
    const std::size_t whole = text.view().find('e');
    pointed.append(text.view().substr(0, whole));
    pointed.append('.');
    if (whole != std::string_view::npos) pointed.append(text.view().substr(whole));
    return signed_number(spec, negative, pointed.view());
  }

  // %a: Double.toHexString, its fraction rounded to `precision` digits, half to even.
  bool hexadecimal_floating(const Spec& spec, Borrowed value) {
    if (!value.is(Kind::Double)) return wrong_type(spec, value);
    const double d = raw_double(value);
    const bool negative = __builtin_signbit(d) != 0 && d == d;
    if (d - d != 0) return signed_number(spec, negative, d != d ? "NaN" : "Infinity", false);
    TextBuffer digits;
    append_hexadecimal(digits, d, spec.precision == 0 ? 1 : spec.precision);
    TextBuffer text;
    text.append("0x");
    if (spec.zero) {
      const bool sign = negative || spec.plus || spec.space;
      for (auto n = static_cast<std::int64_t>(digits.view().size()) + (sign ? 3 : 2); n < spec.width; ++n) text.append('0');
    }
    text.append(digits.view());
    Spec padded = spec;
    padded.zero = false;
    return signed_number(padded, negative, text.view(), false);
  }

  // The digits of a BigDecimal's text, without point and exponent.
  static void decimal_digits(Borrowed value, TextBuffer& source, Digits& digits, bool& negative) {
    TextBuffer text;
    slisp_big_table.append(text, value, 10);
    std::int64_t point = -1, exponent = 0;
    const std::string_view view = text.view();
    for (std::size_t i = 0; i < view.size(); ++i) {
      const char c = view[i];
      if (c == '-') {
        negative = true;
      } else if (c == '.') {
        point = static_cast<std::int64_t>(source.size());
      } else if (c == 'E') {
        const bool minus = view[i + 1] == '-';
        for (i += 2; i < view.size(); ++i) exponent = exponent * 10 + (view[i] - '0');
        if (minus) exponent = -exponent;
      } else {
        source.append(c);
      }
    }
    if (point < 0) point = static_cast<std::int64_t>(source.size());
    // Leading zeros are no digits.
    std::size_t zeros = 0;
    while (zeros < source.size() && source.view()[zeros] == '0') ++zeros;
    digits.digits = const_cast<char*>(source.view().data()) + zeros;
    digits.count = static_cast<int>(source.size() - zeros);
    digits.exponent = digits.count == 0 ? 1 : static_cast<int>(point - static_cast<std::int64_t>(zeros) + exponent);
  }

  std::string_view format_;
  Owned arguments_;
  TextBuffer out_;
  std::int64_t next_ = 0, last_ = -1;
};

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" Word slisp_format(Word format, Word arguments) {
  Owned list = Owned::adopt(arguments);
  if (format == slisp::abi::k_nil) return throw_null_call("String.length()", "s").take();
  if (!is_string(format)) return throw_class_cast(format, "java.lang.String").take();
  return Formatter(text_of(format), std::move(list)).run().take();
}
