// drop_checks.cpp: what the bounds of longs decide is not asked at run time.
// In:   verified IR, numbers unboxed.
// Out:  arithmetic that cannot overflow is plain; comparisons that are certain are constants; divisions by powers of two of what is not
//       negative are shifts and masks.
// Keeps: every value, and every exception that can be thrown.
// Idea: types/ranges.hpp.
#include "src/compiler/passes/passes.hpp"
#include "src/compiler/types/ranges.hpp"
#include <bit>
#include <optional>

namespace slisp::compiler {
namespace {

using namespace ir;

bool interesting(const Function& fn) {
  for (const Block& b : fn.blocks)
    for (const Instruction& inst : b.instructions) switch (inst.op) {
        case Op::TryAddI64:
        case Op::TrySubtractI64:
        case Op::TryMultiplyI64:
        case Op::TryQuotientI64:
        case Op::TryRemainderI64:
        case Op::TryModulusI64:
        case Op::CompareI64: return true;
        default: break;
      }
  return false;
}

std::optional<bool> decided(Condition c, Range a, Range b) {
  switch (c) {
    case Condition::Less:
      if (a.high < b.low) return true;
      if (a.low >= b.high) return false;
      return std::nullopt;
    case Condition::LessEqual:
      if (a.high <= b.low) return true;
      if (a.low > b.high) return false;
      return std::nullopt;
    case Condition::Greater: return decided(Condition::Less, b, a);
    case Condition::GreaterEqual: return decided(Condition::LessEqual, b, a);
    case Condition::Equal:
    case Condition::NotEqual:
      if (a.high < b.low || b.high < a.low) return c == Condition::NotEqual;
      if (a.low == a.high && b == a) return c == Condition::Equal;
      return std::nullopt;
  }
  return std::nullopt;
}

class Dropper {
 public:
  explicit Dropper(Function& fn) : fn_(fn), ranges_(fn) {}

  std::uint64_t run() {
    for (std::uint32_t b = 0; b < fn_.blocks.size(); ++b)
      for (std::size_t i = 0; i < fn_.blocks[b].instructions.size(); ++i) look(BlockId{b}, i);
    apply();
    return later_.size();
  }

 private:
  struct Change {
    BlockId block;
    std::size_t place;
    Op op;
    std::int64_t imm = 0;
    std::optional<std::int64_t> constant;            // in the place of the second operand
  };

  // All is decided on the IR as the ranges saw it.
  void look(BlockId b, std::size_t i) {
    const Instruction& inst = fn_[b].instructions[i];
    auto range = [&](std::size_t o) { return ranges_.at(inst.operands[o], b); };
    switch (inst.op) {
      case Op::CompareI64: {
        Range x = range(0), y = range(1);
        if (x.empty() || y.empty()) return;
        if (auto known = decided(static_cast<Condition>(inst.imm), x, y)) later_.push_back({b, i, Op::ConstBool, *known ? 1 : 0, {}});
        return;
      }
      case Op::TryAddI64: return plain(b, i, Op::AddI64);
      case Op::TrySubtractI64: return plain(b, i, Op::SubtractI64);
      case Op::TryMultiplyI64: return plain(b, i, Op::MultiplyI64);
      case Op::TryQuotientI64:
      case Op::TryRemainderI64:
      case Op::TryModulusI64: {
        Range x = range(0), y = range(1);
        if (x.empty() || y.low != y.high || y.low <= 0 || !std::has_single_bit(static_cast<std::uint64_t>(y.low))) return;
        if (inst.op != Op::TryModulusI64 && x.low < 0) return;
        if (inst.op == Op::TryQuotientI64) later_.push_back({b, i, Op::ShiftRightU64, std::countr_zero(static_cast<std::uint64_t>(y.low)), {}});
        else later_.push_back({b, i, Op::AndI64, 0, y.low - 1});
        return;
      }
      default: return;
    }
  }
  void plain(BlockId b, std::size_t i, Op op) {
    const Instruction& inst = fn_[b].instructions[i];
    Range out;
    if (bounds_of(op, ranges_.at(inst.operands[0], b), ranges_.at(inst.operands[1], b), out)) later_.push_back({b, i, op, 0, {}});
  }

  void apply() {
    for (const Change& c : later_) {
      auto& list = fn_[c.block].instructions;
      Instruction& inst = list[c.place];
      const bool ended = ends_block(inst.op);
      inst.op = c.op;
      inst.imm = c.imm;
      if (c.op == Op::ConstBool) inst.operands.clear();
      if (c.op == Op::ShiftRightU64) inst.operands.resize(1);
      if (!ended) continue;
      Instruction jump;
      jump.op = Op::Jump;
      jump.line = inst.line;
      jump.edges = {{inst.edges[0].target, {}}};
      inst.edges.clear();
      fn_[inst.result].block = c.block;
      if (c.constant) {
        Instruction constant;
        constant.op = Op::ConstI64;
        constant.imm = *c.constant;
        constant.line = inst.line;
        fn_.values.push_back({Type::I64, Ownership::Trivial, {}, c.block});
        constant.result = ValueId{static_cast<std::uint32_t>(fn_.values.size() - 1)};
        inst.operands[1] = constant.result;
        list.insert(list.end() - 1, std::move(constant));
      }
      list.push_back(std::move(jump));
    }
  }

  Function& fn_;
  Ranges ranges_;
  std::vector<Change> later_;
};

}  // namespace

std::uint64_t drop_checks(Function& function) { return interesting(function) ? Dropper(function).run() : 0; }

}  // namespace slisp::compiler
