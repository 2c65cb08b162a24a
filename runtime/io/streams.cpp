// streams.cpp: stream objects, their buffers, and the bytes that go through them.
#include "runtime/io/stream.hpp"
#include "runtime/io/users_writers.hpp"
#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace slisp::rt {
namespace {

// Constant initialisation: nothing runs before the program.
constinit StreamState g_input = {.sort = StreamSort::FileReader, .shared = true, .descriptor = 0};
constinit StreamState g_output = {.sort = StreamSort::FileWriter, .shared = true, .descriptor = 1};
constinit StreamState g_error = {.sort = StreamSort::FileWriter, .shared = true, .descriptor = 2};
}  // namespace
}  // namespace slisp::rt

// By these names compiled code refers to them: they are roots of *in*, *out* and *err*.
extern "C" {
extern const slisp::rt::Stream slisp_stdin_object, slisp_stdout_object, slisp_stderr_object;
constinit const slisp::rt::Stream slisp_stdin_object = {{0, slisp::abi::Kind::Stream, 0, 0}, &slisp::rt::g_input, slisp::rt::ClassId::LineNumberingPushbackReader, false, false, 0, {}};
constinit const slisp::rt::Stream slisp_stdout_object = {{0, slisp::abi::Kind::Stream, 0, 0}, &slisp::rt::g_output, slisp::rt::ClassId::OutputStreamWriter, false, false, 0, {}};
constinit const slisp::rt::Stream slisp_stderr_object = {{0, slisp::abi::Kind::Stream, 0, 0}, &slisp::rt::g_error, slisp::rt::ClassId::PrintWriter, false, false, 0, {}};
}

namespace slisp::rt {
namespace {

// Buffers of the standard streams are given back when the runtime stops.
void release_standard_buffers() {
  flush_standard_streams();
  for (StreamState* state : {&g_input, &g_output}) {
    scratch_free(state->buffer);
    state->buffer = nullptr;
    state->capacity = state->start = state->end = 0;
  }
}

void reserve_standard(StreamState* state) {
  static bool registered = false;
  if (state->shared && !registered) {
    registered = true;
    at_stop(release_standard_buffers);
  }
}

// Writes all; false with errno set.
bool write_all(int descriptor, const char* bytes, std::size_t count) {
  while (count > 0) {
    const ssize_t written = ::write(descriptor, bytes, count);
    if (written < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    bytes += written;
    count -= static_cast<std::size_t>(written);
  }
  return true;
}

// Error handling of file writers: the standard streams remember, others throw.
bool failed_write(StreamState* writer) {
  if (writer->error == 0) writer->error = errno;
  writer->start = writer->end = 0;
  if (writer->shared) return true;
  (void)throw_io(writer->error);
  return false;
}

// Nobody can read what is printed any more: as if System/exit were called, and main tells why.
bool end_program() {
  (void)Owned::adopt(abi::slisp_exit(g_output.error == EPIPE ? 0 : 1));
  return false;
}

}  // namespace

Borrowed standard_input() { return word_of(&slisp_stdin_object); }
Borrowed standard_output() { return word_of(&slisp_stdout_object); }
Borrowed standard_error() { return word_of(&slisp_stderr_object); }

bool is_writer(const StreamState* state) {
  return state->sort < StreamSort::FileReader;
}

Owned make_stream(StreamSort sort, int descriptor, ClassId class_id) {
  auto* state = static_cast<StreamState*>(scratch_allocate(sizeof(StreamState)));
  *state = StreamState{};
  state->sort = sort;
  state->descriptor = descriptor;
  auto* stream = allocate_as<Stream>(Kind::Stream, sizeof(Stream), 0);
  stream->state = state;
  stream->class_id = class_id;
  stream->bytes = stream->around = false;
  stream->reserved = 0;
  return adopt_object(stream);
}

Owned make_byte_stream(StreamSort sort, int descriptor, ClassId class_id) {
  Owned stream = make_stream(sort, descriptor, class_id);
  stream.as<Stream>()->bytes = true;
  stream.as<Stream>()->state->bytes_only = true;
  return stream;
}

extern "C" void slisp_finalize_stream(abi::Header* object) {
  const auto* stream = reinterpret_cast<Stream*>(object);
  if (stream->around) return;                              // the other one ends the state, and may have done so
  StreamState* state = stream->state;
  if (state == nullptr || state->shared) return;
  // A writer that nobody closed still writes what it holds, as far as it can.
  if (!state->closed && state->sort == StreamSort::FileWriter && state->error == 0)
    (void)write_all(state->descriptor, state->buffer + state->start, state->end - state->start);
  if (!state->closed && state->descriptor >= 0) ::close(state->descriptor);
  scratch_free(state->buffer);
  scratch_free(state);
}

Owned throw_io(int error, ClassId exception) { return throw_new(exception, std::strerror(error)); }

namespace {

StreamState* state_of(Borrowed x, std::string_view wanted_class, bool writer) {
  if (!x.is(Kind::Stream)) {
    if (x.is_nil()) (void)throw_null_pointer();
    else (void)throw_class_cast(x, wanted_class);
    return nullptr;
  }
  StreamState* state = x.as<Stream>()->state;
  if (is_writer(state) != writer) {
    (void)throw_class_cast(x, wanted_class);
    return nullptr;
  }
  // A closed string writer or reader stays usable, as on the JVM.
  if (state->closed) {
    (void)throw_new(ClassId::IOException, "Stream closed");
    return nullptr;
  }
  return state;
}

}  // namespace

StreamState* writer_state(Borrowed x) { return state_of(x, "java.io.Writer", true); }
StreamState* reader_state(Borrowed x) { return state_of(x, "java.io.Reader", false); }

bool flush_writer(StreamState* writer) {
  if (writer->functions != nullptr) return writer->functions->flush(writer);
  Locked hold(writer->lock);
  if (writer->sort != StreamSort::FileWriter || writer->start == writer->end) return true;
  const bool good = write_all(writer->descriptor, writer->buffer + writer->start, writer->end - writer->start);
  if (!good) return failed_write(writer);
  writer->start = writer->end = 0;
  return true;
}

bool write_bytes(StreamState* writer, std::string_view bytes) {
  if (writer->functions != nullptr) return writer->functions->write(writer, bytes);
  Locked hold(writer->lock);
  if (writer->error != 0) {
    if (writer == &g_output) return end_program();
    if (!writer->shared) (void)throw_io(writer->error);
    return writer->shared;
  }
  if (writer == &g_error) {
    // Unbuffered, and in order with what was printed before.
    flush_writer(&g_output);
    return write_all(2, bytes.data(), bytes.size()) || failed_write(writer);
  }
  if (writer->sort == StreamSort::FileWriter) {
    if (writer->shared && !writer->checked_terminal) {
      writer->checked_terminal = true;
      writer->line_buffered = isatty(writer->descriptor) != 0;
    }
    if (writer->capacity == 0) {
      reserve_standard(writer);
      writer->buffer = static_cast<char*>(scratch_allocate(k_stream_buffer));
      writer->capacity = k_stream_buffer;
    }
    if (writer->end + bytes.size() > writer->capacity && !flush_writer(writer)) return false;
    if (bytes.size() > writer->capacity) {
      // Whatever does not fit at all goes past the buffer.
      return writer->error != 0 || write_all(writer->descriptor, bytes.data(), bytes.size()) || failed_write(writer);
    }
  } else if (writer->end + bytes.size() > writer->capacity) {
    writer->capacity = 2 * (writer->end + bytes.size()) + 64;
    writer->buffer = static_cast<char*>(scratch_reallocate(writer->buffer, writer->capacity));
  }
  if (bytes.empty()) return true;
  std::memcpy(writer->buffer + writer->end, bytes.data(), bytes.size());
  writer->end += bytes.size();
  if (writer->line_buffered && std::memchr(bytes.data(), '\n', bytes.size()) != nullptr) return flush_writer(writer);
  return true;
}

bool fill_reader(StreamState* reader) {
  Locked hold(reader->lock);
  if (reader->start < reader->end || reader->at_end || reader->sort == StreamSort::StringReader) return true;
  if (reader->capacity == 0) {
    reserve_standard(reader);
    reader->capacity = k_unread_room + k_stream_buffer;
    reader->buffer = static_cast<char*>(scratch_allocate(reader->capacity));
  }
  // Whoever waits for input has said first what it has to say.
  if (reader->shared) flush_writer(&g_output);
  for (;;) {
    const ssize_t count = ::read(reader->descriptor, reader->buffer + k_unread_room, reader->capacity - k_unread_room);
    if (count < 0) {
      if (errno == EINTR) continue;
      (void)throw_io(errno);
      return false;
    }
    reader->at_end = count == 0;
    reader->start = k_unread_room;
    reader->end = k_unread_room + static_cast<std::size_t>(count);
    return true;
  }
}

bool read_everything(StreamState* reader, TextBuffer& out) {
  Locked hold(reader->lock);
  for (;;) {
    if (!fill_reader(reader)) return false;
    if (reader->start == reader->end) return true;
    out.append(std::string_view(reader->buffer + reader->start, reader->end - reader->start));
    reader->start = reader->end;
  }
}

int flush_standard_streams() {
  flush_writer(&g_output);
  return g_output.error;
}

extern "C" int slisp_stdout_finish() { return flush_standard_streams(); }

}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" {
Word slisp_stdin_stream() { return standard_input().word(); }
Word slisp_stdout_stream() { return standard_output().word(); }
Word slisp_stderr_stream() { return standard_error().word(); }
std::uint32_t slisp_stream_p(Word x) { return is_kind(x, Kind::Stream); }

Word slisp_stream_flush(Word x) {
  if (is_kind(x, Kind::Stream) && Borrowed(x).as<Stream>()->state->closed) return slisp::abi::k_nil;
  if (is_users_writer(x)) return slisp_type_operations.flush(x) ? slisp::abi::k_nil : slisp::abi::k_pending;
  StreamState* writer = writer_state(x);
  if (writer == nullptr || !flush_writer(writer)) return slisp::abi::k_pending;
  return slisp::abi::k_nil;
}

Word slisp_stream_close(Word x) {
  if (is_users_writer(x)) return slisp_type_operations.close(x) ? slisp::abi::k_nil : slisp::abi::k_pending;
  if (!is_kind(x, Kind::Stream)) return (x == slisp::abi::k_nil ? throw_null_pointer() : throw_class_cast(x, "java.io.Closeable")).take();
  StreamState* state = Borrowed(x).as<Stream>()->state;
  Locked hold(state->lock);
  if (state->shared) return slisp::abi::k_nil;
  if (state->closed || state->sort == StreamSort::StringWriter) return slisp::abi::k_nil;
  const bool good = flush_writer(state);
  state->closed = true;
  if (state->descriptor >= 0 && ::close(state->descriptor) != 0 && good) return throw_io(errno).take();
  return good ? slisp::abi::k_nil : slisp::abi::k_pending;
}
}
