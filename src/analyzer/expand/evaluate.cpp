// evaluate.cpp: eval: a form is analyzed and run while another may be half analyzed, by macros and by the program that runs in this process.
// Keeps: what a macro defines so belongs to the program, as on the JVM, where one process does both: such forms run again when the program
//        does. What is defined while the program runs is no part of it; its tree is kept while functions may walk it.
//        What is wrong with the form is an exception of eval, not a problem of the program.
//        The form is seen from the namespace that *ns* says, and a namespace form in it changes *ns* in turn.
#include "runtime/control/exceptions.hpp"
#include "runtime/memory/threading.hpp"
#include "src/analyzer/annotate/children.hpp"
#include "src/analyzer/expand/expander.hpp"
#include <algorithm>

namespace slisp::analyzer {
namespace {

bool defines(Node* node) {
  bool found = false;
  for_each_node(node, [&](Node* each) { found = found || each->kind == NodeKind::Def; });
  return found;
}

// May something walk the tree when the form has run?
bool outlives_its_run(Node* node) {
  bool found = defines(node);
  for_each_node(node, [&](Node* each) {
    found = found || each->kind == NodeKind::Fn || each->kind == NodeKind::LetFn || each->kind == NodeKind::Type;
  });
  return found;
}

// Threads take turns with the tree and its tables.
class HostTurn {
 public:
  explicit HostTurn(MacroHost& host) : host_(host) { host_.take_turn(); }
  ~HostTurn() { host_.give_turn(); }
  HostTurn(const HostTurn&) = delete;
  HostTurn& operator=(const HostTurn&) = delete;

 private:
  MacroHost& host_;
};

rt::ClassId class_of_problem(std::string_view what) {
  if (what.starts_with("Can only recur") || what.starts_with("Cannot recur")) return rt::ClassId::UnsupportedOperationException;
  if (what.starts_with("Mismatched argument count to recur") || what.starts_with("Unable to resolve classname") || what.starts_with("Can't call nil")) return rt::ClassId::IllegalArgumentException;
  if (what.starts_with("var: ")) return rt::ClassId::IllegalStateException;
  return rt::ClassId::RuntimeException;
}

}  // namespace

// Where the form at hand stands: in a text, which may have a name, or where its metadata says.
void Expander::place_problem(Problem& problem) const {
  const reader::SourceFile* file = span_.known() ? session_.sources.find(span_.file) : nullptr;
  problem.source = file == nullptr ? environment_.file_name() : file->name.empty() ? file->path : file->name;
  const bool of_list = problem.phase != "read-source" && line_ != 0;
  problem.line = of_list || !span_.known() ? line_ : span_.line;
  problem.column = of_list || !span_.known() ? column_ : span_.column;
}

// The first problem is the one that is told of.
void Expander::note_problem(std::string_view phase, std::string_view code, const std::string& what, Owned cause) {
  if (!evaluating_ || !problem_.phase.empty()) return;
  problem_.phase = phase;
  const bool is_symbol_problem = (code == "e-unresolved" && !what.starts_with("Unable to resolve var")) || code == "e-private";
  if (!is_symbol_problem && is_symbol(head_)) {
    const SymbolName head = name_of(head_);
    const bool member = !head.qualified() && head.name.size() > 1 && head.name.front() == '.' && head.name != "..";
    const bool constructor = !head.qualified() && head.name.size() > 1 && head.name.back() == '.' && head.name != "..";
    problem_.symbol = member ? "." : constructor ? "new" : head.full();
  }
  place_problem(problem_);
  problem_.cause = std::move(cause);
  if (problem_.cause.is_nil()) {
    problem_.cause = rt::make_exception(rt::class_object(class_of_problem(what)), rt::make_string(what), Owned(), Owned());
  }
}

Owned Expander::throw_problem(Problem problem, const std::string& what) {
  if (problem.phase.empty()) problem.phase = "compile-syntax-check";
  if (problem.cause.is_nil()) problem.cause = rt::make_exception(rt::class_object(class_of_problem(what)), rt::make_string(what), Owned(), Owned());
  const std::string& source = problem.source;
  std::string text = problem.phase == "macroexpansion" ? "Unexpected error " : "Syntax error ";
  text += problem.phase == "read-source" ? "reading source " : problem.phase.starts_with("macro") || problem.phase == "execution" ? "macroexpanding " : "compiling ";
  if (!problem.symbol.empty()) text += problem.symbol + " ";
  text += "at (" + (source.empty() ? "" : source + ":") + std::to_string(problem.line) + ":" + std::to_string(problem.column) + ").";
  auto key = [](std::string_view name) { return rt::keyword("clojure.error", name); };
  Owned data = rt::map_assoc(rt::empty_map(), key("phase"), rt::keyword("", problem.phase));
  data = rt::map_assoc(std::move(data), key("line"), rt::make_long(problem.line));
  data = rt::map_assoc(std::move(data), key("column"), rt::make_long(problem.column));
  if (!source.empty()) data = rt::map_assoc(std::move(data), key("source"), rt::make_string(source));
  if (!problem.symbol.empty()) {
    const std::size_t slash = problem.symbol.size() > 1 ? problem.symbol.find('/') : std::string::npos;
    Owned symbol = slash == std::string::npos ? rt::symbol("", problem.symbol) : rt::symbol(problem.symbol.substr(0, slash), problem.symbol.substr(slash + 1));
    data = rt::map_assoc(std::move(data), key("symbol"), std::move(symbol));
  }
  return rt::raise(rt::make_exception(rt::class_object(rt::ClassId::CompilerException), rt::make_string(text), std::move(problem.cause), std::move(data)));
}

// Runs `run`, which analyzes forms and has them evaluated; gives the value of the last one.
template <class Run> Owned Expander::evaluate_aside(Run run) {
  if (program_ == nullptr && !running_) return rt::throw_new(rt::ClassId::IllegalStateException, "there is no program to evaluate in");
  HostTurn turn(host_);
  if (roots_.empty()) roots_.push_back("");
  const std::string here = environment_.current_ns();
  environment_.look_from_current();
  if (environment_.current_ns().empty() && !enter_namespace("user")) return Owned::pending();
  std::unique_ptr<Program> own;
  Program* outer = program_;
  if (running_) {
    own = std::make_unique<Program>();
    own->member_names = &environment_.member_names();
    program_ = own.get();
    environment_.use_program(run_vars_);
  }
  const std::size_t told = session_.diagnostics.all().size();
  bool ok = true;
  Owned value;
  Problem problem;
  {
    Aside aside(*this);
    evaluating_ = true;
    guards_ = 1;
    ok = run();
    value = std::move(value_);
    problem = std::move(problem_);
  }
  if (running_) {
    if (own->forms.empty()) host_.forget_top_level();
    else run_programs_.push_back(std::move(own));
    program_ = outer;
  }
  const std::string what = session_.diagnostics.forget_from(told);
  if (environment_.namespace_is_bound() && !here.empty()) environment_.look_from(here);
  if (value.failed() || rt::context().exception != abi::k_pending) return Owned::pending();
  if (ok) return value;
  const bool raw = !problem.cause.is_nil() && problem.phase == "raw";
  if (raw) return rt::raise(std::move(problem.cause));
  return throw_problem(std::move(problem), what);
}

Owned Expander::evaluate_form(Borrowed form) {
  rt::publish(form);
  return evaluate_aside([&] { return top_level(form); });
}

// The forms of a text, one after another: each is evaluated before the next is read.
Owned Expander::evaluate_text(Borrowed text, Borrowed name) {
  const std::string shown = is_string(name) ? std::string(rt::text_of(name)) : std::string();
  return evaluate_aside([&] {
    const reader::SourceFile* file = session_.sources.add_text(shown, std::string(rt::text_of(text)));
    return analyze_file(*file);
  });
}

// A namespace (a symbol) or a part of one (a string: a path below a root). True: it is there now. False: there is no file of that name.
Owned Expander::load_library(Borrowed name, bool again) {
  HostTurn turn(host_);
  if (roots_.empty()) roots_.push_back("");
  if (is_symbol(name)) {
    const std::string full = name_of(name).full();
    if (again) loaded_.erase(full);
    if (!can_load(full)) return Owned::adopt(abi::k_false);
    Owned done = evaluate_aside([&] { return load_namespace(full, span_); });
    return done.failed() ? std::move(done) : Owned::adopt(abi::k_true);
  }
  const std::string path = is_string(name) ? find_file(all_roots(), std::string(rt::text_of(name))) : std::string();
  if (path.empty()) return Owned::adopt(abi::k_false);
  Owned done = evaluate_aside([&] { return load_part(path); });
  return done.failed() ? std::move(done) : Owned::adopt(abi::k_true);
}

// What the init of a def throws, and what a form of a text throws, is told with its place, as on the JVM.
void Expander::wrap_thrown(std::string_view symbol) {
  if (abi::slisp_exit_pending() != 0 || rt::context().exception == abi::k_pending) return;
  Owned exception = Owned::adopt(abi::slisp_exception_take());
  if (abi::slisp_instance_p(rt::class_object(rt::ClassId::CompilerException).word(), exception.word()) == 1) {
    (void)rt::raise(std::move(exception));
    return;
  }
  Problem problem;
  problem.phase = "execution";
  problem.symbol = symbol;
  place_problem(problem);
  problem.cause = std::move(exception);
  (void)throw_problem(std::move(problem), "");
}

bool Expander::finish_evaluated(Node* node) {
  program_->forms.push_back({node, environment_.current_ns(), top_size_});
  value_ = host_.evaluate(program_->forms.back());
  if (value_.failed() && node->kind == NodeKind::Def) wrap_thrown("");
  if (running_ ? !outlives_its_run(node) : !defines(node)) program_->forms.pop_back();
  return !value_.failed();
}

}  // namespace slisp::analyzer
