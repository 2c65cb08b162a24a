// clone_region.hpp: a part of a function stands twice.
#pragma once
#include "src/compiler/ir/ir.hpp"
#include <vector>

namespace slisp::compiler {

// By the index of the original; invalid: it has no copy.
struct RegionCopy {
  std::vector<ir::BlockId> block;
  std::vector<ir::ValueId> value;

  ir::BlockId operator()(ir::BlockId b) const { return b.valid() && b.index < block.size() && block[b.index].valid() ? block[b.index] : b; }
  ir::ValueId operator()(ir::ValueId v) const { return v.valid() && v.index < value.size() && value[v.index].valid() ? value[v.index] : v; }
};

// Copies of the blocks stand at the end of the function, in the same order, with values of their own. Epochs and slots are those of the originals: one of
// the two is run at a time, and an epoch may be closed where both ways have met again. Edges into the region lead to copies, others where they led;
// nothing leads to the copies from outside yet.
RegionCopy clone_region(ir::Function& function, const std::vector<ir::BlockId>& region);

}  // namespace slisp::compiler
