// regex.hpp: what the regex files share. Only they include PCRE2.
// A Regex object: slot 0 is the pattern string. The raw word before it points to the compiled code of heap objects; static objects
// are never written to, so theirs stands in a side table, keyed by address.
#pragma once
#include "runtime/api.hpp"
#include "runtime/host/native.hpp"
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace slisp::rt {

struct Regex {
  Header header;
  pcre2_code* code;                      // null until first used
  Word pattern;
};
static_assert(offsetof(Regex, pattern) == 16);

// Java's dialect in PCRE2's words. False: PatternSyntaxException is pending.
bool translate_pattern(std::string_view java, TextBuffer& out);
pcre2_code* compile_pattern(std::string_view java);      // null: PatternSyntaxException is pending
// The compiled code of a Regex; null when x is none (ClassCastException or NullPointerException is pending).
pcre2_code* code_of(Borrowed x);

// What is searched: a string; of a text builder a copy of the one it holds, of a user's CharSequence its text. Anything else is given
// back as it is; failed: an exception is pending.
Owned subject_text(Borrowed x);

// One search after another through one subject. `failed` says that an exception is pending.
class Matching {
 public:
  Matching(Borrowed regex, Borrowed subject);
  void within(std::size_t from, std::size_t to) { text_ = text_.substr(from, to - from); }   // bytes; before anything is searched
  ~Matching();
  Matching(const Matching&) = delete;
  Matching& operator=(const Matching&) = delete;
  bool failed() const { return failed_; }
  std::string_view text() const { return text_; }
  bool find(std::size_t from);                             // the leftmost match at or behind byte `from`
  bool match_whole();
  bool match_start();
  std::size_t start() const { return offsets()[0]; }
  std::size_t end() const { return offsets()[1]; }
  std::uint32_t groups() const { return groups_; }         // without the whole match
  bool group(std::uint32_t index, std::string_view& part) const;   // false: took no part
  int named_group(std::string_view name) const;            // number, or -1
  Owned group_value(std::uint32_t index) const;            // string or nil
  Owned value() const;                                     // string, or vector when the pattern has groups
  // Where the search behind an empty or other match goes on.
  std::size_t behind() const;

 private:
  const PCRE2_SIZE* offsets() const { return pcre2_get_ovector_pointer(data_); }
  bool run(std::size_t from, std::uint32_t options);

  pcre2_code* code_ = nullptr;
  pcre2_match_data* data_ = nullptr;
  std::string_view text_;
  std::uint32_t groups_ = 0;
  bool failed_ = false;
};

}  // namespace slisp::rt
