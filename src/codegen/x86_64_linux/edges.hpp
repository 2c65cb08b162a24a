// edges.hpp: room for moves on every edge.
#pragma once
#include "src/codegen/x86_64_linux/instructions.hpp"

namespace slisp::x64 {

// Splits critical edges: afterwards a block that several edges lead to is entered by jumps alone, whose blocks are the places for
// moves. Runs before allocation, so that the checker sees the same blocks before and after it.
void split_critical_edges(MFunction& function);

// Jumps go past blocks that only jump on; those are left without predecessors. After allocation, for the emission.
void skip_empty_blocks(MFunction& function);

}  // namespace slisp::x64
