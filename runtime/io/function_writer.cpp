// function_writer.cpp: writers whose text goes to a function of the program; pretty printing is made of them.
// In: a function of one string, a function of nothing that flushes, and any value the maker wants to find again.
// Keeps: the three in the stream object's own slots; StreamState::object leads from the state to them, and lives as long.
#include "runtime/abi/functions.hpp"
#include "runtime/control/call.hpp"
#include "runtime/io/stream.hpp"

namespace slisp::rt {
namespace {

enum Slot { Write, Flush, Attachment, k_slots };

Borrowed held(const StreamState* state, Slot which) { return state->object->slot[which]; }

bool write_text(StreamState* state, std::string_view bytes) {
  // The function may let go of the writer.
  const Owned stream = Owned::copy(word_of(state->object));
  const Owned function = Owned::copy(held(state, Write));
  Word argument = make_string(bytes).take();
  return !invoke(function, &argument, 1).failed();
}

bool flush_text(StreamState* state) {
  const Owned stream = Owned::copy(word_of(state->object));
  const Owned function = Owned::copy(held(state, Flush));
  return !invoke(function, nullptr, 0).failed();
}

constexpr WriterFunctions k_functions = {write_text, flush_text};

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" {
Word slisp_function_writer(Word write, Word flush, Word attachment) {
  auto* state = static_cast<StreamState*>(scratch_allocate(sizeof(StreamState)));
  *state = StreamState{};
  state->sort = StreamSort::FunctionWriter;
  state->functions = &k_functions;
  auto* writer = allocate_as<Stream>(Kind::Stream, sizeof(Stream) + k_slots * sizeof(Word), k_slots);
  writer->state = state;
  writer->class_id = ClassId::Writer;
  writer->bytes = writer->around = false;
  writer->reserved = 0;
  writer->slot[Write] = write;
  writer->slot[Flush] = flush;
  writer->slot[Attachment] = attachment;
  state->object = writer;
  return adopt_object(writer).take();
}

Word slisp_stream_attachment(Word x) {
  if (!is_kind(x, Kind::Stream)) return slisp::abi::k_nil;
  const StreamState* state = Borrowed(x).as<Stream>()->state;
  return state->sort == StreamSort::FunctionWriter ? Owned::copy(held(state, Attachment)).take() : slisp::abi::k_nil;
}
}
