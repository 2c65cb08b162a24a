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

Owned bound(Borrowed var, Owned value) { return value.failed() ? unbound_object(var) : std::move(value); }

// alter-meta! and intern may make a var dynamic, a macro or private; taking a key away takes the flag away.
void update_flags(abi::Var* var) {
  struct Row { std::string_view key; std::uint32_t flag; };
  static constexpr Row rows[] = {{"dynamic", abi::k_var_dynamic}, {"macro", abi::k_var_macro}, {"private", abi::k_var_private}};
  for (const Row& row : rows) {
    Owned key = keyword("", row.key);
    Owned meta = load_cell(var, var->meta);
    bool set = !meta.is_nil() && map_get(meta, key).truthy();
    var->flags = set ? var->flags | row.flag : var->flags & ~row.flag;
  }
}

}  // namespace

Owned var_value(const abi::Var* var) {
  if (Word* binding = find_binding(var)) return Owned::copy(*binding);
  return load_cell(var, var->root);
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
  return var == nullptr ? not_a_var(value) : bound(value, var_value(var)).take();
}

Word slisp_var_root(Word value) {
  const auto* var = reinterpret_cast<abi::Var*>(value);
  return bound(value, load_cell(var, var->root)).take();
}

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
  if (binding_is_conveyed(var)) {
    TextBuffer out;
    out.append("Can't set!: ");
    out.append(text_of(symbol_name(var->name)));
    out.append(" from non-binding thread");
    return throw_string(ClassId::IllegalStateException, out.finish()).take();
  }
  if (abi::slisp_var_validate(target, next.word()) == k_pending) return k_pending;
  binding = find_binding(var);                   // the validator may have bound others
  Owned result = Owned::copy(next);
  release(std::exchange(*binding, next.take()));
  return result.take();
}

Word slisp_var_validate(Word target, Word value) {
  if (!is_kind(target, Kind::Var) || reinterpret_cast<abi::Var*>(target)->watches == k_nil) return k_nil;
  const Owned validator = var_validator(target);
  return validate(validator, value) ? k_nil : k_pending;
}

Word slisp_var_local() {
  auto* var = allocate_as<abi::Var>(Kind::Var, sizeof(abi::Var), 5);
  var->flags = abi::k_var_dynamic;
  var->bound = 0;
  var->root = abi::k_unbound_root;
  var->ns = var->meta = var->watches = k_nil;
  var->name = k_nil;
  var->name = symbol("", "--unnamed--").take();
  return word_of(var);
}

void slisp_var_bind_root(Word target, Word value) {
  auto* var = reinterpret_cast<abi::Var*>(target);
  if (var->watches == k_nil) return store_cell(var, var->root, Owned::adopt(value));
  Owned now = Owned::copy(value), old = load_cell(var, var->root);
  if (old.failed()) old = Owned();
  store_cell(var, var->root, Owned::adopt(value));
  // def and alter-var-root cannot fail here: what a watch throws stays with the watch.
  Owned watches = load_cell(var, var->watches);
  if (!notify_watches(watches, target, old, now) && !exit_is_pending()) Owned dropped = Owned::adopt(abi::slisp_exception_take());
}

// For alter-var-root: an unbound root is taken for its Unbound object.
std::uint32_t slisp_var_replace_root(Word target, Word expected, Word value) {
  auto* var = reinterpret_cast<abi::Var*>(target);
  if (is_shared(&var->header) && !is_kind(expected, Kind::Unbound)) {
    if (!g_threading->compare_and_set(var, &var->root, expected, Owned::copy(value).take())) {
      release(value);
      return 0;
    }
    Owned now = Owned::adopt(value), watches = load_cell(var, var->watches);
    if (!watches.is_nil() && !notify_watches(watches, target, expected, now) && !exit_is_pending()) {
      Owned dropped = Owned::adopt(abi::slisp_exception_take());
    }
    return 1;
  }
  slisp_var_bind_root(target, value);
  return 1;
}

std::uint32_t slisp_var_bound_p(Word value) {
  abi::Var* var = var_of(value);
  return var != nullptr && !var_value(var).failed();
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
  Owned meta = load_cell(var, var->meta);
  if (meta.is_nil()) meta = empty_map();
  meta = map_assoc(std::move(meta), keyword("", "name"), Owned::copy(var->name));
  if (var->ns != k_nil) meta = map_assoc(std::move(meta), keyword("", "ns"), Owned::copy(word_of(create_namespace(var->ns))));
  return meta.take();
}

// Of vars, atoms, agents, refs and namespaces: their metadata changes in place.
void slisp_var_set_meta(Word value, Word meta) {
  Owned next = Owned::adopt(meta);
  if (is_kind(value, Kind::Atom)) return store_cell(reinterpret_cast<AtomObject*>(value), reinterpret_cast<AtomObject*>(value)->meta, std::move(next));
  if (is_kind(value, Kind::Namespace)) {
    auto* ns = reinterpret_cast<NamespaceObject*>(value);
    return store_cell(ns, ns->meta, std::move(next));
  }
  if (is_kind(value, Kind::Sync) && (header_of(value)->flags & abi::k_flag_has_meta) != 0) {
    Header* reference = header_of(value);
    return store_cell(reference, *slot_of(reference, reference->slots - 1u), std::move(next));
  }
  abi::Var* var = var_of(value);
  if (var == nullptr) return;
  const Owned ns_key = keyword("", "ns");
  if (!next.is_nil()) next = Owned::adopt(abi::slisp_dissoc(next.take(), ns_key.word()));
  if (next.failed()) {
    Owned dropped = Owned::adopt(abi::slisp_exception_take());
    return;
  }
  store_cell(var, var->meta, std::move(next));
  update_flags(var);
}

}  // extern "C"
