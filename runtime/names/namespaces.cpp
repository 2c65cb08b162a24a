// namespaces.cpp: the entry points about namespaces: mappings, aliases, resolution.
// Keeps: messages are the JVM's; a mapping is replaced, never merged.
#include "runtime/abi/functions.hpp"
#include "runtime/control/cells.hpp"
#include "runtime/control/exceptions.hpp"
#include "runtime/names/names.hpp"
#include "runtime/names/registry.hpp"

using namespace slisp::rt;
namespace abi = slisp::abi;
using abi::k_nil;
using abi::k_pending;

namespace {

// Where an entry point is given a namespace it takes a symbol that names one too, as (the-ns x) does. Null: an exception is pending.
NamespaceObject* namespace_of(Word value) {
  if (is_kind(value, Kind::Namespace)) return reinterpret_cast<NamespaceObject*>(value);
  if (!is_kind(value, Kind::Symbol)) {
    (void)throw_class_cast(value, "clojure.lang.Symbol");
    return nullptr;
  }
  NamespaceObject* found = find_namespace(value);
  if (found == nullptr) (void)throw_with_value(ClassId::Exception, "No namespace: ", value, " found");
  return found;
}

bool is_simple_symbol(Word value) { return is_kind(value, Kind::Symbol) && symbol_ns(value).is_nil(); }

// A symbol without a namespace; else the exception is pending.
bool simple_symbol(Word value, std::string_view complaint) {
  if (is_simple_symbol(value)) return true;
  if (is_kind(value, Kind::Symbol)) {
    (void)throw_new(ClassId::IllegalArgumentException, complaint);
  } else {
    (void)throw_class_cast(value, "clojure.lang.Symbol");
  }
  return false;
}

// The key under which mappings hold a name: without metadata, so that the table keeps nothing alive.
Owned plain_symbol(Borrowed symbol_value) {
  if ((symbol_value.as<Header>()->flags & abi::k_flag_has_meta) == 0) return Owned::copy(symbol_value);
  std::string_view ns = symbol_ns(symbol_value).is_nil() ? std::string_view() : text_of(symbol_ns(symbol_value));
  return symbol(ns, text_of(symbol_name(symbol_value)));
}

// Maps are changed with the lock of the names held.
bool put(NamespaceObject* ns, Word& map, Borrowed key, Owned value) {
  Owned changed = map_assoc(Owned::adopt(std::exchange(map, k_nil)), plain_symbol(key), std::move(value));
  if (changed.failed()) return false;
  store_cell(ns, map, std::move(changed));
  return true;
}

Owned look_up(Word map, Borrowed key) { return map == k_nil ? Owned() : Owned::copy(map_get(map, key)); }

bool owns(const NamespaceObject* ns, Borrowed mapped) {
  return mapped.is(Kind::Var) && mapped.as<abi::Var>()->ns != k_nil && same_name(mapped.as<abi::Var>()->ns, ns->name);
}

Owned new_var(const NamespaceObject* ns, Borrowed name) {
  auto* var = allocate_as<abi::Var>(Kind::Var, sizeof(abi::Var), 5);
  var->flags = var->bound = 0;
  var->root = abi::k_unbound_root;
  var->ns = var->meta = var->watches = k_nil;
  var->name = plain_symbol(name).take();
  var->ns = Owned::copy(ns->name).take();
  return adopt_object(var);
}

// The mappings that `keep` chooses.
template <class Keep> Word filtered(Word value, Keep keep) {
  Locked hold(g_names_lock);
  NamespaceObject* ns = namespace_of(value);
  if (ns == nullptr) return k_pending;
  Owned result = empty_map(), mappings = Owned::copy(ns->mappings);
  if (mappings.is_nil()) return result.take();
  MapCursor cursor{};
  Borrowed name = k_nil, target = k_nil;
  while (next_entry(mappings, cursor, name, target)) {
    if (keep(ns, target)) result = map_assoc(std::move(result), Owned::copy(name), Owned::copy(target));
  }
  return result.take();
}

Owned or_empty(Word map) { return map == k_nil ? empty_map() : Owned::copy(map); }

}  // namespace

extern "C" {

Word slisp_ns_find(Word name) {
  Locked hold(g_names_lock);
  if (!is_kind(name, Kind::Symbol)) return k_nil;
  NamespaceObject* ns = find_namespace(name);
  return ns == nullptr ? k_nil : Owned::copy(word_of(ns)).take();
}

Word slisp_ns_create(Word name) {
  Locked hold(g_names_lock);
  if (is_kind(name, Kind::Namespace)) return Owned::copy(name).take();
  if (!is_kind(name, Kind::Symbol)) return k_nil;
  return Owned::copy(word_of(create_namespace(name))).take();
}

Word slisp_ns_remove(Word name) { return is_kind(name, Kind::Symbol) ? remove_namespace(name).take() : k_nil; }
Word slisp_ns_all() { return all_namespaces().take(); }
std::uint32_t slisp_ns_p(Word value) { return is_kind(value, Kind::Namespace); }

Word slisp_ns_name(Word value) {
  Locked hold(g_names_lock);
  NamespaceObject* ns = namespace_of(value);
  return ns == nullptr ? k_pending : Owned::copy(ns->name).take();
}

Word slisp_ns_intern(Word value, Word name) {
  Locked hold(g_names_lock);
  NamespaceObject* ns = namespace_of(value);
  if (ns == nullptr || !simple_symbol(name, "Can't intern namespace-qualified symbol")) return k_pending;
  Owned mapped = look_up(ns->mappings, name);
  if (owns(ns, mapped)) return mapped.take();
  Owned var = new_var(ns, name);
  if (!put(ns, ns->mappings, name, Owned::copy(var))) return k_pending;
  return var.take();
}

Word slisp_ns_unmap(Word value, Word name) {
  Locked hold(g_names_lock);
  NamespaceObject* ns = namespace_of(value);
  if (ns == nullptr || !simple_symbol(name, "Can't unintern namespace-qualified symbol")) return k_pending;
  if (ns->mappings == k_nil) return k_nil;
  Owned mappings = Owned::adopt(abi::slisp_dissoc(std::exchange(ns->mappings, k_nil), name));
  if (mappings.failed()) return k_pending;
  store_cell(ns, ns->mappings, std::move(mappings));
  return k_nil;
}

Word slisp_ns_map(Word value) {
  Locked hold(g_names_lock);
  NamespaceObject* ns = namespace_of(value);
  return ns == nullptr ? k_pending : or_empty(ns->mappings).take();
}

Word slisp_ns_interns(Word value) {
  Locked hold(g_names_lock);
  return filtered(value, [](const NamespaceObject* ns, Borrowed target) { return owns(ns, target); });
}

Word slisp_ns_refers(Word value) {
  Locked hold(g_names_lock);
  return filtered(value, [](const NamespaceObject* ns, Borrowed target) { return target.is(Kind::Var) && !owns(ns, target); });
}

Word slisp_ns_aliases(Word value) {
  Locked hold(g_names_lock);
  NamespaceObject* ns = namespace_of(value);
  return ns == nullptr ? k_pending : or_empty(ns->aliases).take();
}

Word slisp_ns_alias(Word value, Word alias, Word target_value) {
  Locked hold(g_names_lock);
  NamespaceObject* ns = namespace_of(value);
  if (ns == nullptr) return k_pending;
  NamespaceObject* target = namespace_of(target_value);
  if (target == nullptr || !simple_symbol(alias, "Can't alias namespace-qualified symbol")) return k_pending;
  Owned existing = look_up(ns->aliases, alias);
  if (existing.is_nil()) return put(ns, ns->aliases, alias, Owned::copy(word_of(target))) ? k_nil : k_pending;
  if (existing.word() == word_of(target)) return k_nil;
  TextBuffer out;
  out.append("Alias ");
  append_shown(out, alias);
  out.append(" already exists in namespace ");
  append_shown(out, ns->name);
  out.append(", aliasing ");
  append_shown(out, existing.as<NamespaceObject>()->name);
  return throw_string(ClassId::IllegalStateException, out.finish()).take();
}

Word slisp_ns_unalias(Word value, Word alias) {
  Locked hold(g_names_lock);
  NamespaceObject* ns = namespace_of(value);
  if (ns == nullptr) return k_pending;
  if (ns->aliases == k_nil) return k_nil;
  Owned aliases = Owned::adopt(abi::slisp_dissoc(std::exchange(ns->aliases, k_nil), alias));
  if (aliases.failed()) return k_pending;
  store_cell(ns, ns->aliases, std::move(aliases));
  return k_nil;
}

Word slisp_ns_refer(Word value, Word name, Word var) {
  Locked hold(g_names_lock);
  NamespaceObject* ns = namespace_of(value);
  if (ns == nullptr || !simple_symbol(name, "Can't intern namespace-qualified symbol")) return k_pending;
  return put(ns, ns->mappings, name, Owned::copy(var)) ? k_nil : k_pending;
}

Word slisp_ns_resolve(Word value, Word name) {
  Locked hold(g_names_lock);
  if (!is_kind(name, Kind::Symbol)) return k_nil;
  NamespaceObject* ns = is_kind(value, Kind::Namespace) ? reinterpret_cast<NamespaceObject*>(value)
                        : is_kind(value, Kind::Symbol)  ? find_namespace(value)
                                                        : nullptr;
  if (ns == nullptr) return k_nil;
  if (symbol_ns(name).is_nil()) {
    Owned mapped = look_up(ns->mappings, name);
    return mapped.is_nil() ? abi::slisp_class_find(name) : mapped.take();
  }
  // An alias of the namespace comes before a namespace of that name.
  Owned prefix = symbol("", text_of(symbol_ns(name)));
  Owned aliased = look_up(ns->aliases, prefix);
  NamespaceObject* owner = aliased.is_nil() ? find_namespace(prefix) : aliased.as<NamespaceObject>();
  if (owner == nullptr) return k_nil;
  Owned simple = symbol("", text_of(symbol_name(name)));
  Owned mapped = look_up(owner->mappings, simple);
  return owns(owner, mapped) ? mapped.take() : k_nil;
}

}  // extern "C"
