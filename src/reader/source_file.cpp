// source_file.cpp: load texts, find lines and positions in them, refuse what is not UTF-8 text. For the compiler only.
#include "src/reader/diagnostics.hpp"
#include "src/reader/source.hpp"
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slisp::reader {
namespace {

// Spans hold 32-bit offsets.
constexpr std::size_t k_max_bytes = 0xfffffff0;

bool read_all(int descriptor, std::string& text, std::string& error) {
  char buffer[1 << 16];
  for (;;) {
    ssize_t got = ::read(descriptor, buffer, sizeof buffer);
    if (got == 0) return true;
    if (got < 0) {
      if (errno == EINTR) continue;
      error = std::strerror(errno);
      return false;
    }
    text.append(buffer, static_cast<std::size_t>(got));
    if (text.size() > k_max_bytes) {
      error = "File too large";
      return false;
    }
  }
}

std::vector<std::uint32_t> starts_of_lines(std::string_view text) {
  std::vector<std::uint32_t> starts{0};
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    starts.push_back(static_cast<std::uint32_t>(at + 1));
  }
  return starts;
}

// Length of the valid UTF-8 sequence at `at`, 0 when there is none (overlong forms and surrogates are not valid).
std::size_t sequence_length(std::string_view text, std::size_t at) {
  auto byte = [&](std::size_t i) { return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u; };
  auto continues = [&](std::size_t i) { return (byte(i) & 0xc0u) == 0x80u; };
  unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return continues(1) ? 2 : 0;
  if (lead >= 0xe0 && lead < 0xf0) {
    if (!continues(1) || !continues(2)) return 0;
    return (lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xed && byte(1) >= 0xa0) ? 0 : 3;
  }
  if (lead >= 0xf0 && lead < 0xf5) {
    if (!continues(1) || !continues(2) || !continues(3)) return 0;
    return (lead == 0xf0 && byte(1) < 0x90) || (lead == 0xf4 && byte(1) >= 0x90) ? 0 : 4;
  }
  return 0;
}

}  // namespace

std::string_view SourceFile::line(std::uint32_t number) const {
  if (number == 0 || number > line_starts.size()) return {};
  std::size_t begin = line_starts[number - 1];
  std::size_t end = number < line_starts.size() ? line_starts[number] - 1 : text.size();
  if (end > begin && text[end - 1] == '\r') --end;
  return std::string_view(text).substr(begin, end - begin);
}

Span SourceFile::span_at(std::uint32_t begin, std::uint32_t end) const {
  auto after = std::upper_bound(line_starts.begin(), line_starts.end(), begin);
  auto index = static_cast<std::uint32_t>(after - line_starts.begin());
  std::uint32_t column = 1;
  for (std::uint32_t i = line_starts[index - 1]; i < begin && i < text.size(); ++i) {
    column += (static_cast<unsigned char>(text[i]) & 0xc0) != 0x80;
  }
  return Span{id, begin, end, index, column};
}

SourceFile* SourceMap::add_text(std::string path, std::string text) {
  files_.push_back(SourceFile{static_cast<std::uint32_t>(files_.size() + 1), std::move(path), std::move(text), {}, {}});
  files_.back().line_starts = starts_of_lines(files_.back().text);
  return &files_.back();
}

SourceFile* SourceMap::add_file(const std::string& path, std::string& error) {
  std::string text;
  if (path == "-") return read_all(STDIN_FILENO, text, error) ? add_text("<stdin>", std::move(text)) : nullptr;
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    error = std::strerror(errno);
    return nullptr;
  }
  struct stat status {};
  bool ok = true;
  if (::fstat(descriptor, &status) == 0) {
    if (S_ISDIR(status.st_mode)) {
      error = std::strerror(EISDIR);
      ok = false;
    } else if (status.st_size > 0 && static_cast<std::size_t>(status.st_size) < k_max_bytes) {
      text.reserve(static_cast<std::size_t>(status.st_size) + 1);
    }
  }
  ok = ok && read_all(descriptor, text, error);
  ::close(descriptor);
  return ok ? add_text(path, std::move(text)) : nullptr;
}

const SourceFile* SourceMap::find(std::uint32_t id) const {
  return id == 0 || id > files_.size() ? nullptr : &files_[id - 1];
}

bool check_encoding(const SourceFile& file, Diagnostics& diagnostics) {
  std::string_view text = file.text;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t length = text[at] == 0 ? 0 : sequence_length(text, at);
    if (length == 0) {
      auto offset = static_cast<std::uint32_t>(at);
      Span span = file.span_at(offset, offset + 1);
      if (text[at] == 0) {
        diagnostics.error("e-nul", span, "NUL byte in source text", "source text is UTF-8 without NUL bytes",
                          "is this a binary file, or UTF-16 text?");
      } else {
        constexpr char k_digits[] = "0123456789abcdef";
        unsigned byte = static_cast<unsigned char>(text[at]);
        diagnostics.error("e-encoding", span, std::string("invalid UTF-8: byte 0x") + k_digits[byte >> 4] + k_digits[byte & 15],
                          "source text is UTF-8", "convert it, for example with iconv -f latin1 -t utf8");
      }
      return false;
    }
    at += length;
  }
  return true;
}

}  // namespace slisp::reader
