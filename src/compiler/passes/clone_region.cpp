// clone_region.cpp: copies of blocks within their function.
#include "src/compiler/passes/clone_region.hpp"

namespace slisp::compiler {

using namespace ir;

RegionCopy clone_region(Function& fn, const std::vector<BlockId>& region) {
  RegionCopy copy;
  copy.block.resize(fn.blocks.size());
  copy.value.resize(fn.values.size());
  for (std::size_t i = 0; i < region.size(); ++i) copy.block[region[i].index] = BlockId{static_cast<std::uint32_t>(fn.blocks.size() + i)};
  auto fresh = [&](ValueId v) {
    Value made = fn[v];
    made.block = copy(made.block);
    fn.values.push_back(made);
    copy.value[v.index] = ValueId{static_cast<std::uint32_t>(fn.values.size() - 1)};
  };
  for (BlockId b : region) {
    for (ValueId p : fn[b].parameters) fresh(p);
    for (const Instruction& inst : fn[b].instructions)
      if (inst.result.valid()) fresh(inst.result);
  }
  for (ValueId v : copy.value)
    if (v.valid()) fn[v].owner = copy(fn[v].owner);

  for (BlockId b : region) {
    Block made = fn[b];
    for (ValueId& p : made.parameters) p = copy(p);
    for (Instruction& inst : made.instructions) {
      inst.result = copy(inst.result);
      for (ValueId& v : inst.operands) v = copy(v);
      for (Edge& e : inst.edges) {
        e.target = copy(e.target);
        for (ValueId& v : e.arguments) v = copy(v);
      }
    }
    fn.blocks.push_back(std::move(made));
  }
  return copy;
}

}  // namespace slisp::compiler
