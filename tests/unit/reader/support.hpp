// support.hpp: what the reader's tests share.
#pragma once
#include "runtime/api.hpp"
#include "runtime/memory/context.hpp"
#include "src/reader/diagnostics.hpp"
#include "src/reader/print_forms.hpp"
#include "src/reader/reader.hpp"
#include "src/reader/report.hpp"
#include "src/reader/span_table.hpp"
#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace reader_test {

using namespace slisp;
using namespace slisp::reader;

inline std::uint64_t live_objects() {
  rt::HeapCounts counts = rt::heap_counts();
  return counts.allocated - counts.freed;
}

inline std::string printed(rt::Borrowed value) {
  rt::TextBuffer out;
  if (!rt::print_value(out, value, rt::PrintMode::Readable)) {
    rt::Owned exception = rt::Owned::adopt(abi::slisp_exception_take());
    return "(cannot be printed)";
  }
  return std::string(out.view());
}

inline std::string text_or_empty(rt::Borrowed value) {
  return value.is(abi::Kind::String) ? std::string(rt::text_of(value)) : std::string();
}

// All forms of a text, printed, blank between them; an error as "!code what".
inline std::string read_all(std::string_view source, const ReaderOptions& options = {}) {
  Reader reader(source, options);
  std::string out;
  for (;;) {
    ReadResult result = reader.read();
    if (result.status == ReadStatus::EndOfInput) return out;
    if (!out.empty()) out += ' ';
    if (result.status == ReadStatus::Form) {
      out += printed(result.form);
    } else {
      out += std::string("!") + reader.error().code + " " + text_or_empty(reader.error().what);
    }
  }
}

// Runs twice: the first time fills tables that live until exit (keywords); the second must leave nothing behind.
template <class F> void leaves_nothing(F&& action) {
  action();
  std::uint64_t before = live_objects();
  action();
  CHECK(live_objects() == before);
  CHECK_FALSE(rt::exception_pending());
}

}  // namespace reader_test
