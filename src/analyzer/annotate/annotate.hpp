// annotate.hpp: the third floor of the analyzer. Passes run in this order (src/compiler/pipeline.cpp).
#pragma once
#include "src/analyzer/ast.hpp"

namespace slisp::analyzer {

// A copy to rewrite: nodes and locals are new, VarInfos are shared. The evaluator goes on running the original.
void copy_program(const Program& from, Program& to);

// A copy of a part of a tree, within the same function; locals that it binds are new.
Node* copy_tree(Arena& arena, Node* tree);

// Arguments of calls, items of literals, arguments of recur and tests become Const, LocalRef, VarRef or TheVar; a test may also stay
// a RuntimeCall with a boolean result.
void to_a_normal_form(Program& program);

// Maps and vectors that only their own function looks at, by known keys, are not made: their items stand for the looks.
struct ReplacementCounts {
  std::uint64_t collections = 0;         // that are not made
  std::uint64_t looks = 0;               // that became names of items
};
void replace_collections(Program& program, ReplacementCounts& counts);

// A look at a collection whose update stands before it goes ahead of the update, which then is its last use.
void look_ahead(Program& program);

// Fills FnNode::captures and gives each function its own locals for what it captures.
void resolve_captures(Program& program);

// Marks each LocalRef and capture with its Use and fills the release lists.
void mark_ownership(Program& program);

// How one argument of a runtime call is taken; `position` counts AST arguments, which have no block parameters: from the row's
// block on, every argument is an owned word of the block.
abi::ParameterMode argument_mode(const abi::RuntimeFunction& row, std::size_t position);

}  // namespace slisp::analyzer
