// compile_command.cpp: `slisp compile`, and build-library, which the build of slisp itself uses.
#include "src/cli/commands.hpp"
#include "src/cli/compilation.hpp"
#include "src/compiler/symbols.hpp"
#include "src/reader/print_forms.hpp"
#include "src/reader/report.hpp"
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace slisp::cli {
namespace fs = std::filesystem;
namespace {

// The output of a stage that is text: to -o by rename, or to standard output.
int deliver_text(const Options& options, const std::string& text) {
  if (options.output.empty() || options.output == "-") {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
      return report_failure(1, std::string("cannot write to standard output: ") + std::strerror(errno));
    return 0;
  }
  if (auto failure = x64::write_text(text, options.output)) return report_failure(failure->status, failure->message);
  return 0;
}

int emit_forms(Compilation& compilation) {
  std::string error;
  const reader::SourceFile* file = compilation.session.sources.add_file(compilation.options.file, error);
  if (!file) return report_failure(1, "cannot read '" + compilation.options.file + "': " + error);
  if (!reader::check_encoding(*file, compilation.session.diagnostics)) return compilation.report();
  reader::Reader reader(file->text, compilation.analyzer.reader_options(file->id));
  rt::TextBuffer text;
  for (;;) {
    reader::ReadResult result = reader.read();
    if (result.status == reader::ReadStatus::EndOfInput) break;
    if (result.status == reader::ReadStatus::Error) {
      reader::report(reader.error(), compilation.session.diagnostics);
      continue;
    }
    reader::print_form(text, result.form);
  }
  if (compilation.session.diagnostics.has_errors()) return compilation.report();
  return deliver_text(compilation.options, std::string(text.view()));
}

bool same_file(const std::string& a, const std::string& b) {
  struct stat x {}, y {};
  if (stat(a.c_str(), &x) == 0 && stat(b.c_str(), &y) == 0) return x.st_dev == y.st_dev && x.st_ino == y.st_ino;
  return fs::path(a).lexically_normal() == fs::path(b).lexically_normal();
}

std::string default_output(const std::string& file, const std::string& stage) {
  if (file == "-") return "a.out";
  fs::path path(file);
  std::string suffix = path.extension().string();
  if (suffix == ".slisp" || suffix == ".clj" || suffix == ".cljc") path.replace_extension();
  return path.string() + (stage == "obj" ? ".o" : "");
}

}  // namespace

int compile_command(const Options& given) {
  Options options = given;
  if (options.file != "-") {
    errno = 0;
    std::ifstream in(options.file, std::ios::binary);
    if (!in || fs::is_directory(options.file))
      return report_failure(1, "cannot read '" + options.file + "': " +
                                   (fs::is_directory(options.file) ? "Is a directory" : std::strerror(errno ? errno : ENOENT)));
  }
  bool is_text = options.emit == "forms" || options.emit == "ast" || options.emit == "ir" || options.emit == "asm";
  if (!is_text && options.output.empty()) options.output = default_output(options.file, options.emit);
  if (!options.output.empty() && options.file != "-" && same_file(options.file, options.output))
    return report_failure(2, "the output '" + options.output + "' would overwrite the program; name another one with -o");

  Compilation compilation(options, analyzer::Mode::Program);
  if (options.emit == "forms") return emit_forms(compilation);
  if (!compilation.analyze_file(options.file)) return compilation.report();
  if (options.emit == "exe") return make_executable(compilation, options.output);
  if (options.emit == "ast") {
    compiler::CompileContext context(compilation.session.diagnostics);
    context.options.level = options.level;
    std::string text;
    if (!compiler::annotated_text(context, compilation.program, text)) return compilation.report();
    return deliver_text(options, text);
  }
  ir::Module module;
  if (!compilation.lower(compiler::Mode::Program, compilation.program, "slisp_program", module)) return compilation.report();
  if (options.stats) print_stats(module);
  if (options.emit == "ir") return deliver_text(options, compiler::module_text(module));
  if (options.emit == "asm") {
    std::string text;
    if (auto failure = x64::assembly_text(module, code_options(options), text)) return report_failure(failure->status, failure->message);
    return deliver_text(options, text);
  }
  if (auto failure = x64::write_object(module, code_options(options), options.output))
    return report_failure(failure->status, failure->message);
  return 0;
}

namespace {

// Is the first thing in the file, after comments, an ns form?
bool begins_with_ns(const fs::path& file) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);)
    if (!line.empty() && line[0] != ';') return line.rfind("(ns ", 0) == 0;
  return false;
}

}  // namespace

int build_library_command(const Options& options) {
  // Namespaces in the order of their dependence: core first, the others as the folder names them; requires go first by themselves.
  std::vector<std::string> names{"clojure.core"};
  fs::path root(options.file);
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(root))
    if (entry.path().extension() == ".slisp") files.push_back(fs::relative(entry.path(), root));
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    // Files below a namespace's own folder (clojure/core/...) are parts of it, unless they are namespaces themselves.
    if (fs::exists(root / file.parent_path().string().append(".slisp")) && !begins_with_ns(root / file)) continue;
    std::string name = fs::path(file).replace_extension().string();
    for (char& c : name) c = c == '/' ? '.' : c == '_' ? '-' : c;
    if (name != "clojure.core") names.push_back(name);
  }
  bool first_stage = library_index().wrappers.empty();
  Compilation compilation(options, first_stage ? analyzer::Mode::Bootstrap : analyzer::Mode::Library, root.string());
  std::deque<analyzer::Program> programs;
  std::deque<ir::Module> modules;
  std::vector<std::string> order;
  for (const std::string& name : names) {
    analyzer::Program& program = programs.emplace_back();
    if (!compilation.analyzer.analyze_namespace(name, program)) return compilation.report();
    order.push_back(name);
  }
  // Init functions run in the order of the index: those of required namespaces first.
  std::vector<std::string> set_up;
  const auto& required = compilation.analyzer.library_requires();
  auto visit = [&](auto&& self, const std::string& name) -> void {
    if (std::find(set_up.begin(), set_up.end(), name) != set_up.end()) return;
    std::set<std::string> first;
    for (const auto& [ns, other] : required)
      if (ns == name) first.insert(other);
    for (const std::string& other : first) self(self, other);
    set_up.push_back(name);
  };
  for (const std::string& name : order) visit(visit, name);
  std::string index, inits, externs;
  std::map<std::string, std::string> init_symbols;     // of the namespaces that have one
  std::set<std::string> lines;                         // of the index, in an order that does not depend on who mentioned a var first
  std::vector<x64::LibraryModule> library;
  for (std::size_t i = 0; i < order.size(); ++i) {
    ir::Module& module = modules.emplace_back();
    if (!compilation.lower(compiler::Mode::Library, programs[i], compiler::label('i', order[i]), module)) return compilation.report();
    library.push_back({order[i], &module});
    if (!module.init_symbol.empty()) init_symbols[order[i]] = module.init_symbol;
    for (const auto& var : programs[i].vars) {
      if (var->wrappers.empty()) continue;
      std::string line = var->ns + "/" + var->name;
      for (const auto& wrapper : var->wrappers)
        line += " " + std::to_string(wrapper.arity) + ":" + std::string(abi::runtime_function(wrapper.function).name);
      lines.insert(line + "\n");
    }
  }
  for (const std::string& name : set_up) {
    auto found = init_symbols.find(name);
    if (found == init_symbols.end()) continue;
    index += "@init " + name + "\n";
    externs += "extern " + found->second + "\n";
    inits += "dq " + found->second + "\n";
  }
  const std::set<std::pair<std::string, std::string>> edges(required.begin(), required.end());
  for (const auto& [ns, other] : edges) index += "@requires " + ns + " " + other + "\n";
  for (const std::string& line : lines) index += line;
  x64::Options code = code_options(options);
  if (auto failure = x64::write_library(library, code, options.output)) return report_failure(failure->status, failure->message + failure->details);
  std::ofstream out(fs::path(options.output) / "library.index", std::ios::binary);
  out << index;
  // What the compiler that carries the library wants to know of it; assembled by the build.
  std::ofstream carried(fs::path(options.output) / "library_index.asm", std::ios::binary);
  carried << externs << "section .rodata\nglobal slisp_library_index, slisp_library_index_end\nslisp_library_index: incbin \"library.index\"\n"
          << "slisp_library_index_end:\nsection .data\nglobal slisp_library_inits\nalign 8\nslisp_library_inits:\n" << inits
          << "dq 0\nsection .note.GNU-stack noalloc noexec nowrite progbits\n";
  if (!out.flush() || !carried.flush()) return report_failure(1, "cannot write '" + options.output + "/library.index'");
  if (options.stats)
    for (const ir::Module& module : modules) print_stats(module);
  return 0;
}

}  // namespace slisp::cli
