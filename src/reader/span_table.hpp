// span_table.hpp: where each form came from, by identity of the object; for messages about forms that macros have moved around.
#pragma once
#include "src/reader/reader.hpp"
#include <unordered_map>

namespace slisp::reader {

// Invariant: each recorded form is kept alive by a count of the table, so that its address cannot come to mean another form.
class SpanTable {
 public:
  SpanTable() = default;
  SpanTable(const SpanTable&) = delete;
  SpanTable& operator=(const SpanTable&) = delete;
  ~SpanTable() { clear(); }

  void record(rt::Borrowed form, const Span& span);
  // An unknown span for forms that were not read, such as those that a macro made.
  Span find(rt::Borrowed form) const;
  // For a new form that stands for an old one (a copy with other metadata).
  void record_as(rt::Borrowed form, rt::Borrowed original) { if (Span span = find(original); span.known()) record(form, span); }
  std::size_t size() const { return spans_.size(); }
  void clear();

  SpanSink sink() { return SpanSink{this, [](void* table, rt::Borrowed f, const Span& s) { static_cast<SpanTable*>(table)->record(f, s); }}; }

 private:
  std::unordered_map<abi::Word, Span> spans_;
};

}  // namespace slisp::reader
