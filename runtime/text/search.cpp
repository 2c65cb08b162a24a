// search.cpp: finding and replacing text in strings; splitting into lines; reversing. Indexes count code points.
#include "runtime/text/text.hpp"
#include <cstring>

namespace slisp::rt {
namespace {

// Byte position of `wanted` in `text` at or behind `from`, or npos. memmem is linear; string_view::find is not.
std::size_t find_bytes(std::string_view text, std::string_view wanted, std::size_t from) {
  if (from > text.size()) return std::string_view::npos;
  const void* hit = memmem(text.data() + from, text.size() - from, wanted.data(), wanted.size());
  return hit == nullptr ? std::string_view::npos : static_cast<std::size_t>(static_cast<const char*>(hit) - text.data());
}

std::size_t clamp(std::int64_t index, Borrowed string) {
  if (index <= 0) return 0;
  const std::size_t length = code_points(string);
  return static_cast<std::size_t>(index) > length ? length : static_cast<std::size_t>(index);
}

enum class Which { All, First };

Owned replace(Borrowed string, Borrowed wanted, Borrowed replacement, Which which) {
  std::string_view text, pattern, by;
  char room_pattern[4], room_by[4];
  if (!string_argument(string, text) || !string_or_char_argument(wanted, pattern, room_pattern) ||
      !string_or_char_argument(replacement, by, room_by))
    return Owned::pending();
  TextBuffer out;
  std::size_t done = 0;
  bool found = false;
  if (pattern.empty()) {
    // An empty pattern stands before each character and at the end.
    out.append(by);
    if (which == Which::First) {
      out.append(text);
      return out.finish();
    }
    while (done < text.size()) {
      const std::size_t start = done;
      decode(text, done);
      out.append(text.substr(start, done - start));
      out.append(by);
    }
    return out.finish();
  }
  for (;;) {
    const std::size_t hit = find_bytes(text, pattern, done);
    if (hit == std::string_view::npos) break;
    found = true;
    out.append(text.substr(done, hit - done));
    out.append(by);
    done = hit + pattern.size();
    if (which == Which::First) break;
  }
  if (!found) return Owned::copy(string);
  out.append(text.substr(done));
  return make_valid_string(out.view());
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" {
slisp::abi::i64_or_failure slisp_string_index_of(Word string, Word wanted, std::int64_t from) {
  std::string_view text, pattern;
  char room[4];
  if (!string_argument(string, text) || !string_or_char_argument(wanted, pattern, room)) return {0, 0};
  const std::size_t hit = find_bytes(text, pattern, byte_offset(string, clamp(from, string)));
  return i64_ok(hit == std::string_view::npos ? -1 : static_cast<std::int64_t>(code_point_index(string, hit)));
}

slisp::abi::i64_or_failure slisp_string_last_index_of(Word string, Word wanted, std::int64_t from) {
  std::string_view text, pattern;
  char room[4];
  if (!string_argument(string, text) || !string_or_char_argument(wanted, pattern, room)) return {0, 0};
  if (pattern.size() > text.size()) return i64_ok(-1);
  std::size_t at = from < 0 ? text.size() : byte_offset(string, clamp(from, string));
  if (at > text.size() - pattern.size()) at = text.size() - pattern.size();
  for (;; --at) {
    if (std::memcmp(text.data() + at, pattern.data(), pattern.size()) == 0 && (at == text.size() || !is_continuation(text[at])))
      return i64_ok(static_cast<std::int64_t>(code_point_index(string, at)));
    if (at == 0) return i64_ok(-1);
  }
}

std::uint32_t slisp_string_starts_with(Word string, Word wanted) {
  std::string_view text, pattern;
  char room[4];
  if (!string_argument(string, text) || !string_or_char_argument(wanted, pattern, room)) return slisp::abi::k_bool_failed;
  return text.starts_with(pattern);
}
std::uint32_t slisp_string_ends_with(Word string, Word wanted) {
  std::string_view text, pattern;
  char room[4];
  if (!string_argument(string, text) || !string_or_char_argument(wanted, pattern, room)) return slisp::abi::k_bool_failed;
  return text.ends_with(pattern);
}
std::uint32_t slisp_string_contains(Word string, Word wanted) {
  std::string_view text, pattern;
  char room[4];
  if (!string_argument(string, text) || !string_or_char_argument(wanted, pattern, room)) return slisp::abi::k_bool_failed;
  return find_bytes(text, pattern, 0) != std::string_view::npos;
}

Word slisp_string_replace(Word string, Word wanted, Word replacement) {
  return replace(string, wanted, replacement, Which::All).take();
}
Word slisp_string_replace_first(Word string, Word wanted, Word replacement) {
  return replace(string, wanted, replacement, Which::First).take();
}

// Lines end with \n or \r\n; empty lines at the end are dropped; text without a line end is one line, also when empty.
Word slisp_string_split_lines(Word string) {
  std::string_view text;
  if (!string_argument(string, text)) return slisp::abi::k_pending;
  Owned lines = empty_vector();
  if (text.find('\n') == std::string_view::npos) return vector_conj(std::move(lines), Owned::copy(string)).take();
  // Empty lines wait until a line that is not empty follows.
  std::size_t start = 0, waiting = 0;
  while (start <= text.size()) {
    std::size_t end = text.find('\n', start);
    const bool last = end == std::string_view::npos;
    if (last) end = text.size();
    std::string_view line = text.substr(start, end - start);
    if (!last && line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) {
      ++waiting;
    } else {
      for (; waiting > 0; --waiting) lines = vector_conj(std::move(lines), make_valid_string(""));
      lines = vector_conj(std::move(lines), make_valid_string(line));
    }
    if (last) break;
    start = end + 1;
  }
  return lines.take();
}

Word slisp_string_reverse(Word string) {
  std::string_view text;
  if (!string_argument(string, text)) return slisp::abi::k_pending;
  TextBuffer out;
  for (std::size_t i = text.size(); i > 0;) {
    const std::size_t end = i;
    decode_before(text, i);
    out.append(text.substr(i, end - i));
  }
  return make_valid_string(out.view()).take();
}
}
