// isel_access.cpp: looks into collections that have an inline form for small vectors and lists.
#include "src/codegen/x86_64_linux/isel.hpp"

namespace slisp::x64 {

namespace {
using Rt = abi::RuntimeFunctionId;

bool inline_form(Rt id, Opcode& op) {
  switch (id) {
    case Rt::nth_default_look:
    case Rt::nth_look: op = Opcode::NthLook; return true;
    case Rt::first_look: op = Opcode::FirstLook; return true;
    case Rt::rest_look: op = Opcode::RestLook; return true;
    case Rt::next_look: op = Opcode::NextLook; return true;
    case Rt::seq_look: op = Opcode::SeqLook; return true;
    case Rt::nth_take: op = Opcode::NthTake; return true;
    case Rt::first_take: op = Opcode::FirstTake; return true;
    case Rt::nth_default:
    case Rt::nth: op = Opcode::Nth; return true;
    case Rt::first:
    case Rt::rest:
    case Rt::next:
    case Rt::seq: op = Opcode::Step; return true;
    case Rt::empty_look: op = Opcode::EmptyLook; return true;
    default: return false;
  }
}
}  // namespace

bool Selector::select_access(const ir::Instruction& inst, std::uint32_t exit) {
  Opcode op{};
  if (options_.optimize == 0 || !options_.inline_access || exit == k_no_block || !inline_form(static_cast<Rt>(inst.id), op)) return false;
  Operand value = operand(inst.operands[0]);
  if (!value.is(Operand::Kind::Virtual)) return false;       // a constant: rare, and folded elsewhere
  // Destructuring asks for nil where nothing is; the stubs know that.
  if (inst.operands.size() == 3 && operand(inst.operands[2]) != immediate(abi::k_nil)) return false;
  Operand index = inst.operands.size() > 1 ? operand(inst.operands[1]) : Operand{};
  if (op == Opcode::NthTake && !index.is(Operand::Kind::Immediate)) return false;
  if (index.is(Operand::Kind::Immediate) && (index.value < 0 || index.value > 31)) return false;   // no small vector has it
  std::uint32_t d = define(inst.result);
  MInst& out = emit(op);
  out.number = inst.id;
  out.operand[0] = virtual_register(d);
  out.operand[1] = value;
  if (op == Opcode::NthLook || op == Opcode::NthTake || op == Opcode::Nth) out.operand[2] = index;
  out.exit = exit;
  return true;
}

}  // namespace slisp::x64
