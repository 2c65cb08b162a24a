// whitespace.cpp: what the JVM calls white space, and trimming by it.
#include "runtime/text/text.hpp"
#include "runtime/text/unicode.hpp"

namespace slisp::rt {

bool is_java_whitespace(std::uint32_t c) {
  if (c <= 0x20) return c == 0x20 || (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x1f);
  return c == 0x1680 || (c >= 0x2000 && c <= 0x200a && c != 0x2007) || c == 0x2028 || c == 0x2029 || c == 0x205f || c == 0x3000;
}

namespace {

enum class Side { Left, Right, Both };

Word trim(Borrowed string, Side side) {
  if (string.is_nil()) return throw_null_call("java.lang.CharSequence.length()", "s").take();
  std::string_view text;
  if (!string_argument(string, text)) return abi::k_pending;
  std::size_t start = 0, end = text.size();
  if (side != Side::Right) {
    while (start < end) {
      std::size_t next = start;
      if (!is_java_whitespace(decode(text, next))) break;
      start = next;
    }
  }
  if (side != Side::Left) {
    while (end > start) {
      std::size_t before = end;
      if (!is_java_whitespace(decode_before(text, before))) break;
      end = before;
    }
  }
  if (start == 0 && end == text.size()) return Owned::copy(string).take();
  return make_valid_string(text.substr(start, end - start)).take();
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" {
Word slisp_string_trim(Word string) { return trim(string, Side::Both); }
Word slisp_string_trim_left(Word string) { return trim(string, Side::Left); }
Word slisp_string_trim_right(Word string) { return trim(string, Side::Right); }

Word slisp_string_trim_newline(Word string) {
  if (string == slisp::abi::k_nil) return throw_null_call("java.lang.CharSequence.length()", "s").take();
  std::string_view text;
  if (!string_argument(string, text)) return slisp::abi::k_pending;
  std::size_t end = text.size();
  while (end > 0 && (text[end - 1] == '\n' || text[end - 1] == '\r')) --end;
  if (end == text.size()) return Owned::copy(string).take();
  return make_valid_string(text.substr(0, end)).take();
}

std::uint32_t slisp_string_blank_p(Word string) {
  if (string == slisp::abi::k_nil) return 1;
  std::string_view text;
  if (!string_argument(string, text)) return slisp::abi::k_bool_failed;
  for (std::size_t i = 0; i < text.size();)
    if (!is_java_whitespace(decode(text, i))) return 0;
  return 1;
}
}
