// callee_saved.cpp: where callee-saved registers are stored and restored.
// In:   allocated code; Flow of the code before.
// Out:  stores at the head of one block, loads before each return and on each edge that leaves what it dominates.
// Keeps: every path from the entry to a return either does neither or does both.
// Idea: the stores stand in the nearest block outside all loops that dominates every mention of such a register. So a function that
//       answers at once in its simplest case, as recursive ones do, pays nothing there (shrink-wrapping).
#include "src/codegen/x86_64_linux/callee_saved.hpp"
#include "src/codegen/x86_64_linux/parallel_moves.hpp"
#include "src/codegen/x86_64_linux/register_allocator.hpp"

namespace slisp::x64 {

namespace {

std::uint32_t mentioned(const MInst& inst) {
  std::uint32_t mask = 0;
  auto see = [&](Register r) {
    if (r != Register::None && is_callee_saved(r)) mask |= 1u << static_cast<unsigned>(r);
  };
  for (const Operand& o : inst.operand) see(o.reg);
  for (const FixedUse& use : inst.uses) see(use.reg);
  for (const MoveItem& move : inst.moves) {
    see(move.to.reg);
    see(move.from.reg);
  }
  return mask;
}

// Cooper, Harvey & Kennedy 2001: immediate dominators by iteration in reverse postorder.
class Dominators {
 public:
  explicit Dominators(const Flow& flow) : flow_(flow), parent_(flow.rank.size(), k_no_block) {
    parent_[flow.order[0]] = flow.order[0];
    for (bool changed = true; changed;) {
      changed = false;
      for (std::uint32_t b : flow.order) {
        if (b == flow.order[0]) continue;
        std::uint32_t meet = k_no_block;
        for (std::uint32_t p : flow.predecessors[b])
          if (parent_[p] != k_no_block) meet = meet == k_no_block ? p : common(p, meet);
        changed = changed || parent_[b] != meet;
        parent_[b] = meet;
      }
    }
  }
  std::uint32_t common(std::uint32_t a, std::uint32_t b) const {
    while (a != b) {
      while (flow_.rank[a] > flow_.rank[b]) a = parent_[a];
      while (flow_.rank[b] > flow_.rank[a]) b = parent_[b];
    }
    return a;
  }
  std::uint32_t parent(std::uint32_t b) const { return parent_[b]; }

 private:
  const Flow& flow_;
  std::vector<std::uint32_t> parent_;
};

}  // namespace

unsigned save_callee_saved(MFunction& function, const Flow& flow) {
  std::uint32_t mask = 0;
  std::vector<std::uint32_t> where;
  for (std::uint32_t b : flow.order) {
    std::uint32_t here = 0;
    for (const MInst& inst : function.blocks[b].instructions) here |= mentioned(inst);
    if (here != 0) where.push_back(b);
    mask |= here;
  }
  if (mask == 0) return 0;
  Dominators dominators(flow);
  std::uint32_t start = where[0];
  for (std::uint32_t b : where) start = dominators.common(start, b);
  while (flow.loop_of[start] != k_no_loop && start != flow.order[0]) {
    // A loop that is entered at several places has no header that dominates it: then step by step.
    const std::uint32_t outside = dominators.common(start, dominators.parent(flow.loops[flow.loop_of[start]].header));
    start = outside != start ? outside : dominators.parent(start);
  }
  std::vector<bool> inside(function.blocks.size());
  for (std::uint32_t b : flow.order) inside[b] = b == start || (b != flow.order[0] && inside[dominators.parent(b)]);

  std::vector<std::pair<Register, std::uint32_t>> saved;
  for (Register r : k_callee_saved)
    if ((mask >> static_cast<unsigned>(r)) & 1) saved.emplace_back(r, function.new_register(false));
  for (std::uint32_t b : flow.order) {
    if (!inside[b]) continue;
    std::vector<MInst> with;
    auto save = [&](ir::SourceLine line) {
      for (auto [r, v] : saved) append_move(spill(v), physical(r), line, with);
    };
    auto restore = [&](ir::SourceLine line) {
      for (auto [r, v] : saved) append_move(physical(r), spill(v), line, with);
    };
    auto& code = function.blocks[b].instructions;
    with.reserve(code.size() + 2 * saved.size());
    if (b == start && b != flow.order[0]) save(code[0].line);
    for (MInst& inst : code) {
      ir::SourceLine line = inst.line;
      bool entry = b == start && inst.op == Opcode::Entry;
      bool leaves = inst.op == Opcode::Return || inst.op == Opcode::ReturnFailure ||
                    (inst.op == Opcode::Jump && !inside[inst.target[0]]);
      if (leaves) restore(line);
      with.push_back(std::move(inst));
      if (entry) save(line);
    }
    code = std::move(with);
  }
  return static_cast<unsigned>(saved.size());
}

}  // namespace slisp::x64
