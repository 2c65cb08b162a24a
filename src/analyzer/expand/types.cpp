// types.cpp: deftype*, reify* and interface*, what the macros deftype, defrecord, reify, defprotocol and definterface come down to.
//   (deftype* ns/Name package.Name [field ^:unsynchronized-mutable field] :implements [Interface Protocol] :record true (method [this x] ...) ...)
//   (reify* [Interface Protocol] (method [this x] ...) ...)
//   (interface* package.Name [Interface ...] [method ...])
// The class is made here, so that all that comes after names it as a constant; a TypeNode gives it its methods. An object of a reify holds
// its methods as closures: that form is a call that makes the object.
// Keeps: methods of deftype* see their fields and parameters only, no locals around the form; one function per method name.
#include "src/analyzer/expand/expander.hpp"
#include <algorithm>

namespace slisp::analyzer {
namespace {

constexpr std::int64_t k_record = 1, k_interface = 2, k_reify = 4;

std::string munged(std::string_view ns) {
  std::string out(ns);
  std::replace(out.begin(), out.end(), '-', '_');
  return out;
}

bool is_mutable(Borrowed field) {
  const Owned meta = meta_of(field);
  return map_value(meta, "unsynchronized-mutable").truthy() || map_value(meta, "volatile-mutable").truthy();
}

}  // namespace

Owned Expander::make_class(const std::string& name, std::span<Owned> interfaces, std::span<Owned> fields, std::span<Owned> methods,
                           std::int64_t flags) {
  Owned text = rt::make_string(name);
  Owned interface_vector = rt::vector_of(interfaces), field_vector = rt::vector_of(fields), method_vector = rt::vector_of(methods);
  return Owned::adopt(abi::slisp_class_new(text.take(), interface_vector.take(), field_vector.take(), method_vector.take(), flags));
}

// A protocol stands for its interface; Object may be listed and means nothing.
bool Expander::type_interfaces(Borrowed vector, std::vector<Owned>& interfaces) {
  if (!is_vector(vector)) return error("e-type", "the interfaces of a type stand in a vector, got: " + form_text(vector), "deftype, defrecord and reify write it") != nullptr;
  bool ok = true;
  for (Borrowed item : vector_items(vector)) {
    Restore<Span> where(span_, narrow(item));
    if (!is_symbol(item)) {
      ok = error("e-type", "only protocols and interfaces can be implemented, got: " + form_text(item), "their names stand before the methods") != nullptr;
      continue;
    }
    Resolved found = resolve(item);
    Owned type;
    if (found.meaning == Meaning::Reported) return false;
    if (found.meaning == Meaning::Var) {
      note_library_namespace(found.var->ns);
      type = environment_.find_class(munged(found.var->ns) + "." + found.var->name);
      if (type.is_nil()) {
        if (failed_definitions_.count(found.var) != 0 || not_required_.count(std::string(name_of(item).name)) != 0) return false;   // told of
        ok = error("e-type", name_of(item).full() + " is no protocol", "deftype, defrecord and reify implement protocols and interfaces") != nullptr;
        continue;
      }
    } else if (found.meaning == Meaning::Class) {
      type = std::move(found.class_object);
    } else if (not_required_.count(std::string(name_of(item).name)) != 0) {
      return false;                                // its definition was told of
    } else {
      ok = error("e-type", "Unable to resolve symbol: " + name_of(item).full() + " in this context",
                 "deftype, defrecord and reify implement protocols and interfaces", near_hint(name_of(item).name)) != nullptr;
      continue;
    }
    if (abi::slisp_class_user_p(type.word()) != 0) {
      ok = error("e-type", "only interfaces are supported, had: " + name_of(item).full(), "a type does not extend another type") != nullptr;
      continue;
    }
    if (type.word() == rt::class_object(rt::ClassId::Object).word()) continue;
    bool listed = false;
    for (const Owned& other : interfaces) listed = listed || other.word() == type.word();
    if (!listed) interfaces.push_back(std::move(type));
  }
  return ok;
}

bool Expander::type_methods(const Items& items, std::size_t from, std::vector<MethodForms>& methods) {
  bool ok = true;
  for (std::size_t i = from; i < items.size(); ++i) {
    Borrowed list = abi::k_nil;
    Items method;
    if (is_seq(items[i])) {
      if (!as_list(items[i], list)) return false;
      method = list_items(list);
    }
    if (method.size() < 2 || !is_symbol(method[0]) || !is_vector(method[1])) {
      ok = error_at(items[i], "e-type", "a method is written (name [this parameters] body), got: " + form_text(items[i]), "each arity is written as a method of its own") != nullptr;
      continue;
    }
    if (vector_items(method[1]).empty()) {
      ok = error_at(items[i], "e-type", "Must supply at least one argument for 'this' in: " + name_of(method[0]).full(), "the first parameter is the object") != nullptr;
      continue;
    }
    const std::string_view name = name_of(method[0]).name;
    auto known = std::find_if(methods.begin(), methods.end(), [&](const MethodForms& m) { return name_of(m.name).name == name; });
    if (known == methods.end()) known = methods.insert(methods.end(), {method[0], {}});
    known->arities.emplace_back(items[i], Items(method.begin() + 1, method.end()));
  }
  return ok;
}

// Where all interfaces are the program's own, their methods are known; not those of the JVM that only have a name here.
bool Expander::check_declared(const std::vector<Owned>& interfaces, const std::vector<MethodForms>& methods) {
  for (const Owned& interface : interfaces) {
    if (abi::slisp_class_interface_p(interface.word()) == 0 || environment_.is_stand_in(interface)) return true;
  }
  bool ok = true;
  for (const MethodForms& method : methods) {
    const std::string_view name = name_of(method.name).name;
    bool declared = name == "toString" || name == "equals" || name == "hashCode" || name == "finalize" || name == "clone";
    for (const Owned& interface : interfaces) declared = declared || environment_.declares(interface, name);
    if (!declared) {
      ok = error_at(method.arities[0].first, "e-type", "Can't define method not in interfaces: " + std::string(name),
                    "a method belongs to a protocol or interface that stands before it") != nullptr;
    }
  }
  return ok;
}

FnNode* Expander::type_method(const MethodForms& method, const std::string& type_name, Borrowed type, std::span<const Field> fields) {
  auto* fn = make<FnNode>();
  fn->name = type_name + "/" + std::string(name_of(method.name).name);
  Restore<std::string> inner_name(fn_name_, fn->name), no_next(next_fn_name_, std::string());
  const std::size_t scope = scope_.size();
  for (std::size_t i = 0; i < fields.size(); ++i) bind_field(fields[i], static_cast<std::uint32_t>(i), fn);
  Restore<Borrowed> of(method_type_, type);
  bool ok = true;
  for (const auto& [form, items] : method.arities) ok = fn_method(fn, form, items, MethodKind::OfType) && ok;
  ok = ok && check_methods(fn);
  scope_.erase(scope_.begin() + static_cast<std::ptrdiff_t>(scope), scope_.end());
  return ok ? fn : nullptr;
}

Node* Expander::special_deftype(Borrowed, const Items& items, Place) {
  if (items.size() < 4 || !is_symbol(items[1]) || !is_symbol(items[2]) || !is_vector(items[3])) {
    return error("e-type", "Malformed type definition, expecting (deftype* tag class [fields] :implements [interfaces] methods...)",
                 "deftype and defrecord write it");
  }
  const std::string full = name_of(items[2]).full();
  const std::string simple = full.substr(full.rfind('.') + 1);
  std::vector<Field> fields;
  std::vector<Owned> field_symbols;
  for (Borrowed field : vector_items(items[3])) {
    if (!is_symbol(field)) return error_at(items[3], "e-type", "fields of a type are symbols, got: " + form_text(field), "methods mention fields by name");
    for (const Field& other : fields) {
      if (name_of(other.name).name == name_of(field).name) return error_at(items[3], "e-type", "Duplicate field name: " + name_of(field).full(),
                                                                           "methods mention fields by name");
    }
    fields.push_back({field, is_mutable(field)});
    field_symbols.push_back(Owned::copy(field));
  }
  Borrowed interface_names = abi::k_nil;
  std::int64_t flags = 0;
  std::size_t at = 4;
  for (; at + 1 < items.size() && is_keyword(items[at]); at += 2) {
    if (is_keyword(items[at], "implements")) interface_names = items[at + 1];
    if (is_keyword(items[at], "record") && items[at + 1].truthy()) flags = k_record;
  }
  std::vector<Owned> interfaces, method_table;
  std::vector<MethodForms> methods;
  if (!interface_names.is_nil() && !type_interfaces(interface_names, interfaces)) return nullptr;
  if (!type_methods(items, at, methods) || !check_declared(interfaces, methods)) return nullptr;
  for (const MethodForms& method : methods) {
    method_table.push_back(rt::symbol("", name_of(method.name).name));   // a template may have qualified it
    method_table.emplace_back();
  }
  Owned type = make_class(full, interfaces, field_symbols, method_table, flags);
  environment_.add_user_class(simple, full, type);

  auto* node = make<TypeNode>(Owned::copy(type));
  // The form's surroundings are not seen by its methods.
  std::vector<ScopeEntry> scope;
  std::swap(scope, scope_);
  Restore<FnContext*> no_context(context_, nullptr);
  Restore<const RecurTarget*> no_jump(recur_, nullptr);
  bool ok = true;
  for (const MethodForms& method : methods) {
    FnNode* fn = type_method(method, full, type, fields);
    ok = ok && fn != nullptr;
    node->methods.push_back(fn);
    node->names.emplace_back(name_of(method.name).name);
  }
  std::swap(scope, scope_);
  return ok ? node : nullptr;
}

Node* Expander::special_reify(Borrowed form, const Items& items, Place) {
  if (items.size() < 2) return error("e-type", "Malformed reify, expecting (reify* [interfaces] methods...)", "reify writes it");
  std::vector<Owned> interfaces, method_table, no_fields;
  std::vector<MethodForms> methods;
  if (!type_interfaces(items[1], interfaces) || !type_methods(items, 2, methods) || !check_declared(interfaces, methods)) return nullptr;
  for (const MethodForms& method : methods) {
    method_table.push_back(rt::symbol("", name_of(method.name).name));   // a template may have qualified it
    method_table.push_back(rt::make_long(static_cast<std::int64_t>(method_table.size() / 2)));
  }
  interfaces.push_back(Owned::copy(rt::class_object(rt::ClassId::IObj)));
  const std::string ns = munged(environment_.current_ns());
  const std::string name = ns + "$reify__" + std::to_string(++reify_count_[ns]);
  Owned type = make_class(name, interfaces, no_fields, method_table, k_reify);
  environment_.add_user_class({}, name, type);

  std::vector<FieldCapture> fields;
  const bool collects = collects_fields(fields);
  auto* node = make<RuntimeCallNode>(abi::RuntimeFunctionId::type_new);
  node->arguments.push_back(make<ConstNode>(Owned::copy(type)));
  bool ok = true;
  for (const MethodForms& method : methods) {
    FnNode* fn = type_method(method, name, type, {});
    ok = ok && fn != nullptr;
    node->arguments.push_back(fn);
  }
  if (collects) context_->fields = nullptr;
  if (!ok) return nullptr;
  Node* made = close_over_fields(node, fields);
  // Metadata of the form, its place too, becomes the object's.
  const Owned form_meta = meta_of(form);
  if (!is_map(form_meta)) return made;
  Owned kept;
  for (std::string_view place : {"line", "column"}) {
    if (Owned value = map_value(form_meta, place); !value.is_nil()) kept = rt::map_assoc(std::move(kept), rt::keyword("", place), std::move(value));
  }
  rt::MapCursor cursor;
  Borrowed key = abi::k_nil, value = abi::k_nil;
  while (rt::next_entry(form_meta, cursor, key, value)) kept = rt::map_assoc(std::move(kept), Owned::copy(key), Owned::copy(value));
  Borrowed map = kept;
  kept_.push_back(std::move(kept));
  auto* with_meta = make<RuntimeCallNode>(abi::RuntimeFunctionId::with_meta);
  Node* meta_node = analyze(map, Place::Value);
  with_meta->arguments = {made, meta_node};
  return meta_node ? with_meta : nullptr;
}

Node* Expander::special_interface(Borrowed, const Items& items, Place) {
  if (items.size() < 4 || !is_symbol(items[1]) || !is_vector(items[3])) {
    return error("e-type", "Malformed interface, expecting (interface* name [interfaces] [methods] simple-name?)", "definterface and defprotocol write it");
  }
  const std::string full = name_of(items[1]).full();
  std::vector<Owned> interfaces, no_fields, method_table;
  if (!type_interfaces(items[2], interfaces)) return nullptr;
  for (Borrowed method : vector_items(items[3])) {
    if (!is_symbol(method)) return error("e-type", "methods of an interface are symbols, got: " + form_text(method), "objects are asked for methods by name");
    method_table.push_back(rt::symbol("", name_of(method).name));
    method_table.emplace_back();
  }
  Owned type = make_class(full, interfaces, no_fields, method_table, k_interface);
  const bool imported = items.size() > 4 && is_symbol(items[4]);
  environment_.add_user_class(imported ? name_of(items[4]).name : std::string_view(), full, type);
  return nil_node();
}

}  // namespace slisp::analyzer
