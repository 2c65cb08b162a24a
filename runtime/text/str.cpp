// str.cpp: str and join. A string that grows in a loop grows in place: the accumulator is owned and unique.
#include "runtime/memory/updates.hpp"
#include "runtime/text/text.hpp"

namespace slisp::rt {
namespace {

// (str "") without an allocation. Laid out like a string object, without bytes but the closing zero.
struct EmptyString {
  Header header = {0, Kind::String, abi::k_flag_ascii, 0};
  std::uint32_t bytes = 0, code_points = 0, capacity = 0, hash = 0, hashed = 1, utf16_units = 0;
  char data[8] = {};
};
const EmptyString k_empty_string;

Owned empty_string() { return Owned::adopt(word_of(&k_empty_string)); }

// text + (str x).
Owned append_value(Owned text, Borrowed x) {
  if (x.is_nil()) return text;
  if (is_string(x)) {
    if (code_points(text) == 0) return Owned::copy(x);
    return string_append(std::move(text), text_of(x));
  }
  if (is_character(x.word())) {
    char bytes[4];
    return string_append(std::move(text), {bytes, encode(to_character(x.word()), bytes)});
  }
  TextBuffer buffer;
  if (!append_str(buffer, x)) return Owned::pending();
  return string_append(std::move(text), buffer.view());
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" {
Word slisp_str1(Word word) {
  const Owned x = Owned::adopt(word);
  return append_value(empty_string(), x).take();
}

Word slisp_str_append(Word text_word, Word x_word) {
  Owned text = Owned::adopt(text_word);
  const Owned x = Owned::adopt(x_word);
  note_update(Update::Append, text.word());
  if (!is_string(text)) {
    text = append_value(empty_string(), text);
    if (text.failed()) return text.take();
  }
  return append_value(std::move(text), x).take();
}

Word slisp_str_block(Word* words, std::int64_t count) {
  Owned text = empty_string();
  std::int64_t i = 0;
  for (; i < count && !text.failed(); ++i) {
    Owned x = Owned::adopt(words[i]);
    // A first string that nobody else holds is the buffer itself.
    if (code_points(text) == 0 && is_string(x)) text = std::move(x);
    else text = append_value(std::move(text), x);
  }
  for (; i < count; ++i) release(words[i]);
  return text.take();
}

Word slisp_str_seq(Word seq) {
  SeqWalk walk(Owned::adopt(seq));
  Owned text = empty_string(), x;
  while (walk.next(x)) {
    text = append_value(std::move(text), x);
    if (text.failed()) return text.take();
  }
  return walk.failed() ? slisp::abi::k_pending : text.take();
}

Word slisp_str_join(Word separator_word, Word seq) {
  const Owned separator = Owned::adopt(separator_word);
  TextBuffer out, between;
  SeqWalk walk(Owned::adopt(seq));
  if (!append_str(between, separator)) return slisp::abi::k_pending;
  Owned x;
  for (bool first = true; walk.next(x); first = false) {
    if (!first) out.append(between.view());
    if (!append_str(out, x)) return slisp::abi::k_pending;
  }
  return walk.failed() ? slisp::abi::k_pending : out.finish().take();
}
}
