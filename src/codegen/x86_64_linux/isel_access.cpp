// isel_access.cpp: looks into collections that have an inline form for small vectors and lists, and changes that a stub makes in place.
#include "src/codegen/x86_64_linux/isel.hpp"

namespace slisp::x64 {

namespace {
using Rt = abi::RuntimeFunctionId;

bool inline_form(Rt id, Opcode& op) {
  switch (id) {
    case Rt::nth_default_look:
    case Rt::vector_nth:
    case Rt::nth_look: op = Opcode::NthLook; return true;
    case Rt::first_look: op = Opcode::FirstLook; return true;
    case Rt::rest_look: op = Opcode::RestLook; return true;
    case Rt::next_look: op = Opcode::NextLook; return true;
    case Rt::seq_look: op = Opcode::SeqLook; return true;
    case Rt::nth_take: op = Opcode::NthTake; return true;
    case Rt::first_take: op = Opcode::FirstTake; return true;
    case Rt::rest_take: op = Opcode::RestTake; return true;
    case Rt::next_take: op = Opcode::NextTake; return true;
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
bool update_in_place(Rt id) {
  return id == Rt::assoc_index || id == Rt::conj_vector || id == Rt::pop_vector || id == Rt::assoc_transient || id == Rt::conj_transient;
}
}  // namespace

// Operands go through the context's argument buffer: a stub changes the collection in place, or asks the runtime.
bool Selector::select_update(const ir::Instruction& inst, std::uint32_t exit) {
  if (options_.optimize == 0 || !options_.inline_access || exit == k_no_block || !update_in_place(static_cast<Rt>(inst.id))) return false;
  Operand collection = operand(inst.operands[0]);
  if (!collection.is(Operand::Kind::Virtual)) return false;   // a constant: shared, so it is copied
  if (inst.operands.size() != abi::runtime_function(static_cast<Rt>(inst.id)).parameter_count) return false;
  // assoc with a key in a register: its fast paths stand in line.
  const Operand key = static_cast<Rt>(inst.id) == Rt::assoc_index ? operand(inst.operands[1]) : Operand{};
  const bool in_line = key.is(Operand::Kind::Virtual);
  for (std::size_t i = in_line ? 2 : 1; i < inst.operands.size(); ++i) {
    MInst& store = emit(Opcode::Store);
    store.operand[0] = memory(Register::r15, static_cast<std::int64_t>(abi::k_offset_arguments + 8 * i));
    store.operand[1] = operand(inst.operands[i]);
  }
  std::uint32_t d = define(inst.result);
  MInst& out = emit(in_line ? Opcode::AssocIndex : Opcode::Update);
  out.number = inst.id;
  out.operand[0] = virtual_register(d);
  out.operand[1] = collection;
  if (in_line) out.operand[2] = key;
  out.exit = exit;
  return true;
}

// A capture of a function that runs once.
bool Selector::select_capture(const ir::Instruction& inst) {
  if (options_.optimize == 0 || !options_.inline_access || static_cast<Rt>(inst.id) != Rt::capture_take) return false;
  Operand closure = operand(inst.operands[0]), index = operand(inst.operands[1]);
  if (!closure.is(Operand::Kind::Virtual) || !index.is(Operand::Kind::Immediate)) return false;
  std::uint32_t d = define(inst.result);
  MInst& out = emit(Opcode::CaptureTake);
  out.number = inst.id;
  out.operand[0] = virtual_register(d);
  out.operand[1] = closure;
  out.operand[2] = index;
  return true;
}

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
