// register_file.cpp: which value stands in which register within a block.
// Idea: a register for a new value is, in this order, the one it wishes (where a jump or call wants it next), a free one of the kind that
//       fits its life (callee-saved if it lives across a call), any free one, that of the value whose next use is furthest away.
#include "src/codegen/x86_64_linux/register_allocator.hpp"
#include "src/codegen/x86_64_linux/parallel_moves.hpp"
#include "src/compiler/check.hpp"
#include <algorithm>

namespace slisp::x64 {

std::uint32_t RegisterAllocator::next_use(std::uint32_t v) const {
  const auto& uses = uses_[v];
  auto at = std::upper_bound(uses.begin(), uses.end(), position_);
  if (at != uses.end()) return *at - position_;
  std::uint32_t distance = k_never;
  if (last_exit_[v] != k_nobody && last_exit_[v] > position_) distance = last_exit_[v] - position_ + k_cold_distance;
  if (beyond_[v] != k_never)
    distance = std::min(distance, beyond_[v] + static_cast<std::uint32_t>(in_.blocks[block_].instructions.size()) - position_);
  return distance;
}

bool RegisterAllocator::needed_by_exit(std::uint32_t v, const MInst& inst) const {
  return inst.exit != k_no_block && flow_.alive_at_entry(inst.exit, v) != nullptr;
}

void RegisterAllocator::need_slot(std::uint32_t v) {
  if (slot_valid(v)) return;
  std::uint32_t home = flow_.def_block[v];
  bool rarer = (in_.blocks[block_].cold && !in_.blocks[home].cold) || flow_.depth(block_) < flow_.depth(home);
  if (!rarer) {
    stored_[v] = Stored::AtDefinition;
    return;
  }
  append_move(spill(v), physical(register_of_[v]), line_, *code_);
  here_[v] = epoch_;
  ++counts_.stores;
}

void RegisterAllocator::forget(Register r) {
  std::uint32_t& holder = holds_[static_cast<unsigned>(r)];
  if (holder != k_nobody) register_of_[holder] = Register::None;
  holder = k_nobody;
}

void RegisterAllocator::forget_all() {
  for (unsigned r = 0; r < k_registers; ++r) forget(static_cast<Register>(r));
}

void RegisterAllocator::hold(Register r, std::uint32_t v) {
  forget(r);
  if (register_of_[v] != Register::None) forget(register_of_[v]);
  holds_[static_cast<unsigned>(r)] = v;
  register_of_[v] = r;
  if (is_callee_saved(r)) used_callee_saved_ |= 1u << static_cast<unsigned>(r);
}

// Cold code stores instead: it must not be the reason that a way which needs no callee-saved register saves them.
Register RegisterAllocator::free_callee_saved(bool also_new) {
  if (!switches_.promote || in_.blocks[block_].cold) return Register::None;
  for (Register r : k_callee_saved)
    if (is_free(r) && (used_callee_saved_ >> static_cast<unsigned>(r)) & 1) return r;
  if (also_new)
    for (Register r : k_callee_saved)
      if (is_free(r)) return r;
  return Register::None;
}

Register RegisterAllocator::free_register(bool xmm, bool crossing, Register hint) {
  if (hint != Register::None && is_free(hint)) return hint;
  if (xmm) {
    for (unsigned i = 0; i < k_xmm_count; ++i)
      if (Register r = static_cast<Register>(static_cast<unsigned>(Register::xmm0) + i); is_free(r)) return r;
    return Register::None;
  }
  if (crossing)
    if (Register r = free_callee_saved(true); r != Register::None) return r;
  for (Register r : k_caller_saved)
    if (is_free(r)) return r;
  return free_callee_saved(false);
}

Register RegisterAllocator::victim(bool xmm) const {
  Register best = Register::None;
  std::uint32_t furthest = 0;
  auto consider = [&](Register r) {
    if (locked(r) || holds_[static_cast<unsigned>(r)] == k_nobody) return;
    std::uint32_t v = holds_[static_cast<unsigned>(r)];
    std::uint32_t distance = switches_.belady ? next_use(v) : 1;
    // Of two that are used equally late, rather one that is in its slot already.
    if (best != Register::None && (distance < furthest || (distance == furthest && !slot_valid(v)))) return;
    best = r;
    furthest = distance;
  };
  if (xmm) {
    for (unsigned i = 0; i < k_xmm_count; ++i) consider(static_cast<Register>(static_cast<unsigned>(Register::xmm0) + i));
  } else {
    for (Register r : k_caller_saved) consider(r);
    for (Register r : k_callee_saved) consider(r);
  }
  if (best == Register::None) compiler::internal_error("allocate", "an instruction needs too many registers", "");
  return best;
}

void RegisterAllocator::evict(Register r) {
  std::uint32_t v = holds_[static_cast<unsigned>(r)];
  if (v == k_nobody) return;
  if (next_use(v) != k_never || needed_by_exit(v, in_.blocks[block_].instructions[position_])) {
    need_slot(v);
    ++counts_.evictions;
  }
  forget(r);
}

Register RegisterAllocator::take(bool xmm, bool crossing, Register hint) {
  Register r = free_register(xmm, crossing, hint);
  if (r != Register::None) return r;
  r = victim(xmm);
  // What is used soon again is worth a register that must be saved for the caller.
  if (!xmm && next_use(holds_[static_cast<unsigned>(r)]) < k_loop_exit_distance)
    if (Register saved = free_callee_saved(true); saved != Register::None) return saved;
  evict(r);
  return r;
}

Register RegisterAllocator::in_register(std::uint32_t v) {
  Register r = register_of_[v];
  if (r == Register::None) {
    if (!slot_valid(v)) compiler::internal_error("allocate", "a value is nowhere", "v" + std::to_string(v));
    r = take(in_.xmm[v], flow_.crosses[v] && next_use(v) < k_cold_distance, Register::None);
    append_move(physical(r), bring(v), line_, *code_);
    hold(r, v);
  }
  lock(r);
  return r;
}

Operand RegisterAllocator::location(const Operand& o) const {
  if (!o.is(Operand::Kind::Virtual)) return o;
  Register r = register_of_[o.index];
  if (r == Register::None && !slot_valid(o.index))
    compiler::internal_error("allocate", "a value is nowhere", "v" + std::to_string(o.index));
  return r != Register::None ? physical(r) : home(o.index);
}

Operand RegisterAllocator::home(std::uint32_t v) const { return stored_[v] == Stored::Constant ? constant_[v] : spill(v); }

Operand RegisterAllocator::bring(std::uint32_t v) {
  ++(stored_[v] == Stored::Constant ? counts_.constants : counts_.reloads);
  return home(v);
}

Register RegisterAllocator::wish(std::uint32_t v) const {
  // A call or return that takes it in a register, with no call before that.
  auto [position, reg] = fixed_wish_[v];
  if (position != k_nobody && position > position_ && clobbers_before_[position] == clobbers_before_[position_ + 1]) return reg;
  for (std::uint32_t p : parameter_wishes_[v]) {
    const State& entry = at_entry_[flow_.def_block[p]];
    if (entry.known)
      if (Register r = entry.of(p); r != Register::None) return r;
  }
  return Register::None;
}

}  // namespace slisp::x64
