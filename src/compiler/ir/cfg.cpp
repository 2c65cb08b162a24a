// cfg.cpp: traversal, dominators, removal of dead blocks. All iterative: a function may have a hundred thousand blocks in a row.
#include "src/compiler/ir/cfg.hpp"
#include <algorithm>

namespace slisp::ir {

std::span<const Edge> successors(const Block& block) {
  if (block.instructions.empty()) return {};
  return block.instructions.back().edges;
}

std::vector<BlockId> reverse_postorder(const Function& function) {
  std::vector<BlockId> order;
  if (function.blocks.empty()) return order;
  std::vector<char> seen(function.blocks.size(), 0);
  struct Frame { BlockId block; std::size_t next; };
  std::vector<Frame> stack{{BlockId{0}, 0}};
  seen[0] = 1;
  while (!stack.empty()) {
    Frame& top = stack.back();
    auto edges = successors(function[top.block]);
    // Last edge first, so that edge 0 (the normal one) follows its block in the reversed order.
    if (top.next < edges.size()) {
      BlockId target = edges[edges.size() - 1 - top.next++].target;
      if (target.index < seen.size() && !seen[target.index]) {
        seen[target.index] = 1;
        stack.push_back({target, 0});
      }
    } else {
      order.push_back(top.block);
      stack.pop_back();
    }
  }
  std::reverse(order.begin(), order.end());
  return order;
}

std::vector<const Instruction*> definitions(const Function& function) {
  std::vector<const Instruction*> definition(function.values.size(), nullptr);
  for (const Block& b : function.blocks)
    for (const Instruction& inst : b.instructions)
      if (inst.result.valid()) definition[inst.result.index] = &inst;
  return definition;
}

std::vector<std::vector<BlockId>> predecessors(const Function& function) {
  std::vector<std::vector<BlockId>> result(function.blocks.size());
  for (BlockId b : reverse_postorder(function))
    for (const Edge& e : successors(function[b]))
      if (e.target.index < result.size()) result[e.target.index].push_back(b);
  return result;
}

Dominators::Dominators(const Function& function)
    : idom_(function.blocks.size()), order_(function.blocks.size(), UINT32_MAX), enter_(function.blocks.size(), 0),
      leave_(function.blocks.size(), 0) {
  std::vector<BlockId> rpo = reverse_postorder(function);
  if (rpo.empty()) return;
  for (std::size_t i = 0; i < rpo.size(); ++i) order_[rpo[i].index] = static_cast<std::uint32_t>(i);
  auto preds = predecessors(function);
  idom_[rpo[0].index] = rpo[0];
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t i = 1; i < rpo.size(); ++i) {
      BlockId meet;
      for (BlockId p : preds[rpo[i].index]) {
        if (!idom_[p.index].valid()) continue;
        if (!meet.valid()) {
          meet = p;
          continue;
        }
        BlockId a = p, b = meet;
        while (a != b) {
          while (order_[a.index] > order_[b.index]) a = idom_[a.index];
          while (order_[b.index] > order_[a.index]) b = idom_[b.index];
        }
        meet = a;
      }
      if (idom_[rpo[i].index] != meet) {
        idom_[rpo[i].index] = meet;
        changed = true;
      }
    }
  }
  std::vector<std::vector<BlockId>> children(function.blocks.size());
  for (std::size_t i = 1; i < rpo.size(); ++i) children[idom_[rpo[i].index].index].push_back(rpo[i]);
  std::uint32_t clock = 0;
  struct Frame { BlockId block; std::size_t next; };
  std::vector<Frame> stack{{rpo[0], 0}};
  enter_[rpo[0].index] = clock++;
  while (!stack.empty()) {
    Frame& top = stack.back();
    auto& list = children[top.block.index];
    if (top.next < list.size()) {
      BlockId child = list[top.next++];
      enter_[child.index] = clock++;
      stack.push_back({child, 0});
    } else {
      leave_[top.block.index] = clock++;
      stack.pop_back();
    }
  }
}

bool Dominators::dominates(BlockId a, BlockId b) const {
  if (!reachable(a) || !reachable(b)) return false;
  return enter_[a.index] <= enter_[b.index] && leave_[b.index] <= leave_[a.index];
}

bool remove_dead_blocks(Function& function) {
  std::vector<char> live(function.blocks.size(), 0);
  std::vector<BlockId> order = reverse_postorder(function);
  if (order.size() == function.blocks.size()) return false;
  for (BlockId b : order) live[b.index] = 1;
  std::vector<BlockId> renamed(function.blocks.size());
  std::vector<Block> kept;
  kept.reserve(order.size());
  for (std::size_t i = 0; i < function.blocks.size(); ++i) {
    if (!live[i]) continue;
    renamed[i] = BlockId{static_cast<std::uint32_t>(kept.size())};
    kept.push_back(std::move(function.blocks[i]));
  }
  function.blocks = std::move(kept);
  for (Block& block : function.blocks)
    for (Edge& e : block.instructions.back().edges) e.target = renamed[e.target.index];
  // Values of dead blocks stay in the table without a definition.
  for (Value& v : function.values)
    if (v.block.valid()) v.block = v.block.index < renamed.size() ? renamed[v.block.index] : BlockId{};
  return true;
}

}  // namespace slisp::ir
