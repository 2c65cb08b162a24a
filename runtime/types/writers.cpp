// writers.cpp: users' objects as writers, *out* among them: what is written goes to their method write as a string.
#include "runtime/types/answers.hpp"

namespace slisp::rt::types {

bool write_text(Word writer, std::string_view text) { return text.empty() || !call_method(writer, Method::Write, make_string(text)).failed(); }
bool flush(Word writer) { return !call_method(writer, Method::Flush).failed(); }
bool close(Word writer) { return !call_method(writer, Method::Close).failed(); }

}  // namespace slisp::rt::types
