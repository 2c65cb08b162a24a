// symbols.cpp: symbol objects.
// Keeps: a symbol's hash is computed when it is made.
#include "runtime/abi/functions.hpp"
#include "runtime/names/names.hpp"

namespace slisp::rt {
std::uint32_t keyword_hash(std::string_view ns_or_empty, std::string_view name) {
  return symbol_hash(ns_or_empty, name) + 0x9e3779b9u;
}

Owned symbol(std::string_view ns_or_empty, std::string_view name) {
  auto* object = allocate_as<abi::Named>(Kind::Symbol, sizeof(abi::Named), 2);
  object->hash = symbol_hash(ns_or_empty, name);
  object->reserved = 0;
  object->ns = abi::k_nil;
  object->name = abi::k_nil;
  if (!ns_or_empty.empty()) object->ns = make_string(ns_or_empty).take();
  object->name = make_string(name).take();
  return adopt_object(object);
}

Borrowed symbol_name(Borrowed named) { return named.as<abi::Named>()->name; }
Borrowed symbol_ns(Borrowed named) { return named.as<abi::Named>()->ns; }

bool name_parts(Borrowed ns, Borrowed name, std::string_view& ns_text, std::string_view& name_text) {
  Borrowed wrong = !ns.is_nil() && !ns.is(Kind::String) ? ns : name;
  if (!wrong.is(Kind::String)) {
    (void)throw_class_cast(wrong, "java.lang.String");
    return false;
  }
  ns_text = ns.is_nil() ? std::string_view() : text_of(ns);
  name_text = text_of(name);
  return true;
}

}  // namespace slisp::rt

extern "C" slisp::abi::Word slisp_symbol(slisp::abi::Word ns, slisp::abi::Word name) {
  using namespace slisp::rt;
  std::string_view ns_text, name_text;
  if (!name_parts(ns, name, ns_text, name_text)) return slisp::abi::k_pending;
  return symbol(ns_text, name_text).take();
}
