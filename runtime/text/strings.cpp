// strings.cpp: String objects: making them, appending in place, substrings, and the buffer that builds them.
#include "runtime/host/native.hpp"
#include "runtime/text/text.hpp"
#include <cstring>

namespace slisp::rt {

StringObject* allocate_string(std::size_t capacity) {
  if (capacity > UINT32_MAX - 64) fatal("a string is too long (out of memory)");
  auto* string = allocate_as<StringObject>(Kind::String, sizeof(StringObject) + capacity + 1, 0, abi::k_flag_ascii);
  string->bytes = string->code_points = string->utf16_units = string->hash = string->hashed = 0;
  string->capacity = static_cast<std::uint32_t>(capacity);
  string->data[0] = 0;
  return string;
}

namespace {

void set_counts(StringObject* string, std::uint32_t bytes, TextCounts counts) {
  string->bytes = bytes;
  string->code_points = counts.code_points;
  string->utf16_units = counts.utf16_units;
  string->header.flags = counts.code_points == bytes ? abi::k_flag_ascii : 0;
  string->data[bytes] = 0;
}

}  // namespace

Owned make_valid_string(std::string_view utf8) {
  StringObject* string = allocate_string(utf8.size());
  if (!utf8.empty()) std::memcpy(string->data, utf8.data(), utf8.size());
  set_counts(string, static_cast<std::uint32_t>(utf8.size()), count_text(utf8));
  return adopt_object(string);
}

std::string_view text_of(Borrowed string) {
  const auto* object = string.as<StringObject>();
  return {object->data, object->bytes};
}

Owned string_append(Owned string, std::string_view text) {
  if (text.empty()) return string;
  auto* object = string.as<StringObject>();
  const TextCounts counts = count_text(text);
  const TextCounts total = {object->code_points + counts.code_points, object->utf16_units + counts.utf16_units};
  const std::size_t bytes = object->bytes + text.size();
  if (string.unique()) {
    if (bytes > object->capacity) {
      // Twice the need, so that appending in a loop copies each byte a constant number of times.
      const std::size_t room = 2 * bytes + 32;
      if (room > UINT32_MAX - 64) fatal("a string is too long (out of memory)");
      const std::size_t old_room = sizeof(StringObject) + object->capacity + 1;
      // The text may lie in the string itself only when somebody else holds it too, and then it is not unique.
      object = reinterpret_cast<StringObject*>(
          reallocate(header_of(string.take()), old_room, sizeof(StringObject) + room + 1));
      object->capacity = static_cast<std::uint32_t>(room);
      string = adopt_object(object);
    }
    std::memcpy(object->data + object->bytes, text.data(), text.size());
    object->hashed = 0;
    set_counts(object, static_cast<std::uint32_t>(bytes), total);
    return string;
  }
  StringObject* result = allocate_string(bytes);
  std::memcpy(result->data, object->data, object->bytes);
  std::memcpy(result->data + object->bytes, text.data(), text.size());
  set_counts(result, static_cast<std::uint32_t>(bytes), total);
  return adopt_object(result);
}

void TextBuffer::append(std::string_view text) {
  if (text.empty()) return;
  if (size_ + text.size() > capacity_) {
    capacity_ = 2 * (size_ + text.size()) + 48;
    data_ = static_cast<char*>(scratch_reallocate(data_, capacity_));
  }
  std::memcpy(data_ + size_, text.data(), text.size());
  size_ += text.size();
}

void TextBuffer::append_code_point(std::uint32_t code_point) {
  char bytes[4];
  append(std::string_view(bytes, encode(code_point, bytes)));
}

void TextBuffer::append_long(std::int64_t value) {
  char digits[20];
  std::size_t start = sizeof digits;
  auto rest = static_cast<std::uint64_t>(value);
  if (value < 0) rest = 0 - rest;
  do {
    digits[--start] = static_cast<char>('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  if (value < 0) digits[--start] = '-';
  append(std::string_view(digits + start, sizeof digits - start));
}

// Whoever appended bytes that are no text (a file's, say) gets U+FFFD for them.
Owned TextBuffer::finish() { return make_string(view()); }

Owned throw_null_call(std::string_view call, std::string_view what) {
  TextBuffer message;
  message.append("Cannot invoke \"");
  message.append(call);
  message.append("\" because \"");
  message.append(what);
  message.append("\" is null");
  return throw_string(ClassId::NullPointerException, message.finish());
}

bool string_argument(Borrowed x, std::string_view& text) {
  if (is_string(x)) {
    text = text_of(x);
    return true;
  }
  if (const Word built = built_text(x)) {
    text = text_of(built);
    return true;
  }
  if (x.is_nil()) (void)throw_null_call("Object.toString()", "s");
  else (void)throw_class_cast(x, "java.lang.CharSequence");
  return false;
}

bool string_or_char_argument(Borrowed x, std::string_view& text, char (&room)[4]) {
  if (!is_character(x.word())) return string_argument(x, text);
  text = {room, encode(to_character(x.word()), room)};
  return true;
}

}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" {
std::uint32_t slisp_string_p(Word x) { return is_string(x); }
std::uint32_t slisp_char_p(Word x) { return is_character(x); }

Word slisp_subs(Word string, std::int64_t start, std::int64_t end) {
  if (string == slisp::abi::k_nil) return throw_null_call("String.substring(int)", "s").take();
  if (!is_string(string)) return throw_class_cast(string, "java.lang.String").take();
  const auto length = static_cast<std::int64_t>(code_points(string));
  if (end < 0) end = length;
  if (start < 0 || start > end || end > length) {
    TextBuffer message;
    message.append("begin ");
    message.append_long(start);
    message.append(", end ");
    message.append_long(end);
    message.append(", length ");
    message.append_long(length);
    return throw_string(ClassId::StringIndexOutOfBoundsException, message.finish()).take();
  }
  if (start == 0 && end == length) return Owned::copy(string).take();
  const std::size_t from = byte_offset(string, static_cast<std::size_t>(start));
  const std::size_t to = end == length ? text_of(string).size() : byte_offset(string, static_cast<std::size_t>(end));
  return make_valid_string(text_of(string).substr(from, to - from)).take();
}

slisp::abi::i64_or_failure slisp_string_length(Word string) {
  std::string_view text;
  if (!string_argument(string, text)) return {0, 0};
  return i64_ok(code_points(string));
}

Word slisp_string_char_at(Word string, std::int64_t index) {
  std::string_view text;
  if (!string_argument(string, text)) return slisp::abi::k_pending;
  if (index < 0 || index >= static_cast<std::int64_t>(code_points(string))) {
    TextBuffer message;
    message.append("String index out of range: ");
    message.append_long(index);
    return throw_string(ClassId::StringIndexOutOfBoundsException, message.finish()).take();
  }
  std::size_t at = byte_offset(string, static_cast<std::size_t>(index));
  return from_character(decode(text, at));
}

Word slisp_string_repeat(Word string, std::int64_t times) {
  std::string_view text;
  if (!string_argument(string, text)) return slisp::abi::k_pending;
  if (times < 0) {
    TextBuffer message;
    message.append("count is negative: ");
    message.append_long(times);
    return throw_string(ClassId::IllegalArgumentException, message.finish()).take();
  }
  std::size_t bytes;
  if (__builtin_mul_overflow(text.size(), static_cast<std::size_t>(times), &bytes) || bytes > INT32_MAX)
    return throw_new(ClassId::OutOfMemoryError, "Required length exceeds implementation limit").take();
  StringObject* result = allocate_string(bytes);
  for (std::size_t at = 0; at < bytes; at += text.size()) std::memcpy(result->data + at, text.data(), text.size());
  const auto n = static_cast<std::uint32_t>(times);
  const auto* source = Borrowed(string).as<StringObject>();
  set_counts(result, static_cast<std::uint32_t>(bytes), {source->code_points * n, source->utf16_units * n});
  return adopt_object(result).take();
}

// By UTF-16 units, as on the JVM: the difference of the first units that differ, else of the lengths.
slisp::abi::i64_or_failure slisp_string_compare(Word a, Word b) {
  std::string_view x, y;
  if (!string_argument(a, x) || !string_argument(b, y)) return {0, 0};
  std::size_t i = 0;
  while (i < x.size() && i < y.size() && x[i] == y[i]) ++i;
  if (i == x.size() || i == y.size()) {
    // One is a prefix of the other.
    return i64_ok(static_cast<std::int64_t>(Borrowed(a).as<StringObject>()->utf16_units) -
                  static_cast<std::int64_t>(Borrowed(b).as<StringObject>()->utf16_units));
  }
  while (i > 0 && (is_continuation(x[i]) || is_continuation(y[i]))) --i;
  std::size_t ix = i, iy = i;
  const std::uint32_t p = decode(x, ix), q = decode(y, iy);
  auto lead = [](std::uint32_t c) { return c < 0x10000 ? c : 0xd800 + ((c - 0x10000) >> 10); };
  auto trail = [](std::uint32_t c) { return c < 0x10000 ? 0 : 0xdc00 + ((c - 0x10000) & 0x3ff); };
  if (lead(p) != lead(q)) return i64_ok(static_cast<std::int64_t>(lead(p)) - static_cast<std::int64_t>(lead(q)));
  return i64_ok(static_cast<std::int64_t>(trail(p)) - static_cast<std::int64_t>(trail(q)));
}

slisp::abi::i64_or_failure slisp_string_java_hash(Word string) {
  std::string_view text;
  if (!string_argument(string, text)) return {0, 0};
  std::uint32_t hash = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::uint32_t c = decode(text, i);
    if (c >= 0x10000) {
      hash = hash * 31 + (0xd800 + ((c - 0x10000) >> 10));
      hash = hash * 31 + (0xdc00 + ((c - 0x10000) & 0x3ff));
    } else {
      hash = hash * 31 + c;
    }
  }
  return i64_ok(static_cast<std::int32_t>(hash));
}
}
