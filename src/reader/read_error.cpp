// read_error.cpp: make errors of pieces of text or of pending exceptions.
#include "src/reader/read_error.hpp"

namespace slisp::reader {

rt::Owned text(std::initializer_list<std::string_view> pieces) {
  rt::TextBuffer buffer;
  for (std::string_view piece : pieces) buffer.append(piece);
  return buffer.finish();
}

rt::Owned fail(ReadError& error, const char* code, rt::ClassId exception, rt::Owned what, std::string_view why,
               std::string_view hint) {
  error.code = code;
  error.exception = exception;
  error.what = std::move(what);
  error.why = why.empty() ? rt::Owned() : rt::make_string(why);
  error.hint = hint.empty() ? rt::Owned() : rt::make_string(hint);
  error.note_span = Span{};
  error.note = rt::Owned();
  error.thrown = rt::Owned();
  error.incomplete = false;
  return rt::Owned::pending();
}

rt::Owned fail_pending(ReadError& error, const char* code, std::string_view why) {
  rt::Owned thrown = rt::Owned::adopt(abi::slisp_exception_take());
  rt::Owned what = rt::Owned::adopt(abi::slisp_ex_message(thrown.word()));
  if (!what.is(abi::Kind::String)) what = rt::make_string("an exception was thrown while reading");
  rt::Owned failed = fail(error, code, rt::ClassId::RuntimeException, std::move(what), why);
  error.thrown = std::move(thrown);
  return failed;
}

}  // namespace slisp::reader
