// cfg.hpp: questions about the block graph of a function.
#pragma once
#include "src/compiler/ir/ir.hpp"
#include <span>
#include <vector>

namespace slisp::ir {

// The edges that leave a block; empty for an unfinished block.
std::span<const Edge> successors(const Block& block);

// Blocks reachable from the entry, each before its successors except along back edges.
std::vector<BlockId> reverse_postorder(const Function& function);

// For each block the blocks with an edge to it (once per edge), reachable ones only.
std::vector<std::vector<BlockId>> predecessors(const Function& function);

// For each value the instruction that defines it; null for parameters.
std::vector<const Instruction*> definitions(const Function& function);

// Dominator tree of the reachable blocks (Cooper, Harvey & Kennedy's iteration over reverse postorder).
class Dominators {
 public:
  explicit Dominators(const Function& function);
  bool reachable(BlockId b) const { return order_[b.index] != UINT32_MAX; }
  bool dominates(BlockId a, BlockId b) const;      // also when a == b
  BlockId immediate(BlockId b) const { return idom_[b.index]; }  // of the entry: itself

 private:
  std::vector<BlockId> idom_;
  std::vector<std::uint32_t> order_;               // position in reverse postorder
  std::vector<std::uint32_t> enter_, leave_;       // interval numbering of the tree
};

// Removes blocks that cannot be reached and renumbers the rest, in their old order. True when something was removed.
bool remove_dead_blocks(Function& function);

}  // namespace slisp::ir
