// translate.cpp: Java's pattern dialect in PCRE2's words. Most is the same; different are unicode escapes, octal escapes, POSIX and
// java.lang.Character properties, and nested classes (union and intersection).
// Idea: one pass; a class that holds another is rewritten as an alternation of lookaheads: [a[b]&&[^c]] is (?:(?=[..])...).
#include "runtime/regex/regex.hpp"

namespace slisp::rt {
namespace {

struct PropertyName {
  std::string_view java, inside;         // what it is within [...]
};
// \p{...} of Java as members of a PCRE2 class.
constexpr PropertyName k_properties[] = {
    {"Lower", "a-z"}, {"Upper", "A-Z"}, {"ASCII", "\\x00-\\x7f"}, {"Alpha", "a-zA-Z"}, {"Digit", "0-9"},
    {"Alnum", "a-zA-Z0-9"}, {"Punct", "!-\\/:-@\\[-`{-~"}, {"Graph", "!-~"}, {"Print", " -~"}, {"Blank", " \\t"},
    {"Cntrl", "\\x00-\\x1f\\x7f"}, {"XDigit", "0-9a-fA-F"}, {"Space", " \\t\\n\\x0b\\f\\r"},
    {"javaLowerCase", "\\p{Ll}"}, {"javaUpperCase", "\\p{Lu}"}, {"javaWhitespace", "\\s\\x1c-\\x1f"},
    {"javaLetter", "\\p{L}"}, {"javaDigit", "\\p{Nd}"}, {"javaLetterOrDigit", "\\p{L}\\p{Nd}"},
    {"javaAlphabetic", "\\p{L}\\p{Nl}"},
    {"IsAlphabetic", "\\p{L}\\p{Nl}"}, {"IsLetter", "\\p{L}"}, {"IsDigit", "\\p{Nd}"}, {"IsUppercase", "\\p{Lu}"},
    {"IsLowercase", "\\p{Ll}"}, {"IsPunctuation", "\\p{P}"}, {"IsWhite_Space", "\\h\\v"}, {"IsIdeographic", "\\p{Han}"},
};

constexpr int k_max_nesting = 250;

class Translator {
 public:
  Translator(std::string_view java, TextBuffer& out) : java_(java), out_(out) {}

  bool run() {
    while (i_ < java_.size()) {
      const char c = java_[i_];
      if (c == '[') {
        if (!character_class(out_, 0)) return false;
      } else if (c == '{') {
        if (!counted_repetition()) return false;
      } else if (const std::size_t length = anchor_length(); length > 0) {
        // PCRE2 repeats no anchors, but groups of them.
        const bool repeated = i_ + length < java_.size() && std::string_view("*+?{").find(java_[i_ + length]) != std::string_view::npos;
        if (repeated) out_.append("(?:");
        out_.append(java_.substr(i_, length));
        if (repeated) out_.append(')');
        i_ += length;
      } else if (c == '\\') {
        if (!escape(out_, false)) return false;
      } else if (java_.substr(i_, 3) == "(?#") {
        return fail("Unknown inline modifier", i_ + 2);
      } else {
        out_.append(c);
        ++i_;
      }
    }
    return true;
  }

 private:
  // Java's message: what, where, the pattern, and a mark below the place.
  bool fail(std::string_view what, std::size_t index) {
    TextBuffer message;
    message.append(what);
    message.append(" near index ");
    message.append_long(static_cast<std::int64_t>(index));
    message.append('\n');
    message.append(java_);
    if (index < java_.size()) {
      message.append('\n');
      for (std::size_t k = 0; k < index; ++k) message.append(' ');
      message.append('^');
    }
    (void)throw_string(ClassId::PatternSyntaxException, message.finish());
    return false;
  }

  std::size_t anchor_length() const {
    if (java_[i_] == '^' || java_[i_] == '$') return 1;
    return java_[i_] == '\\' && i_ + 1 < java_.size() && std::string_view("AbBGzZ").find(java_[i_ + 1]) != std::string_view::npos ? 2 : 0;
  }

  // {n}, {n,} or {n,m}: a brace means nothing else in Java.
  bool counted_repetition() {
    const std::size_t open = i_;
    std::size_t k = i_ + 1;
    const auto digit = [&] { return k < java_.size() && java_[k] >= '0' && java_[k] <= '9'; };
    if (!digit()) return fail("Illegal repetition", k);
    std::int64_t low = 0, high = -1;
    for (; digit(); ++k) low = low > INT32_MAX ? low : low * 10 + (java_[k] - '0');
    if (k < java_.size() && java_[k] == ',') {
      ++k;
      if (digit()) high = 0;
      for (; digit(); ++k) high = high > INT32_MAX ? high : high * 10 + (java_[k] - '0');
    }
    if (k >= java_.size() || java_[k] != '}') return fail("Unclosed counted closure", k);
    if (high >= 0 && high < low) return fail("Illegal repetition range", k);
    out_.append(java_.substr(open, k + 1 - open));
    i_ = k + 1;
    return true;
  }

  static int hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') return (c | 0x20) - 'a' + 10;
    return -1;
  }
  static void append_code(TextBuffer& out, std::uint32_t code) {
    out.append("\\x{");
    char digits[8];
    int n = 0;
    do {
      digits[n++] = "0123456789abcdef"[code & 15];
      code >>= 4;
    } while (code != 0);
    while (n > 0) out.append(digits[--n]);
    out.append('}');
  }

  // The escape at i_.
  bool escape(TextBuffer& out, bool in_class) {
    if (i_ + 1 >= java_.size()) return fail("Unexpected internal error", i_ + 1);
    const char c = java_[i_ + 1];
    switch (c) {
      case 'u': return unicode_escape(out);
      case '0': return octal_escape(out);
      case 'p':
      case 'P': return property(out, in_class);
      case 'Q': return quotation(out, in_class);
      case 'x':
        if (i_ + 2 < java_.size() && java_[i_ + 2] == '{') break;
        if (i_ + 3 >= java_.size() || hex(java_[i_ + 2]) < 0 || hex(java_[i_ + 3]) < 0)
          return fail("Illegal hexadecimal escape sequence", i_ + 1);
        break;
      case 'k': break;
      default:
        // Letters without a meaning are refused, others stand for themselves.
        if (((c | 0x20) >= 'a' && (c | 0x20) <= 'z') &&
            std::string_view(in_class ? "acdDefhHnrsStvVwW" : "aAbBcdDefGhHnNrRsStvVwWXzZ").find(c) == std::string_view::npos)
          return fail("Illegal/unsupported escape sequence", i_ + 1);
        break;
    }
    out.append(java_.substr(i_, 2));
    i_ += 2;
    return true;
  }

  bool four_digits(std::size_t at, std::uint32_t& code) {
    code = 0;
    if (at + 4 > java_.size()) return false;
    for (std::size_t k = at; k < at + 4; ++k) {
      if (hex(java_[k]) < 0) return false;
      code = code * 16 + static_cast<std::uint32_t>(hex(java_[k]));
    }
    return true;
  }

  bool unicode_escape(TextBuffer& out) {
    std::uint32_t code, low;
    if (!four_digits(i_ + 2, code)) return fail("Illegal Unicode escape sequence", i_ + 1);
    i_ += 6;
    // A surrogate pair is one character.
    if (code >= 0xd800 && code < 0xdc00 && java_.substr(i_, 2) == "\\u" && four_digits(i_ + 2, low) && low >= 0xdc00 && low < 0xe000) {
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      i_ += 6;
    }
    append_code(out, code >= 0xd800 && code < 0xe000 ? 0xfffd : code);
    return true;
  }

  bool octal_escape(TextBuffer& out) {
    std::size_t k = i_ + 2;
    std::uint32_t code = 0;
    int digits = 0;
    while (k < java_.size() && java_[k] >= '0' && java_[k] <= '7' && digits < 3) {
      const std::uint32_t next = code * 8 + static_cast<std::uint32_t>(java_[k] - '0');
      if (next > 0377) break;
      code = next;
      ++k;
      ++digits;
    }
    if (digits == 0) return fail("Illegal octal escape sequence", i_ + 2);
    append_code(out, code);
    i_ = k;
    return true;
  }

  bool property(TextBuffer& out, bool in_class) {
    const bool negated = java_[i_ + 1] == 'P';
    const std::size_t start = i_ + 2;
    if (start >= java_.size()) return fail("Unclosed character family", start);
    std::string_view name;
    if (java_[start] != '{') {
      name = java_.substr(start, 1);
      i_ = start + 1;
    } else {
      const std::size_t close = java_.find('}', start);
      if (close == std::string_view::npos) return fail("Unclosed character family", java_.size() - 1);
      name = java_.substr(start + 1, close - start - 1);
      i_ = close + 1;
    }
    for (const PropertyName& known : k_properties) {
      if (known.java != name) continue;
      if (!in_class || negated) {
        // A negated family inside a class has no direct form; its complement is a class of its own.
        if (in_class) return negated_members(out, known.inside);
        out.append(negated ? "[^" : "[");
        out.append(known.inside);
        out.append(']');
      } else {
        out.append(known.inside);
      }
      return true;
    }
    // Scripts and categories: PCRE2 has no prefixes for them.
    for (const std::string_view prefix : {std::string_view("Is"), std::string_view("script="), std::string_view("sc="),
                                          std::string_view("general_category="), std::string_view("gc=")})
      if (name.starts_with(prefix) && name.size() > prefix.size()) {
        name.remove_prefix(prefix.size());
        break;
      }
    out.append(negated ? "\\P{" : "\\p{");
    out.append(name);
    out.append('}');
    return true;
  }

  // Within a class: everything but the given ASCII members.
  bool negated_members(TextBuffer& out, std::string_view members) {
    if (members.starts_with("\\p{") && members.find('}') == members.size() - 1) {
      out.append("\\P");
      out.append(members.substr(2));
      return true;
    }
    bool member[128] = {};
    for (std::size_t k = 0; k < members.size();) {
      const std::uint32_t low = plain_member(members, k);
      std::uint32_t high = low;
      if (k + 1 < members.size() && members[k] == '-') {
        ++k;
        high = plain_member(members, k);
      }
      for (std::uint32_t c = low; c <= high && c < 128; ++c) member[c] = true;
    }
    for (std::uint32_t c = 0; c < 128; ++c)
      if (!member[c]) append_code(out, c);
    out.append("\\x{80}-\\x{10ffff}");
    return true;
  }
  static std::uint32_t plain_member(std::string_view members, std::size_t& k) {
    if (members[k] != '\\') return static_cast<unsigned char>(members[k++]);
    const char c = members[k + 1];
    k += 2;
    switch (c) {
      case 't': return '\t';
      case 'n': return '\n';
      case 'f': return '\f';
      case 'r': return '\r';
      case 'x': k += 2; return static_cast<std::uint32_t>(hex(members[k - 2]) * 16 + hex(members[k - 1]));
      default: return static_cast<unsigned char>(c);
    }
  }

  bool quotation(TextBuffer& out, bool in_class) {
    const std::size_t end = java_.find("\\E", i_ + 2);
    const std::string_view text = java_.substr(i_ + 2, end == std::string_view::npos ? end : end - i_ - 2);
    for (const char c : text) {
      const bool special = in_class ? std::string_view("\\]^-[&").find(c) != std::string_view::npos
                                    : static_cast<unsigned char>(c) < 0x80 && !((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'));
      if (special) out.append('\\');
      out.append(c);
    }
    i_ = end == std::string_view::npos ? java_.size() : end + 2;
    return true;
  }

  // The class at i_ as one PCRE2 atom that takes one character. Members of one operand of && gather in `members`, nested classes
  // beside them in `unions`; operands gather in `conditions`.
  bool character_class(TextBuffer& out, int nesting) {
    const std::size_t open = i_++;
    if (nesting > k_max_nesting) return fail("Character classes are nested too deep", open);
    const bool negated = i_ < java_.size() && java_[i_] == '^';
    if (negated) ++i_;
    TextBuffer members, unions, conditions;
    bool intersection = false, first = true;
    for (;;) {
      if (i_ >= java_.size()) return fail("Unclosed character class", java_.size() - 1);
      const char c = java_[i_];
      if (c == ']' && !first) break;
      if (c == '[') {
        if (unions.size() > 0) unions.append('|');
        if (!character_class(unions, nesting + 1)) return false;
      } else if (java_.substr(i_, 2) == "&&") {
        i_ += 2;
        intersection = true;
        append_operand(conditions, members, unions);
      } else if (c == '\\') {
        const bool shorthand = i_ + 1 < java_.size() && std::string_view("dDhHsSvVwWpP").find(java_[i_ + 1]) != std::string_view::npos;
        if (!escape(members, true)) return false;
        // A hyphen behind a family of characters is no range.
        if (shorthand && i_ < java_.size() && java_[i_] == '-') {
          members.append("\\-");
          ++i_;
        }
      } else {
        if (c == ']') members.append('\\');
        members.append(c);
        ++i_;
      }
      first = false;
    }
    ++i_;
    if (!intersection && unions.size() == 0) {
      out.append(negated ? "[^" : "[");
      // An empty member list cannot happen: the first ] is a member.
      out.append(members.view());
      out.append(']');
      return true;
    }
    append_operand(conditions, members, unions);
    out.append(negated ? "(?:(?!" : "(?:");
    out.append(conditions.view());
    out.append(negated ? ")[\\x{0}-\\x{10ffff}])" : "[\\x{0}-\\x{10ffff}])");
    return true;
  }

  // One operand of an intersection as a lookahead.
  static void append_operand(TextBuffer& conditions, TextBuffer& members, TextBuffer& unions) {
    if (members.size() == 0 && unions.size() == 0) return;
    conditions.append("(?=");
    if (members.size() > 0) {
      conditions.append('[');
      conditions.append(members.view());
      conditions.append(']');
      if (unions.size() > 0) conditions.append('|');
    }
    conditions.append(unions.view());
    conditions.append(')');
    members.truncate(0);
    unions.truncate(0);
  }

  std::string_view java_;
  TextBuffer& out_;
  std::size_t i_ = 0;
};

}  // namespace

bool translate_pattern(std::string_view java, TextBuffer& out) { return Translator(java, out).run(); }

}  // namespace slisp::rt
