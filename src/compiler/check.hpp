// check.hpp: SLISP_CHECK, for mistakes of the compiler itself. It stays on in release builds and ends the process with status 70.
#pragma once
#include <string>
#include <string_view>

namespace slisp::compiler {

// "slisp: internal error in WHERE: what" and the context (usually the IR of the function) on stderr; exit status 70.
[[noreturn]] void internal_error(std::string_view where, std::string_view what, std::string_view context);

}  // namespace slisp::compiler

#define SLISP_CHECK(condition, where, context) \
  do {                                         \
    if (!(condition)) ::slisp::compiler::internal_error(where, #condition, context); \
  } while (false)
