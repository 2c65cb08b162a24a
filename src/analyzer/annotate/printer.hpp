// printer.hpp: the tree as text, with its annotations (--emit=ast, --dump-after).
#pragma once
#include "src/analyzer/ast.hpp"
#include <string>

namespace slisp::analyzer {

// One form after the other, as S-expressions: locals are name.id; a use is marked >x (move), +x (copy), &x (borrow); what is released
// stands in braces where it happens.
std::string print_tree(const Program& program);
std::string print_tree(const Node* node);

}  // namespace slisp::analyzer
