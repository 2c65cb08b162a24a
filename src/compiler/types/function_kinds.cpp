// function_kinds.cpp: the names of values, and what branches and survived operations say about them.
// Idea: a fact holds in a block and in all that it dominates; asking intersects the facts of the blocks above.
#include "src/compiler/types/inference.hpp"

namespace slisp::compiler {

using namespace ir;
using namespace kind;

FunctionKinds::FunctionKinds(const Module&, const Function& function) : fn_(function) {
  std::size_t n = function.values.size();
  root_.resize(n);
  kinds_.assign(n, k_nothing);
  definition_ = definitions(function);
  refinements_.resize(n);
  captures.assign(function.captures, k_nothing);
  dominators_ = std::make_unique<Dominators>(function);
  order_ = reverse_postorder(function);
  ways_in_.assign(function.blocks.size(), 0);
  for (std::uint32_t v = 0; v < n; ++v) root_[v] = ValueId{v};
  for (BlockId b : order_)
    for (const Instruction& inst : function[b].instructions) {
      if (inst.op == Op::Dup) root_[inst.result.index] = root_[inst.operands[0].index];
      for (const Edge& edge : inst.edges) ++ways_in_[edge.target.index];
    }
  for (BlockId b : order_) {
    const Instruction& last = function[b].instructions.back();
    if (last.op == Op::Branch) refine_branch(last, b);
    if (last.op == Op::TryRtCall)
      for (std::size_t i = 0; i < last.operands.size(); ++i)
        if (KindSet mask = kinds_of_survivor(static_cast<abi::RuntimeFunctionId>(last.id), i); mask != k_all)
          refine(last.operands[i], last.edges[0].target, mask);
  }
}

void FunctionKinds::refine(ValueId v, BlockId block, KindSet mask) {
  if (mask == k_all || ways_in_[block.index] != 1) return;
  refinements_[root_[v.index].index].push_back({block, mask});
}

void FunctionKinds::refine_branch(const Instruction& branch, BlockId) {
  bool swapped = false;
  const Instruction* test = definition_[branch.operands[0].index];
  while (test != nullptr && test->op == Op::Not) {
    swapped = !swapped;
    test = definition_[test->operands[0].index];
  }
  if (test == nullptr) return;
  KindSet yes = k_all, no = k_all;
  switch (test->op) {
    case Op::IsNil: yes = k_nil, no = k_all & ~k_nil; break;
    case Op::Truthy: yes = k_all & ~k_falsy, no = k_falsy; break;
    case Op::RtCall: {
      auto predicate = predicate_of(static_cast<abi::RuntimeFunctionId>(test->id));
      if (!predicate) return;
      yes = predicate->yes;
      if (predicate->exact) no = k_all & ~yes;
      break;
    }
    default: return;
  }
  refine(test->operands[0], branch.edges[swapped ? 1 : 0].target, yes);
  refine(test->operands[0], branch.edges[swapped ? 0 : 1].target, no);
}

KindSet FunctionKinds::at(ValueId v, BlockId block) const {
  std::uint32_t r = root_[v.index].index;
  KindSet kinds = kinds_[r];
  // A value that is tested a thousand times is not looked at more closely.
  constexpr std::size_t k_most = 64;
  const auto& facts = refinements_[r];
  for (std::size_t i = 0; i < facts.size() && i < k_most; ++i)
    if ((kinds & ~facts[i].mask) != 0 && dominators_->dominates(facts[i].block, block)) kinds &= facts[i].mask;
  return kinds;
}

}  // namespace slisp::compiler
