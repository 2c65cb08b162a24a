// macros.cpp: a macro call becomes the form that the macro makes of it.
// In:   a list whose head is a symbol; &form carries {:line :column} of the call, &env maps the locals in scope to true.
#include "runtime/control/exceptions.hpp"
#include "src/analyzer/expand/expander.hpp"

namespace slisp::analyzer {
namespace {

bool accepts(Borrowed function, std::size_t count) {
  if (!function.is(abi::Kind::Fn)) return true;
  const abi::FnDescriptor& descriptor = *function.as<abi::Fn>()->descriptor;
  if (descriptor.variadic_fixed >= 0 && count >= static_cast<std::size_t>(descriptor.variadic_fixed)) return true;
  return count <= abi::k_max_fixed_arguments && ((descriptor.arity_mask >> count) & 1) != 0;
}

}  // namespace

Owned Expander::form_with_position(Borrowed form) {
  if (!span_.known()) return Owned::copy(form);
  Owned meta = meta_of(form);
  if (!map_value(meta, "line").is_nil()) return Owned::copy(form);
  meta = rt::map_assoc(std::move(meta), rt::keyword("", "line"), rt::make_long(span_.line));
  meta = rt::map_assoc(std::move(meta), rt::keyword("", "column"), rt::make_long(span_.column));
  return Owned::adopt(abi::slisp_with_meta(Owned::copy(form).take(), meta.take()));
}

Expander::Expansion Expander::expand_macro(Borrowed form, const Items& items, Owned& expansion) {
  Borrowed head = items[0];
  if (find_entry(head) != nullptr) return Expansion::NotMacro;
  SymbolName name = name_of(head);
  if (name.qualified()) {
    Owned ns = environment_.find_alias_or_namespace(name.ns);
    if (ns.is_nil()) return Expansion::NotMacro;
    VarInfo* known = environment_.find_var(ns, name.name);
    if (known == nullptr || !known->macro) return Expansion::NotMacro;
  } else {
    Owned found = Environment::resolve_in(environment_.current_namespace(), head);
    if (!found.is(abi::Kind::Var) || !environment_.info(found)->macro) return Expansion::NotMacro;
  }
  Resolved resolved = resolve(head);
  if (resolved.meaning != Meaning::Var) return Expansion::Failed;
  VarInfo& macro = *resolved.var;
  note_library_namespace(macro.ns);
  if (failed_definitions_.count(&macro) != 0) return Expansion::Failed;

  std::vector<Owned> arguments;
  arguments.reserve(items.size() + 1);
  arguments.push_back(form_with_position(form));
  arguments.push_back(local_environment());
  for (std::size_t i = 1; i < items.size(); ++i) arguments.push_back(Owned::copy(items[i]));
  Borrowed root = macro.object.as<abi::Var>()->root;
  if (root.word() != abi::k_unbound_root && !accepts(root, arguments.size())) {
    const Owned arglists = map_value(macro.object.as<abi::Var>()->meta, "arglists");
    if (evaluating_) {
      (void)rt::throw_arity(macro.ns + "/" + macro.name, static_cast<std::int64_t>(items.size() - 1));
      note_problem("raw", "e-macro-arity", "", Owned::adopt(abi::slisp_exception_take()));
    }
    error("e-macro-arity", "Wrong number of args (" + std::to_string(items.size() - 1) + ") passed to: " + macro.ns + "/" + macro.name,
          "a macro is called with the forms behind its name, unevaluated",
          arglists.is_nil() ? std::string() : "its parameters: " + form_text(arglists));
    return Expansion::Failed;
  }
  Restore<Borrowed> head_at_hand(head_, head);
  expansion = host_.call_macro(macro, arguments);
  expanded_by_ = &macro;
  from_library_ = macro.from_library || library_macros_.count(macro.ns) != 0;
  if (!expansion.failed()) return Expansion::Expanded;
  if (environment_.is_linked(macro.ns) && exception_is("java.lang.IllegalArgumentException")) {
    // The library says what is wrong with the form: where in the library it said so does not matter.
    if (evaluating_) {
      Owned exception = Owned::adopt(abi::slisp_exception_take());
      note_problem("macro-syntax-check", "e-macro", "", Owned::copy(exception));
      if (macro.ns == "clojure.core") problem_.symbol = macro.ns + "/" + macro.name;
      (void)rt::raise(std::move(exception));
    }
    std::string text = take_exception_text();
    const std::size_t colon = text.find(": ");
    error("e-macro", colon == std::string::npos ? text : text.substr(colon + 2), macro.ns + "/" + macro.name + " takes no such form");
    return Expansion::Failed;
  }
  if (!failed_definitions_.empty() && exception_is("java.lang.IllegalStateException")) {
    // A function that the macro needs was told of already.
    const std::string text = take_exception_text();
    if (text.find("unbound") == std::string::npos && text.find("Unbound") == std::string::npos) {
      error("e-macro", "macro " + macro.ns + "/" + macro.name + " failed: " + text, "macros run while the program is compiled");
    }
    return Expansion::Failed;
  }
  std::vector<reader::DiagnosticNote> notes;
  Span inside = host_.failure_span();
  if (inside.known()) {
    notes.push_back({inside, "the exception arose here"});
  } else if (!macro.definitions.empty()) {
    notes.push_back({macro.definitions.back()->span, "the macro is defined here"});
  }
  pending_error("e-macro", "macro " + macro.ns + "/" + macro.name + " failed: ", "macros run while the program is compiled", std::move(notes));
  return Expansion::Failed;
}

// An executable holds no macros: (macroexpand-1 'form) and (macroexpand 'form) of a macro call are answered here. What is left
// to the library is the expansion of member and constructor forms.
bool Expander::expand_quoted(Borrowed head, Borrowed argument, Owned& result) {
  Borrowed quoted_form = abi::k_nil;
  if (session_.options.with_eval || evaluating_) return false;      // macros are there, and may change
  if (find_entry(head) != nullptr || !is_seq(argument) || !quoted(argument, quoted_form) || !is_seq(quoted_form)) return false;
  const SymbolName name = name_of(head);
  if (name.name != "macroexpand" && name.name != "macroexpand-1") return false;
  const bool once = name.name == "macroexpand-1";
  Owned ns = name.qualified() ? environment_.find_alias_or_namespace(name.ns) : Owned();
  const Owned found = name.qualified() ? Owned() : Environment::resolve_in(environment_.current_namespace(), head);
  const VarInfo* var = name.qualified() ? (ns.is_nil() ? nullptr : environment_.find_var(ns, name.name))
                                        : (found.is(abi::Kind::Var) ? environment_.info(found) : nullptr);
  if (var == nullptr || var->ns != "clojure.core") return false;
  Borrowed form = abi::k_nil;
  bool changed = false;
  Borrowed next = quoted_form;
  while (is_seq(next) && as_list(next, form) && !form.is(abi::Kind::EmptyList)) {
    const Items items = list_items(form);
    Owned expansion;
    if (!is_symbol(items[0]) || find_special(items[0]) != nullptr ||
        expand_macro(form, items, expansion) != Expansion::Expanded) break;
    next = expansion;
    kept_.push_back(std::move(expansion));
    changed = true;
    if (once) break;
  }
  if (!changed) return false;
  Owned quote[] = {rt::symbol("", "quote"), Owned::copy(next)};
  result = rt::list_of(quote);
  if (once) return true;
  Owned call[] = {Owned::copy(head), std::move(result)};
  result = rt::list_of(call);
  return true;
}

// (eval 'form) outside functions, as libraries write it to try out what the compiler makes of a form: *ns* is the namespace at hand, so the
// form is compiled where it stands. Null: it is another call, or the form has errors, which are eval's to throw.
Node* Expander::eval_of_constant(Borrowed head, Borrowed argument) {
  Borrowed form = abi::k_nil;
  if (session_.options.with_eval || evaluating_ || session_.options.mode != Mode::Program || context_ != nullptr) return nullptr;
  if (name_of(head).name != "eval" || find_entry(head) != nullptr || !is_seq(argument) || !quoted(argument, form)) return nullptr;
  const SymbolName name = name_of(head);
  const Owned ns = name.qualified() ? environment_.find_alias_or_namespace(name.ns) : Owned();
  const Owned found = name.qualified() ? Owned() : Environment::resolve_in(environment_.current_namespace(), head);
  const VarInfo* var = name.qualified() ? (ns.is_nil() ? nullptr : environment_.find_var(ns, name.name))
                                        : (found.is(abi::Kind::Var) ? environment_.info(found) : nullptr);
  if (var == nullptr || var->ns != "clojure.core" || !scope_.empty()) return nullptr;
  const std::size_t told = session_.diagnostics.all().size();
  Node* node = analyze(form, Place::Value);
  if (node == nullptr) (void)session_.diagnostics.forget_from(told);
  return node;
}

}  // namespace slisp::analyzer
