// test_command.cpp: `slisp test [-I DIR]... [--only NAME]... [--junit FILE] PATH...`.
// Tests that reach eval get a program that carries the evaluator.
// Idea: the test namespaces are found by reading the first form of each file; a generated main program requires them and hands them to
// slisp.test-runner, compiled and run like any other program.
#include "src/cli/commands.hpp"
#include "src/cli/compilation.hpp"
#include "runtime/api.hpp"
#include "src/reader/reader.hpp"
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace slisp::cli {
namespace fs = std::filesystem;
namespace {

bool is_source(const fs::path& path) {
  return path.extension() == ".slisp" || path.extension() == ".clj" || path.extension() == ".cljc";
}

std::string text_of_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// Does a file found in a folder hold tests? Its name or its text says so.
bool has_tests(const fs::path& file) {
  const std::string stem = file.stem().string();
  if (stem.size() > 5 && stem.compare(stem.size() - 5, 5, "_test") == 0) return true;
  const std::string text = text_of_file(file);
  return text.find("clojure.test") != std::string::npos && text.find("deftest") != std::string::npos;
}

// Name of the namespace that the file's first form declares, or empty.
std::string namespace_of(const fs::path& file) {
  const std::string source = text_of_file(file);
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

// What --only chose: whole namespaces, or single tests as NAMESPACE/TEST.
class Selection {
 public:
  bool add(const std::string& name, const std::vector<std::string>& namespaces) {
    const std::size_t slash = name.find('/');
    const std::string ns = name.substr(0, slash);
    if (std::find(namespaces.begin(), namespaces.end(), ns) == namespaces.end()) return false;
    std::vector<std::string>& tests = chosen_[ns];
    if (slash != std::string::npos) tests.push_back(name.substr(slash + 1));
    return true;
  }
  void restrict(std::vector<std::string>& namespaces) const {
    if (!chosen_.empty()) std::erase_if(namespaces, [&](const std::string& ns) { return chosen_.count(ns) == 0; });
  }
  // [NAMESPACE [TEST ...]] ..., where no TEST stands for all.
  std::string tests() const {
    std::string text;
    for (const auto& [ns, tests] : chosen_) {
      text += "[" + ns + " [";
      for (const std::string& test : tests) text += " " + test;
      text += "]]";
    }
    return text;
  }

 private:
  std::map<std::string, std::vector<std::string>> chosen_;
};

// The text as a literal of slisp.
std::string quoted(const std::string& text) {
  std::string made = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') made += '\\';
    made += c;
  }
  return made + '"';
}

bool reaches_eval(const reader::Diagnostics& found) {
  return std::any_of(found.all().begin(), found.all().end(), [](const reader::Diagnostic& each) { return each.code == "e-eval"; });
}

// What was analyzed for a program without an evaluator has left its names in this process: a new one begins anew.
int again_with_evaluator(const Options& options) {
  std::vector<std::string> words = options.words;
  words.insert(words.begin() + 1, "--with-eval");
  const int error = become("/proc/self/exe", "slisp", words);
  return report_failure(70, std::string("cannot start slisp anew: ") + std::strerror(error));
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
        if (entry.is_regular_file(error) && is_source(entry.path()) && has_tests(entry.path())) found.push_back(entry.path());
      }
      std::sort(found.begin(), found.end());
      files.insert(files.end(), found.begin(), found.end());
    } else if (fs::exists(path, error)) {
      files.push_back(path);
    } else {
      return report_failure(1, "cannot read '" + given + "': No such file or directory");
    }
  }
  if (files.empty()) return report_failure(1, "no test files: a folder is searched for files named *_test and files with (deftest ...)");
  Options program = options;
  program.refusals_warn = true;
  std::vector<std::string> namespaces;
  for (const fs::path& file : files) {
    std::string ns = namespace_of(file);
    if (ns.empty()) return report_failure(1, "'" + file.string() + "' does not begin with (ns NAME ...)");
    std::string root = root_of(file, ns).string();
    if (std::find(program.include.begin(), program.include.end(), root) == program.include.end()) program.include.push_back(root);
    if (std::find(namespaces.begin(), namespaces.end(), ns) == namespaces.end()) namespaces.push_back(ns);
  }
  Selection selection;
  for (const std::string& name : options.only)
    if (!selection.add(name, namespaces)) return report_failure(1, "--only " + name + ": no such namespace among the tests");
  selection.restrict(namespaces);
  std::string required, names;
  for (const std::string& ns : namespaces) {
    required += " [" + ns + "]";
    names += " " + ns;
  }
  const std::string junit = options.junit.empty() ? "nil" : quoted(fs::absolute(options.junit).string());
  std::string text = "(ns user (:require [slisp.test-runner]" + required +
                     "))\n(defn -main [& _] (slisp.test-runner/run '[" + names + "] '[" + selection.tests() + "] " + junit + "))\n";
  Compilation compilation(program, analyzer::Mode::Program);
  if (!compilation.analyze_text("<test>", text)) return compilation.report();
  if (!program.with_eval && reaches_eval(compilation.session.diagnostics)) return again_with_evaluator(options);
  return run_once(compilation, "<test>", {});
}

}  // namespace slisp::cli
