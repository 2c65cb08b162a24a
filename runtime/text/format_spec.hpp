// format_spec.hpp: one format specifier, %[index$][flags][width][.precision]conversion, and the JVM's complaints about it.
#pragma once
#include "runtime/api.hpp"

namespace slisp::rt {

struct Spec {
  std::int64_t index = 0;                // 0: next; -1: the same again
  bool left = false, alternate = false, plus = false, space = false, zero = false, group = false, parentheses = false;
  std::int64_t width = -1, precision = -1;
  char conversion = 0;                   // in lower case
  bool upper = false;
};

// Reads the specifier at the percent sign at `i`, steps over it. These return false with an exception pending.
bool parse_spec(std::string_view format, std::size_t& i, Spec& spec);
bool check_spec(const Spec& spec);
bool refuse_flags(const Spec& spec, std::string_view flags);             // none of them may be set
bool format_failure(ClassId type, std::string_view a, std::string_view b = {}, std::string_view c = {});  // the parts make the message
void append_spec(TextBuffer& out, const Spec& spec);                     // as the JVM repeats it: flags in its own order

// hexadecimal_floating.cpp
void append_hexadecimal(TextBuffer& digits, double d, std::int64_t precision);

}  // namespace slisp::rt
