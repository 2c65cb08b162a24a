// lexer.hpp: walk over the text byte by byte, knowing line and column; blanks, tokens, and skipping whole forms by tokens.
#pragma once
#include "src/reader/scratch_array.hpp"
#include "src/reader/span.hpp"
#include <string_view>

namespace slisp::reader {

enum class Dialect : std::uint8_t { Clojure, Edn };

// Where more text comes from when a reader works on a stream. `more` sets the whole text so far (it may have moved) and returns
// false when there is none. It must deliver whole code points.
struct Refill {
  void* context = nullptr;
  bool (*more)(void* context, std::string_view& text) = nullptr;
};

struct Position {
  std::uint32_t offset = 0;
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

class Lexer {
 public:
  static constexpr int k_end = -1;

  Lexer(std::string_view text, Dialect dialect, Refill refill);

  // The byte at the cursor, or k_end.
  int peek() { return position_.offset < text_.size() ? static_cast<unsigned char>(text_[position_.offset]) : peek_slow(); }
  void advance() {
    unsigned char c = static_cast<unsigned char>(text_[position_.offset++]);
    if (c == '\n') {
      ++position_.line;
      position_.column = 1;
    } else if ((c & 0xc0) != 0x80) {
      ++position_.column;
    }
  }
  void advance_code_point();                                     // at least one byte; call only when peek() is not k_end
  Position position() const { return position_; }
  std::uint32_t offset() const { return position_.offset; }
  std::string_view since(Position begin) const { return cut(text_, begin.offset, position_.offset - begin.offset); }

  bool at_blank();                                               // white space or comma at the cursor
  void skip_blank();                                             // and comments that begin with ';'
  void skip_line();                                              // to the end of this line
  bool at_token_end();                                           // end, blank, or a terminating macro character
  bool at_number_end();                                          // the same, with any macro character
  std::string_view take_token();                                 // from the cursor on; the view lives until the next peek()

  enum class Skipped : std::uint8_t { Form, AtCloser, AtEnd, Mismatch };
  // Pass over one form by its tokens alone, whatever they mean. AtCloser: a closing delimiter stands at the cursor instead.
  Skipped skip_form();
  // Pass over tokens until `depth` delimiters are closed; or until a '(' stands in column 1: it begins a new top-level form.
  void skip_open_forms(std::size_t depth);
  void skip_to_line_start();                                     // until a '(' stands in column 1 or the text ends

 private:
  int peek_slow();
  void skip_string();
  void skip_character();

  std::string_view text_;
  Position position_;
  Dialect dialect_;
  Refill refill_;
};

}  // namespace slisp::reader
