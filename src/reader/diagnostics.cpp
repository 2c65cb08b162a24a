// diagnostics.cpp: render problems: FILE:LINE:COL: error: what [code], the source line, a caret line, why, hint, notes.
// Keeps: control characters of the source never reach the terminal; very long lines are cut around the caret. For the compiler only.
#include "src/reader/diagnostics.hpp"
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <unistd.h>

namespace slisp::reader {
namespace {

constexpr std::size_t k_max_width = 160;                         // code points of a source line that are shown

struct Palette {
  std::string_view bold, error, warning, note, caret, off;
};
constexpr Palette k_plain{};
constexpr Palette k_coloured{"\x1b[1m", "\x1b[1;31m", "\x1b[1;35m", "\x1b[1;36m", "\x1b[1;32m", "\x1b[0m"};

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::Error: return "error";
    case Severity::Warning: return "warning";
    case Severity::Note: return "note";
  }
  return "";
}

std::string_view severity_colour(const Palette& palette, Severity severity) {
  switch (severity) {
    case Severity::Error: return palette.error;
    case Severity::Warning: return palette.warning;
    case Severity::Note: return palette.note;
  }
  return "";
}

std::size_t code_point_length(std::string_view text, std::size_t at) {
  std::size_t length = 1;
  while (at + length < text.size() && (static_cast<unsigned char>(text[at + length]) & 0xc0) == 0x80) ++length;
  return length;
}

// Printable text: tabs stay, other control characters and what is not UTF-8 become '?'.
void append_printable(std::string& out, std::string_view piece) {
  auto lead = static_cast<unsigned char>(piece[0]);
  bool control = (lead < 0x20 && lead != '\t') || lead == 0x7f;
  bool c1_control = lead == 0xc2 && piece.size() == 2 && static_cast<unsigned char>(piece[1]) < 0xa0;
  std::size_t wanted = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (control || c1_control || wanted != piece.size()) {
    out += '?';
  } else {
    out += piece;
  }
}

// One line of a message: no newline in it, whatever the program's names contain.
void append_message(std::string& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    std::size_t length = code_point_length(text, i);
    if (text[i] == '\n') {
      out += "\\n";
    } else {
      append_printable(out, text.substr(i, length));
    }
    i += length;
  }
}

// The source line and below it a caret with one '~' for each further code point of the span on that line.
void append_source_line(std::string& out, const SourceFile& file, const Span& span, const Palette& palette) {
  std::string_view line = file.line(span.line);
  std::uint32_t line_begin = file.line_starts[span.line - 1];
  std::size_t skip = span.column > k_max_width / 2 ? span.column - k_max_width / 2 : 0;   // code points cut off on the left
  std::string shown, marks;
  std::size_t column = 1;
  bool cut_right = false;
  for (std::size_t i = 0; i < line.size(); ++column) {
    std::size_t length = code_point_length(line, i);
    if (column > skip) {
      if (column - skip > k_max_width) {
        cut_right = true;
        break;
      }
      append_printable(shown, line.substr(i, length));
      bool below = column == span.column || (column > span.column && line_begin + i < span.end);
      if (column < span.column) {
        marks += line[i] == '\t' ? '\t' : ' ';
      } else if (below) {
        marks += column == span.column ? '^' : '~';
      }
    }
    i += length;
  }
  if (span.column >= column && !cut_right) marks.append(span.column - column, ' ').append("^");   // behind the end of the line
  if (skip != 0) {
    shown.insert(0, "...");
    marks.insert(0, "   ");
  }
  if (cut_right) shown += "...";
  out += "  ";
  out += shown;
  out += "\n  ";
  out += palette.caret;
  out += marks;
  out += palette.off;
  out += '\n';
}

void append_location(std::string& out, const SourceMap& sources, const Span& span, const Palette& palette) {
  const SourceFile* file = sources.find(span.file);
  out += palette.bold;
  if (file == nullptr) {
    out += "slisp: ";
  } else {
    append_message(out, file->path);
    out += ':' + std::to_string(span.line) + ':' + std::to_string(span.column) + ": ";
  }
  out += palette.off;
}

void append_lead(std::string& out, const SourceMap& sources, const Span& span, Severity severity, std::string_view what,
                 std::string_view code, const Palette& palette) {
  append_location(out, sources, span, palette);
  out += severity_colour(palette, severity);
  out += severity_name(severity);
  out += ": ";
  out += palette.off;
  append_message(out, what);
  if (!code.empty()) out.append(" [").append(code).append("]");
  out += '\n';
  const SourceFile* file = sources.find(span.file);
  if (file != nullptr && span.line >= 1 && span.line <= file->line_starts.size()) append_source_line(out, *file, span, palette);
}

void append_diagnostic(std::string& out, const SourceMap& sources, const Diagnostic& diagnostic, const Palette& palette) {
  append_lead(out, sources, diagnostic.span, diagnostic.severity, diagnostic.what, diagnostic.code, palette);
  auto remark = [&](std::string_view name, std::string_view text) {
    if (text.empty()) return;
    out.append("  ").append(palette.bold).append(name).append(": ").append(palette.off);
    append_message(out, text);
    out += '\n';
  };
  remark("why", diagnostic.why);
  remark("hint", diagnostic.hint);
  for (const DiagnosticNote& note : diagnostic.notes) {
    append_lead(out, sources, note.span, Severity::Note, note.what, "", palette);
  }
}

}  // namespace

Colour colour_for(int descriptor) {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  if (no_colour != nullptr && *no_colour != 0) return Colour::Never;
  if (terminal != nullptr && std::string_view(terminal) == "dumb") return Colour::Never;
  return ::isatty(descriptor) == 1 ? Colour::Always : Colour::Never;
}

void Diagnostics::add(Diagnostic diagnostic) {
  errors_ += diagnostic.severity == Severity::Error;
  warnings_ += diagnostic.severity == Severity::Warning;
  // A macro that uses a form twice has it analyzed twice.
  for (std::size_t i = all_.size(); i-- > 0 && i + 8 > all_.size();) {
    const Diagnostic& told = all_[i];
    if (told.span.known() && told.span.file == diagnostic.span.file && told.span.begin == diagnostic.span.begin &&
        told.span.end == diagnostic.span.end && told.code == diagnostic.code && told.what == diagnostic.what) return;
  }
  all_.push_back(std::move(diagnostic));
}

void Diagnostics::error(std::string_view code, Span span, std::string what, std::string why, std::string hint,
                        std::vector<DiagnosticNote> notes) {
  add(Diagnostic{Severity::Error, std::string(code), span, std::move(what), std::move(why), std::move(hint), std::move(notes)});
}

void Diagnostics::warning(std::string_view code, Span span, std::string what, std::string why, std::string hint) {
  add(Diagnostic{Severity::Warning, std::string(code), span, std::move(what), std::move(why), std::move(hint), {}});
}

std::string Diagnostics::forget_from(std::size_t n) {
  std::string first = n < all_.size() ? all_[n].what : std::string();
  while (all_.size() > n) {
    (all_.back().severity == Severity::Error ? errors_ : warnings_) -= all_.back().severity != Severity::Note;
    all_.pop_back();
  }
  return first;
}

void Diagnostics::sort_by_place() {
  std::stable_sort(all_.begin(), all_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::pair(a.span.file, a.span.begin) < std::pair(b.span.file, b.span.begin);
  });
}

std::string Diagnostics::render(Colour colour, std::size_t limit) const {
  const Palette& palette = colour == Colour::Always ? k_coloured : k_plain;
  std::string out;
  std::size_t shown = 0;
  for (const Diagnostic& diagnostic : all_) {
    if (shown == limit) {
      std::size_t more = all_.size() - shown;
      out += "slisp: " + std::to_string(more) + (more == 1 ? " more problem is" : " more problems are") + " not shown\n";
      break;
    }
    append_diagnostic(out, sources_, diagnostic, palette);
    ++shown;
  }
  return out;
}

void Diagnostics::print(int descriptor, std::size_t limit) const {
  std::string text = render(colour_for(descriptor), limit);
  for (std::size_t at = 0; at < text.size();) {
    ssize_t wrote = ::write(descriptor, text.data() + at, text.size() - at);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return;                                      // nobody reads: nothing else could be said
    at += static_cast<std::size_t>(wrote);
  }
}

}  // namespace slisp::reader
