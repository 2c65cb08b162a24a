// analyzer.cpp: the public face of the expander.
#include "src/analyzer/expand/analyzer.hpp"
#include "runtime/control/evaluation.hpp"
#include "src/analyzer/expand/expander.hpp"
#include "src/analyzer/optimize/optimize.hpp"

namespace slisp::analyzer {

Analyzer::Analyzer(Session& session, MacroHost& host) : expander_(std::make_unique<Expander>(session, host)) {
  static constexpr rt::Evaluation k_evaluation = {
      [](void* expander, rt::Borrowed form) { return static_cast<Expander*>(expander)->evaluate_form(form); },
      [](void* expander, rt::Borrowed text, rt::Borrowed name) { return static_cast<Expander*>(expander)->evaluate_text(text, name); },
      [](void* expander, rt::Borrowed name, bool again) { return static_cast<Expander*>(expander)->load_library(name, again); }};
  rt::set_evaluation(&k_evaluation, expander_.get());
}
Analyzer::~Analyzer() { rt::set_evaluation(nullptr, nullptr); }

bool Analyzer::analyze_main(const std::string& path, Program& program) {
  const reader::SourceFile* file = expander_->open_file(path, Span{});
  return file != nullptr && analyze_main(*file, program);
}
bool Analyzer::analyze_main(const reader::SourceFile& file, Program& program) {
  const std::size_t errors = expander_->session().diagnostics.error_count();
  const bool ok = expander_->analyze_main(file, program);
  const bool with_eval = expander_->session().options.with_eval;
  reader::Diagnostics refusals(expander_->session().sources);
  report_refusals(program, expander_->environment(), refusals, with_eval);
  for (reader::Diagnostic refusal : refusals.all()) {
    if (expander_->session().options.refusals_warn) refusal.severity = reader::Severity::Warning;
    expander_->session().diagnostics.add(std::move(refusal));
  }
  if (expander_->session().options.refusals_warn && !with_eval)
    if (const Node* place = test_that_reaches_eval(program))
      expander_->session().diagnostics.warning("e-eval", place->span, "a test evaluates code", "an executable contains no compiler");
  expander_->session().diagnostics.sort_by_place();
  if (!ok || expander_->session().diagnostics.error_count() != errors) return false;
  set_process_vars(program);
  set_up_names(program, expander_->environment(), expander_->environment().program_namespaces(), with_eval);
  return true;
}
void Analyzer::program_runs() { expander_->program_runs(); }
bool Analyzer::analyze_namespace(const std::string& name, Program& program) { return expander_->analyze_namespace(name, program); }
bool Analyzer::analyze_form(rt::Borrowed form, Program& program) { return expander_->analyze_form(form, program); }
bool Analyzer::analyze_text(const reader::SourceFile& file, Program& program) { return expander_->analyze_text(file, program); }
const std::string& Analyzer::current_ns() const { return expander_->environment().current_ns(); }
bool Analyzer::enter_namespace(std::string_view name) { return expander_->enter_namespace(name); }
const std::vector<std::string>& Analyzer::library_namespaces() const { return expander_->library_namespaces(); }
const std::vector<std::pair<std::string, std::string>>& Analyzer::library_requires() const { return expander_->library_requires(); }
const std::vector<std::string>& Analyzer::files() const { return expander_->files(); }
const std::vector<std::string>& Analyzer::absent_files() const { return expander_->absent_files(); }
reader::ReaderOptions Analyzer::reader_options(std::uint32_t file) { return expander_->reader_options(file); }

}  // namespace slisp::analyzer
