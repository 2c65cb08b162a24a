// flags.cpp: patterns compiled with flags: java.util.regex.Pattern/compile.
// Idea: a flag is what the same letter in front of the pattern means; the pattern's text stays as it was given.
#include "runtime/collections/layouts.hpp"
#include "runtime/regex/regex.hpp"
#include "runtime/text/text.hpp"

namespace slisp::rt {
namespace {

enum : std::int64_t { UnixLines = 1, CaseInsensitive = 2, Comments = 4, Multiline = 8, Literal = 16, DotAll = 32, UnicodeCase = 64,
                      UnicodeClass = 256 };

pcre2_code* compile_with(std::string_view pattern, std::int64_t flags) {
  TextBuffer text;
  if ((flags & (CaseInsensitive | Comments | Multiline | DotAll)) != 0) {
    text.append("(?");
    if ((flags & CaseInsensitive) != 0) text.append('i');
    if ((flags & Comments) != 0) text.append('x');
    if ((flags & Multiline) != 0) text.append('m');
    if ((flags & DotAll) != 0) text.append('s');
    text.append(')');
  }
  if ((flags & Literal) != 0) {
    const Owned plain = make_valid_string(pattern);
    const Owned quoted = Owned::adopt(abi::slisp_regex_quote(plain.word()));
    text.append(text_of(quoted));
  } else {
    text.append(pattern);
  }
  return compile_pattern(text.view());
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" {
Word slisp_regex_with_flags(Word pattern, std::int64_t flags) {
  std::string_view text;
  if (!string_argument(pattern, text)) return slisp::abi::k_pending;
  pcre2_code* code = compile_with(text, flags);
  if (code == nullptr) return slisp::abi::k_pending;
  auto* regex = allocate_as<Regex>(Kind::Regex, sizeof(Regex) + sizeof(Word), 2);
  regex->code = code;
  regex->pattern = retained(pattern);
  *slot_of(&regex->header, 1) = from_fixnum(flags);
  return word_of(regex);
}

slisp::abi::i64_or_failure slisp_regex_flags(Word x) {
  if (!is_kind(x, Kind::Regex)) return (void)throw_cast(x, "java.util.regex.Pattern"), i64_failure();
  return i64_of(header_of(x)->slots > 1 ? to_fixnum(*slot_of(header_of(x), 1)) : 0);
}
}
