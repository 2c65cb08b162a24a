// name_tables.cpp: what a namespace of the program refers to, aliases and imports, set up when a program that looks names up starts.
// In:   [namespace, core?, excluded, aliases, refers, imports, metadata] as the compiler lays it out: symbols all but the classes; core?: it refers to
//       clojure.core but for the `excluded` names; aliases, refers and imports are flat: alias, namespace; name, ns/name; name, class.
// Out:  the namespace with these mappings. What is not linked into the executable is left out.
// Keeps: vars of the namespace's own stay.
#include "runtime/abi/functions.hpp"
#include "runtime/control/cells.hpp"
#include "runtime/names/registry.hpp"

using namespace slisp::rt;
namespace abi = slisp::abi;

namespace {

Owned set_of(Borrowed vector) {
  Owned set = empty_set();
  for (std::size_t i = 0; i < static_cast<std::size_t>(counted_size(vector.word())); ++i) set = set_conj(std::move(set), Owned::copy(vector_at(vector.word(), i)));
  return set;
}

// Each pair of a flat vector.
template <class Each> void pairs(Borrowed vector, Each each) {
  for (std::size_t i = 0; i + 1 < static_cast<std::size_t>(counted_size(vector.word())); i += 2) each(vector_at(vector.word(), i), vector_at(vector.word(), i + 1));
}

}  // namespace

extern "C" void slisp_ns_setup(Word table) {
  Locked hold(g_names_lock);
  Owned name = Owned::copy(vector_at(table, 0));
  NamespaceObject* ns = create_namespace(name);
  Owned mappings = ns->mappings == abi::k_nil ? empty_map() : Owned::adopt(std::exchange(ns->mappings, abi::k_nil));
  auto add = [&](Borrowed key, Borrowed value) {
    const Borrowed now = map_get(mappings, key);
    const bool own = now.is(Kind::Var) && same_name(now.as<abi::Var>()->ns, name);
    if (!own) mappings = map_assoc(std::move(mappings), Owned::copy(key), Owned::copy(value));
  };
  if (Borrowed(vector_at(table, 1)).truthy()) {
    const Owned excluded = set_of(vector_at(table, 2));
    const Owned core_name = symbol("", "clojure.core");
    const NamespaceObject* core = find_namespace(core_name);
    const Owned vars = core == nullptr || core->mappings == abi::k_nil ? empty_map() : Owned::copy(core->mappings);
    MapCursor cursor{};
    Borrowed key = abi::k_nil, value = abi::k_nil;
    while (next_entry(vars, cursor, key, value)) {
      if (!value.is(Kind::Var) || (value.as<abi::Var>()->flags & abi::k_var_private) != 0) continue;
      if (!same_name(value.as<abi::Var>()->ns, core_name) || abi::slisp_contains_p(excluded.word(), key.word()) == 1) continue;
      add(key, value);
    }
  }
  pairs(vector_at(table, 4), [&](Borrowed key, Borrowed full) {
    const Owned owner_name = symbol("", text_of(symbol_ns(full)));
    const NamespaceObject* owner = find_namespace(owner_name);
    if (owner == nullptr || owner->mappings == abi::k_nil) return;
    const Owned simple = symbol("", text_of(symbol_name(full)));
    if (const Owned var = Owned::copy(map_get(owner->mappings, simple)); var.is(Kind::Var)) add(key, var);
  });
  pairs(vector_at(table, 5), [&](Borrowed key, Borrowed type) { add(key, type); });
  store_cell(ns, ns->mappings, std::move(mappings));
  Owned aliases = ns->aliases == abi::k_nil ? empty_map() : Owned::adopt(std::exchange(ns->aliases, abi::k_nil));
  pairs(vector_at(table, 3), [&](Borrowed alias, Borrowed target) {
    aliases = map_assoc(std::move(aliases), Owned::copy(alias), Owned::copy(word_of(create_namespace(target))));
  });
  store_cell(ns, ns->aliases, std::move(aliases));
  if (Owned meta = Owned::copy(vector_at(table, 6)); !meta.is_nil()) store_cell(ns, ns->meta, std::move(meta));
}
