// print_forms.hpp: forms as text, one a line, readable: what --emit=forms shows.
#pragma once
#include "runtime/api.hpp"

namespace slisp::reader {

// Appends the form and a newline. False: it cannot be printed and an exception is pending.
inline bool print_form(rt::TextBuffer& out, rt::Borrowed form) {
  if (!rt::print_value(out, form, rt::PrintMode::Readable)) return false;
  out.append('\n');
  return true;
}

}  // namespace slisp::reader
