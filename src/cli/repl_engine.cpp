// repl_engine.cpp: read, analyze, compile, map into this process, call.
// Keeps: mapped code is never unmapped, and what it was compiled from is kept: closures and constants of earlier forms stay valid.
#include "src/cli/repl_engine.hpp"
#include "runtime/control/exceptions.hpp"
#include "runtime/control/runtime.hpp"
#include "runtime/memory/context.hpp"
#include "src/cli/commands.hpp"
#include "src/reader/report.hpp"
#include <unistd.h>

namespace slisp::cli {

ReplEngine::ReplEngine(const Options& options) : compilation_(options, analyzer::Mode::Repl) {
  compilation_.analyzer.enter_namespace("user");
  compilation_.analyzer.program_runs();
}

bool ReplEngine::incomplete(const std::string& text) {
  reader::Reader reader(text, compilation_.analyzer.reader_options(0));
  for (;;) {
    reader::ReadResult result = reader.read();
    if (result.status == reader::ReadStatus::EndOfInput) return false;
    if (result.status == reader::ReadStatus::Error) return reader.error().incomplete;
  }
}

ReplEngine::Outcome ReplEngine::run(const std::string& name, const std::string& text,
                                    const std::function<void(rt::Borrowed)>& show) {
  reader::Diagnostics& diagnostics = compilation_.session.diagnostics;
  diagnostics.clear();
  const reader::SourceFile* file = compilation_.session.sources.add_text(name, text);
  if (!reader::check_encoding(*file, diagnostics)) {
    compilation_.report();
    return Outcome::Failed;
  }
  reader::Reader reader(file->text, compilation_.analyzer.reader_options(file->id));
  for (;;) {
    reader::ReadResult result = reader.read();
    if (result.status == reader::ReadStatus::EndOfInput) return Outcome::Done;
    if (result.status == reader::ReadStatus::Error) {
      reader::report(reader.error(), diagnostics);
      compilation_.report();
      return Outcome::Failed;
    }
    rt::Owned value;
    if (Outcome outcome = run_form(result.form, value); outcome != Outcome::Done) return outcome;
    show(value);
    remember(value);
  }
}

ReplEngine::Outcome ReplEngine::run_form(rt::Borrowed form, rt::Owned& value) {
  reader::Diagnostics& diagnostics = compilation_.session.diagnostics;
  analyzer::Program& program = programs_.emplace_back();
  diagnostics.clear();
  if (!compilation_.analyzer.analyze_form(form, program)) {
    compilation_.report();
    return Outcome::Failed;
  }
  if (program.forms.empty()) return Outcome::Done;
  ir::Module module;
  std::string entry = "slisp_repl_" + std::to_string(forms_++);
  if (!compilation_.lower(compiler::Mode::Repl, program, entry, module)) {
    compilation_.report();
    return Outcome::Failed;
  }
  x64::LoadedCode code;
  if (auto failure = x64::load_into_process(module, code_options(compilation_.options), {}, code)) {
    report_failure(failure->status, failure->message);
    return Outcome::Failed;
  }
  value = rt::enter(code.init, abi::k_nil, nullptr, 0);
  return value.failed() ? failed() : Outcome::Done;
}

ReplEngine::Outcome ReplEngine::failed() {
  if (abi::slisp_exit_pending()) {
    exit_status_ = rt::exit_status();
    rt::context().exception = abi::k_pending;
    return Outcome::Exit;
  }
  rt::Owned exception = rt::Owned::adopt(abi::slisp_exception_take());
  rt::report_uncaught(exception);
  set_var("*e", std::move(exception));
  return Outcome::Failed;
}

void ReplEngine::set_var(const char* name, rt::Owned value) {
  if (analyzer::VarInfo* var = compilation_.session.environment.find_var("clojure.core", name))
    abi::slisp_var_bind_root(var->object.word(), value.take());
}

void ReplEngine::remember(rt::Borrowed value) {
  for (auto [to, from] : {std::pair{"*3", "*2"}, std::pair{"*2", "*1"}})
    if (analyzer::VarInfo* var = compilation_.session.environment.find_var("clojure.core", from))
      set_var(to, rt::Owned::adopt(abi::slisp_var_root(var->object.word())));
  set_var("*1", rt::Owned::copy(value));
}

bool show_value(rt::Borrowed value) {
  rt::Owned out = rt::Owned::adopt(abi::slisp_stdout_stream());
  bool well = abi::slisp_print_to(out.word(), value.word(), true) != abi::k_pending;
  if (well) {
    rt::Owned newline = rt::Owned::adopt(rt::from_character('\n'));
    well = abi::slisp_stream_write(out.word(), newline.word()) != abi::k_pending &&
           abi::slisp_stream_flush(out.word()) != abi::k_pending;
  }
  if (!well) {
    rt::Owned exception = rt::Owned::adopt(abi::slisp_exception_take());
    rt::report_uncaught(exception);
  }
  return well;
}

}  // namespace slisp::cli
