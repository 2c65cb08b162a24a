// edges.cpp: split critical edges; see through blocks that only jump.
// Keeps: a jump at the end of a block is no critical edge, whatever exits stand before it: moves fit right before the jump.
#include "src/codegen/x86_64_linux/edges.hpp"

namespace slisp::x64 {

void split_critical_edges(MFunction& function) {
  std::vector<std::uint32_t> entered(function.blocks.size());
  for (const MBlock& block : function.blocks) for_each_edge(block, [&](std::uint32_t to, std::uint32_t) { ++entered[to]; });
  auto split = [&](std::uint32_t& to, const MInst& by, bool cold) {
    if (to == k_no_block || entered[to] < 2) return;
    MInst jump;
    jump.op = Opcode::Jump;
    jump.line = by.line;
    jump.target[0] = to;
    to = static_cast<std::uint32_t>(function.blocks.size());
    MBlock& between = function.blocks.emplace_back();
    between.cold = cold;
    between.instructions.push_back(std::move(jump));
  };
  std::size_t count = function.blocks.size();
  for (std::size_t b = 0; b < count; ++b)
    for (std::size_t i = 0; i < function.blocks[b].instructions.size(); ++i) {
      MInst inst = function.blocks[b].instructions[i];       // a copy: blocks move while they are added
      if (inst.op == Opcode::Jump || (inst.exit == k_no_block && inst.target[0] == k_no_block)) continue;
      bool cold = function.blocks[b].cold;
      split(inst.exit, inst, true);
      for (std::uint32_t& to : inst.target) split(to, inst, cold || (to != k_no_block && function.blocks[to].cold));
      MInst& there = function.blocks[b].instructions[i];
      there.exit = inst.exit;
      there.target[0] = inst.target[0];
      there.target[1] = inst.target[1];
    }
}

namespace {
std::uint32_t final_target(const MFunction& function, std::uint32_t block) {
  // A loop of nothing but jumps never ends; any of its blocks will do.
  for (std::size_t steps = 0; steps < function.blocks.size(); ++steps) {
    const auto& code = function.blocks[block].instructions;
    if (code.size() != 1 || code[0].op != Opcode::Jump || code[0].target[0] == block) return block;
    block = code[0].target[0];
  }
  return block;
}
}  // namespace

void skip_empty_blocks(MFunction& function) {
  for (MBlock& block : function.blocks)
    for (MInst& inst : block.instructions) {
      if (inst.exit != k_no_block) inst.exit = final_target(function, inst.exit);
      for (std::uint32_t& to : inst.target)
        if (to != k_no_block) to = final_target(function, to);
    }
}

}  // namespace slisp::x64
