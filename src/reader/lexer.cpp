// lexer.cpp: the cursor over the text. See lexer.hpp.
// Keeps: bytes only; of the code points beyond ASCII just white space matters, and it is recognised by its bytes.
#include "src/reader/lexer.hpp"

namespace slisp::reader {
namespace {

enum : std::uint8_t { k_blank = 1, k_clojure_macro = 2, k_clojure_end = 4, k_edn_macro = 8, k_edn_end = 16 };

struct Classes {
  std::uint8_t of[256] = {};
};
constexpr Classes make_classes() {
  Classes classes;
  for (unsigned c = 0x09; c <= 0x0d; ++c) classes.of[c] = k_blank;
  for (unsigned c = 0x1c; c <= 0x20; ++c) classes.of[c] = k_blank;
  classes.of[static_cast<unsigned char>(',')] = k_blank;
  for (char c : std::string_view("\";'@^`~()[]{}\\%#")) classes.of[static_cast<unsigned char>(c)] |= k_clojure_macro | k_clojure_end;
  for (char c : std::string_view("#'%")) classes.of[static_cast<unsigned char>(c)] &= static_cast<std::uint8_t>(~k_clojure_end);
  for (char c : std::string_view("\";^()[]{}\\#")) classes.of[static_cast<unsigned char>(c)] |= k_edn_macro | k_edn_end;
  classes.of[static_cast<unsigned char>('#')] &= static_cast<std::uint8_t>(~k_edn_end);
  return classes;
}
constexpr Classes k_classes = make_classes();

std::uint8_t class_of(int byte) { return k_classes.of[byte & 0xff]; }

// Java's Character.isWhitespace beyond ASCII: U+1680, U+2000-200A without U+2007, U+2028, U+2029, U+205F, U+3000.
bool is_wide_blank(std::string_view text) {
  if (text.size() < 3) return false;
  auto byte = [&](int i) { return static_cast<unsigned char>(text[static_cast<std::size_t>(i)]); };
  if (byte(0) == 0xe1) return byte(1) == 0x9a && byte(2) == 0x80;
  if (byte(0) == 0xe3) return byte(1) == 0x80 && byte(2) == 0x80;
  if (byte(0) != 0xe2) return false;
  if (byte(1) == 0x81) return byte(2) == 0x9f;
  return byte(1) == 0x80 && ((byte(2) >= 0x80 && byte(2) <= 0x8a && byte(2) != 0x87) || byte(2) == 0xa8 || byte(2) == 0xa9);
}

}  // namespace

Lexer::Lexer(std::string_view text, Dialect dialect, Refill refill) : text_(text), dialect_(dialect), refill_(refill) {
  // A byte order mark is no part of the program.
  if (text_.size() >= 3 && cut(text_, 0, 3) == "\xef\xbb\xbf") position_.offset = 3;
}

int Lexer::peek_slow() {
  if (refill_.more == nullptr || !refill_.more(refill_.context, text_) || position_.offset >= text_.size()) return k_end;
  return static_cast<unsigned char>(text_[position_.offset]);
}

void Lexer::advance_code_point() {
  advance();
  while (position_.offset < text_.size() && (static_cast<unsigned char>(text_[position_.offset]) & 0xc0) == 0x80) advance();
}

bool Lexer::at_blank() {
  int c = peek();
  if (c < 0) return false;
  return c < 0x80 ? (class_of(c) & k_blank) != 0 : is_wide_blank(cut(text_, position_.offset));
}

void Lexer::skip_line() {
  for (int c = peek(); c >= 0 && c != '\n' && c != '\r'; c = peek()) advance();
}

void Lexer::skip_blank() {
  for (;;) {
    if (at_blank()) {
      advance_code_point();
    } else if (peek() == ';') {
      skip_line();
    } else {
      return;
    }
  }
}

bool Lexer::at_token_end() {
  int c = peek();
  if (c < 0) return true;
  return (c < 0x80 && (class_of(c) & (dialect_ == Dialect::Edn ? k_edn_end : k_clojure_end)) != 0) || at_blank();
}

bool Lexer::at_number_end() {
  int c = peek();
  if (c < 0) return true;
  return (c < 0x80 && (class_of(c) & (dialect_ == Dialect::Edn ? k_edn_macro : k_clojure_macro)) != 0) || at_blank();
}

std::string_view Lexer::take_token() {
  Position begin = position_;
  while (!at_token_end()) advance_code_point();
  return since(begin);
}

void Lexer::skip_string() {
  for (int c = peek(); c >= 0; c = peek()) {
    advance();
    if (c == '"') return;
    if (c == '\\' && peek() >= 0) advance();
  }
}

// Behind the backslash: one code point, whatever it is, and the rest of a name such as `newline`.
void Lexer::skip_character() {
  if (peek() < 0) return;
  advance_code_point();
  while (!at_token_end()) advance_code_point();
}

Lexer::Skipped Lexer::skip_form() {
  ScratchArray<char> closers;
  std::size_t needed = 1;                                        // forms still wanted at the outermost depth
  while (needed != 0) {
    skip_blank();
    int c = peek();
    if (c < 0) return Skipped::AtEnd;
    switch (c) {
      case '(': advance(); closers.push(')'); continue;
      case '[': advance(); closers.push(']'); continue;
      case '{': advance(); closers.push('}'); continue;
      case ')': case ']': case '}':
        if (closers.empty()) return Skipped::AtCloser;
        if (closers.top() != c) return Skipped::Mismatch;
        advance();
        closers.pop();
        if (closers.empty()) --needed;
        continue;
      case '"': advance(); skip_string(); break;
      case '\\': advance(); skip_character(); break;
      case '\'': case '`': case '@': advance(); continue;
      case '~':
        advance();
        continue;
      case '^':
        advance();
        if (closers.empty()) ++needed;
        continue;
      case '#': {
        advance();
        int next = peek();
        if (next == '!') {
          skip_line();
        } else if (next == '_' || next == '^') {
          advance();
          if (closers.empty()) ++needed;
        } else if (next == '?') {
          advance();
          if (peek() == '@') advance();
        } else if (next == '(' || next == '{' || next == '"' || next == '\'') {
          // the form follows
        } else {
          if (next == '#') advance();                            // ##Inf: the name is the form
          if (next != '#') take_token();                         // a tag or :ns, and then the form
        }
        continue;
      }
      default: {
        Position before = position_;
        take_token();
        if (position_.offset == before.offset) advance();        // cannot happen; never stand still
      }
    }
    if (closers.empty()) --needed;
  }
  return Skipped::Form;
}

void Lexer::skip_open_forms(std::size_t depth) {
  while (depth != 0) {
    skip_blank();
    int c = peek();
    if (c < 0 || (c == '(' && position_.column == 1)) return;
    advance_code_point();
    if (c == '(' || c == '[' || c == '{') ++depth;
    if (c == ')' || c == ']' || c == '}') --depth;
    if (c == '"') skip_string();
    if (c == '\\') skip_character();
  }
}

void Lexer::skip_to_line_start() {
  for (int c = peek(); c >= 0 && !(c == '(' && position_.column == 1); c = peek()) advance();
}

}  // namespace slisp::reader
