// byte_streams.cpp: streams of bytes, streams around other streams, and whole streams copied.
#include "runtime/arrays/arrays.hpp"
#include "runtime/collections/layouts.hpp"
#include "runtime/io/stream.hpp"
#include "runtime/text/text.hpp"
#include <cstring>
#include <poll.h>

namespace slisp::rt {
namespace {

// By the numbers that the library gives to stream_wrap.
struct Wrapper {
  ClassId class_id;
  bool bytes;
};
constexpr Wrapper k_wrapper_classes[] = {
    {ClassId::BufferedReader, false},    {ClassId::PushbackReader, false},      {ClassId::LineNumberingPushbackReader, false},
    {ClassId::InputStreamReader, false}, {ClassId::FileReader, false},          {ClassId::BufferedWriter, false},
    {ClassId::PrintWriter, false},       {ClassId::OutputStreamWriter, false},  {ClassId::FileWriter, false},
    {ClassId::BufferedInputStream, true}, {ClassId::BufferedOutputStream, true}, {ClassId::PrintStream, true},
};

// An array of bytes and a stretch of it, or null with an exception pending.
enum class Stretch { Read, Written };
Array* bytes_in(Borrowed x, std::int64_t from, std::int64_t count, Stretch what) {
  Array* array = array_of(x);
  if (array == nullptr || element_type(array) != ElementType::Byte) {
    throw_cast(x.word(), "[B");
    return nullptr;
  }
  if (from >= 0 && count >= 0 && static_cast<std::uint64_t>(from) + static_cast<std::uint64_t>(count) <= array->length) return array;
  // Where bytes are read the JVM says nothing more.
  TextBuffer text;
  if (what == Stretch::Written) {
    text.append("Range [");
    text.append_long(from);
    text.append(", ");
    text.append_long(from);
    text.append(" + ");
    text.append_long(count);
    text.append(") out of bounds for length ");
    text.append_long(static_cast<std::int64_t>(array->length));
  }
  (void)throw_string(ClassId::IndexOutOfBoundsException, what == Stretch::Written ? text.finish() : Owned());
  return nullptr;
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
using slisp::abi::k_nil;
using slisp::abi::k_pending;

extern "C" {
Word slisp_open_input(Word x) {
  const Path path(x);
  if (!path.valid()) return k_pending;
  const int descriptor = open_for_reading(path);
  return descriptor < 0 ? k_pending : make_byte_stream(StreamSort::FileReader, descriptor, ClassId::FileInputStream).take();
}

Word slisp_open_output(Word x, bool append) {
  const Path path(x);
  if (!path.valid()) return k_pending;
  const int descriptor = open_for_writing(path, append);
  return descriptor < 0 ? k_pending : make_byte_stream(StreamSort::FileWriter, descriptor, ClassId::FileOutputStream).take();
}

Word slisp_bytes_input(Word x) {
  const Array* array = array_of(x);
  if (array == nullptr || element_type(array) != ElementType::Byte) return throw_cast(x, "[B");
  Owned stream = make_byte_stream(StreamSort::StringReader, -1, ClassId::ByteArrayInputStream);
  StreamState* state = stream.as<Stream>()->state;
  state->capacity = k_unread_room + array->length;
  state->buffer = static_cast<char*>(scratch_allocate(state->capacity));
  std::memcpy(state->buffer + k_unread_room, array->data, array->length);
  state->start = k_unread_room;
  state->end = state->capacity;
  return stream.take();
}

Word slisp_bytes_output() { return make_byte_stream(StreamSort::StringWriter, -1, ClassId::ByteArrayOutputStream).take(); }

Word slisp_bytes_collected(Word x) {
  const StreamState* state = is_kind(x, Kind::Stream) ? at<Stream>(x)->state : nullptr;
  if (state == nullptr || state->sort != StreamSort::StringWriter) return throw_cast(x, "java.io.ByteArrayOutputStream");
  Array* array = make_array(ElementType::Byte, static_cast<std::int64_t>(state->end));
  if (state->end > 0) std::memcpy(array->data, state->buffer, state->end);
  return word_of(array);
}

std::int64_t slisp_stream_sort(Word x) {
  if (!is_kind(x, Kind::Stream)) return 0;
  const auto* stream = at<Stream>(x);
  return (is_writer(stream->state) ? 2 : 1) + (stream->bytes ? 2 : 0);
}

Word slisp_stream_wrap(Word inner, std::int64_t number) {
  Owned stream = Owned::adopt(inner);
  const Wrapper& wrapper = k_wrapper_classes[number];
  if (!stream.is(Kind::Stream)) return throw_cast(stream.word(), class_name(class_with_id(wrapper.class_id)));
  auto* made = allocate_as<Stream>(Kind::Stream, sizeof(Stream) + sizeof(Word), 1);
  made->state = stream.as<Stream>()->state;
  made->class_id = wrapper.class_id;
  made->bytes = wrapper.bytes;
  made->around = true;
  made->reserved = 0;
  made->slot[0] = stream.take();
  return word_of(made);
}

slisp::abi::i64_or_failure slisp_stream_read_byte(Word x) {
  StreamState* reader = reader_state(x);
  if (reader == nullptr || !fill_reader(reader)) return i64_failure();
  if (reader->start == reader->end) return i64_of(-1);
  return i64_of(static_cast<unsigned char>(reader->buffer[reader->start++]));
}

slisp::abi::i64_or_failure slisp_stream_read_bytes(Word x, Word target, std::int64_t from, std::int64_t count) {
  StreamState* reader = reader_state(x);
  if (reader == nullptr) return i64_failure();
  Array* array = bytes_in(target, from, count, Stretch::Read);
  if (array == nullptr || !fill_reader(reader)) return i64_failure();
  if (count == 0) return i64_of(0);
  if (reader->start == reader->end) return i64_of(-1);
  std::size_t taken = reader->end - reader->start;
  if (taken > static_cast<std::size_t>(count)) taken = static_cast<std::size_t>(count);
  std::memcpy(array->data + from, reader->buffer + reader->start, taken);
  reader->start += taken;
  return i64_of(static_cast<std::int64_t>(taken));
}

Word slisp_stream_write_bytes(Word x, Word source, std::int64_t from, std::int64_t count) {
  StreamState* writer = writer_state(x);
  if (writer == nullptr) return k_pending;
  const Array* array = bytes_in(source, from, count, Stretch::Written);
  if (array == nullptr) return k_pending;
  const std::string_view bytes(reinterpret_cast<const char*>(array->data) + from, static_cast<std::size_t>(count));
  return write_bytes(writer, bytes) ? k_nil : k_pending;
}

slisp::abi::i64_or_failure slisp_stream_line(Word x) {
  const StreamState* reader = reader_state(x);
  return reader == nullptr ? i64_failure() : i64_of(reader->lines + 1);
}

slisp::abi::i64_or_failure slisp_stream_column(Word x) {
  const StreamState* reader = reader_state(x);
  return reader == nullptr ? i64_failure() : i64_of(reader->column + 1);
}

std::uint32_t slisp_stream_ready_p(Word x) {
  const StreamState* reader = reader_state(x);
  if (reader == nullptr) return slisp::abi::k_bool_failed;
  if (reader->start < reader->end || reader->descriptor < 0) return 1;
  pollfd wait = {reader->descriptor, POLLIN, 0};
  return ::poll(&wait, 1, 0) > 0;
}

Word slisp_stream_copy(Word from, Word to) {
  StreamState *reader = reader_state(from), *writer = reader == nullptr ? nullptr : writer_state(to);
  if (writer == nullptr) return k_pending;
  for (;;) {
    if (!fill_reader(reader)) return k_pending;
    if (reader->start == reader->end) return k_nil;
    const std::string_view bytes(reader->buffer + reader->start, reader->end - reader->start);
    reader->start = reader->end;
    if (!write_bytes(writer, bytes)) return k_pending;
  }
}
}
