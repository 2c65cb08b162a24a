// source.hpp: the texts of a compilation, by index, and their lines.
#pragma once
#include "src/reader/span.hpp"
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slisp::reader {

class Diagnostics;

// One text. The path is as the user gave it ("<stdin>", "<eval>" for what is no file): it is what messages show.
struct SourceFile {
  std::uint32_t id;
  std::string path;
  std::string text;
  std::vector<std::uint32_t> line_starts;         // byte offset of each line
  std::string name{};                             // its path below its source root: what stack traces say; empty: as `path`

  std::string_view line(std::uint32_t number) const;  // 1-based, without its newline; empty when there is no such line
  Span span_at(std::uint32_t begin, std::uint32_t end) const;
};

// Owns the texts; ids start at 1 and stay valid.
class SourceMap {
 public:
  // "-" is standard input, shown as <stdin>. On failure `error` says why, in words for the user ("No such file or directory").
  SourceFile* add_file(const std::string& path, std::string& error);
  SourceFile* add_text(std::string path, std::string text);
  void set_name(std::uint32_t id, std::string name) { files_.at(id - 1).name = std::move(name); }
  const SourceFile* find(std::uint32_t id) const;
  std::size_t size() const { return files_.size(); }

 private:
  std::deque<SourceFile> files_;
};

// Reports the first invalid UTF-8 sequence or NUL byte of the text; true when there is none. Such a text must not be read.
bool check_encoding(const SourceFile& file, Diagnostics& diagnostics);

}  // namespace slisp::reader
