// diagnostics.hpp: what is wrong with the program, collected over a whole run and rendered for people.
#pragma once
#include "src/reader/source.hpp"
#include "src/reader/span.hpp"
#include <string>
#include <string_view>
#include <vector>

namespace slisp::reader {

enum class Severity : std::uint8_t { Error, Warning, Note };

// A further place that belongs to a problem: "the list opened here".
struct DiagnosticNote {
  Span span;
  std::string what;
};

struct Diagnostic {
  Severity severity = Severity::Error;
  std::string code;                      // "e-unmatched"; stable, for tests and for searching the documents
  Span span;                             // may be unknown: then only the file-less message is printed
  std::string what;
  std::string why;                       // the rule that is broken; may be empty
  std::string hint;                      // what to do about it; may be empty
  std::vector<DiagnosticNote> notes;
};

enum class Colour : std::uint8_t { Never, Always };
// Colour on terminals only, and never when NO_COLOR is set and not empty or TERM is dumb.
Colour colour_for(int descriptor);

// Collects problems; the count of errors includes those beyond the limit of what is printed.
class Diagnostics {
 public:
  explicit Diagnostics(const SourceMap& sources) : sources_(sources) {}

  void add(Diagnostic diagnostic);
  void error(std::string_view code, Span span, std::string what, std::string why = {}, std::string hint = {},
             std::vector<DiagnosticNote> notes = {});
  void warning(std::string_view code, Span span, std::string what, std::string why = {}, std::string hint = {});

  std::size_t error_count() const { return errors_; }
  std::size_t warning_count() const { return warnings_; }
  bool has_errors() const { return errors_ != 0; }
  const std::vector<Diagnostic>& all() const { return all_; }
  // By file, in the order in which the files were read, and line; what has no place comes first.
  void sort_by_place();
  // Takes back what was told from the n-th on; gives the first of it in words.
  std::string forget_from(std::size_t n);
  void clear() { all_.clear(); errors_ = warnings_ = 0; }

  // All of them in the order of their arrival, at most `limit` errors and warnings, then a line that says how many more.
  static constexpr std::size_t k_default_limit = 20;
  std::string render(Colour colour, std::size_t limit = k_default_limit) const;
  // render() to a file descriptor.
  void print(int descriptor, std::size_t limit = k_default_limit) const;

  const SourceMap& sources() const { return sources_; }

 private:
  const SourceMap& sources_;
  std::vector<Diagnostic> all_;
  std::size_t errors_ = 0, warnings_ = 0;
};

}  // namespace slisp::reader
