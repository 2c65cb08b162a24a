// test_command.cpp: `slisp test [-I DIR]... PATH...`.
// Idea: the test namespaces are found by reading the first form of each file; a generated main program requires them and runs
// clojure.test over them, compiled and run like any other program.
#include "src/cli/commands.hpp"
#include "src/cli/compilation.hpp"
#include "runtime/api.hpp"
#include "src/reader/reader.hpp"
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace slisp::cli {
namespace fs = std::filesystem;
namespace {

bool is_source(const fs::path& path) {
  return path.extension() == ".slisp" || path.extension() == ".clj" || path.extension() == ".cljc";
}

// Name of the namespace that the file's first form declares, or empty.
std::string namespace_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  std::string source = text.str();
  reader::Reader reader(source, reader::ReaderOptions{});
  reader::ReadResult result = reader.read();
  if (result.status != reader::ReadStatus::Form) return {};
  rt::SeqWalk walk(std::move(result.form));
  rt::Owned head, name;
  if (!walk.next(head) || !head.is(rt::Kind::Symbol) || rt::text_of(rt::symbol_name(head)) != "ns") return {};
  if (!walk.next(name) || !name.is(rt::Kind::Symbol)) return {};
  return std::string(rt::text_of(rt::symbol_name(name)));
}

// The folder below which the file's namespace lies: a/b_test.slisp of a.b-test gives the parent of a.
fs::path root_of(fs::path file, const std::string& ns) {
  fs::path root = file.parent_path();
  for (char c : ns)
    if (c == '.') root = root.parent_path();
  return root.empty() ? fs::path(".") : root;
}

}  // namespace

int test_command(const Options& options) {
  std::vector<fs::path> files;
  for (const std::string& given : options.arguments) {
    std::error_code error;
    fs::path path = fs::absolute(given, error);
    if (fs::is_directory(path, error)) {
      std::vector<fs::path> found;
      for (const auto& entry : fs::recursive_directory_iterator(path, error)) {
        std::string stem = entry.path().stem().string();
        if (is_source(entry.path()) && stem.size() > 5 && stem.compare(stem.size() - 5, 5, "_test") == 0) found.push_back(entry.path());
      }
      std::sort(found.begin(), found.end());
      files.insert(files.end(), found.begin(), found.end());
    } else if (fs::exists(path, error)) {
      files.push_back(path);
    } else {
      return report_failure(1, "cannot read '" + given + "': No such file or directory");
    }
  }
  if (files.empty()) return report_failure(1, "no test files: a folder is searched for files whose names end in _test");
  Options program = options;
  std::string required, names;
  for (const fs::path& file : files) {
    std::string ns = namespace_of(file);
    if (ns.empty()) return report_failure(1, "'" + file.string() + "' does not begin with (ns NAME ...)");
    std::string root = root_of(file, ns).string();
    if (std::find(program.include.begin(), program.include.end(), root) == program.include.end()) program.include.push_back(root);
    required += " [" + ns + "]";
    names += " '" + ns;
  }
  std::string text = "(ns slisp.test-main (:require [clojure.test]" + required +
                     "))\n(defn -main [& _] (if (clojure.test/successful? (clojure.test/run-tests" + names + ")) 0 1))\n";
  return run_text(program, "<test>", text);
}

}  // namespace slisp::cli
