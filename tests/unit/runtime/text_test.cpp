// text_test.cpp: strings, characters, str and format against what Clojure 1.11 answers.
#include "runtime/text/text.hpp"
#include "tests/unit/runtime/values.hpp"

using namespace slisp::rt;
using namespace slisp::rt::test;
using namespace slisp::abi;

namespace {

std::string replaced(std::string_view s, Owned a, Owned b) { return to_std(own(slisp_string_replace(str(s).word(), a.word(), b.word()))); }
std::string on(Word (*f)(Word), std::string_view s) { return to_std(own(f(str(s).word()))); }

template <class... Values> std::string fmt(std::string_view format, Values&&... values) {
  Owned result = own(slisp_format(str(format).word(), vec(std::move(values)...).take()));
  return result.failed() ? taken_exception() : to_std(result);
}

}  // namespace

TEST_CASE("text: strings count code points and UTF-16 units", "[text]") {
  const Owned s = str("aé😀");
  const auto* object = s.as<String>();
  CHECK(object->bytes == 7);
  CHECK(object->code_points == 3);
  CHECK(object->utf16_units == 4);
  CHECK((object->header.flags & k_flag_ascii) == 0);
  CHECK(pr(slisp_string_char_at(s.word(), 2)) == "\\😀");
  CHECK(pr(slisp_string_char_at(s.word(), 3)) == "StringIndexOutOfBoundsException: String index out of range: 3");
  CHECK(to_std(str("a\xff z\xc3")) == "a\xef\xbf\xbd z\xef\xbf\xbd");
}

TEST_CASE("text: appending happens in place when the string is unique", "[text]") {
  Owned s = str("ab");
  for (int i = 0; i < 1000; ++i) s = own(slisp_str_append(s.take(), str("é").take()));
  CHECK(s.as<String>()->code_points == 1002);
  const Word before = s.word();
  const auto room = s.as<String>()->capacity - s.as<String>()->bytes;
  if (room > 0) {
    s = own(slisp_str_append(s.take(), chr('x').take()));
    CHECK(s.word() == before);
  }
  const Owned kept = Owned::copy(s);
  const Owned longer = own(slisp_str_append(s.take(), str("y").take()));
  CHECK(kept.as<String>()->code_points + 1 == longer.as<String>()->code_points);
}

TEST_CASE("text: subs checks its bounds", "[text]") {
  CHECK(pr(slisp_subs(str("abc").word(), 1, -1)) == "\"bc\"");
  CHECK(pr(slisp_subs(str("aéb").word(), 1, 2)) == "\"é\"");
  CHECK(pr(slisp_subs(str("abc").word(), 2, 1)) == "StringIndexOutOfBoundsException: begin 2, end 1, length 3");
  CHECK(pr(slisp_subs(str("abc").word(), 4, -1)) == "StringIndexOutOfBoundsException: begin 4, end 3, length 3");
  CHECK(pr(slisp_subs(nil().word(), 1, -1)) == "NullPointerException: Cannot invoke \"String.substring(int)\" because \"s\" is null");
}

TEST_CASE("text: searching", "[text]") {
  CHECK(slisp_string_index_of(str("aébc").word(), str("b").word(), 0).value == 2);
  CHECK(slisp_string_index_of(str("abc").word(), chr('z').word(), 0).value == -1);
  CHECK(slisp_string_index_of(str("abc").word(), str("").word(), 5).value == 3);
  CHECK(slisp_string_last_index_of(str("abca").word(), str("a").word(), -1).value == 3);
  CHECK(slisp_string_last_index_of(str("abca").word(), str("a").word(), 2).value == 0);
  CHECK(truth(slisp_string_starts_with(str("abc").word(), str("ab").word())) == "true");
  CHECK(truth(slisp_string_contains(str("abc").word(), str("bd").word())) == "false");
}

TEST_CASE("text: replacing", "[text]") {
  CHECK(replaced("abc", str(""), str("x")) == "xaxbxcx");
  CHECK(replaced("aaa", chr('a'), chr('b')) == "bbb");
  CHECK(replaced("abcabc", str("bc"), str("$1")) == "a$1a$1");
  CHECK(to_std(own(slisp_string_replace_first(str("aaa").word(), str("a").word(), str("b").word()))) == "baa");
}

TEST_CASE("text: case, trimming, lines", "[text]") {
  CHECK(on(slisp_string_upper, "straße é") == "STRASSE É");
  CHECK(on(slisp_string_lower, "ÀΣ ΑΣ") == "àς ας");
  CHECK(on(slisp_string_upper, "ŀǆ") == "ĿǄ");
  CHECK(on(slisp_string_trim, "\u2003 a \u00a0") == "a \u00a0");
  CHECK(on(slisp_string_trim, "  ") == "");
  CHECK(on(slisp_string_trim_left, "\t a ") == "a ");
  CHECK(on(slisp_string_trim_newline, "a\r\n\n") == "a");
  CHECK(on(slisp_string_reverse, "aéb") == "béa");
  CHECK(truth(slisp_string_blank_p(str(" \u2003").word())) == "true");
  CHECK(pr(slisp_string_split_lines(str("a\r\nb\n\nc\n\n").word())) == "[\"a\" \"b\" \"\" \"c\"]");
  CHECK(pr(slisp_string_split_lines(str("").word())) == "[\"\"]");
}

TEST_CASE("text: strings are ordered by UTF-16 units", "[text]") {
  CHECK(slisp_string_compare(str("a").word(), str("abc").word()).value == -2);
  CHECK(slisp_string_compare(str("b").word(), str("a").word()).value == 1);
  CHECK(slisp_string_compare(str("\uffff").word(), str("😀").word()).value > 0);
}

TEST_CASE("text: str of everything", "[text]") {
  auto s = [](Owned x) { return to_std(own(slisp_str1(x.take()))); };
  CHECK(s(nil()) == "");
  CHECK(s(dbl(1.5)) == "1.5");
  CHECK(s(dbl(__builtin_inf())) == "Infinity");
  CHECK(s(big("1")) == "1");
  CHECK(s(dec("1.5")) == "1.5");
  CHECK(s(ratio(1, 2)) == "1/2");
  CHECK(s(key("a")) == ":a");
  CHECK(s(vec(num(1), str("a"), chr('b'), nil())) == "[1 \"a\" \\b nil]");
  CHECK(to_std(own(slisp_str_join(str(", ").take(), vec(num(1), nil(), str("a"), chr('b')).take()))) == "1, , a, b");
  Word block[] = {str("a").take(), num(1).take(), nil().take(), chr('c').take()};
  CHECK(to_std(own(slisp_str_block(block, 4))) == "a1c");
}

TEST_CASE("text: symbols and keywords of strings", "[text]") {
  auto sym = [](std::string_view s) { return own(slisp_symbol_from(str(s).word())); };
  CHECK(pr(sym("a/b")) == "a/b");
  CHECK(pr(slisp_namespace_of(sym("a/b/c").word())) == "\"a\"");
  CHECK(pr(slisp_name(sym("a/b/c").word())) == "\"b/c\"");
  CHECK(pr(sym("/")) == "/");
  CHECK(pr(slisp_keyword_from(sym("x/y").word())) == ":x/y");
  CHECK(pr(slisp_keyword_from(num(1).word())) == "nil");
  CHECK(pr(slisp_symbol_from(num(1).word())) == "IllegalArgumentException: no conversion to symbol");
  CHECK(pr(slisp_name(nil().word())) == "NullPointerException: Cannot invoke \"clojure.lang.Named.getName()\" because \"x\" is null");
}

TEST_CASE("text: format: integers", "[text][format]") {
  CHECK(fmt("%5d|%-5d|%05d|%+d|%,d|% d|%(d", num(1), num(2), num(3), num(4), num(1234567), num(5), num(-6)) ==
        "    1|2    |00003|+4|1,234,567| 5|(6)");
  CHECK(fmt("%x %X %o", num(255), num(255), num(8)) == "ff FF 10");
  CHECK(fmt("%x", num(-1)) == "ffffffffffffffff");
  CHECK(fmt("%o", num(-1)) == "1777777777777777777777");
  CHECK(fmt("%05d|%,d|%#x|%#o|%08x", num(-42), num(-1234), num(255), num(8), num(255)) == "-0042|-1,234|0xff|010|000000ff");
  CHECK(fmt("%d", nil()) == "null");
}

TEST_CASE("text: format: doubles are rounded half up from their shortest digits", "[text][format]") {
  CHECK(fmt("%.2f", dbl(0.125)) == "0.13");
  CHECK(fmt("%.1f", dbl(0.15)) == "0.2");
  CHECK(fmt("%.0f %.0f", dbl(2.5), dbl(0.5)) == "3 1");
  CHECK(fmt("%f", dbl(1)) == "1.000000");
  CHECK(fmt("%f", dbl(1e20)) == "100000000000000000000.000000");
  CHECK(fmt("%f", dbl(123456789012345680.0)) == "123456789012345680.000000");
  CHECK(fmt("%.20f", dbl(0.1)) == "0.10000000000000000000");
  CHECK(fmt("%.1f %.1f %.2f", dbl(9.95), dbl(0.05), dbl(-0.001)) == "10.0 0.1 -0.00");
  CHECK(fmt("%e %.2e %E %.3e", dbl(12345.678), dbl(0), dbl(1e100), dbl(9.9996)) == "1.234568e+04 0.00e+00 1.000000E+100 1.000e+01");
  CHECK(fmt("%g %g %g %.3g %g %g", dbl(0.0001), dbl(123456789), dbl(0.00001), dbl(12), dbl(0), dbl(999999.5)) ==
        "0.000100000 1.23457e+08 1.00000e-05 12.0 0.00000 1.00000e+06");
  CHECK(fmt("%,.2f|%010.2f|%+.1f|%(.1f", dbl(1234567.891), dbl(-3.14159), dbl(3), dbl(-3)) == "1,234,567.89|-000003.14|+3.0|(3.0)");
  CHECK(fmt("%f %f %5.1f|", dbl(__builtin_inf()), dbl(__builtin_nan("")), dbl(-__builtin_inf())) == "Infinity NaN -Infinity|");
  CHECK(fmt("%.2f", dec("1.005")) == "1.01");
}

TEST_CASE("text: format: texts and errors", "[text][format]") {
  CHECK(fmt("%s %S %5s|%-5s|%.2s", str("a"), str("b"), str("c"), str("d"), str("efg")) == "a B     c|d    |ef");
  CHECK(fmt("%s %5s|", nil(), nil()) == "null  null|");
  CHECK(fmt("%c %b %b %B%n%%", chr('a'), nil(), num(1), Owned::adopt(k_false)) == "a false true FALSE\n%");
  CHECK(fmt("%2$s %1$s %s %<s", num(1), num(2)) == "2 1 1 1");
  CHECK(fmt("%h", str("hello")) == "5e918d2");
  CHECK(fmt("%5%|%-5%|") == "    %|%    |");
  CHECK(fmt("%s") == "MissingFormatArgumentException: Format specifier '%s'");
  CHECK(fmt("%3$s", num(1)) == "MissingFormatArgumentException: Format specifier '%3$s'");
  CHECK(fmt("%q", num(1)) == "UnknownFormatConversionException: Conversion = 'q'");
  CHECK(fmt("%") == "UnknownFormatConversionException: Conversion = '%'");
  CHECK(fmt("%.f", dbl(1)) == "UnknownFormatConversionException: Conversion = '.'");
  CHECK(fmt("%d", str("a")) == "IllegalFormatConversionException: d != java.lang.String");
  CHECK(fmt("%.2f", num(1)) == "IllegalFormatConversionException: f != java.lang.Long");
  CHECK(fmt("%c", num(98)) == "IllegalFormatConversionException: c != java.lang.Long");
  CHECK(fmt("%c", num(-1)) == "IllegalFormatConversionException: c != java.lang.Long");
  CHECK(fmt("%-d", num(1)) == "MissingFormatWidthException: %-d");
  CHECK(fmt("%.2d", num(1)) == "IllegalFormatPrecisionException: 2");
  CHECK(fmt("%-05d", num(1)) == "IllegalFormatFlagsException: Flags = '-0'");
  CHECK(fmt("%+s", str("a")) == "FormatFlagsConversionMismatchException: Conversion = s, Flags = +");
  CHECK(fmt("%,x", num(1)) == "FormatFlagsConversionMismatchException: Conversion = x, Flags = ,");
}
