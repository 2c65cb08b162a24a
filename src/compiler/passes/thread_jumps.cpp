// thread_jumps.cpp: shorter ways through the blocks.
// In:   verified IR.
// Out:  an edge to a block that only jumps on leads to that jump's target; a block whose only way in is one jump joins the block it comes
//       from. Blocks that nobody reaches any more are removed.
// Keeps: the normal edge of a call leads to a block of its own; branch edges carry no arguments that they did not carry before.
#include "src/compiler/ir/cfg.hpp"
#include "src/compiler/passes/passes.hpp"

namespace slisp::compiler {
namespace {

using namespace ir;

bool has_normal_edge(Op op) { return defines_at_edge(op) || op == Op::StackCheck; }

const Instruction* only_jump(const Block& b) {
  return b.parameters.empty() && b.instructions.size() == 1 && b.instructions[0].op == Op::Jump ? &b.instructions[0] : nullptr;
}

bool skip_empty_blocks(Function& fn) {
  bool changed = false;
  for (std::size_t b = 0; b < fn.blocks.size(); ++b) {
    Instruction& last = fn.blocks[b].instructions.back();
    for (std::size_t e = 0; e < last.edges.size(); ++e) {
      if (e == 0 && has_normal_edge(last.op)) continue;
      // A ring of empty blocks is a loop that does nothing: stop after a while.
      for (int steps = 0; steps < 64; ++steps) {
        BlockId target = last.edges[e].target;
        const Instruction* jump = only_jump(fn[target]);
        if (!jump || jump->edges[0].target == target || (last.op != Op::Jump && !jump->edges[0].arguments.empty())) break;
        Edge next = jump->edges[0];
        last.edges[e] = std::move(next);
        changed = true;
      }
    }
  }
  return changed;
}

bool merge_chains(Function& fn) {
  std::vector<std::size_t> ways(fn.blocks.size(), 0);
  for (BlockId b : reverse_postorder(fn))
    for (const Edge& e : successors(fn[b])) ++ways[e.target.index];
  std::vector<ValueId> replaced(fn.values.size());
  bool changed = false;
  for (BlockId b : reverse_postorder(fn)) {
    for (;;) {
      Block& block = fn[b];
      if (block.instructions.empty()) break;               // joined its predecessor already
      Instruction& last = block.instructions.back();
      if (last.op != Op::Jump || ways[last.edges[0].target.index] != 1 || last.edges[0].target == b) break;
      Edge edge = std::move(last.edges[0]);
      block.instructions.pop_back();
      Block& target = fn[edge.target];
      for (std::size_t p = 0; p < target.parameters.size(); ++p) replaced[target.parameters[p].index] = edge.arguments[p];
      block.instructions.insert(block.instructions.end(), std::make_move_iterator(target.instructions.begin()),
                                std::make_move_iterator(target.instructions.end()));
      target.instructions.clear();
      target.parameters.clear();
      changed = true;
    }
  }
  if (!changed) return false;
  auto final_value = [&](ValueId v) {
    while (v.valid() && replaced[v.index].valid()) v = replaced[v.index];
    return v;
  };
  for (std::size_t b = 0; b < fn.blocks.size(); ++b) {
    Block& block = fn.blocks[b];
    if (block.instructions.empty()) {
      Instruction dead;                                    // removed right after
      dead.op = Op::Unreachable;
      block.instructions.push_back(std::move(dead));
      continue;
    }
    BlockId here{static_cast<std::uint32_t>(b)};
    for (Instruction& i : block.instructions) {
      for (ValueId& v : i.operands) v = final_value(v);
      for (Edge& e : i.edges)
        for (ValueId& v : e.arguments) v = final_value(v);
      if (i.result.valid() && !ends_block(i.op)) fn[i.result].block = here;
      // Results of calls live where their normal edge leads, which never joins another block from behind.
      if (i.result.valid() && ends_block(i.op)) fn[i.result].block = i.edges[0].target;
    }
  }
  for (Value& v : fn.values) v.owner = final_value(v.owner);
  return true;
}

}  // namespace

bool thread_jumps(ir::Function& function) {
  bool changed = skip_empty_blocks(function);
  changed = merge_chains(function) || changed;
  return ir::remove_dead_blocks(function) || changed;
}

}  // namespace slisp::compiler
