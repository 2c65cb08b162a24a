// isel_constants.cpp: constants and addresses become operands; only doubles take an instruction.
#include "src/codegen/x86_64_linux/isel.hpp"

namespace slisp::x64 {

std::uint32_t Selector::define(ir::ValueId v) {
  if (place_[v.index].is(Operand::Kind::Virtual)) return place_[v.index].index;
  std::uint32_t r = out_.new_register(in_[v].type == ir::Type::F64);
  place_[v.index] = virtual_register(r);
  return r;
}

Operand Selector::static_operand(std::uint32_t id) {
  const DataLayout::Reference& object = view_.data.reference(id);
  return object.symbol.empty() ? immediate(static_cast<std::int64_t>(object.word)) : symbol_address(view_.symbols.intern(object.symbol));
}

bool Selector::select_constant(const ir::Instruction& inst) {
  using ir::Op;
  switch (inst.op) {
    case Op::ConstWord:
    case Op::ConstI64:
    case Op::ConstBool: place_[inst.result.index] = immediate(inst.imm); return true;
    case Op::Static: place_[inst.result.index] = static_operand(inst.id); return true;
    case Op::Descriptor:
      place_[inst.result.index] = symbol_address(view_.symbols.intern(view_.module.descriptors[inst.id].symbol));
      return true;
    case Op::Site: place_[inst.result.index] = symbol_address(view_.symbols.intern(view_.data.site(inst.id))); return true;
    case Op::SlotAddress: place_[inst.result.index] = slot_address(inst.id); return true;
    case Op::ConstF64: {
      std::uint32_t d = define(inst.result);
      MInst& move = emit(Opcode::MoveBits);
      move.operand[0] = virtual_register(d);
      move.operand[1] = immediate(inst.imm);
      return true;
    }
    default: return false;
  }
}

}  // namespace slisp::x64
