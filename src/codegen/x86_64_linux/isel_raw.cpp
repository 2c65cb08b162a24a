// isel_raw.cpp: numbers outside boxes: arithmetic on raw longs and doubles, and the ways from words to them.
#include "src/codegen/x86_64_linux/isel.hpp"
#include <bit>

namespace slisp::x64 {

MInst& Selector::two_operands(const ir::Instruction& inst, Opcode op) {
  std::uint32_t d = define(inst.result);
  MInst& out = emit(op);
  out.operand[0] = virtual_register(d);
  for (std::size_t i = 0; i < inst.operands.size(); ++i) out.operand[i + 1] = operand(inst.operands[i]);
  return out;
}

bool Selector::select_raw(const ir::Instruction& inst) {
  using ir::Op;
  auto plain = [&](Opcode op) {
    two_operands(inst, op);
    return true;
  };
  auto shift = [&](Opcode op) {
    two_operands(inst, op).number = static_cast<std::uint32_t>(inst.imm);
    return true;
  };
  switch (inst.op) {
    case Op::AddF64: return plain(Opcode::AddF64);
    case Op::SubtractF64: return plain(Opcode::SubtractF64);
    case Op::MultiplyF64: return plain(Opcode::MultiplyF64);
    case Op::DivideF64: return plain(Opcode::DivideF64);
    case Op::SqrtF64: return plain(Opcode::SqrtF64);
    case Op::I64ToF64: return plain(Opcode::I64ToF64);
    case Op::AddI64: return plain(Opcode::AddI64);
    case Op::SubtractI64: return plain(Opcode::SubtractI64);
    case Op::MultiplyI64: return plain(Opcode::MultiplyI64);
    case Op::AndI64: return plain(Opcode::AndI64);
    case Op::OrI64: return plain(Opcode::OrI64);
    case Op::XorI64: return plain(Opcode::XorI64);
    case Op::ShiftLeftI64: return shift(Opcode::ShiftLeftI64);
    case Op::ShiftRightI64: return shift(Opcode::ShiftRightI64);
    case Op::ShiftRightU64: return shift(Opcode::ShiftRightU64);
    case Op::UnboxI64: return plain(Opcode::UnboxI64);
    case Op::UnboxF64: {
      Operand box = operand(inst.operands[0]);
      std::uint32_t d = define(inst.result);
      MInst& load = emit(Opcode::Move);
      load.operand[0] = virtual_register(d);
      load.operand[1] = box.is(Operand::Kind::Symbol) ? symbol_memory(box.index, abi::k_offset_payload) : memory(box.index, abi::k_offset_payload);
      return true;
    }
    default: return false;
  }
}

// Division by a constant needs no test; by a power of two, no division.
bool Selector::select_checked(const ir::Instruction& inst, std::uint32_t exit) {
  using ir::Op;
  Opcode op = Opcode::DivideI64;
  DivisionKind kind = DivisionKind::Quotient;
  switch (inst.op) {
    case Op::TryAddI64: op = Opcode::AddI64; break;
    case Op::TrySubtractI64: op = Opcode::SubtractI64; break;
    case Op::TryMultiplyI64: op = Opcode::MultiplyI64; break;
    case Op::TryRemainderI64: kind = DivisionKind::Remainder; break;
    case Op::TryModulusI64: kind = DivisionKind::Modulus; break;
    case Op::TryDivideF64:
      two_operands(inst, Opcode::DivideF64).exit = exit;
      return true;
    default: break;
  }
  Operand divisor = operand(inst.operands[1]);
  if (op != Opcode::DivideI64 || !divisor.is(Operand::Kind::Immediate) || divisor.value == 0 || divisor.value == -1) {
    MInst& out = two_operands(inst, op);
    out.number = static_cast<std::uint32_t>(kind);
    out.exit = exit;
    return true;
  }
  auto number = static_cast<std::uint64_t>(divisor.value);
  bool power = divisor.value > 1 && std::has_single_bit(number) && number <= (1u << 30);
  MInst& out = two_operands(inst, power ? Opcode::DivideByPower : Opcode::DivideByConstant);
  out.number = static_cast<std::uint32_t>(kind);
  if (power) {
    out.number |= static_cast<std::uint32_t>(std::countr_zero(number)) * 4;
    out.operand[2] = {};
  }
  return true;
}

// Words that are most likely fixnums or doubles become raw numbers inline; a call does the rest.
bool Selector::select_to_raw(const ir::Instruction& inst, std::uint32_t exit) {
  using Rt = abi::RuntimeFunctionId;
  auto id = static_cast<Rt>(inst.id);
  bool to_double = id == Rt::to_double || id == Rt::operand_double;
  if (id != Rt::to_long && !to_double) return false;
  MInst& out = two_operands(inst, to_double ? Opcode::ToF64 : Opcode::ToI64);
  out.number = inst.id;
  out.exit = exit;
  return true;
}

}  // namespace slisp::x64
