// report.cpp: see report.hpp. For the compiler only.
#include "src/reader/report.hpp"

namespace slisp::reader {
namespace {

std::string text_or_empty(rt::Borrowed string) {
  return string.is(abi::Kind::String) ? std::string(rt::text_of(string)) : std::string();
}

}  // namespace

void report(const ReadError& error, Diagnostics& diagnostics) {
  std::vector<DiagnosticNote> notes;
  if (error.note_span.known()) notes.push_back({error.note_span, text_or_empty(error.note)});
  diagnostics.error(error.code, error.span, text_or_empty(error.what), text_or_empty(error.why), text_or_empty(error.hint),
                    std::move(notes));
}

}  // namespace slisp::reader
