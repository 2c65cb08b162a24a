// isel_conversions.cpp: boxing, booleans, tests, and the branches that compute them.
// Idea: a test of a word reads nothing behind it, so it may wait for the branch at the end of its block, whatever happens in between.
#include "src/codegen/x86_64_linux/isel.hpp"

namespace slisp::x64 {

bool Selector::fusible(ir::ValueId condition, ir::BlockId block) const {
  if (uses_[condition.index] != 1 || options_.optimize == 0) return false;
  const ir::Instruction& last = in_[block].instructions.back();
  return last.op == ir::Op::Branch && last.operands[0] == condition;
}

bool Selector::select_conversion(const ir::Instruction& inst) {
  using ir::Op;
  auto unary = [&](Opcode op, Operand value) {
    std::uint32_t d = define(inst.result);
    MInst& out = emit(op);
    out.operand[0] = virtual_register(d);
    out.operand[1] = value;
    return true;
  };
  auto cell = [&](Opcode op) {
    unary(op, operand(inst.operands[0]));
    out_.blocks[current_].instructions.back().number = static_cast<std::uint32_t>(inst.imm);
    return true;
  };
  switch (inst.op) {
    case Op::Truthy:
    case Op::Identical:
    case Op::IsNil:
    case Op::CompareI64:
    case Op::CompareF64:
      if (fusible(inst.result, ir_block_)) {
        deferred_[inst.result.index] = &inst;
        return true;
      }
      if (inst.op == Op::CompareI64 || inst.op == Op::CompareF64) {
        two_operands(inst, inst.op == Op::CompareI64 ? Opcode::CompareI64 : Opcode::CompareF64).condition = static_cast<Condition>(inst.imm);
        return true;
      }
      if (inst.op == Op::Truthy) return unary(Opcode::Truthy, operand(inst.operands[0]));
      unary(Opcode::Same, operand(inst.operands[0]));
      out_.blocks[current_].instructions.back().operand[2] =
          inst.op == Op::IsNil ? immediate(abi::k_nil) : operand(inst.operands[1]);
      return true;
    case Op::IsCell: {
      // It looks behind the word, so nothing may happen before the branch.
      const auto& list = in_[ir_block_].instructions;
      if (list.size() < 2 || &list[list.size() - 2] != &inst || !fusible(inst.result, ir_block_)) return cell(Opcode::IsCell);
      deferred_[inst.result.index] = &inst;
      return true;
    }
    case Op::IsShared: return unary(Opcode::IsShared, operand(inst.operands[0]));
    case Op::CellFirst: return cell(Opcode::CellFirst);
    case Op::CellRest: return cell(Opcode::CellRest);
    case Op::HasClass: two_operands(inst, Opcode::HasClass); return true;
    case Op::Not: return unary(Opcode::BoolNot, operand(inst.operands[0]));
    case Op::BoolToAny: return unary(Opcode::BoolToAny, operand(inst.operands[0]));
    case Op::I64ToAny:
      if (options_.optimize > 0) return unary(Opcode::BoxI64, operand(inst.operands[0]));
      [[fallthrough]];
    case Op::F64ToAny: {
      bool is_double = inst.op == Op::F64ToAny;
      if (is_double && options_.optimize > 0 && options_.inline_allocation) {
        box_double(inst);
        return true;
      }
      std::uint32_t d = define(inst.result);
      MInst& call = emit(Opcode::Call);
      call.operand[0] = symbol_address(view_.symbols.intern(is_double ? "slisp_box_double" : "slisp_box_long"));
      call.uses.push_back({operand(inst.operands[0]), is_double ? Register::xmm0 : Register::rdi});
      call.defs.push_back({d, Register::rax});
      return true;
    }
    default: return false;
  }
}

void Selector::end_with_branch(const ir::Instruction& inst) {
  const ir::Instruction* test = deferred_[inst.operands[0].index];
  std::uint32_t yes = edge_block(inst.edges[0], false);
  std::uint32_t no = edge_block(inst.edges[1], false);
  Operand condition = test == nullptr ? operand(inst.operands[0]) : operand(test->operands[0]);
  MInst& jump = emit(test == nullptr                     ? Opcode::BoolJump
                     : test->op == ir::Op::Truthy ? Opcode::TruthyJump
                     : test->op == ir::Op::CompareI64 ? Opcode::CompareI64Jump
                     : test->op == ir::Op::CompareF64 ? Opcode::CompareF64Jump
                     : test->op == ir::Op::IsCell ? Opcode::IsCellJump
                     : test->op == ir::Op::RtCall ? Opcode::IsNumberJump
                                                         : Opcode::SameJump);
  jump.operand[0] = condition;
  if (jump.op == Opcode::CompareI64Jump || jump.op == Opcode::CompareF64Jump) {
    jump.operand[1] = operand(test->operands[1]);
    jump.condition = static_cast<Condition>(test->imm);
  }
  if (jump.op == Opcode::IsNumberJump) jump.number = test->id;
  if (jump.op == Opcode::IsCellJump) jump.number = static_cast<std::uint32_t>(test->imm);
  if (jump.op == Opcode::SameJump)
    jump.operand[1] = test->op == ir::Op::IsNil ? immediate(abi::k_nil) : operand(test->operands[1]);
  jump.target[0] = yes;
  jump.target[1] = no;
}

}  // namespace slisp::x64
