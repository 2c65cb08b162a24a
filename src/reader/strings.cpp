// strings.cpp: string and character literals with their escapes, and names.
// Keeps: UTF-16 surrogate pairs written as two \u escapes become one code point; a surrogate alone becomes U+FFFD in a string and
// is refused as a character, as in Clojure.
#include "src/reader/literals.hpp"

namespace slisp::reader {
namespace {

int digit_of(int c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

bool is_high_surrogate(std::uint32_t c) { return c >= 0xd800 && c < 0xdc00; }
bool is_low_surrogate(std::uint32_t c) { return c >= 0xdc00 && c < 0xe000; }

// The code points of a token: how many, and the first.
std::size_t count_code_points(std::string_view token) {
  std::size_t count = 0;
  for (char c : token) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return count;
}
std::uint32_t first_code_point(std::string_view token) {
  auto byte = [&](std::size_t i) { return i < token.size() ? static_cast<unsigned char>(token[i]) & 0x3fu : 0u; };
  unsigned char lead = static_cast<unsigned char>(token[0]);
  if (lead < 0x80) return lead;
  if (lead < 0xe0) return (lead & 0x1fu) << 6 | byte(1);
  if (lead < 0xf0) return (lead & 0x0fu) << 12 | byte(1) << 6 | byte(2);
  return (lead & 0x07u) << 18 | byte(1) << 12 | byte(2) << 6 | byte(3);
}

constexpr std::string_view k_escape_hint = "known escapes: \\t \\r \\n \\b \\f \\\\ \\\" \\uXXXX and octal \\0 to \\377";

// One escape, the cursor behind its backslash. Returns the UTF-16 unit, or -1 after filling the error.
std::int32_t parse_escape(Lexer& lexer, ReadError& error) {
  auto bad = [&](rt::ClassId exception, rt::Owned what) {
    (void)fail(error, "e-escape", exception, std::move(what), "in a string a backslash begins an escape", k_escape_hint);
    return -1;
  };
  int c = lexer.peek();
  Position begin = lexer.position();
  lexer.advance_code_point();
  switch (c) {
    case 't': return '\t';
    case 'r': return '\r';
    case 'n': return '\n';
    case 'b': return '\b';
    case 'f': return '\f';
    case '\\': return '\\';
    case '"': return '"';
    default: break;
  }
  std::int32_t value = 0;
  if (c == 'u') {
    for (int i = 0; i < 4; ++i) {
      int digit = digit_of(lexer.peek());
      if (digit >= 16) {
        if (lexer.peek() < 0) return -1;                         // the caller says EOF
        if (lexer.at_number_end()) {
          char number[2] = {static_cast<char>('0' + i), 0};
          if (i > 0) {
            return bad(rt::ClassId::IllegalArgumentException, text({"Invalid character length: ", number, ", should be: 4"}));
          }
        }
        Position at = lexer.position();
        if (lexer.peek() != '"') lexer.advance_code_point();
        return i == 0 ? bad(rt::ClassId::RuntimeException, text({"Invalid unicode escape: \\u", lexer.since(at)}))
                      : bad(rt::ClassId::IllegalArgumentException, text({"Invalid digit: ", lexer.since(at)}));
      }
      lexer.advance();
      value = value * 16 + digit;
    }
    return value;
  }
  if (c >= '0' && c <= '9') {
    if (c > '7') return bad(rt::ClassId::IllegalArgumentException, text({"Invalid digit: ", lexer.since(begin)}));
    value = c - '0';
    for (int i = 1; i < 3 && !lexer.at_number_end(); ++i) {
      int digit = digit_of(lexer.peek());
      Position at = lexer.position();
      lexer.advance_code_point();
      if (digit >= 8) return bad(rt::ClassId::IllegalArgumentException, text({"Invalid digit: ", lexer.since(at)}));
      value = value * 8 + digit;
    }
    if (value > 0377) return bad(rt::ClassId::RuntimeException, text({"Octal escape sequence must be in range [0, 377]."}));
    return value;
  }
  return bad(rt::ClassId::RuntimeException, text({"Unsupported escape character: \\", lexer.since(begin)}));
}

}  // namespace

rt::Owned parse_string(Lexer& lexer, ReadError& error) {
  rt::TextBuffer out;
  std::uint32_t high = 0;                                        // a high surrogate waiting for its other half
  bool bad = false;
  auto flush_high = [&] {
    if (high != 0) out.append_code_point(0xfffd);
    high = 0;
  };
  for (;;) {
    int c = lexer.peek();
    if (c < 0) {
      (void)fail(error, "e-eof", rt::ClassId::RuntimeException, text({"EOF while reading string"}), "a string ends with \"");
      error.incomplete = true;
      return rt::Owned::pending();
    }
    if (c == '"') break;
    if (c != '\\') {
      Position begin = lexer.position();
      do {
        lexer.advance();
        c = lexer.peek();
      } while (c >= 0 && c != '"' && c != '\\');
      if (!bad) {
        flush_high();
        out.append(lexer.since(begin));
      }
      continue;
    }
    lexer.advance();
    if (lexer.peek() < 0) continue;
    if (bad) {                                                   // only the end of the string matters now
      lexer.advance_code_point();
      continue;
    }
    std::int32_t unit = parse_escape(lexer, error);
    if (unit < 0) {
      bad = true;
      continue;
    }
    auto code = static_cast<std::uint32_t>(unit);
    if (high != 0 && is_low_surrogate(code)) {
      out.append_code_point(0x10000 + ((high - 0xd800) << 10) + (code - 0xdc00));
      high = 0;
      continue;
    }
    flush_high();
    if (is_high_surrogate(code)) {
      high = code;
    } else {
      out.append_code_point(is_low_surrogate(code) ? 0xfffd : code);
    }
  }
  lexer.advance();
  if (bad) return rt::Owned::pending();
  flush_high();
  return out.finish();
}

rt::Owned parse_character(std::string_view token, ReadError& error) {
  if (count_code_points(token) == 1) return rt::Owned::adopt(rt::from_character(first_code_point(token)));
  struct NamedCharacter {
    std::string_view name;
    std::uint32_t code_point;
  };
  static constexpr NamedCharacter k_named[] = {{"newline", '\n'}, {"space", ' '},     {"tab", '\t'},
                                               {"backspace", '\b'}, {"formfeed", '\f'}, {"return", '\r'}};
  for (const NamedCharacter& named : k_named) {
    if (named.name == token) return rt::Owned::adopt(rt::from_character(named.code_point));
  }
  constexpr std::string_view k_hint = "named characters: \\newline \\space \\tab \\backspace \\formfeed \\return; \\uXXXX, \\oNNN";
  auto bad = [&](rt::ClassId exception, rt::Owned what) {
    return fail(error, "e-character", exception, std::move(what), "\\ is followed by one character, or by the name or number of one", k_hint);
  };
  char kind = token[0];
  if (kind != 'u' && kind != 'o') return bad(rt::ClassId::RuntimeException, text({"Unsupported character: \\", token}));
  std::string_view digits = cut(token, 1);
  int base = kind == 'u' ? 16 : 8;
  if (kind == 'u' && digits.size() != 4) {
    return bad(rt::ClassId::IllegalArgumentException, text({"Invalid unicode character: \\", token}));
  }
  if (kind == 'o' && digits.size() > 3) {
    rt::TextBuffer what;
    what.append("Invalid octal escape sequence length: ");
    what.append_long(static_cast<std::int64_t>(count_code_points(digits)));
    return bad(rt::ClassId::RuntimeException, what.finish());
  }
  std::uint32_t value = 0;
  for (char c : digits) {
    int digit = digit_of(static_cast<unsigned char>(c));
    if (digit >= base) {
      return bad(rt::ClassId::IllegalArgumentException, text({"Invalid digit: ", std::string_view(&c, 1)}));
    }
    value = value * static_cast<std::uint32_t>(base) + static_cast<std::uint32_t>(digit);
  }
  if (kind == 'o' && value > 0377) {
    return bad(rt::ClassId::RuntimeException, text({"Octal escape sequence must be in range [0, 377]."}));
  }
  if (is_high_surrogate(value) || is_low_surrogate(value)) {
    return bad(rt::ClassId::RuntimeException, text({"Invalid character constant: \\", token}));
  }
  return rt::Owned::adopt(rt::from_character(value));
}

namespace {

bool starts_name(char c) { return c != '/' && !(c >= '0' && c <= '9'); }

// [\D&&[^/]].*/)?(/|[\D&&[^/]][^/]*) of LispReader: `slash` gets the length of the greedy first group, 0 when it is absent.
bool matches_name(std::string_view t, std::size_t& ns_length) {
  ns_length = 0;
  if (t == "/") return true;
  if (t.empty() || !starts_name(t[0])) return false;
  std::size_t slash = t.rfind('/');
  if (slash == std::string_view::npos) return true;
  if (slash + 1 == t.size()) {                                   // ends with '/': only as ns//
    if (t.size() < 3 || t[slash - 1] != '/') return false;
    ns_length = slash;
    return true;
  }
  if (!starts_name(t[slash + 1])) return false;
  ns_length = slash + 1;
  return true;
}

}  // namespace

Name split_name(std::string_view token) {
  Name result;
  std::size_t ns_length = 0;
  std::string_view matched;
  bool found = false;
  if (token.size() > 1 && token[0] == ':') {
    matched = cut(token, 1);
    found = matches_name(matched, ns_length);
  }
  if (!found) {
    matched = token;
    if (!matches_name(matched, ns_length)) return result;
  }
  std::string_view ns_group = cut(matched, 0, ns_length);
  if (ns_group.ends_with(":/") || matched.ends_with(':') || token.find("::", 1) != std::string_view::npos) return result;
  result.valid = true;
  result.keyword = token[0] == ':';
  result.resolved = token.starts_with("::");
  std::string_view full = cut(token, result.resolved ? 2 : result.keyword ? 1 : 0);
  // Symbol.intern cuts at the first slash.
  std::size_t slash = full.find('/');
  if (slash == std::string_view::npos || full == "/") {
    result.name = full;
  } else if (slash == 0) {                                       // :/:a/b: an empty namespace
    return Name{};
  } else {
    result.ns = cut(full, 0, slash);
    result.name = cut(full, slash + 1);
  }
  return result;
}

}  // namespace slisp::reader
