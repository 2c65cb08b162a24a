// report.hpp: the reader's errors as diagnostics of the compiler.
#pragma once
#include "src/reader/diagnostics.hpp"
#include "src/reader/read_error.hpp"

namespace slisp::reader {

void report(const ReadError& error, Diagnostics& diagnostics);

}  // namespace slisp::reader
