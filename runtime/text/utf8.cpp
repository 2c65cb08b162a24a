// utf8.cpp: counting, validating and indexing UTF-8.
#include "runtime/text/text.hpp"
#include <cstring>

namespace slisp::rt {
namespace {

// Bytes of `text` from `i` on that are no continuation bytes, eight at a time.
std::size_t count_leads(std::string_view text) {
  std::size_t count = 0, i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t block;
    std::memcpy(&block, text.data() + i, 8);
    const std::uint64_t continuation = (block >> 7) & ~(block >> 6) & 0x0101010101010101u;
    count += 8 - static_cast<std::size_t>(__builtin_popcountll(continuation));
  }
  for (; i < text.size(); ++i) count += !is_continuation(text[i]);
  return count;
}

// Length of the valid sequence at the start of `text`, or 0.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[k]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  for (std::size_t k = 1; k < length; ++k)
    if (!is_continuation(text[k])) return 0;
  if ((lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xed && byte(1) > 0x9f) || (lead == 0xf0 && byte(1) < 0x90) ||
      (lead == 0xf4 && byte(1) > 0x8f))
    return 0;
  return length;
}

bool all_ascii(std::string_view text) {
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t block;
    std::memcpy(&block, text.data() + i, 8);
    if ((block & 0x8080808080808080u) != 0) return false;
  }
  for (; i < text.size(); ++i)
    if (static_cast<unsigned char>(text[i]) >= 0x80) return false;
  return true;
}

}  // namespace

TextCounts count_text(std::string_view text) {
  if (all_ascii(text)) return {static_cast<std::uint32_t>(text.size()), static_cast<std::uint32_t>(text.size())};
  const auto points = static_cast<std::uint32_t>(count_leads(text));
  std::uint32_t wide = 0;
  for (const char c : text) wide += static_cast<unsigned char>(c) >= 0xf0;
  return {points, points + wide};
}

bool valid_utf8(std::string_view bytes) {
  if (all_ascii(bytes)) return true;
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t length = sequence_length(bytes.substr(i));
    if (length == 0) return false;
    i += length;
  }
  return true;
}

std::size_t encode(std::uint32_t code_point, char* out) {
  if (code_point < 0x80) {
    out[0] = static_cast<char>(code_point);
    return 1;
  }
  if (code_point < 0x800) {
    out[0] = static_cast<char>(0xc0 | code_point >> 6);
    out[1] = static_cast<char>(0x80 | (code_point & 0x3f));
    return 2;
  }
  if (code_point > 0x10ffff || (code_point >= 0xd800 && code_point < 0xe000)) code_point = 0xfffd;
  if (code_point < 0x10000) {
    out[0] = static_cast<char>(0xe0 | code_point >> 12);
    out[1] = static_cast<char>(0x80 | (code_point >> 6 & 0x3f));
    out[2] = static_cast<char>(0x80 | (code_point & 0x3f));
    return 3;
  }
  out[0] = static_cast<char>(0xf0 | code_point >> 18);
  out[1] = static_cast<char>(0x80 | (code_point >> 12 & 0x3f));
  out[2] = static_cast<char>(0x80 | (code_point >> 6 & 0x3f));
  out[3] = static_cast<char>(0x80 | (code_point & 0x3f));
  return 4;
}

std::size_t byte_offset(Borrowed string, std::size_t index) {
  if (is_ascii(string)) return index;
  const std::string_view text = text_of(string);
  std::size_t i = 0;
  // Whole blocks first, then step by step.
  while (i + 8 <= text.size()) {
    const std::size_t leads = count_leads(text.substr(i, 8));
    if (leads > index) break;
    index -= leads;
    i += 8;
  }
  while (i < text.size() && is_continuation(text[i])) ++i;
  for (; index > 0 && i < text.size(); --index) decode(text, i);
  return i;
}

std::size_t code_point_index(Borrowed string, std::size_t offset) {
  return is_ascii(string) ? offset : count_leads(text_of(string).substr(0, offset));
}

Owned make_string(std::string_view bytes) {
  if (valid_utf8(bytes)) return make_valid_string(bytes);
  TextBuffer clean;
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t length = sequence_length(bytes.substr(i));
    if (length == 0) {
      clean.append("\xef\xbf\xbd");
      ++i;
    } else {
      clean.append(bytes.substr(i, length));
      i += length;
    }
  }
  return make_valid_string(clean.view());
}

}  // namespace slisp::rt
