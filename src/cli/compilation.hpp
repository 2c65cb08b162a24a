// compilation.hpp: one run of the compiler from a source text to an IR module; what the commands share.
#pragma once
#include "src/analyzer/expand/analyzer.hpp"
#include "src/cli/options.hpp"
#include "src/cli/run_cache.hpp"
#include "src/codegen/x86_64_linux/codegen.hpp"
#include "src/compiler/pipeline.hpp"
#include "src/evaluator/evaluator.hpp"
#include <memory>

namespace slisp::cli {

// The library linked into this process, as text made by build-library: wrapper methods per var for the environment, which namespaces
// have an init function, and which others they require.
struct LibraryIndex {
  std::string wrappers;
  std::vector<std::string> with_init;                                    // those that are required first
  std::vector<std::pair<std::string, std::string>> required;             // namespace, one that it requires
};
const LibraryIndex& library_index();

// Keeps: members in the order of their dependence; all of it holds runtime values and goes before the runtime stops.
class Compilation {
 public:
  Compilation(const Options& options, analyzer::Mode mode, std::string library_root = {});

  // Reads and analyzes; problems are in session.diagnostics.
  bool analyze_file(const std::string& path);
  bool analyze_text(const std::string& name, const std::string& text);
  // All passes to IR. Dumps go to stderr.
  bool lower(compiler::Mode mode, analyzer::Program& from, const std::string& entry_symbol, ir::Module& module);

  // Prints what was reported; the exit status of a wrong program.
  int report();
  std::vector<SourceRecord> sources() const;

  const Options& options;
  analyzer::Session session;
  evaluator::Evaluator evaluator;
  analyzer::Analyzer analyzer;
  analyzer::Program program;
};

x64::Options code_options(const Options& options);
// Prints counters of --stats for a module.
void print_stats(const ir::Module& module);
// Compiles a program (its analysis done) to an executable; exit status.
int make_executable(Compilation& compilation, const std::string& output);
// Compiles the text as a program named `name` and becomes it; gives a status only when that fails.
int run_text(const Options& options, const std::string& name, const std::string& text);
// Compiles to a file that is gone when the program starts, and becomes it.
int run_once(Compilation& compilation, const std::string& name, const std::vector<std::string>& arguments);
// Replaces this process by the program; gives errno when that fails.
int become(const std::string& executable, const std::string& name, const std::vector<std::string>& arguments);

}  // namespace slisp::cli
