// symbols.cpp: what a symbol means: a local, a var of this namespace, a refer, alias/name, a class, a static member of a class.
#include "src/analyzer/expand/expander.hpp"
#include "src/reader/near.hpp"

namespace slisp::analyzer {
namespace {

// % %1 %& outside of #(...).
bool is_argument_name(std::string_view name) {
  if (name.empty() || name.front() != '%') return false;
  return name == "%" || name == "%&" || name.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

// Why clojure.core's var of this name does not exist here (stdlib/clojure/core/refused.slisp); empty for other names.
std::string reason_of_refusal(const Environment& environment, Borrowed symbol) {
  const Owned core = environment.find_namespace("clojure.core");
  if (core.is_nil()) return {};
  const Owned found = Environment::resolve_in(core, rt::symbol("", "refused-vars"));
  if (!found.is(abi::Kind::Var)) return {};
  const Owned reasons = Owned::adopt(abi::slisp_var_root(found.word()));
  const Owned reason = rt::map_get(reasons, symbol);
  return reason.is(abi::Kind::String) ? std::string(rt::text_of(reason)) : std::string();
}

}  // namespace

Node* Expander::var_reference(VarInfo* var) {
  note_library_namespace(var->ns);
  return make<VarRefNode>(var);
}

Node* Expander::analyze_symbol(Borrowed symbol) {
  if (const ScopeEntry* entry = find_entry(symbol); entry != nullptr && entry->local->kind == LocalKind::Field) return field_reference(*entry);
  if (Local* local = find_local(symbol)) return make<LocalRefNode>(local);
  Resolved found = resolve(symbol);
  switch (found.meaning) {
    case Meaning::Var:
      if (found.var->macro) {
        return error("e-macro-value", "Can't take value of a macro: #'" + found.var->ns + "/" + found.var->name,
                     "macros exist at compile time only", "write a function around the call");
      }
      return var_reference(found.var);
    case Meaning::Class: return make<ConstNode>(std::move(found.class_object));
    case Meaning::Reported: return nullptr;
    case Meaning::Nothing: break;
  }
  bool is_host = false;
  Node* member = static_member(symbol, is_host);
  return is_host ? member : unresolved(symbol);
}

Expander::Resolved Expander::resolve(Borrowed symbol, bool private_too) {
  Resolved out;
  SymbolName name = name_of(symbol);
  auto use_var = [&](VarInfo* var) {
    out.meaning = Meaning::Var;
    out.var = var;
    if (var->is_private && !private_too && var->ns != environment_.current_ns()) {
      error("e-private", "var: " + name.full() + " is not public", "it is private to the namespace " + var->ns);
      out.meaning = Meaning::Reported;
    }
  };
  if (name.qualified()) {
    Owned ns = environment_.find_alias_or_namespace(name.ns);
    if (ns.is_nil()) return out;
    if (VarInfo* var = environment_.find_var(ns, name.name)) {
      use_var(var);
      return out;
    }
    if (names_class(name.ns)) return out;
    std::string full = Environment::name_of(ns);
    if (full == "clojure.core" && (name.name == "unquote" || name.name == "unquote-splicing")) {
      error("e-unresolved", std::string(name.name == "unquote" ? "~" : "~@") + " outside of a syntax-quoted form",
            "~ and ~@ fill the blanks of a template that begins with `", "write ` before the form around it");
      out.meaning = Meaning::Reported;
      return out;
    }
    // A name that syntax-quote has completed may be one of clojure.core, misspelt.
    const bool here = full == environment_.current_ns();
    std::string near = reader::nearest(name.name, environment_.visible_names(name.ns));
    error("e-unresolved", "No such var: " + name.full(), "the namespace " + full + " has no var of that name",
          !near.empty() ? "did you mean " + std::string(name.ns) + "/" + near + "?" : here ? near_hint(name.name) : elsewhere_hint(name.name));
    out.meaning = Meaning::Reported;
    return out;
  }
  Owned found = Environment::resolve_in(environment_.current_namespace(), symbol);
  if (found.is(abi::Kind::Var)) {
    use_var(environment_.info(found));
  } else if (found.is(abi::Kind::Class)) {
    out.meaning = Meaning::Class;
    out.class_object = std::move(found);
  } else if (Owned type = class_named(name.name); !type.is_nil()) {
    out.meaning = Meaning::Class;
    out.class_object = std::move(type);
  }
  return out;
}

Node* Expander::unresolved(Borrowed symbol) {
  SymbolName name = name_of(symbol);
  if (not_required_.count(std::string(name.qualified() ? name.ns : name.name)) != 0) return nullptr;   // the require that failed was told of
  if (name.qualified()) {
    return error("e-unresolved", "No such namespace: " + std::string(name.ns),
                 "the part before the slash is an alias of this namespace, the name of a loaded namespace, or a class", namespace_hint(name.ns, name.name));
  }
  if (name.name.find('.') != std::string_view::npos && name.name.size() > 1) {
    return error("e-unresolved", "ClassNotFoundException: " + std::string(name.name), "a name with dots names a class",
                 "slisp knows the classes that portable programs mention, and no others");
  }
  if (const std::string reason = reason_of_refusal(environment_, symbol); !reason.empty()) {
    return error("e-refused", "clojure.core/" + std::string(name.name) + " is not offered", reason);
  }
  if (is_argument_name(name.name)) {
    return error("e-unresolved", "Unable to resolve symbol: " + std::string(name.name) + " in this context",
                 std::string(name.name) + " stands for an argument within #(...)", "wrap the form: #(...)");
  }
  if (const std::uint32_t line = line_of_later_definition(name.name); line != 0) {
    return error("e-unresolved", "Unable to resolve symbol: " + std::string(name.name) + " in this context",
                 "it is defined below, at line " + std::to_string(line) + ": names are known from their definition on",
                 "write (declare " + std::string(name.name) + ") above");
  }
  return error("e-unresolved", "Unable to resolve symbol: " + std::string(name.name) + " in this context",
               "a name is a local, or a var that was defined or declared above", near_hint(name.name));
}

}  // namespace slisp::analyzer
