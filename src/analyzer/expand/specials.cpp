// specials.cpp: the special forms that are neither definitions, functions, try nor case.
#include "src/analyzer/expand/expander.hpp"

namespace slisp::analyzer {
Node* Expander::special_if(Borrowed, const Items& items, Place place) {
  if (items.size() < 3) return error("e-if", "Too few arguments to if", "if takes a test, a form, and maybe another form");
  if (items.size() > 4) return error("e-if", "Too many arguments to if", "if takes a test, a form, and maybe another form", "group forms with do, or use cond");
  Node* test = analyze(items[1], Place::Value);
  Node* then = analyze(items[2], place);
  Node* otherwise = items.size() == 4 ? analyze(items[3], place) : nil_node();
  return test && then && otherwise ? make<IfNode>(test, then, otherwise) : nullptr;
}

Node* Expander::special_do(Borrowed, const Items& items, Place place) { return analyze_body(items, 1, place); }

bool Expander::check_bindings(Borrowed name, const Items& items, Items& bindings) {
  std::string what = std::string(name_of(name).name);
  if (items.size() < 2 || !is_vector(items[1])) {
    return error("e-binding", "Bad binding form, expected vector", what + " takes a vector of names and values, then forms") != nullptr;
  }
  bindings = vector_items(items[1]);
  if (bindings.size() % 2 != 0) {
    return error_at(items[1], "e-binding", "Bad binding form, expected matched symbol expression pairs",
                    "names and values alternate") != nullptr;
  }
  for (std::size_t i = 0; i < bindings.size(); i += 2) {
    if (!is_symbol(bindings[i])) {
      return error_at(items[1], "e-binding", "Bad binding form, expected symbol, got: " + form_text(bindings[i]), "let, loop and letfn bind names") != nullptr;
    }
    if (name_of(bindings[i]).qualified()) {
      return error_at(bindings[i], "e-binding", "Can't let qualified name: " + name_of(bindings[i]).full(),
                      "locals have no namespace", "in a macro's template write ~'name or name#") != nullptr;
    }
  }
  return true;
}

Node* Expander::special_let(Borrowed, const Items& items, Place place) {
  Items bindings;
  if (!check_bindings(items[0], items, bindings)) return nullptr;
  auto* node = make<LetNode>();
  std::size_t scope = scope_.size();
  bool ok = true;
  for (std::size_t i = 0; i < bindings.size(); i += 2) {
    Node* init = analyze(bindings[i + 1], Place::Value);
    ok = ok && init != nullptr;
    node->bindings.push_back({bind(bindings[i], LocalKind::Let), init});
    note_local_function(node->bindings.back().local, init);
    if (init != nullptr) note_type(node->bindings.back().local, bindings[i], init);
    note_primitive(node->bindings.back().local, init);
  }
  node->body = analyze_body(items, 2, place);
  leave_scope(scope);
  return ok && node->body ? node : nullptr;
}

Node* Expander::special_loop(Borrowed, const Items& items, Place) {
  Items bindings;
  if (!check_bindings(items[0], items, bindings)) return nullptr;
  auto* node = make<LoopNode>();
  std::size_t scope = scope_.size();
  bool ok = true;
  for (std::size_t i = 0; i < bindings.size(); i += 2) {
    Node* init = loop_value(analyze(bindings[i + 1], Place::Value));
    ok = ok && init != nullptr;
    node->bindings.push_back({bind(bindings[i], LocalKind::Loop), init});
    note_primitive(node->bindings.back().local, init);
  }
  RecurTarget target{node, nullptr, bindings.size() / 2};
  {
    Restore<const RecurTarget*> jump(recur_, &target);
    node->body = analyze_body(items, 2, Place::Tail);
  }
  leave_scope(scope);
  return ok && node->body ? node : nullptr;
}

Node* Expander::special_recur(Borrowed, const Items& items, Place place) {
  if (recur_ == nullptr && no_recur_ == NoRecur::AcrossTry) {
    return error("e-recur", "Cannot recur across try", "the try would have to be left first", "put the try into a function of its own");
  }
  if (recur_ == nullptr && no_recur_ == NoRecur::CatchFinally) {
    return error("e-recur", "Cannot recur from catch/finally", "the handler belongs to the try, which recur would have to leave",
                 "let the try return a value, and decide with it outside");
  }
  if (recur_ == nullptr || place != Place::Tail) {
    return error("e-recur", "Can only recur from tail position", "recur jumps: nothing may be left to do after it");
  }
  if (items.size() - 1 != recur_->arity) {
    return error("e-recur", "Mismatched argument count to recur, expected: " + std::to_string(recur_->arity) +
                 " args, got: " + std::to_string(items.size() - 1), "recur gives every name of its loop or function a new value",
                 recur_->loop != nullptr ? "the loop binds " + std::to_string(recur_->arity) : "the function takes " + std::to_string(recur_->arity));
  }
  auto* node = make<RecurNode>();
  node->loop = recur_->loop;
  node->method = recur_->method;
  if (recur_->object != nullptr) node->arguments.push_back(make<LocalRefNode>(recur_->object));
  if (!analyze_all(items, 1, node->arguments)) return nullptr;
  for (std::size_t i = 0; recur_->loop != nullptr && i < recur_->loop->bindings.size(); ++i) {
    const auto known = local_primitives_.find(recur_->loop->bindings[i].local);
    if (known != local_primitives_.end() && known->second == Primitive::Long) node->arguments[i] = loop_value(node->arguments[i]);
  }
  return node;
}

Node* Expander::special_throw(Borrowed, const Items& items, Place) {
  if (items.size() != 2) return error("e-throw", "throw takes one form, got " + std::to_string(items.size() - 1), "it is the exception that is thrown");
  Node* value = analyze(items[1], Place::Value);
  return value ? make<ThrowNode>(value) : nullptr;
}

Node* Expander::special_var(Borrowed, const Items& items, Place) {
  if (items.size() != 2 || !is_symbol(items[1])) return error("e-var", "var takes one symbol", "#'name is (var name)");
  Resolved found = resolve(items[1], true);
  if (found.meaning == Meaning::Reported) return nullptr;
  if (found.meaning != Meaning::Var) {
    const SymbolName name = name_of(items[1]);
    if (find_local(items[1]) != nullptr) {
      return error("e-unresolved", "Unable to resolve var: " + name.full() + " in this context", "it is a local: only what def makes has a var");
    }
    return error("e-unresolved", "Unable to resolve var: " + name.full() + " in this context", "a var is known from its def or declare on",
                 name.qualified() ? std::string() : near_hint(name.name));
  }
  note_library_namespace(found.var->ns);
  mentioned_.insert(found.var);
  return make<TheVarNode>(found.var);
}

namespace {

// Vars that the JVM binds around a script, so that its top-level forms may set them.
bool bound_by_scripts(const VarInfo& var) {
  static constexpr std::string_view k_names[] = {"*print-length*", "*print-level*", "*print-meta*", "*print-namespace-maps*", "*data-readers*", "*math-context*"};
  for (std::string_view name : k_names)
    if (var.name == name) return var.ns == "clojure.core";
  return false;
}

}  // namespace

Node* Expander::special_set(Borrowed, const Items& items, Place) {
  if (items.size() != 3) return error("e-set", "Malformed assignment, expecting (set! target val)", "set! takes what is set and its new value");
  if (is_seq(items[1])) {
    Borrowed list = abi::k_nil;
    if (!as_list(items[1], list)) return nullptr;
    const Items target = list_items(list);
    if (!target.empty() && is_symbol(target[0]) && name_of(target[0]).name.front() == '.') return member_assignment(target, items[2]);
  }
  if (!is_symbol(items[1])) {
    return error("e-set", "Invalid assignment target: " + form_text(items[1]), "set! assigns to dynamic vars that have a binding");
  }
  if (const ScopeEntry* entry = find_entry(items[1])) {
    if (entry->local->kind == LocalKind::Field) return field_assignment(*entry, items[1], items[2]);
    return error("e-set", "Cannot assign to non-mutable: " + name_of(items[1]).full(), "locals never change", "use an atom, a volatile, or loop");
  }
  if (const SymbolName name = name_of(items[1]); name.qualified() && names_class(name.ns)) return static_assignment(name.ns, name.name, items[2]);
  if (context_ == nullptr && compiler_setting(items[1], items[2])) return nil_node();
  Node* value = analyze(items[2], Place::Value);
  Resolved found = resolve(items[1]);
  if (found.meaning == Meaning::Nothing) return unresolved(items[1]);
  if (found.meaning == Meaning::Class) return error("e-set", "Invalid assignment target: " + form_text(items[1]), "set! assigns to dynamic vars that have a binding");
  if (value == nullptr || found.meaning != Meaning::Var) return nullptr;
  VarInfo* setter = context_ == nullptr && bound_by_scripts(*found.var) ? environment_.find_var("clojure.core", "set-setting") : nullptr;
  if (setter == nullptr) return make<SetVarNode>(found.var, value);
  auto* call = make<InvokeNode>();
  call->callee = var_reference(setter);
  call->arguments = {make<TheVarNode>(found.var), value};
  return call;
}

Node* Expander::special_misplaced(Borrowed, const Items& items, Place) {
  std::string name(name_of(items[0]).name);
  return error("e-try", "Unable to resolve symbol: " + name + " in this context", name + " stands directly within try");
}

}  // namespace slisp::analyzer
