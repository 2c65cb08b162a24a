// syntax_quote.hpp: `form -> code that builds it.
#pragma once
#include "src/reader/read_error.hpp"

namespace slisp::reader {

struct NameResolver;

// Consumes the form. On failure `error` is filled and the result is failed().
rt::Owned syntax_quote(rt::Owned form, const NameResolver& names, ReadError& error);

}  // namespace slisp::reader
