// isel_lookup.cpp: get of a keyword that the program names, with a memory of where it was last time (--no-inline-caches).
#include "src/codegen/x86_64_linux/isel.hpp"
#include "src/compiler/symbols.hpp"

namespace slisp::x64 {

bool Selector::select_lookup(const ir::Instruction& inst, std::uint32_t exit) {
  using Rt = abi::RuntimeFunctionId;
  const auto id = static_cast<Rt>(inst.id);
  const bool takes = id == Rt::get_take || id == Rt::get_default_take;
  if ((id != Rt::get && id != Rt::get_default && !takes) || !options_.inline_caches || exit == k_no_block) return false;
  const Operand collection = operand(inst.operands[0]), key = operand(inst.operands[1]);
  if (!collection.is(Operand::Kind::Virtual) || !key.is(Operand::Kind::Symbol)) return false;
  if (!compiler::is_keyword_symbol(view_.symbols.name(key.index))) return false;
  Operand missing = immediate(static_cast<std::int64_t>(abi::k_nil));
  if (id == Rt::get_default || id == Rt::get_default_take) {
    // Nobody counts a static word: it need not be released when the keyword is there.
    missing = operand(inst.operands[2]);
    if (missing.is(Operand::Kind::Immediate) ? !fits_32_bits(missing.value) : !missing.is(Operand::Kind::Symbol)) return false;
  }
  const std::uint32_t d = define(inst.result);
  MInst& out = emit(takes ? Opcode::TakeKeyword : Opcode::LookupKeyword);
  out.number = key.index;
  out.operand[0] = virtual_register(d);
  out.operand[1] = collection;
  out.operand[2] = missing;
  out.exit = exit;
  return true;
}

}  // namespace slisp::x64
