// slot_allocator.cpp: the lower rungs: every value that lives beyond its block, or across a call, stands in its slot.
// In:   machine code over virtual registers.
// Out:  machine code over caller-saved registers and spill slots.
// Keeps: blocks and their order; the instructions of the input, in their order, with operands replaced.
// Idea: at the start of a block every live value is in its slot and the registers are empty. Within a block registers cache slots; a
//       value used in other blocks is stored right where it is defined, so leaving a block, also from its middle, takes no work. A
//       value of one block alone is stored only when a call or the need for its register drives it out.
#include "src/codegen/x86_64_linux/allocate.hpp"
#include "src/codegen/x86_64_linux/flow.hpp"
#include "src/codegen/x86_64_linux/parallel_moves.hpp"
#include "src/compiler/check.hpp"
#include <algorithm>

namespace slisp::x64 {

namespace {

constexpr std::uint32_t k_nobody = UINT32_MAX;
constexpr Register k_general[] = {Register::rax, Register::rcx, Register::rdx, Register::rsi, Register::rdi,
                                  Register::r8,  Register::r9,  Register::r10};
constexpr unsigned k_xmm_count = 15;             // xmm15 is scratch

class Allocator {
 public:
  Allocator(const MFunction& in, Caching caching) : in_(in), caching_(caching) {}

  MFunction run() {
    out_.source = in_.source;
    out_.xmm = in_.xmm;
    out_.blocks.resize(in_.blocks.size());
    register_of_.assign(in_.xmm.size(), Register::None);
    stored_.assign(in_.xmm.size(), false);
    left_.assign(in_.xmm.size(), 0);
    std::fill(std::begin(holds_), std::end(holds_), k_nobody);
    find_global();
    for (std::uint32_t b = 0; b < in_.blocks.size(); ++b) block(b);
    return std::move(out_);
  }

 private:
  // Global: touched by more than one block, or a block parameter.
  void find_global() {
    std::vector<std::uint32_t> home(in_.xmm.size(), k_nobody);
    global_.assign(in_.xmm.size(), caching_ == Caching::None);
    for (std::uint32_t b = 0; b < in_.blocks.size(); ++b) {
      auto touch = [&](std::uint32_t v) {
        if (home[v] == k_nobody) home[v] = b;
        else if (home[v] != b) global_[v] = true;
      };
      for (std::uint32_t p : in_.blocks[b].parameters) global_[p] = stored_[p] = true;   // the jumps put them there
      for (const MInst& inst : in_.blocks[b].instructions) {
        for_each_use(inst, touch);
        for_each_def(inst, touch);
      }
    }
  }

  // ---- registers
  void forget(Register r) {
    std::uint32_t& holder = holds_[static_cast<unsigned>(r)];
    if (holder != k_nobody) register_of_[holder] = Register::None;
    holder = k_nobody;
  }
  void forget_all() {
    for (unsigned r = 0; r < k_registers; ++r) forget(static_cast<Register>(r));
  }
  void hold(Register r, std::uint32_t v) {
    forget(r);
    holds_[static_cast<unsigned>(r)] = v;
    register_of_[v] = r;
  }
  void store(std::uint32_t v) {
    append_move(spill(v), physical(register_of_[v]), line_, *code_);
    stored_[v] = true;
  }
  bool locked(Register r) const { return (locked_ >> static_cast<unsigned>(r)) & 1; }
  void lock(Register r) { locked_ |= 1u << static_cast<unsigned>(r); }

  // A register that nothing of this instruction needs; what it held is saved first if anybody still wants it.
  Register take(bool xmm) {
    Register victim = Register::None;
    auto consider = [&](Register r) {
      if (locked(r)) return false;
      std::uint32_t holder = holds_[static_cast<unsigned>(r)];
      if (holder == k_nobody) {
        victim = r;
        return true;
      }
      // Rather one that is in its slot already: driving it out costs nothing now.
      if (victim == Register::None || (stored_[holder] && !stored_[holds_[static_cast<unsigned>(victim)]])) victim = r;
      return false;
    };
    if (xmm) {
      for (unsigned i = 0; i < k_xmm_count; ++i)
        if (consider(static_cast<Register>(static_cast<unsigned>(Register::xmm0) + i))) return victim;
    } else {
      for (Register r : k_general)
        if (consider(r)) return victim;
    }
    if (victim == Register::None) compiler::internal_error("allocate", "an instruction needs too many registers", "");
    std::uint32_t holder = holds_[static_cast<unsigned>(victim)];
    if (!stored_[holder] && left_[holder] > 0) store(holder);
    forget(victim);
    return victim;
  }
  Register in_register(std::uint32_t v) {
    Register r = register_of_[v];
    if (r == Register::None) {
      r = take(in_.xmm[v]);
      append_move(physical(r), spill(v), line_, *code_);
      hold(r, v);
    }
    lock(r);
    return r;
  }
  Operand location(const Operand& o) {
    if (!o.is(Operand::Kind::Virtual)) return o;
    Register r = register_of_[o.index];
    return r != Register::None ? physical(r) : spill(o.index);
  }

  // ---- instructions
  void fix_use(Operand& o, Role role) {
    using Kind = Operand::Kind;
    if (o.is(Kind::Memory) && o.reg == Register::None) {
      o.reg = in_register(o.index);
      o.index = 0;
      return;
    }
    if (role == Role::Any && o.is(Kind::Virtual)) {
      o = location(o);
      if (o.is(Kind::Register)) lock(o.reg);
      return;
    }
    if (o.is(Kind::Virtual)) {
      o = physical(in_register(o.index));
      return;
    }
    bool small = o.is(Kind::Symbol) || (o.is(Kind::Immediate) && fits_32_bits(o.value));
    if (role == Role::Use || (role == Role::UseImm && !small)) {
      Register r = take(false);
      append_move(physical(r), o, line_, *code_);
      lock(r);
      o = physical(r);
    }
  }

  void instruction(const MInst& source, std::uint32_t index) {
    MInst inst = source;
    inst.origin = index;
    line_ = inst.line;
    locked_ = 0;
    const OpcodeInfo& properties = info(inst.op);
    for (unsigned i = 0; i < 3; ++i) {
      Role role = properties.roles[i];
      if (role != Role::None && role != Role::Def && role != Role::Early && !inst.operand[i].is(Operand::Kind::None))
        fix_use(inst.operand[i], role);
    }
    for_each_use(source, [&](std::uint32_t v) { --left_[v]; });
    if (properties.property == Property::Clobbers)
      for (unsigned r = 0; r < k_registers; ++r)
        if (std::uint32_t v = holds_[r]; v != k_nobody && left_[v] > 0 && !stored_[v]) store(v);
    pass_fixed_uses(inst);
    if (inst.op == Opcode::Jump && !inst.arguments.empty()) pass_arguments(inst);
    define_operands(source, inst);
    code_->push_back(std::move(inst));
    if (properties.property == Property::Clobbers) forget_all();
    for (const FixedDef& def : source.defs) hold(def.reg, def.value);
    for_each_def(source, [&](std::uint32_t v) {
      if (global_[v]) store(v);
    });
    for_each_use(source, [&](std::uint32_t v) { drop_if_dead(v); });
    for_each_def(source, [&](std::uint32_t v) { drop_if_dead(v); });
    if (caching_ == Caching::None) forget_all();
  }
  void drop_if_dead(std::uint32_t v) {
    if (left_[v] == 0 && register_of_[v] != Register::None) forget(register_of_[v]);
  }

  void pass_fixed_uses(MInst& inst) {
    if (inst.uses.empty()) return;
    std::vector<MoveItem> moves;
    for (FixedUse& use : inst.uses) {
      moves.push_back({physical(use.reg), location(use.value)});
      use.value = physical(use.reg);
    }
    sequence_moves(moves, line_, *code_);
    // Only instructions that clobber everything, or leave the function, have fixed uses: the cache is stale from here on.
  }

  void pass_arguments(MInst& inst) {
    MInst& parallel = code_->emplace_back();
    parallel.op = Opcode::ParallelMove;
    parallel.line = line_;
    const MBlock& target = in_.blocks[inst.target[0]];
    for (std::size_t i = 0; i < inst.arguments.size(); ++i)
      parallel.moves.push_back({spill(target.parameters[i]), location(inst.arguments[i])});
    inst.arguments.clear();
  }

  void define_operands(const MInst& source, MInst& inst) {
    for (unsigned i = 0; i < 3; ++i) {
      Role role = info(inst.op).roles[i];
      if (role != Role::Def && role != Role::Early) continue;
      if (role == Role::Def) {
        // Registers of operands that die here may be written: the instruction has read them by then.
        locked_ = 0;
        for_each_use(source, [&](std::uint32_t v) { drop_if_dead(v); });
      }
      std::uint32_t v = source.operand[i].index;
      Register r = take(in_.xmm[v]);
      hold(r, v);
      inst.operand[i] = physical(r);
      inst.defined = v;
    }
  }

  void block(std::uint32_t b) {
    code_ = &out_.blocks[b].instructions;
    out_.blocks[b].parameters = in_.blocks[b].parameters;
    out_.blocks[b].cold = in_.blocks[b].cold;
    forget_all();
    for (const MInst& inst : in_.blocks[b].instructions) for_each_use(inst, [&](std::uint32_t v) { ++left_[v]; });
    const auto& instructions = in_.blocks[b].instructions;
    for (std::uint32_t i = 0; i < instructions.size(); ++i) instruction(instructions[i], i);
  }

  const MFunction& in_;
  Caching caching_;
  MFunction out_;
  std::vector<MInst>* code_ = nullptr;
  ir::SourceLine line_;
  std::vector<Register> register_of_;
  std::vector<bool> stored_, global_;
  std::vector<std::uint32_t> left_;              // uses of a value that are still to come in this block
  std::uint32_t holds_[k_registers];             // which value a register caches
  std::uint32_t locked_ = 0;                     // registers of the instruction at hand
};

}  // namespace

MFunction allocate_slots(const MFunction& in, Caching caching) { return Allocator(in, caching).run(); }

}  // namespace slisp::x64
