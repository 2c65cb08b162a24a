// fold_branches.cpp: a branch whose condition is known becomes a jump.
// In:   verified IR.
// Out:  the same blocks; branches on constants, and on tests of constants, are jumps. What is unreachable now is left to dead-blocks.
// Idea: conditions are evaluated through truthy, not, is_nil and identical of words and static objects.
#include "src/compiler/passes/passes.hpp"
#include <optional>

namespace slisp::compiler {
namespace {

using namespace ir;

class Folder {
 public:
  explicit Folder(Function& fn) : fn_(fn), definition_(fn.values.size(), nullptr) {
    for (Block& b : fn_.blocks)
      for (Instruction& i : b.instructions)
        if (i.result.valid()) definition_[i.result.index] = &i;
  }
  bool run() {
    bool changed = false;
    for (Block& b : fn_.blocks) {
      Instruction& last = b.instructions.back();
      if (last.op != Op::Branch) continue;
      auto known = condition(last.operands[0], 0);
      if (!known) continue;
      last.op = Op::Jump;
      last.operands.clear();
      last.edges = {last.edges[*known ? 0 : 1]};
      changed = true;
    }
    return changed;
  }

 private:
  static constexpr int k_depth = 8;
  // The word of a constant; any heap object counts as an address that is truthy and not nil.
  std::optional<rt::Word> word(ValueId v) const {
    const Instruction* i = definition_[v.index];
    if (!i) return std::nullopt;
    if (i->op == Op::ConstWord) return static_cast<rt::Word>(i->imm);
    if (i->op == Op::Static) return rt::Word{8};
    if (i->op == Op::BoolToAny)
      if (auto b = condition(i->operands[0], k_depth - 2)) return rt::from_bool(*b);
    return std::nullopt;
  }
  std::optional<bool> condition(ValueId v, int depth) const {
    const Instruction* i = definition_[v.index];
    if (!i || depth > k_depth) return std::nullopt;
    switch (i->op) {
      case Op::ConstBool: return i->imm != 0;
      case Op::Truthy:
        if (auto w = word(i->operands[0])) return rt::is_truthy(*w);
        return std::nullopt;
      case Op::IsNil:
        if (auto w = word(i->operands[0])) return *w == abi::k_nil;
        return std::nullopt;
      case Op::Not:
        if (auto b = condition(i->operands[0], depth + 1)) return !*b;
        return std::nullopt;
      case Op::Identical: {
        if (i->operands[0] == i->operands[1]) return true;
        const Instruction *a = definition_[i->operands[0].index], *b = definition_[i->operands[1].index];
        if (a && b && a->op == Op::ConstWord && b->op == Op::ConstWord) return a->imm == b->imm;
        return std::nullopt;
      }
      default: return std::nullopt;
    }
  }

  Function& fn_;
  std::vector<const Instruction*> definition_;
};

}  // namespace

bool fold_branches(ir::Function& function) { return Folder(function).run(); }

}  // namespace slisp::compiler
