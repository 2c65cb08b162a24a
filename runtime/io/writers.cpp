// writers.cpp: writing text and values; string writers.
#include "runtime/io/stream.hpp"
#include "runtime/text/text.hpp"

using namespace slisp::rt;
extern "C" {
Word slisp_string_writer() { return make_stream(StreamSort::StringWriter, -1).take(); }

Word slisp_stream_text(Word x) {
  if (!is_kind(x, Kind::Stream) || Borrowed(x).as<Stream>()->state->sort != StreamSort::StringWriter)
    return throw_class_cast(x, "java.io.StringWriter").take();
  const StreamState* state = Borrowed(x).as<Stream>()->state;
  return make_string({state->buffer, state->end}).take();
}

Word slisp_stream_write(Word stream, Word text) {
  StreamState* writer = writer_state(stream);
  if (writer == nullptr) return slisp::abi::k_pending;
  std::string_view bytes;
  char room[4];
  if (!string_or_char_argument(text, bytes, room)) return slisp::abi::k_pending;
  return write_bytes(writer, bytes) ? slisp::abi::k_nil : slisp::abi::k_pending;
}

Word slisp_print_to(Word stream, Word value, bool readably) {
  StreamState* writer = writer_state(stream);
  if (writer == nullptr) return slisp::abi::k_pending;
  if (!readably && is_string(value)) return write_bytes(writer, text_of(value)) ? slisp::abi::k_nil : slisp::abi::k_pending;
  TextBuffer out;
  if (!print_value(out, value, readably ? PrintMode::Readable : PrintMode::Plain)) return slisp::abi::k_pending;
  // Printing may have run code that closed the stream.
  writer = writer_state(stream);
  if (writer == nullptr) return slisp::abi::k_pending;
  return write_bytes(writer, out.view()) ? slisp::abi::k_nil : slisp::abi::k_pending;
}
}
