// slot_forwarding.cpp: what a register still holds is not read from memory again.
// In:   allocated code whose operands name spill slots, parallel moves still as one.
// Out:  the same with reads of slots replaced by registers, loads and stores left out that would change nothing.
// Keeps: nothing is read from a slot that was not read from it before, so ranges of slots only shrink.
// Idea: which registers hold the same as which slot, forward over the whole function, met by intersection. The allocator knows where values
//       stand; this knows where their copies are left, also across the blocks of the lower rungs, which begin with empty registers.
#include "src/codegen/x86_64_linux/allocate.hpp"
#include "src/codegen/x86_64_linux/register_allocator.hpp"
#include <algorithm>
#include <optional>

namespace slisp::x64 {

namespace {

constexpr unsigned k_most_rounds = 16;             // a function with loops nested deeper stays as it is
constexpr std::size_t k_most_slots = 4;            // remembered per register

class Copies {
 public:
  Register of(std::uint32_t slot) const {
    for (auto [s, r] : pairs_)
      if (s == slot) return r;
    return Register::None;
  }
  bool same(std::uint32_t slot, Register r) const { return std::find(pairs_.begin(), pairs_.end(), std::pair(slot, r)) != pairs_.end(); }
  void add(std::uint32_t slot, Register r) {
    if (r == k_scratch || r == k_scratch_xmm || same(slot, r)) return;
    if (std::count_if(pairs_.begin(), pairs_.end(), [&](const auto& pair) { return pair.second == r; }) < static_cast<std::ptrdiff_t>(k_most_slots))
      pairs_.emplace_back(slot, r);
  }
  void forget(Register r) {
    std::erase_if(pairs_, [&](const auto& pair) { return pair.second == r; });
  }
  void forget(std::uint32_t slot) {
    std::erase_if(pairs_, [&](const auto& pair) { return pair.first == slot; });
  }
  void copy(Register to, Register from) {
    if (to == from) return;
    forget(to);
    const std::vector<std::pair<std::uint32_t, Register>> before = pairs_;
    for (auto [s, r] : before)
      if (r == from) add(s, to);
  }
  void clobber() {
    std::erase_if(pairs_, [](const auto& pair) { return !is_callee_saved(pair.second); });
  }
  // Whether anything was lost.
  bool meet(const Copies& other) {
    return std::erase_if(pairs_, [&](const auto& pair) { return !other.same(pair.first, pair.second); }) != 0;
  }

 private:
  std::vector<std::pair<std::uint32_t, Register>> pairs_;
};

bool is_spill(const Operand& o) { return o.is(Operand::Kind::Spill); }
bool is_register(const Operand& o) { return o.is(Operand::Kind::Register); }

class Forwarding {
 public:
  Forwarding(MFunction& function, AllocationCounts& counts) : f_(function), counts_(counts), order_(reverse_postorder(function)), at_entry_(function.blocks.size()) {}

  void run() {
    at_entry_[0] = Copies{};
    for (unsigned round = 0;; ++round) {
      if (round == k_most_rounds) return;
      changed_ = false;
      for (std::uint32_t b : order_) walk(b);
      if (!changed_) break;
    }
    rewriting_ = true;
    for (std::uint32_t b : order_) walk(b);
  }

 private:
  void flow(std::uint32_t to, const Copies& state) {
    if (rewriting_) return;
    if (!at_entry_[to]) at_entry_[to] = state;
    else if (!at_entry_[to]->meet(state)) return;
    changed_ = true;
  }

  void walk(std::uint32_t b) {
    Copies state = *at_entry_[b];
    auto& code = f_.blocks[b].instructions;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < code.size(); ++i) {
      bool needed = true;
      if (code[i].op == Opcode::ParallelMove) moves(code[i], state);
      else if (code[i].origin == k_inserted) needed = move(code[i], state);
      else original(code[i], state);
      if (!rewriting_) continue;
      if (!needed) continue;
      if (kept != i) code[kept] = std::move(code[i]);
      ++kept;
    }
    if (rewriting_) code.resize(kept);
  }

  // A move that the allocator made; false if it changes nothing.
  bool move(MInst& inst, Copies& state) {
    const Operand to = inst.operand[0], from = inst.operand[1];
    if (is_register(to)) {
      if (is_register(from)) {
        state.copy(to.reg, from.reg);
        return true;
      }
      if (!is_spill(from)) {
        state.forget(to.reg);
        return true;
      }
      if (state.same(from.index, to.reg)) {
        if (rewriting_) ++counts_.forwarded;
        return false;
      }
      const Register held = state.of(from.index);
      if (held == Register::None) {
        state.forget(to.reg);
      } else {
        if (rewriting_) {
          ++counts_.forwarded;
          inst.operand[1] = physical(held);
        }
        state.copy(to.reg, held);
      }
      state.add(from.index, to.reg);
      return true;
    }
    if (!is_spill(to)) return true;
    if (is_register(from) && state.same(to.index, from.reg)) {
      if (rewriting_) ++counts_.dead_stores;
      return false;
    }
    state.forget(to.index);
    if (is_register(from)) state.add(to.index, from.reg);
    return true;
  }

  void moves(MInst& inst, Copies& state) {
    for (MoveItem& item : inst.moves) {
      if (!is_spill(item.from) || item.to == item.from) continue;
      const Register held = is_register(item.to) && state.same(item.from.index, item.to.reg) ? item.to.reg : state.of(item.from.index);
      if (held == Register::None) continue;
      if (rewriting_) ++counts_.forwarded;
      replaced(item) = physical(held);
    }
    Copies after = state;
    auto written = [&](const Operand& o) {
      return std::any_of(inst.moves.begin(), inst.moves.end(), [&](const MoveItem& item) { return item.to == o && item.to != item.from; });
    };
    for (const MoveItem& item : inst.moves) {
      if (item.to == item.from) continue;
      if (is_register(item.to)) after.forget(item.to.reg);
      else if (is_spill(item.to)) after.forget(item.to.index);
    }
    for (const MoveItem& item : inst.moves) {
      if (is_register(item.to) && is_spill(item.from) && !written(item.from)) after.add(item.from.index, item.to.reg);
      if (is_spill(item.to) && is_register(item.from) && !written(item.from)) after.add(item.to.index, item.from.reg);
    }
    if (rewriting_) std::erase_if(inst.moves, [](const MoveItem& item) { return item.to == item.from && !is_spill(item.to); });
    state = std::move(after);
  }
  // Before the facts are final nothing is changed for good.
  Operand& replaced(MoveItem& item) { return rewriting_ ? item.from : ignored_; }

  void original(MInst& inst, Copies& state) {
    const OpcodeInfo& properties = info(inst.op);
    for (unsigned i = 0; i < 3; ++i) {
      if (properties.roles[i] != Role::Any || !is_spill(inst.operand[i]) || !rewriting_) continue;
      const Register held = state.of(inst.operand[i].index);
      if (held == Register::None || (properties.roles[0] == Role::Early && inst.operand[0].reg == held)) continue;
      inst.operand[i] = physical(held);
      ++counts_.forwarded;
    }
    if (properties.property == Property::Clobbers) state.clobber();
    if (properties.roles[0] == Role::Early || inst.free_result) state.forget(inst.operand[0].reg);
    if (inst.exit != k_no_block) flow(inst.exit, state);
    if (properties.roles[0] == Role::Def) state.forget(inst.operand[0].reg);
    for (const FixedDef& def : inst.defs) state.forget(def.reg);
    for (std::uint32_t target : inst.target)
      if (target != k_no_block) flow(target, state);
  }

  MFunction& f_;
  AllocationCounts& counts_;
  std::vector<std::uint32_t> order_;
  std::vector<std::optional<Copies>> at_entry_;
  Operand ignored_;
  bool changed_ = false, rewriting_ = false;
};

}  // namespace

bool reads_slots(const MFunction& function) {
  for (const MBlock& block : function.blocks)
    for (const MInst& inst : block.instructions) {
      for (const Operand& o : inst.operand)
        if (is_spill(o)) return true;
      for (const MoveItem& item : inst.moves)
        if (is_spill(item.to) || is_spill(item.from)) return true;
    }
  return false;
}

void forward_slots(MFunction& function, AllocationCounts& counts) { Forwarding(function, counts).run(); }

}  // namespace slisp::x64
