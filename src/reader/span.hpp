// span.hpp: where a form stands in the source text. Plain data; every later stage carries it along.
#pragma once
#include <cstdint>

namespace slisp::reader {

// The file is an index into the SourceMap; 0 is "nowhere" (forms made by macros or by the compiler itself).
struct Span {
  std::uint32_t file = 0;
  std::uint32_t begin = 0;               // byte offsets into the text, end exclusive
  std::uint32_t end = 0;
  std::uint32_t line = 0;                // 1-based, of `begin`
  std::uint32_t column = 0;              // 1-based, in code points

  bool known() const { return file != 0; }
  bool operator==(const Span&) const = default;
};

}  // namespace slisp::reader
