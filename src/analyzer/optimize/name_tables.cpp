// name_tables.cpp: a program that looks names up while it runs finds its namespaces as they were when it was compiled.
// In:   an expanded program and the names of its namespaces.
// Out:  where the program looks names up (or carries an evaluator), a first form per namespace that sets up its refers, aliases, imports and
//       metadata; vars of the library whose names stand quoted in such a call, or that a namespace refers to by name, are kept.
// Idea: all is one constant of symbols per namespace, so that nothing of clojure.core is referred to, and kept, for the table's sake alone.
#include "runtime/api.hpp"
#include "src/analyzer/annotate/children.hpp"
#include "src/analyzer/environment.hpp"
#include "src/analyzer/optimize/optimize.hpp"
#include <algorithm>

namespace slisp::analyzer {
namespace {

using rt::Borrowed;
using rt::Owned;

std::string text(Borrowed symbol) { return std::string(rt::text_of(rt::symbol_name(symbol))); }

Owned table_of(Environment& environment, const std::string& name, std::vector<VarInfo*>& named) {
  const Owned ns = environment.find_namespace(name);
  if (ns.is_nil()) return Owned();
  std::vector<Owned> excluded, aliases, refers, imports;
  const Owned map = Owned::adopt(abi::slisp_ns_map(ns.word())), alias_map = Owned::adopt(abi::slisp_ns_aliases(ns.word()));
  bool core = false;
  rt::MapCursor cursor;
  Borrowed key = abi::k_nil, value = abi::k_nil;
  while (rt::next_entry(map, cursor, key, value)) {
    if (value.is(abi::Kind::Class)) {
      if (environment.is_stand_in(value)) continue;
      imports.push_back(Owned::copy(key));
      imports.push_back(Owned::copy(value));
    } else if (value.is(abi::Kind::Var)) {
      const std::string owner = text(value.as<abi::Var>()->ns);
      if (owner == name) continue;
      if (owner == "clojure.core" && text(value.as<abi::Var>()->name) == text(key)) {
        core = true;
        continue;
      }
      refers.push_back(Owned::copy(key));
      refers.push_back(rt::symbol(owner, text(value.as<abi::Var>()->name)));
      VarInfo* var = environment.info(value);
      if (var->from_library && !var->macro) named.push_back(var);
    }
  }
  if (core) {
    for (const Environment::Public& entry : Environment::publics(environment.find_namespace("clojure.core"))) {
      Owned symbol = rt::symbol("", entry.name);
      if (rt::map_get(map, symbol).word() != entry.var.word()) excluded.push_back(std::move(symbol));
    }
  }
  cursor = {};
  while (rt::next_entry(alias_map, cursor, key, value)) {
    aliases.push_back(Owned::copy(key));
    aliases.push_back(rt::symbol("", Environment::name_of(value)));
  }
  Owned parts[] = {rt::symbol("", name), Owned::adopt(core ? abi::k_true : abi::k_false), rt::vector_of(excluded),
                   rt::vector_of(aliases), rt::vector_of(refers), rt::vector_of(imports), Owned::adopt(abi::slisp_meta(ns.word()))};
  return rt::vector_of(parts);
}

}  // namespace

// Functions of clojure.core that look names up while the program runs.
bool looks_up_names(const VarInfo& var) {
  static constexpr std::string_view k_names[] = {"alias", "all-ns", "eval", "find-ns", "find-var", "in-ns", "intern", "load-file", "load-reader", "load-string",
                                                 "loaded-libs", "ns-aliases", "ns-imports", "ns-interns", "ns-map", "ns-publics", "ns-refers", "ns-resolve",
                                                 "refer", "requiring-resolve", "resolve", "the-ns", "use"};
  return var.ns == "clojure.core" && std::binary_search(std::begin(k_names), std::end(k_names), var.name);
}

void set_up_names(Program& program, Environment& environment, const std::vector<std::string>& namespaces, bool always) {
  bool wanted = always;
  std::vector<VarInfo*> named;
  for (TopLevel& form : program.forms) {
    for_each_node(form.node, [&](Node* node) {
      if (auto* reference = as<VarRefNode>(node)) wanted = wanted || looks_up_names(*reference->var);
      if (auto* the_var = as<TheVarNode>(node)) wanted = wanted || looks_up_names(*the_var->var);
      auto* call = as<InvokeNode>(node);
      auto* callee = call == nullptr ? nullptr : as<VarRefNode>(call->callee);
      if (callee == nullptr || !looks_up_names(*callee->var)) return;
      std::string where = form.ns;                           // (ns-resolve 'ns 'name): there
      for (Node* argument : call->arguments) {
        auto* constant = as<ConstNode>(argument);
        if (constant == nullptr || !constant->value.is(abi::Kind::Symbol)) continue;
        const Owned ns = environment.find_namespace(where);
        if (callee->var->name == "ns-resolve" && argument == call->arguments[0]) where = text(constant->value);
        const Owned found = ns.is_nil() ? Owned() : Environment::resolve_in(ns, constant->value);
        if (!found.is(abi::Kind::Var)) continue;
        VarInfo* var = environment.info(found);
        if (var->from_library && !var->macro) named.push_back(var);
      }
    });
  }
  if (!wanted || program.forms.empty()) return;
  const Span span = program.forms.front().node->span;
  const std::string first = program.forms.front().ns;
  std::vector<Owned> tables;
  for (const std::string& name : namespaces)
    if (Owned table = table_of(environment, name, named); !table.is_nil()) tables.push_back(std::move(table));
  for (VarInfo* var : named) {
    auto* mention = program.arena.make<RuntimeCallNode>(span, abi::RuntimeFunctionId::var_bound_p);
    mention->arguments = {program.arena.make<TheVarNode>(span, var)};
    program.forms.push_front({mention, first, 0});
  }
  for (Owned& table : tables) {
    auto* set_up = program.arena.make<RuntimeCallNode>(span, abi::RuntimeFunctionId::ns_setup);
    set_up->arguments = {program.arena.make<ConstNode>(span, std::move(table))};
    program.forms.push_front({set_up, first, 0});
  }
}

}  // namespace slisp::analyzer
