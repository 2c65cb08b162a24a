// span_table.cpp: see span_table.hpp. For the compiler only.
#include "src/reader/span_table.hpp"

namespace slisp::reader {

void SpanTable::record(rt::Borrowed form, const Span& span) {
  if (!rt::is_pointer(form.word()) || rt::header_of(form.word())->count == 0) return;
  auto [place, fresh] = spans_.try_emplace(form.word(), span);
  if (fresh) {
    rt::retain(form.word());
  } else {
    place->second = span;
  }
}

Span SpanTable::find(rt::Borrowed form) const {
  auto found = spans_.find(form.word());
  return found == spans_.end() ? Span{} : found->second;
}

void SpanTable::clear() {
  auto forms = std::move(spans_);
  spans_.clear();
  for (auto& [word, span] : forms) rt::release(word);
}

}  // namespace slisp::reader
