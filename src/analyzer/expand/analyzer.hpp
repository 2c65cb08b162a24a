// analyzer.hpp: the first floor of the analyzer: texts and forms -> AST.
//
//   Session session(options);  Evaluator evaluator(session);  Analyzer analyzer(session, evaluator);
//   Program program;           // lives as long as the session
//   if (!analyzer.analyze_main(path, program)) session.diagnostics.print(2);
//
// Errors do not end a run: the next top-level form is analyzed all the same.
#pragma once
#include "src/analyzer/macro_host.hpp"
#include "src/analyzer/session.hpp"
#include "src/reader/reader.hpp"
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace slisp::analyzer {

class Expander;

class Analyzer {
 public:
  Analyzer(Session& session, MacroHost& host);
  ~Analyzer();
  Analyzer(const Analyzer&) = delete;
  Analyzer& operator=(const Analyzer&) = delete;

  // A program: the file and all that it requires; fills forms, main_ns and main. False: problems were reported.
  bool analyze_main(const std::string& path, Program& program);
  bool analyze_main(const reader::SourceFile& file, Program& program);
  // One namespace of the library, found in the library's root. What it requires and is neither linked nor analyzed yet is analyzed
  // first, into a program of its own that is handed out when that namespace is asked for.
  bool analyze_namespace(const std::string& name, Program& program);
  // One form typed at the prompt. Appends its TopLevels; the value of the last one is the form's.
  bool analyze_form(rt::Borrowed form, Program& program);
  // Reads and analyzes a text in the current namespace, form by form, as analyze_form does.
  bool analyze_text(const reader::SourceFile& file, Program& program);

  // From now on the program runs in this process: what eval makes is no part of it any more.
  void program_runs();

  // The current namespace; "user" before anything else was said.
  const std::string& current_ns() const;
  bool enter_namespace(std::string_view name);
  // Linked library namespaces that the programs analyzed so far need, in the order of their first mention; clojure.core comes first.
  const std::vector<std::string>& library_namespaces() const;
  const std::vector<std::pair<std::string, std::string>>& library_requires() const;
  // All files that were read, in order: paths as they were opened.
  const std::vector<std::string>& files() const;
  // Places where a file was looked for in vain: one that appears there later changes the program.
  const std::vector<std::string>& absent_files() const;
  // Options for a reader of texts in this session: features, names, spans. Valid as long as the analyzer.
  reader::ReaderOptions reader_options(std::uint32_t file);

 private:
  std::unique_ptr<Expander> expander_;
};

}  // namespace slisp::analyzer
