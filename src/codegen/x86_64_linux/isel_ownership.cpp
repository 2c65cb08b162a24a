// isel_ownership.cpp: dup, drop, captured values, the closure itself, roots of vars.
#include "src/codegen/x86_64_linux/isel.hpp"

namespace slisp::x64 {

bool Selector::select_ownership(const ir::Instruction& inst) {
  using ir::Op;
  switch (inst.op) {
    case Op::Dup: {
      Operand value = operand(inst.operands[0]);
      place_[inst.result.index] = value;                    // a second owner is the same word
      if (value.is(Operand::Kind::Virtual)) emit(options_.optimize > 0 ? Opcode::Retain : Opcode::RetainCall).operand[0] = value;
      return true;
    }
    case Op::Drop: {
      Operand value = operand(inst.operands[0]);            // immediates and static objects are never counted
      if (value.is(Operand::Kind::Virtual)) emit(options_.optimize > 0 ? Opcode::Release : Opcode::ReleaseCall).operand[0] = value;
      return true;
    }
    case Op::Shell: {
      Operand value = operand(inst.operands[0]);
      if (!value.is(Operand::Kind::Virtual)) {
        place_[inst.result.index] = immediate(abi::k_nil);
        return true;
      }
      std::uint32_t d = define(inst.result);
      MInst& shell = emit(cells_[inst.result.index] ? Opcode::ShellOfCell : Opcode::Shell);
      shell.operand[0] = virtual_register(d);
      shell.operand[1] = value;
      return true;
    }
    case Op::Self: place_[inst.result.index] = closure_; return true;
    case Op::Capture: {
      std::uint32_t d = define(inst.result);
      MInst& move = emit(Opcode::Move);
      move.operand[0] = virtual_register(d);
      move.operand[1] = memory(closure_.index, static_cast<std::int64_t>(abi::k_offset_captured) + 8 * inst.imm);
      return true;
    }
    case Op::VarRoot: {
      Operand cell = static_operand(inst.id);
      std::uint32_t d = define(inst.result);
      if (options_.optimize > 0 && cell.is(Operand::Kind::Symbol)) {
        MInst& load = emit(Opcode::VarRoot);
        load.operand[0] = virtual_register(d);
        load.operand[1] = cell;
        return true;
      }
      MInst& call = emit(Opcode::Call);
      call.operand[0] = symbol_address(view_.symbols.intern("slisp_var_root"));
      call.uses.push_back({cell, Register::rdi});
      call.defs.push_back({d, Register::rax});
      return true;
    }
    default: return false;
  }
}

}  // namespace slisp::x64
