// registry.hpp: the namespaces of this process.
#pragma once
#include "runtime/control/objects.hpp"
#include "runtime/memory/threading.hpp"

namespace slisp::rt {

// Guards the table of namespaces and what they map.
extern Lock g_names_lock;
void publish_namespaces();

// The static var cells of the executable are in their namespaces afterwards.
void register_static_vars();
NamespaceObject* find_namespace(Borrowed name_symbol);        // null when there is none
NamespaceObject* create_namespace(Borrowed name_symbol);      // the one there is, or a new one
Owned remove_namespace(Borrowed name_symbol);
Owned all_namespaces();                                       // list
void publish_keywords();                                      // keywords.cpp
bool same_name(Borrowed symbol_a, Borrowed symbol_b);

}  // namespace slisp::rt
