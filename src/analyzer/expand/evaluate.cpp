// evaluate.cpp: eval while compiling: a form is analyzed and run while another may be half analyzed.
// Keeps: what it defines belongs to the program, as on the JVM, where one process does both: such forms run again when the program does.
//        What is wrong with the form is an exception of eval, not a problem of the program.
#include "src/analyzer/annotate/children.hpp"
#include "src/analyzer/expand/expander.hpp"

namespace slisp::analyzer {
namespace {

bool defines(Node* node) {
  bool found = false;
  for_each_node(node, [&](Node* each) { found = found || each->kind == NodeKind::Def; });
  return found;
}

}  // namespace

Owned Expander::evaluate_form(Borrowed form) {
  if (program_ == nullptr) return rt::throw_new(rt::ClassId::IllegalStateException, "there is no program to evaluate in");
  std::vector<Owned> kept;
  std::vector<ScopeEntry> scope;
  std::swap(kept, kept_);
  std::swap(scope, scope_);
  Restore<FnContext*> no_context(context_, nullptr);
  Restore<std::uint32_t> no_next(top_next_, 0), no_size(top_size_, 0);
  Restore<const RecurTarget*> no_jump(recur_, nullptr);
  Restore<NoRecur> no_why(no_recur_, NoRecur::NotTail);
  Restore<std::string> no_name(fn_name_, std::string()), no_next_name(next_fn_name_, std::string());
  Restore<bool> no_expansion(library_expansion_, false), no_function(written_fn_, false), no_thunk(thunk_, false);
  Restore<const VarInfo*> no_maker(made_by_, nullptr);
  Restore<std::size_t> guarded(guards_, guards_ + 1);
  Restore<bool> evaluating(evaluating_, true);
  Owned outer_value = std::move(value_);
  value_ = Owned();
  const std::size_t told = session_.diagnostics.all().size();
  bool ok = top_level(form);
  Owned value = std::move(value_);
  value_ = std::move(outer_value);
  std::swap(kept, kept_);
  std::swap(scope, scope_);
  const std::string what = session_.diagnostics.forget_from(told);
  if (value.failed() || rt::context().exception != abi::k_pending) return Owned::pending();
  if (ok) return value;
  return rt::throw_string(rt::ClassId::RuntimeException, rt::make_string("Syntax error compiling: " + what));
}

bool Expander::finish_evaluated(Node* node) {
  program_->forms.push_back({node, environment_.current_ns(), top_size_});
  value_ = host_.evaluate(program_->forms.back());
  if (!defines(node)) program_->forms.pop_back();
  return !value_.failed();
}

}  // namespace slisp::analyzer
