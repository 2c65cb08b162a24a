// isel.cpp: the frame of instruction selection: blocks, chains, edges, entry.
#include "src/codegen/x86_64_linux/isel.hpp"
#include "src/compiler/check.hpp"
#include <algorithm>

namespace slisp::x64 {

MFunction select_instructions(const ir::Function& function, ModuleView& view, const Options& options) {
  return Selector(function, view, options).run();
}

MInst& Selector::emit(Opcode op) {
  MInst& inst = out_.blocks[current_].instructions.emplace_back();
  inst.op = op;
  inst.line = line_;
  return inst;
}

void Selector::count_uses_and_predecessors() {
  uses_.assign(in_.values.size(), 0);
  definition_.assign(in_.values.size(), nullptr);
  cells_.assign(in_.values.size(), false);
  predecessors_.assign(in_.blocks.size(), 0);
  for (const ir::Block& block : in_.blocks)
    for (const ir::Instruction& inst : block.instructions) {
      if (inst.result.valid()) definition_[inst.result.index] = &inst;
      for (ir::ValueId v : inst.operands) ++uses_[v.index];
      if (const ir::ValueId cell = reused_by_cons(inst); cell.valid()) cells_[cell.index] = true;
      for (const ir::Edge& edge : inst.edges) {
        ++predecessors_[edge.target.index];
        for (ir::ValueId v : edge.arguments) ++uses_[v.index];
      }
    }
}

// Arguments 1-6 come in registers, further ones lie in the context's buffer, which the next call may use: they are copied at once.
void Selector::entry() {
  MInst entry;
  entry.op = Opcode::Entry;
  entry.line = in_.line;
  const auto& parameters = in_.blocks[0].parameters;
  bool wants_closure = in_.captures > 0;
  for (const ir::Block& block : in_.blocks)
    for (const ir::Instruction& inst : block.instructions)
      wants_closure = wants_closure || inst.op == ir::Op::Self || inst.op == ir::Op::Capture;
  if (wants_closure) {
    std::uint32_t v = out_.new_register(false);
    closure_ = virtual_register(v);
    entry.defs.push_back({v, Register::r10});
  }
  ArgumentPlaces places;
  std::vector<std::pair<std::uint32_t, std::int64_t>> from_buffer;
  for (ir::ValueId p : parameters) {
    std::uint32_t v = define(p);
    ArgumentPlace place = places.next(in_[p].type == ir::Type::F64);
    if (place.reg != Register::None) entry.defs.push_back({v, place.reg});
    else from_buffer.emplace_back(v, place.offset);
  }
  out_.blocks[0].instructions.push_back(std::move(entry));
  for (auto [v, offset] : from_buffer) {
    MInst& move = emit(Opcode::Move);
    move.operand[0] = virtual_register(v);
    move.operand[1] = memory(Register::r15, offset);
  }
}

bool Selector::continues(const ir::Edge& edge) const {
  return predecessors_[edge.target.index] == 1 && edge.target.index != 0;
}

std::uint32_t Selector::machine_block(ir::BlockId target) {
  std::uint32_t& block = block_map_[target.index];
  if (block == k_no_block) {
    block = static_cast<std::uint32_t>(out_.blocks.size());
    out_.blocks.emplace_back();
    for (ir::ValueId p : in_[target].parameters) out_.blocks[block].parameters.push_back(define(p));
    work_.emplace_back(block, target);
  }
  return block;
}

// The machine block that an edge leads to; where the edge carries arguments, a block of its own passes them on.
std::uint32_t Selector::edge_block(const ir::Edge& edge, bool cold) {
  std::uint32_t target = machine_block(edge.target);
  if (edge.arguments.empty()) return target;
  auto between = static_cast<std::uint32_t>(out_.blocks.size());
  MBlock& block = out_.blocks.emplace_back();
  block.cold = cold;
  MInst& jump = block.instructions.emplace_back();
  jump.op = Opcode::Jump;
  jump.line = line_;
  jump.target[0] = target;
  for (ir::ValueId v : edge.arguments) jump.arguments.push_back(operand(v));
  return between;
}

bool Selector::follow(const ir::Edge& edge) {
  if (continues(edge)) {
    // The only way in: the parameters are other names of the arguments.
    const auto& parameters = in_[edge.target].parameters;
    for (std::size_t i = 0; i < parameters.size(); ++i) place_[parameters[i].index] = operand(edge.arguments[i]);
    return true;
  }
  std::uint32_t target = machine_block(edge.target);
  MInst& jump = emit(Opcode::Jump);
  jump.target[0] = target;
  for (ir::ValueId v : edge.arguments) jump.arguments.push_back(operand(v));
  return false;
}

void Selector::select_chain(std::uint32_t machine, ir::BlockId block) {
  current_ = machine;
  while (block.valid()) {
    ir::BlockId next;
    ir_block_ = block;
    find_constructions(block);
    for (const ir::Instruction& inst : in_[block].instructions) {
      line_ = inst.line;
      if (select(inst, next)) break;
    }
    block = next;
  }
}

// Selects one instruction; true when it ended the IR block, then `next` is the block the chain goes on with, if any.
bool Selector::select(const ir::Instruction& inst, ir::BlockId& next) {
  using ir::Op;
  if (select_constant(inst) || select_ownership(inst) || select_conversion(inst) || select_raw(inst)) return false;
  switch (inst.op) {
    case Op::EpochOpen: emit(Opcode::EpochOpen).number = inst.id; return false;
    case Op::EpochClose: emit(Opcode::EpochClose).number = inst.id; return false;
    case Op::SlotStore: {
      if (elided(inst)) return false;
      Operand block = operand(inst.operands[0]);
      MInst& store = emit(Opcode::Store);
      store.operand[0] = slot_word(block.index, inst.imm);
      store.operand[1] = operand(inst.operands[1]);
      return false;
    }
    case Op::RtCall:
      if (select_allocation(inst, k_no_block) || select_capture(inst)) return false;
      let_go(inst);
      if (select_inline(inst, k_no_block) == Inline::No) call_runtime(inst, k_no_block);
      return false;
    case Op::Jump:
      if (follow(inst.edges[0])) next = inst.edges[0].target;
      return true;
    case Op::Branch: end_with_branch(inst); return true;
    case Op::Return: {
      MInst& out = emit(Opcode::Return);
      out.uses.push_back({operand(inst.operands[0]), in_.result == ir::Type::F64 ? Register::xmm0 : Register::rax});
      // Not zero: no exception is pending.
      if (in_.result == ir::Type::I64) out.uses.push_back({immediate(1), Register::rdx});
      if (in_.result == ir::Type::F64) out.uses.push_back({immediate(1), Register::rax});
      return true;
    }
    case Op::Unwind: emit(Opcode::ReturnFailure).number = static_cast<std::uint32_t>(in_.result); return true;
    case Op::Unreachable: emit(Opcode::Unreachable); return true;
    case Op::StackCheck: {
      std::uint32_t exit = edge_block(inst.edges[1], true);
      emit(Opcode::StackCheck).exit = exit;
      if (follow(inst.edges[0])) next = inst.edges[0].target;
      return true;
    }
    case Op::TryRtCall: {
      if (constructions_.count(&inst) != 0) {     // cannot throw after all
        select_allocation(inst, k_no_block);
        if (follow(inst.edges[0])) next = inst.edges[0].target;
        return true;
      }
      std::uint32_t exit = edge_block(inst.edges[1], true);
      Inline how = select_access(inst, exit) || select_update(inst, exit) || select_allocation(inst, exit) ? Inline::Yes : select_inline(inst, exit);
      if (how == Inline::No) let_go(inst);
      if (how == Inline::WithBranch) return true;
      if (how == Inline::No) call_runtime(inst, exit);
      if (follow(inst.edges[0])) next = inst.edges[0].target;
      return true;
    }
    case Op::TryAddI64:
    case Op::TrySubtractI64:
    case Op::TryMultiplyI64:
    case Op::TryQuotientI64:
    case Op::TryRemainderI64:
    case Op::TryModulusI64:
    case Op::TryDivideF64:
      select_checked(inst, edge_block(inst.edges[1], true));
      if (follow(inst.edges[0])) next = inst.edges[0].target;
      return true;
    case Op::TryCallFn:
    case Op::TryCallAny: {
      std::uint32_t exit = edge_block(inst.edges[1], true);
      if (inst.op == Op::TryCallFn) call_function(inst, exit);
      else call_any(inst, exit);
      if (follow(inst.edges[0])) next = inst.edges[0].target;
      return true;
    }
    default: break;
  }
  compiler::internal_error("isel", "instruction without a selection rule", in_.name);
}

// Cold is what only exits lead to.
void Selector::mark_cold() {
  std::vector<bool> warm(out_.blocks.size());
  std::vector<std::uint32_t> work{0};
  warm[0] = true;
  while (!work.empty()) {
    std::uint32_t b = work.back();
    work.pop_back();
    for (const MInst& inst : out_.blocks[b].instructions)
      for (std::uint32_t target : inst.target)
        if (target != k_no_block && !warm[target]) {
          warm[target] = true;
          work.push_back(target);
        }
  }
  for (std::size_t b = 0; b < out_.blocks.size(); ++b) out_.blocks[b].cold = !warm[b];
}

MFunction Selector::run() {
  out_.source = &in_;
  place_.assign(in_.values.size(), Operand{});
  deferred_.assign(in_.values.size(), nullptr);
  block_map_.assign(in_.blocks.size(), k_no_block);
  count_uses_and_predecessors();
  out_.blocks.emplace_back();
  entry();
  // The IR's entry block has the function's parameters; a jump back to it would need a machine block with those as parameters.
  if (predecessors_[0] != 0) compiler::internal_error("isel", "the entry block has predecessors", in_.name);
  block_map_[0] = 0;
  select_chain(0, ir::BlockId{0});
  while (!work_.empty()) {
    auto [machine, block] = work_.back();
    work_.pop_back();
    select_chain(machine, block);
  }
  mark_cold();
  return std::move(out_);
}

}  // namespace slisp::x64
