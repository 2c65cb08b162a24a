// support.hpp: analyze small texts without an evaluator. Macros are C++ functions; trees are compared as text, white space squeezed
// and the numbers of locals left out.
#pragma once
#include "src/analyzer/annotate/printer.hpp"
#include "src/analyzer/expand/analyzer.hpp"
#include "runtime/control/runtime.hpp"
#include <catch2/catch.hpp>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <stdlib.h>

namespace analyzer_test {

using namespace slisp;
using namespace slisp::analyzer;

// (def ^:macro NAME nil) makes the var a macro; what it does is found here by name.
class FakeHost : public MacroHost {
 public:
  using Macro = std::function<rt::Owned(std::span<rt::Owned>)>;
  std::map<std::string, Macro> macros;
  Span failure;

  rt::Owned call_macro(VarInfo& macro, std::span<rt::Owned> arguments) override { return macros.at(macro.name)(arguments); }
  bool top_level(TopLevel&) override { return true; }
  rt::Owned evaluate(const TopLevel&) override { return rt::Owned(); }
  void forms_were_run() override {}
  Span failure_span() const override { return failure; }
};

inline std::string squeeze(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '.' && i > 0 && i + 1 < text.size() && std::isdigit(static_cast<unsigned char>(text[i + 1])) &&
        !std::isdigit(static_cast<unsigned char>(text[i - 1]))) {
      while (i + 1 < text.size() && std::isdigit(static_cast<unsigned char>(text[i + 1]))) ++i;
      continue;
    }
    bool blank = std::isspace(static_cast<unsigned char>(text[i])) != 0;
    if (blank && (out.empty() || out.back() == ' ')) continue;
    out += blank ? ' ' : text[i];
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

// One session per test; namespaces that it makes are removed from the registry afterwards.
struct Fixture {
  explicit Fixture(Options options = {}) : session(std::move(options)), analyzer(session, host) {}
  ~Fixture() {
    for (const std::string& name : namespaces()) {
      rt::Owned symbol = rt::symbol("", name);
      (void)rt::Owned::adopt(abi::slisp_ns_remove(symbol.word()));
    }
  }
  static std::vector<std::string> namespaces() {
    std::vector<std::string> names;
    rt::SeqWalk walk(rt::Owned::adopt(abi::slisp_ns_all()));
    rt::Owned ns;
    while (walk.next(ns)) names.push_back(Environment::name_of(ns));
    return names;
  }

  // The trees of all forms, or the first line of each problem.
  std::string analyze(const std::string& text) {
    session.diagnostics.clear();
    Program& program = programs.emplace_back();
    return result(analyzer.analyze_main(*session.sources.add_text("t.slisp", text), program), program);
  }
  std::string analyze_file(const std::string& path) {
    session.diagnostics.clear();
    Program& program = programs.emplace_back();
    return result(analyzer.analyze_main(path, program), program);
  }
  std::string result(bool ok, const Program& program) const {
    if (!ok) return problems();
    std::string out;
    for (const TopLevel& form : program.forms) out += print_tree(form.node) + "\n";
    return squeeze(out);
  }
  std::string problems() const {
    std::string out;
    for (const reader::Diagnostic& problem : session.diagnostics.all()) {
      if (!out.empty()) out += "\n";
      out += std::to_string(problem.span.line) + ":" + std::to_string(problem.span.column) + ": " + problem.what;
    }
    return out;
  }

  FakeHost host;
  Session session;
  std::deque<Program> programs;
  Analyzer analyzer;
};

inline std::string analyze(const std::string& text) {
  Fixture fixture;
  return fixture.analyze(text);
}

// A folder for source files, gone at the end.
class Folder {
 public:
  Folder() {
    char name[] = "/tmp/slisp-analyzer-XXXXXX";
    path_ = mkdtemp(name);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string write(const std::string& name, const std::string& text) const {
    std::filesystem::path file = std::filesystem::path(path_) / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
    return file.string();
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace analyzer_test
