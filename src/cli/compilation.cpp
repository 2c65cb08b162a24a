// compilation.cpp: the steps that compile, run, eval, test and the REPL have in common.
#include "src/cli/compilation.hpp"
#include "src/analyzer/annotate/annotate.hpp"
#include "src/analyzer/optimize/optimize.hpp"
#include "src/compiler/passes/inline_calls.hpp"
#include "src/compiler/types/unbox.hpp"
#include "runtime/control/exceptions.hpp"
#include "src/cli/commands.hpp"
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

extern "C" {
// Present in the final compiler only; see executables.cmake.
[[gnu::weak]] extern const char slisp_library_index[];
[[gnu::weak]] extern const char slisp_library_index_end[];
[[gnu::weak]] extern slisp::abi::Code slisp_library_inits[];   // init functions of the linked namespaces, then null
}

namespace slisp::cli {

int report_failure(int status, const std::string& message) {
  std::string line = "slisp: error: " + message + "\n";
  [[maybe_unused]] ssize_t ignored = write(STDERR_FILENO, line.data(), line.size());
  return status;
}

const LibraryIndex& library_index() {
  static const LibraryIndex index = [] {
    LibraryIndex made;
    std::string_view text(slisp_library_index, static_cast<std::size_t>(slisp_library_index_end - slisp_library_index));
    while (!text.empty()) {
      std::string_view line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(text.size(), line.size() + 1));
      if (line.starts_with("@init ")) {
        made.with_init.emplace_back(line.substr(6));
      } else if (line.starts_with("@requires ")) {
        const std::size_t blank = line.find(' ', 10);
        made.required.emplace_back(line.substr(10, blank - 10), line.substr(blank + 1));
      } else {
        made.wrappers.append(line).append("\n");
      }
    }
    return made;
  }();
  return index;
}

namespace {

analyzer::Options analyzer_options(const Options& options, analyzer::Mode mode, std::string library_root) {
  analyzer::Options made;
  made.mode = mode;
  made.features = options.features;
  made.include_dirs = options.include;
  made.library_root = std::move(library_root);
  made.level = options.level;
  made.refusals_warn = options.refusals_warn;
  made.with_eval = options.with_eval || options.evaluate;
  return made;
}

// Macros call linked library code, so what its namespaces set up when a program requires them is set up here, once a process.
void run_library_inits() {
  static bool done = false;
  if (std::exchange(done, true) || &slisp_library_inits == nullptr) return;
  for (abi::Code* init = slisp_library_inits; *init != nullptr; ++init) {
    rt::Owned result = rt::enter(*init, abi::k_nil, nullptr, 0);
    if (!result.failed()) continue;
    rt::Owned exception = rt::Owned::adopt(abi::slisp_exception_take());
    rt::report_uncaught(exception);
  }
}

}  // namespace

namespace {
void print_inlining(const compiler::InlineCounts& counts) {
  std::fprintf(stderr, "inlining     %llu calls inlined, %llu kept, %llu closures called directly, %llu calls of functions by themselves, %llu calls guarded by classes\n",
               static_cast<unsigned long long>(counts.inlined), static_cast<unsigned long long>(counts.kept),
               static_cast<unsigned long long>(counts.direct), static_cast<unsigned long long>(counts.recursion), static_cast<unsigned long long>(counts.guarded));
}
void print_specialisation(const analyzer::SpecialisationCounts& counts) {
  std::fprintf(stderr, "specializing %llu calls with known functions, %llu functions in the place of their calls, %llu calls of clojure.core in line, %llu functions of tables\n",
               static_cast<unsigned long long>(counts.calls), static_cast<unsigned long long>(counts.functions), static_cast<unsigned long long>(counts.core_calls), static_cast<unsigned long long>(counts.table_calls));
}
void print_fusion(const analyzer::FusionCounts& counts) {
  std::fprintf(stderr, "fusion       %llu loops instead of %llu seqs, %llu of them in chunks\n", static_cast<unsigned long long>(counts.loops),
               static_cast<unsigned long long>(counts.stages), static_cast<unsigned long long>(counts.in_chunks));
}
void print_replacement(const analyzer::ReplacementCounts& counts) {
  std::fprintf(stderr, "replacement  %llu collections not made, %llu looks at them\n", static_cast<unsigned long long>(counts.collections),
               static_cast<unsigned long long>(counts.looks));
}
void print_types(const compiler::TypeCounts& counts) {
  std::fprintf(stderr,
               "types        %llu raw values, %llu raw operations, %llu boxes made, %llu raw parameters, %llu raw results, %llu tests decided, %llu checks dropped, %llu versions, %llu entries for longs, %llu vector updates, %llu walks, %llu comparisons with raw longs\n",
               static_cast<unsigned long long>(counts.raw_values), static_cast<unsigned long long>(counts.raw_operations),
               static_cast<unsigned long long>(counts.boxes), static_cast<unsigned long long>(counts.raw_parameters),
               static_cast<unsigned long long>(counts.raw_results), static_cast<unsigned long long>(counts.tests), static_cast<unsigned long long>(counts.checks), static_cast<unsigned long long>(counts.versions),
               static_cast<unsigned long long>(counts.long_entries), static_cast<unsigned long long>(counts.vector_updates), static_cast<unsigned long long>(counts.walks), static_cast<unsigned long long>(counts.comparisons));
}
// The namespaces with an init function among these and all that they require, in the order of the index.
std::vector<std::string> namespaces_to_set_up(const std::vector<std::string>& mentioned) {
  std::vector<std::string> reached = mentioned;
  for (std::size_t i = 0; i < reached.size(); ++i)
    for (const auto& [ns, other] : library_index().required)
      if (ns == reached[i] && std::find(reached.begin(), reached.end(), other) == reached.end()) reached.push_back(other);
  std::vector<std::string> chosen;
  for (const std::string& ns : library_index().with_init)
    if (std::find(reached.begin(), reached.end(), ns) != reached.end()) chosen.push_back(ns);
  return chosen;
}

}  // namespace

Compilation::Compilation(const Options& given, analyzer::Mode mode, std::string library_root)
    : options(given),
      session(analyzer_options(given, mode, std::move(library_root))),
      evaluator(session),
      analyzer(session, evaluator) {
  session.environment.load_library_index(library_index().wrappers);
  run_library_inits();
}

bool Compilation::analyze_file(const std::string& path) { return analyzer.analyze_main(path, program); }

bool Compilation::analyze_text(const std::string& name, const std::string& text) {
  return analyzer.analyze_main(*session.sources.add_text(name, text), program);
}

bool Compilation::lower(compiler::Mode mode, analyzer::Program& from, const std::string& entry_symbol, ir::Module& module) {
  compiler::CompileContext context(session.diagnostics);
  context.options.mode = mode;
  context.options.level = options.level;
  context.options.verify = options.verify;
  context.options.debug_info = options.debug_info;
  context.options.with_eval = options.with_eval && mode == compiler::Mode::Program;
  context.options.disabled.insert(options.disabled.begin(), options.disabled.end());
  context.options.dump_after.insert(options.dump_after.begin(), options.dump_after.end());
  context.options.entry_symbol = entry_symbol;
  if (context.options.with_eval)
    context.options.init_namespaces = library_index().with_init;     // code that is not there yet may require any of them
  else if (mode == compiler::Mode::Program)
    context.options.init_namespaces = namespaces_to_set_up(analyzer.library_namespaces());
  compiler::TypeCounts counts;
  compiler::InlineCounts inlined;
  context.type_counts = &counts;
  context.inline_counts = &inlined;
  analyzer::FusionCounts fused;
  context.fusion_counts = &fused;
  analyzer::SpecialisationCounts specialised;
  context.specialisation_counts = &specialised;
  analyzer::ReplacementCounts replaced;
  context.replacement_counts = &replaced;
  if (options.explain_inline) context.explain_inline = [](const std::string& line) { std::fprintf(stderr, "inline: %s\n", line.c_str()); };
  if (!compiler::compile_program(context, from, module)) return false;
  if (options.stats && mode == compiler::Mode::Program) {
    print_specialisation(specialised);
    print_fusion(fused);
    print_replacement(replaced);
    print_inlining(inlined);
    print_types(counts);
    std::fprintf(stderr, "case         %llu tables\n", static_cast<unsigned long long>(context.case_tables));
  }
  return true;
}

int Compilation::report() {
  session.diagnostics.print(STDERR_FILENO);
  return session.diagnostics.has_errors() ? 1 : 70;
}

std::vector<SourceRecord> Compilation::sources() const {
  std::vector<SourceRecord> records;
  // Hashes of what was read, not of what stands there now.
  for (std::uint32_t id = 1; id <= session.sources.size(); ++id) {
    const reader::SourceFile* file = session.sources.find(id);
    if (std::find(analyzer.files().begin(), analyzer.files().end(), file->path) == analyzer.files().end()) continue;
    std::error_code error;
    records.push_back({std::filesystem::absolute(file->path, error).string(), hash_text(file->text)});
  }
  for (const std::string& path : analyzer.absent_files()) {
    std::error_code error;
    records.push_back({std::filesystem::absolute(path, error).string(), ""});
  }
  return records;
}

x64::Options code_options(const Options& options) {
  x64::Options made;
  made.optimize = options.level;
  made.debug_info = options.debug_info;
  made.verify = options.verify;
  made.debug_heap = options.debug_heap;
  made.with_eval = options.with_eval;
  auto enabled = [&](std::string_view pass) {
    return std::find(options.disabled.begin(), options.disabled.end(), pass) == options.disabled.end();
  };
  made.flat_vectors = enabled("flat-vectors");
  made.cells_in_place = enabled("cells-in-place");
  made.sort_in_place = enabled("sort-in-place");
  made.align_loops = enabled("align-loops");
  made.inline_access = enabled("inline-access");
  made.inline_allocation = enabled("inline-allocation");
  made.registers = {enabled("regalloc"), enabled("promote"), enabled("belady"), enabled("slot-forwarding"), enabled("slot-coloring"), enabled("remat"), enabled("free-result")};
  made.inline_caches = enabled("inline-caches");
  made.join_looks = enabled("join-looks");
  made.inline_division = enabled("inline-division");
  made.inline_equality = enabled("inline-equality");
  return made;
}

void print_stats(const ir::Module& module) {
  std::size_t blocks = 0, instructions = 0, values = 0, dups = 0, drops = 0, slots = 0;
  for (const ir::Function& function : module.functions) {
    blocks += function.blocks.size();
    values += function.values.size();
    slots += function.slots.size();
    for (const ir::Block& block : function.blocks) {
      instructions += block.instructions.size();
      for (const ir::Instruction& instruction : block.instructions) {
        if (instruction.op == ir::Op::Dup) ++dups;
        if (instruction.op == ir::Op::Drop) ++drops;
      }
    }
  }
  std::fprintf(stderr,
               "functions    %zu\nblocks       %zu\ninstructions %zu\nvalues       %zu\ndups         %zu\ndrops        %zu\n"
               "slots        %zu\nstatics      %zu\n",
               module.functions.size(), blocks, instructions, values, dups, drops, slots, module.statics.size());
}

namespace {
void print_allocation(const x64::AllocationCounts& counts) {
  std::fprintf(stderr,
               "registers    %llu functions in full, %llu without promotion, %llu within blocks, %llu in slots\n"
               "spilling     %llu stores, %llu reloads, %llu evictions\npromotion    %llu values, %llu callee-saved registers\n"
               "constants    %llu loads\nresults      %llu made in place before an exit\nforwarding   %llu reads of slots, %llu stores\ncoloring     %llu slots, %llu words of argument blocks\n",
               static_cast<unsigned long long>(counts.functions[0]), static_cast<unsigned long long>(counts.functions[1]),
               static_cast<unsigned long long>(counts.functions[2]), static_cast<unsigned long long>(counts.functions[3]),
               static_cast<unsigned long long>(counts.stores), static_cast<unsigned long long>(counts.reloads),
               static_cast<unsigned long long>(counts.evictions), static_cast<unsigned long long>(counts.promotions),
               static_cast<unsigned long long>(counts.callee_saved), static_cast<unsigned long long>(counts.constants), static_cast<unsigned long long>(counts.free_results),
               static_cast<unsigned long long>(counts.forwarded), static_cast<unsigned long long>(counts.dead_stores),
               static_cast<unsigned long long>(counts.slots_shared), static_cast<unsigned long long>(counts.words_shared));
}
}  // namespace

int make_executable(Compilation& compilation, const std::string& output) {
  ir::Module module;
  if (!compilation.lower(compiler::Mode::Program, compilation.program, "slisp_program", module)) return compilation.report();
  compilation.session.diagnostics.print(STDERR_FILENO);   // warnings
  if (compilation.options.stats) print_stats(module);
  x64::Program program;
  program.module = &module;
  x64::Options code = code_options(compilation.options);
  x64::AllocationCounts counts;
  code.counts = &counts;
  if (auto failure = x64::link_executable(program, code, output)) return report_failure(failure->status, failure->message);
  if (compilation.options.stats) print_allocation(counts);
  return 0;
}

int become(const std::string& executable, const std::string& name, const std::vector<std::string>& arguments) {
  std::vector<char*> argv{const_cast<char*>(name.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  std::fflush(stdout);
  std::signal(SIGPIPE, SIG_DFL);
  execv(executable.c_str(), argv.data());
  return errno;
}

int run_text(const Options& options, const std::string& name, const std::string& text) {
  Compilation compilation(options, analyzer::Mode::Program);
  if (!compilation.analyze_text(name, text)) return compilation.report();
  return run_once(compilation, name, {});
}

int run_once(Compilation& compilation, const std::string& name, const std::vector<std::string>& arguments) {
  const char* folder = std::getenv("TMPDIR");
  std::string executable = std::string(folder && folder[0] == '/' ? folder : "/tmp") + "/slisp-run-" + std::to_string(getpid());
  if (int status = make_executable(compilation, executable)) return status;
  // Run by its descriptor, so that the file is gone before the program starts and nothing is left whatever happens to it.
  int descriptor = open(executable.c_str(), O_RDONLY | O_CLOEXEC);
  unlink(executable.c_str());
  std::vector<char*> argv{const_cast<char*>(name.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  std::fflush(stdout);
  std::signal(SIGPIPE, SIG_DFL);
  if (descriptor >= 0) fexecve(descriptor, argv.data(), environ);
  return report_failure(70, std::string("cannot start the program: ") + std::strerror(errno));
}

}  // namespace slisp::cli
