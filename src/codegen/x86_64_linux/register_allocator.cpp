// register_allocator.cpp: the walk over blocks and instructions.
// In:   machine code over virtual registers, critical edges split; Flow.
// Out:  machine code over registers and spill slots; instructions in their order, moves added; callee-saved registers saved and restored.
// Keeps: in front of an instruction its operands are in registers; behind a call nothing is left in caller-saved registers but results.
#include "src/codegen/x86_64_linux/register_allocator.hpp"
#include "src/codegen/x86_64_linux/callee_saved.hpp"
#include "src/codegen/x86_64_linux/parallel_moves.hpp"
#include <algorithm>

namespace slisp::x64 {

RegisterAllocator::RegisterAllocator(const MFunction& in, const Flow& flow, const RegisterSwitches& switches, AllocationCounts& counts)
    : in_(in), flow_(flow), switches_(switches), counts_(counts) {
  std::size_t values = in.xmm.size();
  out_.source = in.source;
  out_.xmm = in.xmm;
  out_.blocks.resize(in.blocks.size());
  register_of_.assign(values, Register::None);
  stored_.assign(values, Stored::No);
  here_.assign(values, 0);
  at_entry_.resize(in.blocks.size());
  at_end_.resize(in.blocks.size());
  uses_.resize(values);
  last_exit_.assign(values, k_nobody);
  beyond_.assign(values, k_never);
  parameter_wishes_.resize(values);
  fixed_wish_.assign(values, {k_nobody, Register::None});
  std::fill(std::begin(holds_), std::end(holds_), k_nobody);
}

void RegisterAllocator::find_constants() {
  for (std::uint32_t b : flow_.order)
    for (const MInst& inst : in_.blocks[b].instructions) {
      const Operand &v = inst.operand[0], &value = inst.operand[1];
      if ((inst.op != Opcode::Move && inst.op != Opcode::MoveBits) || !v.is(Operand::Kind::Virtual)) continue;
      if (!value.is(Operand::Kind::Immediate) && !value.is(Operand::Kind::Symbol)) continue;
      if (constant_.empty()) constant_.resize(in_.xmm.size());
      constant_[v.index] = value;
      stored_[v.index] = Stored::Constant;
    }
}

MFunction RegisterAllocator::run() {
  if (switches_.remat) find_constants();
  for (std::uint32_t b : flow_.order) {
    const MInst& last = in_.blocks[b].instructions.back();
    for (std::size_t i = 0; i < last.arguments.size(); ++i)
      if (last.arguments[i].is(Operand::Kind::Virtual))
        parameter_wishes_[last.arguments[i].index].push_back(in_.blocks[last.target[0]].parameters[i]);
  }
  for (std::size_t b = 0; b < in_.blocks.size(); ++b) {
    out_.blocks[b].parameters = in_.blocks[b].parameters;
    out_.blocks[b].cold = in_.blocks[b].cold;
  }
  for (std::uint32_t b : flow_.order) block(b);
  store_behind_definitions();
  counts_.callee_saved += save_callee_saved(out_, flow_);
  return std::move(out_);
}

void RegisterAllocator::prepare_block(std::uint32_t b) {
  for (std::uint32_t v : touched_) {
    uses_[v].clear();
    last_exit_[v] = k_nobody;
    beyond_[v] = k_never;
    fixed_wish_[v] = {k_nobody, Register::None};
  }
  touched_.clear();
  const auto& code = in_.blocks[b].instructions;
  clobbers_before_.assign(code.size() + 2, 0);
  auto touch = [&](std::uint32_t v) { touched_.push_back(v); };
  for (std::uint32_t i = 0; i < code.size(); ++i) {
    clobbers_before_[i + 1] = clobbers_before_[i] + (info(code[i].op).property == Property::Clobbers);
    for_each_use(code[i], [&](std::uint32_t v) {
      touch(v);
      if (uses_[v].empty() || uses_[v].back() != i) uses_[v].push_back(i);
    });
    for (const FixedUse& use : code[i].uses)
      if (use.value.is(Operand::Kind::Virtual) && fixed_wish_[use.value.index].first == k_nobody)
        fixed_wish_[use.value.index] = {i, use.reg};
    if (code[i].exit != k_no_block)
      for (const NextUse& use : flow_.at_entry[code[i].exit]) {
        touch(use.value);
        last_exit_[use.value] = i;
      }
  }
  clobbers_before_[code.size() + 1] = clobbers_before_[code.size()];
  for (std::uint32_t to : code.back().target)
    if (to != k_no_block) {
      std::uint32_t further = flow_.edge_distance(in_, b, to);
      for (const NextUse& use : flow_.at_entry[to]) {
        if (flow_.def_block[use.value] == to) continue;
        touch(use.value);
        beyond_[use.value] = std::min(beyond_[use.value], use.distance + further);
      }
    }
}

void RegisterAllocator::block(std::uint32_t b) {
  block_ = b;
  position_ = 0;
  code_ = &out_.blocks[b].instructions;
  prepare_block(b);
  enter(b);
  const auto& instructions = in_.blocks[b].instructions;
  for (std::uint32_t i = 0; i < instructions.size(); ++i) instruction(instructions[i], i);
}

void RegisterAllocator::instruction(const MInst& source, std::uint32_t index) {
  MInst inst = source;
  inst.origin = index;
  position_ = index;
  line_ = inst.line;
  locked_ = 0;
  copies_.clear();
  const OpcodeInfo& properties = info(inst.op);
  bool call = properties.property == Property::Clobbers;
  for_each_use(source, [&](std::uint32_t v) {
    if (register_of_[v] != Register::None) lock(register_of_[v]);
  });
  for (unsigned i = 0; i < 3; ++i) {
    Role role = properties.roles[i];
    if (role != Role::None && role != Role::Def && role != Role::Early && !inst.operand[i].is(Operand::Kind::None))
      operand(inst.operand[i], role);
  }
  if (call) make_room_for_call(source);
  pass_fixed_uses(inst);
  define(source, inst, Role::Early);
  if (call)
    for (unsigned r = 0; r < k_registers; ++r)
      if (!is_callee_saved(static_cast<Register>(r))) forget(static_cast<Register>(r));
  if (inst.exit != k_no_block) at_entry_[inst.exit] = capture(inst.exit);
  leave(source);
  free_dead(source);
  define(source, inst, Role::Def);
  inst.arguments.clear();
  code_->push_back(std::move(inst));
  for (const FixedDef& def : source.defs) hold(def.reg, def.value);
  for_each_def(source, [&](std::uint32_t v) {
    if (next_use(v) == k_never && register_of_[v] != Register::None) forget(register_of_[v]);
  });
}

void RegisterAllocator::operand(Operand& o, Role role) {
  using Kind = Operand::Kind;
  if (o.is(Kind::Memory) && o.reg == Register::None) {
    o.reg = in_register(o.index);
    o.index = 0;
  } else if (role == Role::Any && o.is(Kind::Virtual) && (!in_.xmm[o.index] || stored_[o.index] != Stored::Constant)) {
    o = location(o);
    if (o.is(Kind::Register)) lock(o.reg);
  } else if (o.is(Kind::Virtual)) {
    o = physical(in_register(o.index));
  } else {
    bool small = o.is(Kind::Symbol) || (o.is(Kind::Immediate) && fits_32_bits(o.value));
    if (role == Role::Use || (role == Role::UseImm && !small)) {
      Register r = take(false, false, Register::None);
      append_move(physical(r), o, line_, *code_);
      lock(r);
      o = physical(r);
      ++counts_.constants;
    }
  }
}

// What is needed behind a call, normally or by its exit, goes into a callee-saved register if one is free, else into its slot.
void RegisterAllocator::make_room_for_call(const MInst& source) {
  for (unsigned n = 0; n < k_registers; ++n) {
    auto r = static_cast<Register>(n);
    std::uint32_t v = holds_[n];
    if (v == k_nobody || is_callee_saved(r)) continue;
    std::uint32_t distance = next_use(v);
    if (distance == k_never && !needed_by_exit(v, source)) continue;
    bool warm = distance < k_cold_distance;
    if (!is_xmm(r) && !slot_valid(v)) {
      Register saved = free_callee_saved(warm);
      if (saved != Register::None) {
        append_move(physical(saved), physical(r), line_, *code_);
        hold(saved, v);
        copies_.push_back({physical(r), v});
        ++counts_.promotions;
        continue;
      }
    }
    need_slot(v);
  }
}

void RegisterAllocator::pass_fixed_uses(MInst& inst) {
  if (inst.uses.empty()) return;
  std::vector<MoveItem> moves;
  for (FixedUse& use : inst.uses) {
    auto copied = [&](const Copy& copy) { return use.value == virtual_register(copy.value) && copy.at == physical(use.reg); };
    if (std::find_if(copies_.begin(), copies_.end(), copied) == copies_.end()) moves.push_back({physical(use.reg), location(use.value)});
    use.value = physical(use.reg);
  }
  for (const MoveItem& move : moves) counts_.constants += move.from.is(Operand::Kind::Immediate) || move.from.is(Operand::Kind::Symbol);
  sequence_moves(moves, line_, *code_);
  // What stood in these registers and is still needed stands elsewhere by now: only calls and returns have fixed uses.
  for (const FixedUse& use : inst.uses) {
    std::uint32_t v = holds_[static_cast<unsigned>(use.reg)];
    if (v != k_nobody) forget(use.reg);
  }
}

void RegisterAllocator::define(const MInst& source, MInst& inst, Role role) {
  for (unsigned i = 0; i < 3; ++i) {
    if (info(inst.op).roles[i] != role) continue;
    std::uint32_t v = source.operand[i].index;
    // An early definition is written while operands, and what the exit needs, are still to be read: those keep their registers, or are
    // stored where registers are short.
    if (role == Role::Def) locked_ = 0;
    Register r = take(in_.xmm[v], flow_.crosses[v], wish(v));
    hold(r, v);
    inst.operand[i] = physical(r);
    inst.defined = v;
    if (inst.exit == k_no_block || !switches_.free_result) continue;
    const auto& there = at_entry_[inst.exit].registers;
    inst.free_result = std::none_of(there.begin(), there.end(), [&](const auto& held) { return held.second == r; });
    counts_.free_results += inst.free_result;
  }
}

void RegisterAllocator::free_dead(const MInst& source) {
  for_each_use(source, [&](std::uint32_t v) {
    if (register_of_[v] != Register::None && next_use(v) == k_never) forget(register_of_[v]);
  });
  if (source.exit == k_no_block) return;
  // Only the exit needed these.
  for (unsigned r = 0; r < k_registers; ++r)
    if (holds_[r] != k_nobody && next_use(holds_[r]) == k_never) forget(static_cast<Register>(r));
}

void RegisterAllocator::leave(const MInst& inst) {
  if (inst.op == Opcode::Jump) {
    std::uint32_t to = inst.target[0];
    if (flow_.predecessors[to].size() == 1 && inst.arguments.empty()) {
      at_entry_[to] = capture(to);
      return;
    }
    State& end = at_end_[block_];
    end = capture(to);
    // The arguments are looked up when the moves are made.
    for (const Operand& o : inst.arguments)
      if (o.is(Operand::Kind::Virtual)) {
        if (register_of_[o.index] != Register::None) end.registers.emplace_back(o.index, register_of_[o.index]);
        if (here_[o.index] == epoch_) end.slots.push_back(o.index);
      }
    std::sort(end.registers.begin(), end.registers.end());
    end.registers.erase(std::unique(end.registers.begin(), end.registers.end()), end.registers.end());
    std::sort(end.slots.begin(), end.slots.end());
    end.slots.erase(std::unique(end.slots.begin(), end.slots.end()), end.slots.end());
    if (at_entry_[to].known) connect(block_, to);
    return;
  }
  for (std::uint32_t to : inst.target)
    if (to != k_no_block) at_entry_[to] = capture(to);
}

void RegisterAllocator::store_behind_definitions() {
  for (std::uint32_t b : flow_.order) {
    MBlock& block = out_.blocks[b];
    std::vector<MInst> code;
    code.reserve(block.instructions.size());
    auto store = [&](std::uint32_t v, Register r, ir::SourceLine line) {
      append_move(spill(v), physical(r), line, code);
      ++counts_.stores;
    };
    for (std::uint32_t p : block.parameters)
      if (stored_[p] == Stored::AtDefinition) store(p, at_entry_[b].of(p), in_.blocks[b].instructions[0].line);
    for (MInst& inst : block.instructions) {
      ir::SourceLine line = inst.line;
      std::vector<FixedDef> defined = inst.defs;
      if (inst.defined != k_no_value)              // roles put definitions first
        defined.push_back({inst.defined, inst.operand[0].reg});
      code.push_back(std::move(inst));
      for (const FixedDef& def : defined)
        if (stored_[def.value] == Stored::AtDefinition) store(def.value, def.reg, line);
    }
    block.instructions = std::move(code);
  }
}

}  // namespace slisp::x64
