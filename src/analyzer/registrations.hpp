// registrations.hpp: top-level forms that change what is known about the value of a var: methods of a multimethod, extensions, watches.
#pragma once
#include "src/analyzer/ast.hpp"

namespace slisp::analyzer {

// The var of clojure.core that the node calls, or null.
const VarInfo* called_core_var(const Node* node);

// Is the node itself one? Then the vars it names are added to `targets`.
bool is_registration(const Node* node, std::vector<VarInfo*>& targets);

// Also those within let, doseq and the like: (doseq [op '[+ -]] (defmethod ...)). Not among the arguments of a call:
// (println (remove-method ...)) is there for what it prints.
void find_registrations(Node* node, std::vector<VarInfo*>& targets);

}  // namespace slisp::analyzer
