// registry.cpp: the table of namespaces, fed with the static var cells at first need.
// In:   the section slisp_vars: an array of pointers to var cells, gathered by the linker; absent in programs that keep none.
// Keeps: the table owns each namespace; the static cells' heap values are released at the end, whether the table was needed or not.
#include "runtime/names/registry.hpp"
#include "runtime/control/cells.hpp"
#include "runtime/names/names.hpp"
#include <new>

extern "C" {
[[gnu::weak]] extern slisp::abi::Var* slisp_vars_begin[];
[[gnu::weak]] extern slisp::abi::Var* slisp_vars_end[];
}

namespace slisp::rt {

constinit Lock g_names_lock;

namespace {

NamespaceObject** g_namespaces = nullptr;
std::size_t g_count = 0, g_capacity = 0;
bool g_registered = false;

NamespaceObject* add(Borrowed name) {
  auto* ns = allocate_as<NamespaceObject>(Kind::Namespace, sizeof(NamespaceObject), 4, abi::k_flag_has_meta);
  ns->reserved = 0;
  ns->name = abi::k_nil;
  ns->mappings = ns->aliases = ns->meta = abi::k_nil;
  ns->name = symbol("", text_of(symbol_name(name))).take();
  if (g_count == g_capacity) {
    g_capacity = g_capacity == 0 ? 16 : g_capacity * 2;
    g_namespaces = static_cast<NamespaceObject**>(scratch_reallocate(g_namespaces, g_capacity * sizeof(NamespaceObject*)));
  }
  publish(word_of(ns));
  return g_namespaces[g_count++] = ns;
}

std::size_t index_of(Borrowed name) {
  std::size_t i = 0;
  while (i < g_count && !same_name(g_namespaces[i]->name, name)) ++i;
  return i;
}

// At the end, when this is the only thread.
void clear(Word& slot, Word empty) { release(std::exchange(slot, empty)); }
void forget(abi::Var* var) {
  clear(var->watches, abi::k_nil);
  clear(var->root, abi::k_unbound_root);
  clear(var->meta, abi::k_nil);
}

}  // namespace

bool same_name(Borrowed symbol_a, Borrowed symbol_b) {
  const auto *a = symbol_a.as<abi::Named>(), *b = symbol_b.as<abi::Named>();
  if (a == b) return true;
  return a->hash == b->hash && text_of(a->name) == text_of(b->name);
}

void register_static_vars() {
  Locked hold(g_names_lock);
  if (g_registered) return;
  g_registered = true;
  for (abi::Var** cell = slisp_vars_begin; cell != slisp_vars_end; ++cell) {
    abi::Var* var = *cell;
    std::size_t i = index_of(var->ns);
    NamespaceObject* ns = i < g_count ? g_namespaces[i] : add(var->ns);
    Owned mappings = Owned::adopt(std::exchange(ns->mappings, abi::k_nil));
    store_cell(ns, ns->mappings, map_assoc(std::move(mappings), Owned::copy(var->name), Owned::copy(word_of(var))));
  }
}

NamespaceObject* find_namespace(Borrowed name_symbol) {
  Locked hold(g_names_lock);
  register_static_vars();
  std::size_t i = index_of(name_symbol);
  return i < g_count ? g_namespaces[i] : nullptr;
}

NamespaceObject* create_namespace(Borrowed name_symbol) {
  Locked hold(g_names_lock);
  NamespaceObject* ns = find_namespace(name_symbol);
  return ns != nullptr ? ns : add(name_symbol);
}

Owned remove_namespace(Borrowed name_symbol) {
  Locked hold(g_names_lock);
  register_static_vars();
  std::size_t i = index_of(name_symbol);
  if (i == g_count) return Owned();
  Owned removed = adopt_object(g_namespaces[i]);
  --g_count;
  for (; i < g_count; ++i) g_namespaces[i] = g_namespaces[i + 1];
  return removed;
}

Owned all_namespaces() {
  Locked hold(g_names_lock);
  register_static_vars();
  auto* elements = static_cast<Owned*>(scratch_allocate((g_count + 1) * sizeof(Owned)));
  for (std::size_t i = 0; i < g_count; ++i) new (&elements[i]) Owned(Owned::copy(word_of(g_namespaces[i])));
  Owned list = list_of({elements, g_count});
  scratch_free(elements);
  return list;
}

void publish_namespaces() {
  for (std::size_t i = 0; i < g_count; ++i) publish(word_of(g_namespaces[i]));
}

void mark_names() {
  publish_keywords();
  publish_namespaces();
}

void release_vars() {
  // Interned vars may be held by values of other vars and by themselves: roots first, then the table.
  for (std::size_t i = 0; i < g_count; ++i) {
    Owned mappings = Owned::copy(g_namespaces[i]->mappings);
    if (mappings.is_nil()) continue;
    MapCursor cursor{};
    Borrowed name = abi::k_nil, target = abi::k_nil;
    while (next_entry(mappings, cursor, name, target)) {
      if (target.is(Kind::Var)) forget(target.as<abi::Var>());
    }
  }
  for (abi::Var** cell = slisp_vars_begin; cell != slisp_vars_end; ++cell) forget(*cell);
  for (std::size_t i = 0; i < g_count; ++i) clear(g_namespaces[i]->aliases, abi::k_nil);
  for (std::size_t i = 0; i < g_count; ++i) release(word_of(g_namespaces[i]));
  scratch_free(g_namespaces);
  g_namespaces = nullptr;
  g_count = g_capacity = 0;
  g_registered = false;
}

}  // namespace slisp::rt
