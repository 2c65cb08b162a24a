// thread_tests.cpp: a test that is made once is not made again.
// In:   verified IR.
// Out:  truthy of a boolean that was just made of a test is that test; a block that only asks whether its parameter is true is asked by those who jump
//       to it, where most know the answer; a branch on what an earlier branch decided is a jump.
// Keeps: only ways on which nothing else happens are made shorter. A block that others jump to with a value of their own stays.
// Idea: `and`, `or`, `not`, inlined predicates and `cond` give a value that the next `if` asks. The value is what an earlier test gave, so the edge may
//       lead where the second test would (jump threading, as in Mueller and Whalley's avoidance of conditional branches).
#include "src/compiler/ir/cfg.hpp"
#include "src/compiler/passes/passes.hpp"
#include <algorithm>
#include <optional>
#include <utility>

namespace slisp::compiler {
namespace {

using namespace ir;

constexpr int k_most_rounds = 8, k_way_up = 16;

class Threader {
 public:
  explicit Threader(Function& fn) : fn_(fn) {}

  bool run() {
    bool any = false;
    for (int round = 0; round < k_most_rounds; ++round) {
      look();
      bool changed = shorten_tests();
      changed = ask_before() || changed;
      changed = follow_decided() || changed;
      if (!changed) break;
      any = true;
    }
    if (any) forget_unused();
    return any;
  }

 private:
  void look() {
    definition_.assign(fn_.values.size(), {UINT32_MAX, 0});
    uses_.assign(fn_.values.size(), 0);
    for (std::uint32_t b = 0; b < fn_.blocks.size(); ++b)
      for (std::uint32_t k = 0; k < fn_.blocks[b].instructions.size(); ++k) {
        const Instruction& i = fn_.blocks[b].instructions[k];
        if (i.result.valid()) definition_[i.result.index] = {b, k};
        for (ValueId v : i.operands) ++uses_[v.index];
        for (const Edge& e : i.edges)
          for (ValueId v : e.arguments) ++uses_[v.index];
      }
  }
  const Instruction* definition(ValueId v) const {
    const auto [b, k] = definition_[v.index];
    return b == UINT32_MAX ? nullptr : &fn_.blocks[b].instructions[k];
  }
  const Instruction* definition(ValueId v, Op op) const {
    const Instruction* i = definition(v);
    return i != nullptr && i->op == op ? i : nullptr;
  }

  // branch (truthy (bool_to_any b)) is branch b.
  bool shorten_tests() {
    bool changed = false;
    for (Block& b : fn_.blocks) {
      Instruction& last = b.instructions.back();
      if (last.op != Op::Branch) continue;
      const Instruction* truthy = definition(last.operands[0], Op::Truthy);
      const Instruction* box = truthy ? definition(truthy->operands[0], Op::BoolToAny) : nullptr;
      if (box == nullptr) continue;
      last.operands[0] = box->operands[0];
      changed = true;
    }
    return changed;
  }

  // A block that takes a value, asks whether it is true, at most gives it up, and branches.
  struct Question {
    ValueId value;
    bool drops = false;
  };
  std::optional<Question> question(const Block& b) const {
    if (b.parameters.size() != 1 || b.instructions.size() < 2 || b.instructions.size() > 3) return std::nullopt;
    const ValueId p = b.parameters[0];
    const Instruction &test = b.instructions[0], &last = b.instructions.back();
    if (test.op != Op::Truthy || test.operands[0] != p || last.op != Op::Branch || last.operands[0] != test.result || uses_[test.result.index] != 1)
      return std::nullopt;
    const bool drops = b.instructions.size() == 3;
    if (drops && (b.instructions[1].op != Op::Drop || b.instructions[1].operands[0] != p)) return std::nullopt;
    if (uses_[p.index] != (drops ? 2u : 1u) || (!drops && fn_[p].ownership == Ownership::Owned)) return std::nullopt;
    return Question{p, drops};
  }
  // Who jumps to a question asks it.
  bool ask_before() {
    bool changed = false;
    for (std::size_t b = 0; b < fn_.blocks.size(); ++b) {
      Instruction& last = fn_.blocks[b].instructions.back();
      if (last.op != Op::Jump || last.edges[0].arguments.size() != 1 || last.edges[0].target.index == b) continue;
      const Block& target = fn_[last.edges[0].target];
      const auto asked = question(target);
      if (!asked) continue;
      const ValueId argument = last.edges[0].arguments[0];
      const std::vector<Edge> edges = target.instructions.back().edges;
      const SourceLine line = last.line;
      std::optional<bool> known = truth(argument);
      const Instruction* box = definition(argument, Op::BoolToAny);
      if (!known && box == nullptr && !comes_from_elsewhere(argument)) continue;
      const ValueId boolean = box != nullptr ? box->operands[0] : ValueId{};
      auto& list = fn_.blocks[b].instructions;
      list.pop_back();
      auto add = [&](Op op, ValueId operand) -> Instruction& {
        Instruction made;
        made.op = op;
        made.line = line;
        if (operand.valid()) made.operands = {operand};
        list.push_back(std::move(made));
        return list.back();
      };
      ValueId condition = boolean;
      if (!known && !boolean.valid()) {
        condition = ValueId{static_cast<std::uint32_t>(fn_.values.size())};
        fn_.values.push_back({Type::Bool, Ownership::Trivial, {}, BlockId{static_cast<std::uint32_t>(b)}});
        definition_.push_back({static_cast<std::uint32_t>(b), static_cast<std::uint32_t>(list.size())});
        uses_.push_back(1);
        add(Op::Truthy, argument).result = condition;
      }
      if (asked->drops && fn_[argument].ownership == Ownership::Owned) add(Op::Drop, argument);
      if (known) add(Op::Jump, {}).edges = {edges[*known ? 0 : 1]};
      else add(Op::Branch, condition).edges = edges;
      changed = true;
    }
    return changed;
  }
  // A parameter of another question is worth asking where it is known.
  bool comes_from_elsewhere(ValueId v) const {
    const BlockId home = fn_[v].block;
    if (!home.valid()) return false;
    const auto& parameters = fn_[home].parameters;
    return std::find(parameters.begin(), parameters.end(), v) != parameters.end() && fn_[home].instructions.size() == 1;
  }
  std::optional<bool> truth(ValueId v) const {
    const Instruction* i = definition(v);
    if (i == nullptr) return std::nullopt;
    if (i->op == Op::ConstWord) return rt::is_truthy(static_cast<rt::Word>(i->imm));
    if (i->op == Op::Static || i->op == Op::I64ToAny || i->op == Op::F64ToAny) return true;
    return std::nullopt;
  }

  // On the way up through single predecessors a branch on the same condition has decided it.
  bool follow_decided() {
    const auto preds = predecessors(fn_);
    bool changed = false;
    for (std::uint32_t b = 0; b < fn_.blocks.size(); ++b) {
      Instruction& last = fn_.blocks[b].instructions.back();
      if (last.op != Op::Branch) continue;
      BlockId at{b};
      for (int steps = 0; steps < k_way_up && preds[at.index].size() == 1; ++steps) {
        const BlockId from = preds[at.index][0];
        const Instruction& branch = fn_[from].instructions.back();
        if (branch.op == Op::Branch && branch.operands[0] == last.operands[0] && branch.edges[0].target != branch.edges[1].target && from.index != b) {
          last.edges = {last.edges[branch.edges[0].target == at ? 0 : 1]};
          last.op = Op::Jump;
          last.operands.clear();
          changed = true;
          break;
        }
        at = from;
      }
    }
    return changed;
  }

  // What only answered questions leaves nothing behind.
  void forget_unused() {
    for (bool changed = true; changed;) {
      look();
      changed = false;
      for (Block& b : fn_.blocks)
        changed = std::erase_if(b.instructions, [this](const Instruction& i) {
                    return (i.op == Op::Truthy || i.op == Op::BoolToAny) && uses_[i.result.index] == 0;
                  }) != 0 || changed;
    }
  }

  Function& fn_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> definition_;   // block and place: they stay when instructions are added behind
  std::vector<std::uint32_t> uses_;
};

}  // namespace

bool thread_tests(ir::Function& function) { return Threader(function).run(); }

}  // namespace slisp::compiler
