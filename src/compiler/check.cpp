// check.cpp: how the compiler says that it is wrong itself.
#include "src/compiler/check.hpp"
#include <cstdio>
#include <unistd.h>

namespace slisp::compiler {

void internal_error(std::string_view where, std::string_view what, std::string_view context) {
  std::fprintf(stderr, "slisp: internal error in %.*s: %.*s\n", static_cast<int>(where.size()), where.data(), static_cast<int>(what.size()),
               what.data());
  std::fprintf(stderr, "%.*s\n", static_cast<int>(context.size()), context.data());
  std::fflush(stderr);
  _exit(70);
}

}  // namespace slisp::compiler
