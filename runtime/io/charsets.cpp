// charsets.cpp: text as bytes and back, by the name of a charset.
// Keeps: what a charset has no byte for becomes '?', what is no text becomes U+FFFD, as on the JVM.
#include "runtime/arrays/arrays.hpp"
#include "runtime/collections/layouts.hpp"
#include "runtime/equality/equality.hpp"
#include "runtime/text/text.hpp"
#include <cstring>

namespace slisp::rt {
namespace {

enum class Charset { Utf8, Ascii, Latin1, Utf16, Utf16Big, Utf16Little, Unknown };

Charset charset_named(std::string_view name) {
  struct Row {
    std::string_view name;
    Charset charset;
  };
  static constexpr Row rows[] = {{"utf-8", Charset::Utf8},          {"utf8", Charset::Utf8},         {"us-ascii", Charset::Ascii},
                                 {"ascii", Charset::Ascii},         {"iso-8859-1", Charset::Latin1}, {"iso8859_1", Charset::Latin1},
                                 {"latin1", Charset::Latin1},       {"utf-16", Charset::Utf16},      {"utf-16be", Charset::Utf16Big},
                                 {"utf-16le", Charset::Utf16Little}};
  for (const Row& row : rows) {
    if (row.name.size() != name.size()) continue;
    bool same = true;
    for (std::size_t i = 0; i < name.size(); ++i) {
      const char c = name[i] >= 'A' && name[i] <= 'Z' ? static_cast<char>(name[i] + 32) : name[i];
      same &= c == row.name[i];
    }
    if (same) return row.charset;
  }
  return Charset::Unknown;
}

bool find_charset(Borrowed name, Charset& charset) {
  std::string_view text;
  if (!string_argument(name, text)) return false;
  charset = charset_named(text);
  if (charset != Charset::Unknown) return true;
  (void)throw_new(ClassId::UnsupportedEncodingException, text);
  return false;
}

void append_unit(TextBuffer& out, std::uint32_t unit, bool little) {
  out.append(static_cast<char>(little ? unit & 0xff : unit >> 8));
  out.append(static_cast<char>(little ? unit >> 8 : unit & 0xff));
}

void encode_as(TextBuffer& out, std::string_view text, Charset charset) {
  if (charset == Charset::Utf8) return out.append(text);
  if (charset >= Charset::Utf16) {
    if (charset == Charset::Utf16) append_unit(out, 0xfeff, false);
    for_each_utf16(text, [&](std::uint16_t unit) { append_unit(out, unit, charset == Charset::Utf16Little); });
    return;
  }
  for (std::size_t i = 0; i < text.size();) {
    const std::uint32_t c = decode(text, i);
    out.append(c < (charset == Charset::Ascii ? 0x80u : 0x100u) ? static_cast<char>(c) : '?');
  }
}

void decode_units(TextBuffer& out, std::string_view bytes, bool little) {
  const auto unit = [&](std::size_t i) {
    const auto first = static_cast<unsigned char>(bytes[i]), second = static_cast<unsigned char>(bytes[i + 1]);
    return static_cast<std::uint32_t>(little ? second << 8 | first : first << 8 | second);
  };
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    std::uint32_t c = unit(i);
    if (c >= 0xd800 && c < 0xdc00 && i + 3 < bytes.size() && unit(i + 2) >= 0xdc00 && unit(i + 2) < 0xe000) {
      c = 0x10000 + ((c - 0xd800) << 10) + (unit(i + 2) - 0xdc00);
      i += 2;
    }
    out.append_code_point(c);
  }
  if (bytes.size() % 2 != 0) out.append_code_point(0xfffd);
}

void decode_as(TextBuffer& out, std::string_view bytes, Charset charset) {
  switch (charset) {
    case Charset::Utf8: return out.append(bytes);
    case Charset::Utf16:
      if (bytes.starts_with("\xff\xfe")) return decode_units(out, bytes.substr(2), true);
      return decode_units(out, bytes.starts_with("\xfe\xff") ? bytes.substr(2) : bytes, false);
    case Charset::Utf16Big: return decode_units(out, bytes, false);
    case Charset::Utf16Little: return decode_units(out, bytes, true);
    default: break;
  }
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out.append_code_point(byte >= 0x80 && charset == Charset::Ascii ? 0xfffd : byte);
  }
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
using slisp::abi::k_pending;

extern "C" {
Word slisp_bytes_encode(Word string, Word name) {
  std::string_view text;
  Charset charset;
  if (!string_argument(string, text) || !find_charset(name, charset)) return k_pending;
  TextBuffer out;
  encode_as(out, text, charset);
  Array* array = make_array(ElementType::Byte, static_cast<std::int64_t>(out.size()));
  if (out.size() > 0) std::memcpy(array->data, out.view().data(), out.size());
  return word_of(array);
}

Word slisp_bytes_decode(Word x, Word name) {
  const Array* array = array_of(x);
  Charset charset;
  if (array == nullptr || element_type(array) != ElementType::Byte) return throw_cast(x, "[B");
  if (!find_charset(name, charset)) return k_pending;
  TextBuffer out;
  decode_as(out, {reinterpret_cast<const char*>(array->data), array->length}, charset);
  return out.finish().take();
}
}
