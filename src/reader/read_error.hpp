// read_error.hpp: what the reader says about a text it cannot read. Runtime values only, so that read-string in a program can
// throw it and the compiler can render it.
#pragma once
#include "runtime/api.hpp"
#include "src/reader/span.hpp"
#include <initializer_list>
#include <string_view>

namespace slisp::reader {

struct ReadError {
  const char* code = "";                                        // "e-unmatched"; static
  rt::ClassId exception = rt::ClassId::RuntimeException;        // what Clojure throws for it
  Span span;
  rt::Owned what;                                               // string, in Clojure's words where Clojure has any
  rt::Owned why, hint;                                          // strings or nil
  Span note_span;                                               // a second place, if known()
  rt::Owned note;
  rt::Owned thrown;                                             // the exception itself, when a runtime function or data reader threw
  bool incomplete = false;                                      // the text ended too early: more input may mend it
};

// Concatenates; the pieces need not live longer than the call.
rt::Owned text(std::initializer_list<std::string_view> pieces);

// Fills code, exception, what, why and hint and leaves the places alone. The result is a failed() value without anything pending
// in the thread context.
rt::Owned fail(ReadError& error, const char* code, rt::ClassId exception, rt::Owned what, std::string_view why = {},
               std::string_view hint = {});
// The same for an exception that a runtime function has left pending.
rt::Owned fail_pending(ReadError& error, const char* code, std::string_view why);

}  // namespace slisp::reader
