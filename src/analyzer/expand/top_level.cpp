// top_level.cpp: forms at top level: do is taken form by form, namespace forms act at once, all others become a TopLevel.
#include "src/analyzer/expand/expander.hpp"
#include <algorithm>

namespace slisp::analyzer {

// What a definition that failed would have defined: that it is missing is not told again. At the prompt the next form may mend it.
void Expander::note_failed_definition(Borrowed form) {
  Borrowed list = abi::k_nil;
  if (evaluating_ || session_.options.mode == Mode::Repl || !is_seq(form) || !as_list(form, list) || !list.is(abi::Kind::List)) return;
  const Items items = list_items(list);
  if (items.size() < 2 || !is_symbol(items[0]) || !is_symbol(items[1]) || !name_of(items[0]).name.starts_with("def")) return;
  const std::string name(name_of(items[1]).name);
  for (const char* prefix : {"", "->", "map->"}) not_required_.insert(prefix + name);
  for (std::size_t i = 2; i < items.size(); ++i) {                   // the functions of a protocol
    Borrowed part = abi::k_nil;
    if (!is_seq(items[i]) || !as_list(items[i], part) || !part.is(abi::Kind::List)) continue;
    if (const Borrowed method = list_items(part)[0]; is_symbol(method) && name_of(items[0]).name == "defprotocol") not_required_.insert(std::string(name_of(method).name));
  }
}

bool Expander::top_level(Borrowed form) {
  const bool ok = top_level_form(form);
  if (!ok) note_failed_definition(form);
  return ok;
}

bool Expander::top_level_form(Borrowed form) {
  Restore<Span> where(span_, narrow(form));
  Restore<std::size_t> depth(nesting_, nesting_ + 1);
  if (rt::stack_exhausted()) return error("e-nesting", "the form is nested too deep", "the compiler walks forms on its stack") != nullptr;
  std::vector<Owned> expansions;
  Restore<bool> library(library_expansion_, library_expansion_);
  Restore<const VarInfo*> maker(made_by_, is_written(form) ? nullptr : made_by_);
  const PlaceOfForm place(*this, form, is_written(form) ? spans_->find(form) : Span{});
  Borrowed at = form;
  for (std::size_t steps = 0; is_seq(at); ++steps) {
    constexpr std::size_t k_most_expansions = 10'000;
    if (steps == k_most_expansions) return error("e-macro", "a macro expands into itself without an end",
                                              "a top-level form is expanded at most " + std::to_string(k_most_expansions) + " times") != nullptr;
    Borrowed list = abi::k_nil;
    if (!as_list(at, list)) return false;
    if (!list.is(abi::Kind::List)) break;
    Items items = list_items(list);
    if (!is_symbol(items[0])) break;
    if (is_symbol(items[0], "do")) {
      if (items.size() == 1) break;
      // The parts must live although each of them ends with a clean-up.
      std::vector<Owned> keep;
      std::swap(keep, kept_);
      bool ok = true;
      for (std::size_t i = 1; i < items.size() && (ok || !evaluating_); ++i) ok = top_level(items[i]) && ok;
      std::swap(keep, kept_);
      return ok;
    }
    bool handled = false;
    if (!top_level_head(list, items, handled)) return false;
    if (handled) return (session_.options.mode != Mode::Repl && !evaluating_) || finish_top_level(nil_node());
    if (find_special(items[0]) != nullptr) break;
    Owned expansion;
    Expansion result = expand_macro(list, items, expansion);
    if (result == Expansion::Failed) return false;
    if (result == Expansion::NotMacro) break;
    expansions.push_back(std::move(expansion));
    at = expansions.back();
    library_expansion_ = library_expansion_ || from_library_;
    if (!from_library_) made_by_ = expanded_by_;
  }
  scope_.clear();
  context_ = nullptr;
  top_next_ = top_size_ = 0;
  fn_name_.clear();
  next_fn_name_.clear();
  Node* node = analyze(at, Place::Value);
  kept_.clear();
  local_types_.clear();
  host_typed_.clear();
  local_primitives_.clear();
  return node != nullptr && finish_top_level(node);
}

bool Expander::finish_top_level(Node* node) {
  if (evaluating_) return finish_evaluated(node);
  if (node->kind == NodeKind::Const && session_.options.mode != Mode::Repl) return true;
  program_->forms.push_back({node, environment_.current_ns(), top_size_});
  if (host_.top_level(program_->forms.back())) return true;
  std::vector<reader::DiagnosticNote> notes;
  if (Span inside = host_.failure_span(); inside.known() && !(inside == span_)) notes.push_back({inside, "the exception arose here"});
  return pending_error("e-evaluation", "evaluation failed: ", "this form runs while the library is compiled", std::move(notes)) != nullptr;
}

// A var becomes a macro by its metadata too: (alter-meta! #'name assoc :macro true), (.setMacro #'name), (. #'name (setMacro)). The form runs
// with the program as well.
void Expander::note_macro_flag(const Items& items) {
  auto is_mark = [](Borrowed form) { return is_symbol(form, "setMacro") || is_symbol(form, ".setMacro"); };
  const SymbolName name = name_of(items[0]);
  bool marks = is_mark(items[0]);
  if (items.size() < 2) return;
  if (is_symbol(items[0], ".") && items.size() == 3) {
    Borrowed list = abi::k_nil;
    marks = is_mark(items[2]) || (is_seq(items[2]) && as_list(items[2], list) && list.is(abi::Kind::List) && is_mark(list_items(list)[0]));
  }
  if (name.name == "alter-meta!" || name.name == "reset-meta!") {
    for (std::size_t i = 2; i < items.size(); ++i) {
      marks = marks || map_value(items[i], "macro").truthy() || (i + 1 < items.size() && is_keyword(items[i], "macro") && items[i + 1].truthy());
    }
  }
  Borrowed target = abi::k_nil;
  if (!marks || !is_seq(items[1]) || !as_list(items[1], target) || !target.is(abi::Kind::List)) return;
  const Items var = list_items(target);
  if (var.size() != 2 || !is_symbol(var[0], "var") || !is_symbol(var[1])) return;
  const SymbolName marked = name_of(var[1]);
  if (marked.qualified()) {
    const Owned ns = environment_.find_alias_or_namespace(marked.ns);
    if (ns.is_nil() || Environment::name_of(ns) != environment_.current_ns()) return;
  }
  const Owned found = Environment::resolve_in(environment_.current_namespace(), rt::symbol("", marked.name));
  if (!found.is(abi::Kind::Var) || environment_.info(found)->from_library) return;
  VarInfo* info = environment_.info(found);
  info->macro = true;
  info->object.as<abi::Var>()->flags |= abi::k_var_macro;
}

// Namespace forms: known by name unless this namespace gives the name another meaning.
bool Expander::top_level_head(Borrowed form, const Items& items, bool& handled) {
  SymbolName name = name_of(items[0]);
  if (name.qualified() && name.ns != "clojure.core") return true;
  note_macro_flag(items);
  static constexpr std::string_view k_names[] = {"ns", "in-ns", "require", "use", "refer", "refer-clojure", "import", "alias", "slisp-include",
                                                 "load", "load-file", "create-ns", "ns-unmap", "ns-unalias"};
  bool known = false;
  for (std::string_view candidate : k_names) known = known || candidate == name.name;
  if (!known) return true;
  // While the program runs they are functions, but for those that are macros.
  if (acts_while_running() && name.name != "ns" && name.name != "import" && name.name != "refer-clojure") return true;
  if (!name.qualified()) {
    Owned found = Environment::resolve_in(environment_.current_namespace(), items[0]);
    if (found.is(abi::Kind::Var) && environment_.info(found)->ns != "clojure.core") return true;
  }
  if (name.name == "create-ns" || name.name == "ns-unmap" || name.name == "ns-unalias") {
    note_namespace_call(name.name, items);
    return true;
  }
  // The text is part of the program when its name is known now.
  if ((name.name == "load" || name.name == "load-file") &&
      (items.size() < 2 || !std::all_of(items.begin() + 1, items.end(), [](Borrowed item) { return is_string(item); }))) return true;
  handled = true;
  if (name.name == "load") return form_load(items);
  if (name.name == "load-file") return form_load_file(items);
  if (name.name == "ns") return form_ns(form, items);
  if (name.name == "in-ns") return form_in_ns(items);
  if (name.name == "require") return form_require(items, false);
  if (name.name == "use") return form_require(items, true);
  if (name.name == "refer") return form_refer(items);
  if (name.name == "refer-clojure") return form_refer_core(items, 1);
  if (name.name == "import") return form_import(items);
  if (name.name == "alias") return form_alias(items);
  return include_file(items);
}

}  // namespace slisp::analyzer
