// writers.cpp: writing text and values; string writers.
#include "runtime/io/stream.hpp"
#include "runtime/abi/functions.hpp"
#include "runtime/control/exceptions.hpp"
#include "runtime/printing/printer.hpp"
#include "runtime/text/text.hpp"
#include "runtime/io/users_writers.hpp"

using namespace slisp::rt;

namespace {

bool write_to(Word stream, std::string_view text) {
  if (is_users_writer(stream)) return slisp_type_operations.write_text(stream, text);
  StreamState* writer = writer_state(stream);
  return writer != nullptr && write_bytes(writer, text);
}

// Printing may have run code that closed the stream.
bool drain(void* stream, TextBuffer& out) {
  if (!write_to(*static_cast<Word*>(stream), out.view())) return false;
  out.truncate(0);
  return true;
}

}  // namespace

extern "C" {
Word slisp_string_writer() { return make_stream(StreamSort::StringWriter, -1, ClassId::StringWriter).take(); }

Word slisp_stream_text(Word x) {
  if (!is_kind(x, Kind::Stream) || Borrowed(x).as<Stream>()->state->sort != StreamSort::StringWriter)
    return throw_class_cast(x, "java.io.StringWriter").take();
  StreamState* state = Borrowed(x).as<Stream>()->state;
  Locked hold(state->lock);
  return make_string({state->buffer, state->end}).take();
}

Word slisp_stream_write(Word stream, Word text) {
  if (!is_users_writer(stream) && writer_state(stream) == nullptr) return slisp::abi::k_pending;
  std::string_view bytes;
  char room[4];
  if (!string_or_char_argument(text, bytes, room)) return slisp::abi::k_pending;
  return write_to(stream, bytes) ? slisp::abi::k_nil : slisp::abi::k_pending;
}

Word slisp_print_to(Word stream, Word value, bool readably) {
  return print_to_stream(stream, value, readably ? PrintMode::Readable : PrintMode::Plain) ? slisp::abi::k_nil : slisp::abi::k_pending;
}

bool slisp_print_through_stream(TextBuffer& out, Word value, PrintMode mode, bool is_out) {
  const Owned stream = make_stream(StreamSort::StringWriter, -1, ClassId::StringWriter);
  (void)print_setting(PrintVar::Out, slisp::abi::k_nil);
  slisp::abi::Var* var = is_out ? slisp_print_vars[static_cast<int>(PrintVar::Out)] : nullptr;
  if (var != nullptr &&
      slisp::abi::slisp_push_bindings(map_assoc(empty_map(), Owned::copy(word_of(var)), Owned::copy(stream)).take()) == slisp::abi::k_pending)
    return false;
  const bool printed = print_to_stream(stream, value, mode);
  if (var != nullptr) (void)slisp::abi::slisp_pop_bindings();
  if (!printed) return false;
  const StreamState* state = stream.as<Stream>()->state;
  out.append(std::string_view(state->buffer, state->end));
  return true;
}
}

namespace slisp::rt {

bool print_to_stream(Borrowed stream, Borrowed value, PrintMode mode, FirstValue first) {
  if (!is_users_writer(stream.word()) && writer_state(stream) == nullptr) return false;
  if (slisp_print_hook == nullptr && mode == PrintMode::Plain && is_string(value.word())) return write_to(stream.word(), text_of(value));
  TextBuffer out;
  Printer printer(out, mode);
  Word target = stream.word();
  printer.drain_to(drain, &target);
  printer.methods_print_to(stream);
  if (first == FirstValue::NativeDup) printer.set_dup(true);
  const bool printed = first == FirstValue::Asked ? printer.print(value) : printer.print_first_natively(value);
  if (!printed && exit_is_pending()) return false;
  // What was printed before an exception is written all the same.
  Owned exception = printed ? Owned() : Owned::adopt(abi::slisp_exception_take());
  if (!drain(&target, out)) return false;
  if (!printed) (void)abi::slisp_throw_value(exception.take());
  return printed;
}

}  // namespace slisp::rt
