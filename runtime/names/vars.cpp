// vars.cpp: var cells: roots, bindings, metadata, flags.
// Keeps: root is k_unbound_root until something is bound; metadata decides the flags dynamic, macro and private.
#include "runtime/abi/functions.hpp"
#include "runtime/control/cells.hpp"
#include "runtime/control/classes.hpp"
#include "runtime/control/exceptions.hpp"
#include "runtime/names/bindings.hpp"
#include "runtime/names/names.hpp"
#include "runtime/names/registry.hpp"

namespace slisp::rt {
namespace {

Owned unbound_object(Borrowed var) {
  auto* object = allocate_as<UnboundObject>(Kind::Unbound, sizeof(UnboundObject), 1);
  object->var = Owned::copy(var).take();
  return adopt_object(object);
}

Owned load(Borrowed var, Word value) { return value == abi::k_unbound_root ? unbound_object(var) : Owned::copy(value); }

// alter-meta! and intern may make a var dynamic, a macro or private; taking a key away takes the flag away.
void update_flags(abi::Var* var) {
  struct Row { std::string_view key; std::uint32_t flag; };
  static constexpr Row rows[] = {{"dynamic", abi::k_var_dynamic}, {"macro", abi::k_var_macro}, {"private", abi::k_var_private}};
  for (const Row& row : rows) {
    Owned key = keyword("", row.key);
    bool set = var->meta != abi::k_nil && map_get(var->meta, key).truthy();
    var->flags = set ? var->flags | row.flag : var->flags & ~row.flag;
  }
}

}  // namespace

Word var_value(const abi::Var* var) {
  if (Word* binding = find_binding(var)) return *binding;
  return var->root;
}

void append_var_name(TextBuffer& out, Borrowed var) {
  const auto* cell = var.as<abi::Var>();
  if (cell->ns != abi::k_nil) {
    out.append(text_of(symbol_name(cell->ns)));
    out.append("/");
  }
  out.append(text_of(symbol_name(cell->name)));
}

}  // namespace slisp::rt

using namespace slisp::rt;
namespace abi = slisp::abi;
using abi::k_nil;
using abi::k_pending;

namespace {

abi::Var* var_of(Word value) { return is_kind(value, Kind::Var) ? reinterpret_cast<abi::Var*>(value) : nullptr; }
Word not_a_var(Word value) { return throw_class_cast(value, "clojure.lang.Var").take(); }

}  // namespace

extern "C" {

Word slisp_var_get(Word value) {
  abi::Var* var = var_of(value);
  return var == nullptr ? not_a_var(value) : load(value, var_value(var)).take();
}

Word slisp_var_root(Word value) { return load(value, reinterpret_cast<abi::Var*>(value)->root).take(); }

Word slisp_var_set(Word target, Word value) {
  Owned next = Owned::adopt(value);
  abi::Var* var = var_of(target);
  if (var == nullptr) return not_a_var(target);
  Word* binding = find_binding(var);
  if (binding == nullptr) {
    TextBuffer out;
    out.append("Can't change/establish root binding of: ");
    out.append(text_of(symbol_name(var->name)));
    out.append(" with set");
    return throw_string(ClassId::IllegalStateException, out.finish()).take();
  }
  Owned result = Owned::copy(next);
  store(*binding, std::move(next));
  return result.take();
}

void slisp_var_bind_root(Word target, Word value) {
  auto* var = reinterpret_cast<abi::Var*>(target);
  if (var->watches == k_nil) return store(var->root, Owned::adopt(value));
  Owned now = Owned::copy(value);
  Owned old = Owned::adopt(std::exchange(var->root, value));
  if (old.failed()) old = Owned();
  // def and alter-var-root cannot fail here: what a watch throws stays with the watch.
  if (!notify_watches(var->watches, target, old, now) && !exit_is_pending()) Owned dropped = Owned::adopt(abi::slisp_exception_take());
}

std::uint32_t slisp_var_bound_p(Word value) {
  abi::Var* var = var_of(value);
  return var != nullptr && var_value(var) != abi::k_unbound_root;
}

std::uint32_t slisp_var_p(Word value) { return is_kind(value, Kind::Var); }

Word slisp_var_symbol(Word value) {
  abi::Var* var = var_of(value);
  if (var == nullptr) return k_nil;
  std::string_view ns = var->ns == k_nil ? std::string_view() : text_of(symbol_name(var->ns));
  return symbol(ns, text_of(symbol_name(var->name))).take();
}

// What a var is called and where it lives is not stored: a namespace that its own vars hold would never be freed.
Word slisp_var_meta(Word value) {
  abi::Var* var = var_of(value);
  if (var == nullptr) return k_nil;
  Owned meta = var->meta == k_nil ? empty_map() : Owned::copy(var->meta);
  meta = map_assoc(std::move(meta), keyword("", "name"), Owned::copy(var->name));
  if (var->ns != k_nil) meta = map_assoc(std::move(meta), keyword("", "ns"), Owned::copy(word_of(create_namespace(var->ns))));
  return meta.take();
}

// Of vars, atoms and namespaces: their metadata changes in place.
void slisp_var_set_meta(Word value, Word meta) {
  Owned next = Owned::adopt(meta);
  if (is_kind(value, Kind::Atom)) return store(reinterpret_cast<AtomObject*>(value)->meta, std::move(next));
  if (is_kind(value, Kind::Namespace)) return store(reinterpret_cast<NamespaceObject*>(value)->meta, std::move(next));
  abi::Var* var = var_of(value);
  if (var == nullptr) return;
  const Owned ns_key = keyword("", "ns");
  if (!next.is_nil()) next = Owned::adopt(abi::slisp_dissoc(next.take(), ns_key.word()));
  if (next.failed()) {
    Owned dropped = Owned::adopt(abi::slisp_exception_take());
    return;
  }
  store(var->meta, std::move(next));
  update_flags(var);
}

}  // extern "C"
