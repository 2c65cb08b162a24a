// join_values.hpp: single assignment again, after a part of a function was given a second way.
#pragma once
#include "src/compiler/ir/ir.hpp"
#include <vector>

namespace slisp::compiler {

// `original` is what its name says wherever its definition leads; behind the end of each of `blocks`, new ones on the way to its uses, `values` stand
// for it.
struct JoinedValue {
  ir::ValueId original;
  std::vector<ir::BlockId> blocks;
  std::vector<ir::ValueId> values;
};

// Blocks, by index, that look at the value or lead to one that does; the search ends at the block that defines it and at `ends`.
std::vector<bool> live_blocks(const ir::Function& function, ir::ValueId value, const std::vector<ir::BlockId>& ends = {});

// Where both ways meet, blocks get a parameter. No block where they meet is the normal way out of a call.
void join_values(ir::Function& function, const std::vector<JoinedValue>& joined);

}  // namespace slisp::compiler
