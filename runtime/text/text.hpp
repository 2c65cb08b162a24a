// text.hpp: what the text files share: UTF-8 steps, string objects, argument checks.
// Keeps: the bytes of every String are valid UTF-8; `code_points`, `utf16_units` and k_flag_ascii agree with them; a byte 0 that
//        is not counted follows them (so capacity is one less than the room), for the C library.
#pragma once
#include "runtime/api.hpp"

namespace slisp::rt {

using StringObject = abi::String;

inline bool is_string(Borrowed x) { return x.is(Kind::String); }
inline bool is_ascii(Borrowed string) { return (header_of(string.word())->flags & abi::k_flag_ascii) != 0; }
inline std::uint32_t code_points(Borrowed string) { return string.as<StringObject>()->code_points; }

struct TextCounts {
  std::uint32_t code_points, utf16_units;
};
TextCounts count_text(std::string_view valid_utf8);
bool valid_utf8(std::string_view bytes);
// A string of bytes that are known to be valid.
Owned make_valid_string(std::string_view utf8);
// Uninitialised string object with room for `capacity` bytes; all counts 0, ASCII.
StringObject* allocate_string(std::size_t capacity);
// string + text, in place when string is unique.
Owned string_append(Owned string, std::string_view text);

// Decodes the code point at `i` of valid UTF-8 and steps over it.
inline std::uint32_t decode(std::string_view text, std::size_t& i) {
  const auto byte = [&](std::size_t k) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[k])); };
  const std::uint32_t lead = byte(i);
  if (lead < 0x80) {
    ++i;
    return lead;
  }
  if (lead < 0xe0) {
    i += 2;
    return (lead & 0x1f) << 6 | (byte(i - 1) & 0x3f);
  }
  if (lead < 0xf0) {
    i += 3;
    return (lead & 0x0f) << 12 | (byte(i - 2) & 0x3f) << 6 | (byte(i - 1) & 0x3f);
  }
  i += 4;
  return (lead & 0x07) << 18 | (byte(i - 3) & 0x3f) << 12 | (byte(i - 2) & 0x3f) << 6 | (byte(i - 1) & 0x3f);
}
inline bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }
// Decodes the code point that ends before `i` and steps back over it.
inline std::uint32_t decode_before(std::string_view text, std::size_t& i) {
  do --i;
  while (is_continuation(text[i]));
  std::size_t at = i;
  return decode(text, at);
}
// Encodes into `out` (4 bytes); surrogates and what is no code point become U+FFFD. Returns the length.
std::size_t encode(std::uint32_t code_point, char* out);

// Byte offset of code point `index` (at most code_points), and back.
std::size_t byte_offset(Borrowed string, std::size_t index);
std::size_t code_point_index(Borrowed string, std::size_t offset);

// "Cannot invoke CALL because WHAT is null", as the JVM words it.
Owned throw_null_call(std::string_view call, std::string_view what);
// The text of a CharSequence argument: nil throws NullPointerException, what is no string ClassCastException.
bool string_argument(Borrowed x, std::string_view& text);
// The text of a string or character; `room` holds a character's bytes.
bool string_or_char_argument(Borrowed x, std::string_view& text, char (&room)[4]);

inline abi::i64_or_failure i64_ok(std::int64_t value) { return {value, 1}; }

}  // namespace slisp::rt
