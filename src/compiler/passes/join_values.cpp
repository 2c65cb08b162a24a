// join_values.cpp: parameters for values that have two definitions now.
// Idea: forward over the blocks where the value is alive; where its predecessors disagree about which one it is, the block takes it as a parameter
//   (Braun et al. 2013 say it of single uses; here all uses are known, so one flow over the blocks does).
#include "src/compiler/passes/join_values.hpp"
#include "src/compiler/ir/cfg.hpp"
#include <algorithm>

namespace slisp::compiler {

using namespace ir;

std::vector<bool> live_blocks(const Function& fn, ValueId value, const std::vector<BlockId>& ends) {
  const auto preds = predecessors(fn);
  const BlockId home = fn[value].block;
  std::vector<bool> live(fn.blocks.size());
  std::vector<BlockId> work;
  auto mark = [&](BlockId b) {
    if (b == home || live[b.index] || std::find(ends.begin(), ends.end(), b) != ends.end()) return;
    live[b.index] = true;
    work.push_back(b);
  };
  auto looks = [&](const Block& b) {
    for (const Instruction& i : b.instructions) {
      if (std::find(i.operands.begin(), i.operands.end(), value) != i.operands.end()) return true;
      for (const Edge& e : i.edges)
        if (std::find(e.arguments.begin(), e.arguments.end(), value) != e.arguments.end()) return true;
    }
    return false;
  };
  for (std::uint32_t b = 0; b < fn.blocks.size(); ++b)
    if (looks(fn.blocks[b])) mark(BlockId{b});
  while (!work.empty()) {
    const BlockId b = work.back();
    work.pop_back();
    for (BlockId p : preds[b.index]) mark(p);
  }
  return live;
}

void join_values(Function& fn, const std::vector<JoinedValue>& joined) {
  for (const JoinedValue& j : joined) {
    const BlockId home = fn[j.original].block;
    const auto preds = predecessors(fn);
    const auto order = reverse_postorder(fn);
    const std::vector<bool> live = live_blocks(fn, j.original, j.blocks);
    std::vector<ValueId> at_end(fn.blocks.size()), at_start(fn.blocks.size());
    std::vector<bool> takes(fn.blocks.size());
    at_end[home.index] = j.original;
    for (std::size_t k = 0; k < j.blocks.size(); ++k) at_end[j.blocks[k].index] = j.values[k];
    for (bool changed = true; changed;) {
      changed = false;
      for (BlockId b : order) {
        if (!live[b.index] || takes[b.index]) continue;
        ValueId found;
        bool differ = false;
        for (BlockId p : preds[b.index])
          if (ValueId v = at_end[p.index]; v.valid()) {
            differ = differ || (found.valid() && found != v);
            found = v;
          }
        if (differ) {
          takes[b.index] = true;
          Value made = fn[j.original];
          made.block = b;
          found = ValueId{static_cast<std::uint32_t>(fn.values.size())};
          fn.values.push_back(made);
          fn[b].parameters.push_back(found);
        }
        if (found == at_start[b.index]) continue;
        at_start[b.index] = at_end[b.index] = found;
        changed = true;
      }
    }
    for (std::uint32_t b = 0; b < fn.blocks.size(); ++b) {
      const bool renames = at_start[b].valid();
      for (Instruction& i : fn.blocks[b].instructions) {
        if (renames) std::replace(i.operands.begin(), i.operands.end(), j.original, at_start[b]);
        for (Edge& e : i.edges) {
          if (renames) std::replace(e.arguments.begin(), e.arguments.end(), j.original, at_start[b]);
          if (e.target.index < takes.size() && takes[e.target.index]) e.arguments.push_back(at_end[b]);
        }
      }
    }
  }
}

}  // namespace slisp::compiler
