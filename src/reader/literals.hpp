// literals.hpp: tokens -> scalar values. Each returns a failed() value after filling the error (places are the caller's).
#pragma once
#include "src/reader/lexer.hpp"
#include "src/reader/read_error.hpp"
#include <string_view>

namespace slisp::reader {

rt::Owned parse_number(std::string_view token, ReadError& error);
rt::Owned parse_character(std::string_view token, ReadError& error);       // without the backslash
// The cursor stands behind the opening quote and is left behind the closing one, also after a bad escape.
rt::Owned parse_string(Lexer& lexer, ReadError& error);

// A token that is a symbol or keyword, taken apart. `valid` is false for what Clojure calls an invalid token.
struct Name {
  bool valid = false;
  bool keyword = false;
  bool resolved = false;                                         // ::name
  std::string_view ns, name;
};
Name split_name(std::string_view token);

}  // namespace slisp::reader
