// readers.cpp: reading lines, characters and everything. Bytes that are no UTF-8 become U+FFFD.
#include "runtime/io/stream.hpp"
#include "runtime/text/text.hpp"
#include <cstring>
#include <utility>

namespace slisp::rt {
namespace {

// Puts `count` bytes back in front of what waits.
void put_back(StreamState* reader, const char* bytes, std::size_t count) {
  if (reader->start < count) {
    // No room in front: happens when a reader has no buffer yet or more was put back than was read.
    const std::size_t waiting = reader->end - reader->start, capacity = count + k_unread_room + waiting + k_stream_buffer;
    auto* larger = static_cast<char*>(scratch_allocate(capacity));
    if (waiting > 0) std::memcpy(larger + count + k_unread_room, reader->buffer + reader->start, waiting);
    scratch_free(reader->buffer);
    reader->buffer = larger;
    reader->capacity = capacity;
    reader->start = count + k_unread_room;
    reader->end = reader->start + waiting;
  }
  reader->start -= count;
  if (count == 1 && *bytes == '\n') {
    --reader->lines;
    reader->column = reader->column_before;
  } else {
    for (std::size_t i = 0; i < count; ++i) reader->column -= (bytes[i] & 0xC0) != 0x80;
  }
  std::memcpy(reader->buffer + reader->start, bytes, count);
}

int next_byte(StreamState* reader, bool& failed) {
  if (reader->start == reader->end) {
    if (!fill_reader(reader)) {
      failed = true;
      return -1;
    }
    if (reader->start == reader->end) return -1;
  }
  const char byte = reader->buffer[reader->start];
  if (byte == '\n') {
    ++reader->lines;
    reader->column_before = std::exchange(reader->column, 0);
  } else {
    reader->column += (byte & 0xC0) != 0x80;
  }
  return static_cast<unsigned char>(reader->buffer[reader->start++]);
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" {
Word slisp_string_reader(Word text) {
  const Owned string = Owned::adopt(text);
  if (!is_string(string)) return (string.is_nil() ? throw_null_pointer() : throw_class_cast(string, "java.lang.String")).take();
  Owned stream = make_stream(StreamSort::StringReader, -1, ClassId::StringReader);
  StreamState* state = stream.as<Stream>()->state;
  const std::string_view bytes = text_of(string);
  state->capacity = k_unread_room + bytes.size();
  state->buffer = static_cast<char*>(scratch_allocate(state->capacity));
  std::memcpy(state->buffer + k_unread_room, bytes.data(), bytes.size());
  state->start = k_unread_room;
  state->end = state->capacity;
  return stream.take();
}

// Lines end with \n, \r or \r\n.
Word slisp_stream_read_line(Word x) {
  StreamState* reader = reader_state(x);
  if (reader == nullptr) return slisp::abi::k_pending;
  Locked hold(reader->lock);
  TextBuffer line;
  bool any = false;
  for (;;) {
    if (!fill_reader(reader)) return slisp::abi::k_pending;
    const std::size_t waiting = reader->end - reader->start;
    if (waiting == 0) return any ? line.finish().take() : slisp::abi::k_nil;
    any = true;
    const char* start = reader->buffer + reader->start;
    const auto* newline = static_cast<const char*>(std::memchr(start, '\n', waiting));
    const std::size_t until_newline = newline == nullptr ? waiting : static_cast<std::size_t>(newline - start);
    const auto* carriage = static_cast<const char*>(std::memchr(start, '\r', until_newline));
    if (carriage == nullptr && newline == nullptr) {
      line.append(std::string_view(start, waiting));
      reader->start = reader->end;
      continue;
    }
    const std::size_t length = carriage == nullptr ? until_newline : static_cast<std::size_t>(carriage - start);
    const std::string_view text(start, length);
    Owned result;
    if (line.size() == 0) {
      result = make_string(text);
    } else {
      line.append(text);
      result = line.finish();
    }
    reader->start += length + 1;
    ++reader->lines;
    reader->column = 0;
    if (carriage != nullptr) {
      if (!fill_reader(reader)) return slisp::abi::k_pending;
      if (reader->start < reader->end && reader->buffer[reader->start] == '\n') ++reader->start;
    }
    return result.take();
  }
}

slisp::abi::i64_or_failure slisp_stream_read_char(Word x) {
  StreamState* reader = reader_state(x);
  if (reader == nullptr) return {0, 0};
  Locked hold(reader->lock);
  bool failed = false;
  const int lead = next_byte(reader, failed);
  if (failed) return {0, 0};
  if (lead < 0x80) return i64_ok(lead);
  char bytes[4] = {static_cast<char>(lead)};
  const std::size_t wanted = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  std::size_t have = 1;
  while (have < wanted) {
    const int next = next_byte(reader, failed);
    if (failed) return {0, 0};
    if (next < 0) break;
    if ((next & 0xc0) != 0x80) {
      --reader->start;
      break;
    }
    bytes[have++] = static_cast<char>(next);
  }
  const std::string_view sequence(bytes, have);
  if (!valid_utf8(sequence)) return i64_ok(0xfffd);
  std::size_t at = 0;
  return i64_ok(decode(sequence, at));
}

Word slisp_stream_unread(Word x, std::int64_t code_point) {
  StreamState* reader = reader_state(x);
  if (reader == nullptr) return slisp::abi::k_pending;
  Locked hold(reader->lock);
  if (code_point < 0) return slisp::abi::k_nil;
  char bytes[4];
  put_back(reader, bytes, encode(static_cast<std::uint32_t>(code_point), bytes));
  return slisp::abi::k_nil;
}

Word slisp_stream_read_all(Word x) {
  StreamState* reader = reader_state(x);
  if (reader == nullptr) return slisp::abi::k_pending;
  Locked hold(reader->lock);
  TextBuffer out;
  return read_everything(reader, out) ? out.finish().take() : slisp::abi::k_pending;
}
}
