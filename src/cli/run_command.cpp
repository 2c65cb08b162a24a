// run_command.cpp: `slisp run`: the program from the cache, or compiled into it, or, where there is no cache, from a file that is gone
// when it starts.
#include "runtime/control/runtime.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/compilation.hpp"
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace slisp::rt {
int flush_standard_streams();            // runtime/io
}

namespace slisp::cli {
namespace {

// All that decides the executable besides the texts.
std::string cache_key(const Options& options) {
  std::error_code error;
  std::string text = std::filesystem::absolute(options.file, error).string() + "\n" + options.file + "\n";
  text += std::filesystem::current_path(error).string() + "\nO" + std::to_string(options.level);
  text += options.debug_info ? "g" : "";
  text += options.verify ? "v" : "";
  text += options.debug_heap ? "h" : "";
  text += options.with_eval ? "e" : "";
  for (const auto* list : {&options.include, &options.features, &options.disabled}) {
    text += "\n[";
    for (const std::string& item : *list) text += item + '\0';
  }
  return hash_text(text + "\n" + build_identity());
}

}  // namespace

int run_command(const Options& options) {
  bool from_stdin = options.file == "-";
  if (!from_stdin) {
    errno = 0;
    std::ifstream in(options.file, std::ios::binary);
    if (!in || std::filesystem::is_directory(options.file))
      return report_failure(1, "cannot read '" + options.file + "': " +
                                   (std::filesystem::is_directory(options.file) ? "Is a directory" : std::strerror(errno ? errno : ENOENT)));
  }
  if (options.evaluate) {
    Compilation compilation(options, analyzer::Mode::Program);
    if (!compilation.analyze_file(options.file)) return compilation.report();
    std::vector<char*> arguments;
    for (const std::string& argument : options.arguments) arguments.push_back(const_cast<char*>(argument.c_str()));
    rt::set_command_line(static_cast<int>(arguments.size()), arguments.data());
    compilation.analyzer.program_runs();
    int status = evaluator::evaluate_program(compilation.evaluator, compilation.program);
    rt::flush_standard_streams();
    return status;
  }
  RunCache cache;
  bool cached = cache.usable() && !from_stdin && options.dump_after.empty() && !options.stats && !options.explain_inline;
  std::string key = cached ? cache_key(options) : std::string();
  for (int attempt = 0; cached && attempt < 2; ++attempt) {
    std::string executable = cache.find(key);
    if (executable.empty()) break;
    int error = become(executable, options.file, options.arguments);
    if (error != ENOENT) return report_failure(70, std::string("cannot start the program: ") + std::strerror(error));
  }
  Compilation compilation(options, analyzer::Mode::Program);
  if (!compilation.analyze_file(options.file)) return compilation.report();
  if (!cached) return run_once(compilation, options.file, options.arguments);
  std::vector<SourceRecord> sources = compilation.sources();
  std::string fresh = cache.fresh_name();
  if (int status = make_executable(compilation, fresh)) return status;
  std::string executable = cache.store(key, sources, fresh);
  int error = become(executable.empty() ? fresh : executable, options.file, options.arguments);
  return report_failure(70, std::string("cannot start the program: ") + std::strerror(error));
}

}  // namespace slisp::cli
