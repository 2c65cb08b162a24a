// check_command.cpp: `slisp check FILE...`: all that the files lack, reachable or not, at once.
// Idea: the analyzer alone, told to keep nothing back. A folder stands for the sources below it; a file that another one required was
//       checked with it.
#include "src/cli/commands.hpp"
#include "src/cli/compilation.hpp"
#include <algorithm>
#include <deque>
#include <filesystem>
#include <unistd.h>

namespace slisp::cli {
namespace fs = std::filesystem;
namespace {

bool is_source(const fs::path& path) {
  return path.extension() == ".slisp" || path.extension() == ".clj" || path.extension() == ".cljc";
}

bool same(const std::string& a, const std::string& b) {
  std::error_code error;
  return a == b || fs::equivalent(a, b, error);
}

}  // namespace

int check_command(const Options& options) {
  std::vector<std::string> files;
  for (const std::string& given : options.arguments) {
    std::error_code error;
    if (fs::is_directory(given, error)) {
      std::vector<std::string> found;
      for (const auto& entry : fs::recursive_directory_iterator(given, error)) {
        const std::string stem = entry.path().stem().string();
        if (is_source(entry.path()) && stem != "data_readers" && stem != "project" && stem != "build") found.push_back(entry.path().string());
      }
      std::sort(found.begin(), found.end());
      files.insert(files.end(), found.begin(), found.end());
    } else if (given == "-" || fs::exists(given, error)) {
      files.push_back(given);
    } else {
      return report_failure(1, "cannot read '" + given + "': No such file or directory");
    }
  }
  if (files.empty()) return report_failure(1, "no files to check");
  Compilation compilation(options, analyzer::Mode::Program);
  compilation.session.options.tell_all = true;
  std::deque<analyzer::Program> programs;
  for (const std::string& file : files) {
    const std::vector<std::string>& read = compilation.analyzer.files();
    if (std::any_of(read.begin(), read.end(), [&](const std::string& path) { return same(path, file); })) continue;
    (void)compilation.analyzer.analyze_main(file, programs.emplace_back());
  }
  const reader::Diagnostics& found = compilation.session.diagnostics;
  found.print(STDOUT_FILENO, found.all().size());
  if (found.all().empty()) return 0;
  const std::string line = std::to_string(found.error_count()) + (found.error_count() == 1 ? " error, " : " errors, ") +
                           std::to_string(found.warning_count()) + (found.warning_count() == 1 ? " warning\n" : " warnings\n");
  [[maybe_unused]] ssize_t ignored = write(STDOUT_FILENO, line.data(), line.size());
  return 1;
}

}  // namespace slisp::cli
