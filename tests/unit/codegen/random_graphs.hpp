// random_graphs.hpp: random functions of machine code, and what they compute.
// Idea: the allocator's input and output run on the same machine: the input's virtual registers are locations of their own, the output has
//       registers and stack words, of which calls leave poison in those that they clobber. What calls are given, and what is returned, is the
//       function's answer; two functions that answer alike on several inputs are taken to be the same. It shares nothing with the checker.
#pragma once
#include "src/codegen/x86_64_linux/allocate.hpp"
#include "src/codegen/x86_64_linux/checker.hpp"
#include "src/codegen/x86_64_linux/edges.hpp"
#include <algorithm>
#include <map>
#include <memory>
#include <random>

namespace slisp::x64::test {

using Random = std::mt19937_64;

struct RandomFunction {
  std::unique_ptr<ir::Function> source = std::make_unique<ir::Function>();   // its slots and epochs
  MFunction code;
};

// Blocks with parameters under any edges, words and doubles, calls with arguments in registers and in blocks of memory within epochs.
class GraphMaker {
 public:
  GraphMaker(Random& random, unsigned blocks, unsigned alive) : random_(random), count_(blocks), alive_(alive) {}

  RandomFunction make() {
    out_.code.source = out_.source.get();
    out_.code.blocks.resize(count_);
    edges();
    dominators();
    defined_.resize(count_);
    for (unsigned b = 0; b < count_; ++b)
      for (unsigned p = 0; b > 0 && by_jumps_[b] && p < below(5); ++p) out_.code.blocks[b].parameters.push_back(fresh(below(4) == 0, b));
    for (unsigned b : order_) block(b);
    return std::move(out_);
  }

 private:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }

  // Block b leads to one or two others, or returns; two targets have no parameters.
  void edges() {
    to_.resize(count_);
    by_jumps_.assign(count_, true);
    for (unsigned b = 0; b < count_; ++b) {
      if (b + 1 < count_) to_[b].push_back(b + 1);                     // all are reached
      if (b + 1 < count_ && below(2) == 0) {
        to_[b].push_back(1 + static_cast<unsigned>(below(count_ - 1)));
        if (to_[b][0] == to_[b][1]) to_[b].pop_back();
      }
      if (to_[b].size() == 2)
        for (unsigned t : to_[b]) by_jumps_[t] = false;
    }
  }
  // dominates_[b]: the blocks that every way to b passes.
  void dominators() {
    std::vector<bool> all(count_, true);
    dominates_.assign(count_, all);
    dominates_[0].assign(count_, false);
    dominates_[0][0] = true;
    for (bool changed = true; changed;) {
      changed = false;
      for (unsigned b = 1; b < count_; ++b) {
        std::vector<bool> now(count_, true);
        for (unsigned p = 0; p < count_; ++p)
          if (std::find(to_[p].begin(), to_[p].end(), b) != to_[p].end())
            for (unsigned d = 0; d < count_; ++d) now[d] = now[d] && dominates_[p][d];
        now[b] = true;
        changed = changed || now != dominates_[b];
        dominates_[b] = now;
      }
    }
    for (unsigned b = 0; b < count_; ++b) order_.push_back(b);
    // Before those that they dominate: by how many dominate them.
    std::stable_sort(order_.begin(), order_.end(), [&](unsigned a, unsigned b) {
      return std::count(dominates_[a].begin(), dominates_[a].end(), true) < std::count(dominates_[b].begin(), dominates_[b].end(), true);
    });
  }

  std::uint32_t fresh(bool xmm, unsigned b) {
    const std::uint32_t v = out_.code.new_register(xmm);
    defined_[b].push_back(v);
    return v;
  }
  // A value that is defined here; mostly one of the last `alive_`.
  std::uint32_t pick(unsigned b, bool xmm) {
    std::vector<std::uint32_t> choice;
    for (unsigned d = 0; d < count_; ++d)
      if (dominates_[b][d])
        for (std::uint32_t v : defined_[d])
          if (out_.code.xmm[v] == xmm) choice.push_back(v);
    if (choice.empty()) return k_no_value;
    const std::size_t from = choice.size() > alive_ && below(10) != 0 ? choice.size() - alive_ : 0;
    return choice[from + below(choice.size() - from)];
  }
  MInst& emit(unsigned b, Opcode op) {
    MInst& inst = out_.code.blocks[b].instructions.emplace_back();
    inst.op = op;
    return inst;
  }
  Operand word(unsigned b) {
    const std::uint32_t v = pick(b, false);
    return v == k_no_value || below(8) == 0 ? immediate(static_cast<std::int64_t>(below(1000))) : virtual_register(v);
  }
  Operand word_register(unsigned b) {
    std::uint32_t v = pick(b, false);
    if (v == k_no_value) {
      MInst& move = emit(b, Opcode::Move);
      v = out_.code.new_register(false);
      move.operand[0] = virtual_register(v);
      move.operand[1] = immediate(static_cast<std::int64_t>(below(1000)));
      defined_[b].push_back(v);
    }
    return virtual_register(v);
  }

  void block(unsigned b) {
    if (b == 0) {
      MInst& entry = emit(0, Opcode::Entry);
      for (unsigned i = 0; i < 4; ++i) entry.defs.push_back({fresh(false, 0), k_argument_registers[i]});
      for (unsigned i = 0; i < 2; ++i) entry.defs.push_back({fresh(true, 0), static_cast<Register>(static_cast<unsigned>(Register::xmm0) + i)});
    }
    for (std::uint64_t n = 1 + below(14); n > 0; --n) step(b);
    end(b);
  }

  void step(unsigned b) {
    switch (below(10)) {
      case 0:
      case 1: return call(b);
      case 2: {
        const bool xmm = below(2) == 0;
        MInst move;
        move.op = xmm ? Opcode::MoveBits : Opcode::Move;
        move.operand[1] = immediate(static_cast<std::int64_t>(random_()));
        move.operand[0] = virtual_register(fresh(xmm, b));
        out_.code.blocks[b].instructions.push_back(move);
        return;
      }
      case 3:
      case 4: {
        const std::uint32_t left = pick(b, true), right = pick(b, true);
        if (left == k_no_value) return;
        MInst& add = emit(b, Opcode::AddF64);
        add.operand[1] = virtual_register(left);
        add.operand[2] = virtual_register(right);
        add.operand[0] = virtual_register(fresh(true, b));
        return;
      }
      default: {
        constexpr Opcode k_ops[] = {Opcode::AddI64, Opcode::SubtractI64, Opcode::XorI64, Opcode::MultiplyI64};
        const Operand left = word_register(b), right = word(b);
        MInst& add = emit(b, k_ops[below(4)]);
        add.operand[1] = left;
        add.operand[2] = right;
        add.operand[0] = virtual_register(fresh(false, b));
      }
    }
  }

  void call(unsigned b) {
    std::vector<FixedUse> uses;
    const std::uint64_t words = below(7), doubles = below(3);
    if (below(3) == 0) {
      // Some arguments in memory of an epoch of its own.
      auto& source = *out_.source;
      const auto epoch = static_cast<std::uint32_t>(source.epochs.size()), slot = static_cast<std::uint32_t>(source.slots.size());
      const auto size = static_cast<std::uint32_t>(1 + below(4));
      source.epochs.push_back({});
      source.slots.push_back({ir::EpochId{epoch}, size});
      emit(b, Opcode::EpochOpen).number = epoch;
      for (std::uint32_t w = 0; w < size; ++w) {
        const Operand value = word(b);
        MInst& store = emit(b, Opcode::Store);
        store.operand[0] = slot_word(slot, w);
        store.operand[1] = value;
        if (below(3) == 0) step_within(b);
      }
      uses.push_back({slot_address(slot), Register::rdi});
      arguments(b, uses, 1, words, doubles);
      finish_call(b, std::move(uses));
      emit(b, Opcode::EpochClose).number = epoch;
      return;
    }
    arguments(b, uses, 0, words, doubles);
    finish_call(b, std::move(uses));
  }
  void step_within(unsigned b) {
    const Operand left = word_register(b);
    MInst& add = emit(b, Opcode::AddI64);
    add.operand[1] = left;
    add.operand[2] = immediate(1);
    add.operand[0] = virtual_register(fresh(false, b));
  }
  void arguments(unsigned b, std::vector<FixedUse>& uses, std::uint64_t from, std::uint64_t words, std::uint64_t doubles) {
    for (std::uint64_t i = from; i < words; ++i) uses.push_back({word(b), k_argument_registers[i]});
    for (std::uint64_t i = 0; i < doubles; ++i)
      if (const std::uint32_t v = pick(b, true); v != k_no_value)
        uses.push_back({virtual_register(v), static_cast<Register>(static_cast<unsigned>(Register::xmm0) + i)});
  }
  void finish_call(unsigned b, std::vector<FixedUse> uses) {
    MInst& call = emit(b, Opcode::Call);
    call.operand[0] = symbol_address(0);
    call.uses = std::move(uses);
    const bool xmm = below(5) == 0;
    call.defs.push_back({fresh(xmm, b), xmm ? Register::xmm0 : Register::rax});
  }

  void end(unsigned b) {
    if (to_[b].empty()) {
      const Operand result = word(b);
      emit(b, Opcode::Return).uses.push_back({result, Register::rax});
      return;
    }
    if (to_[b].size() == 2) {
      const Operand left = word_register(b);
      MInst& jump = emit(b, Opcode::CompareI64Jump);
      jump.condition = below(2) == 0 ? Condition::Less : Condition::Equal;
      jump.operand[0] = left;
      jump.operand[1] = immediate(static_cast<std::int64_t>(below(1000)));
      jump.target[0] = to_[b][0];
      jump.target[1] = to_[b][1];
      return;
    }
    std::vector<Operand> given;
    for (std::uint32_t p : out_.code.blocks[to_[b][0]].parameters) {
      if (!out_.code.xmm[p]) {
        given.push_back(word(b));
        continue;
      }
      given.push_back(virtual_register(pick(b, true)));
    }
    MInst& jump = emit(b, Opcode::Jump);
    jump.target[0] = to_[b][0];
    jump.arguments = std::move(given);
  }

  Random& random_;
  unsigned count_, alive_;
  RandomFunction out_;
  std::vector<std::vector<unsigned>> to_;
  std::vector<bool> by_jumps_;
  std::vector<std::vector<bool>> dominates_;
  std::vector<unsigned> order_;
  std::vector<std::vector<std::uint32_t>> defined_;
};

// Runs a function before or after allocation.
class Machine {
 public:
  Machine(const MFunction& function, bool allocated, std::uint64_t seed) : f_(function), allocated_(allocated), seed_(seed) {}

  // What calls were given and what came back; ends after so many instructions of the original.
  std::vector<std::uint64_t> answer(unsigned steps) {
    for (unsigned r = 0; r < k_registers; ++r) register_[r] = mix(seed_, 1000 + r);
    std::uint32_t b = 0;
    while (b != k_no_block) b = block(b, steps);
    return std::move(answer_);
  }

 private:
  static std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    std::uint64_t z = a * 0x9E3779B97F4A7C15u + b;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    return z ^ (z >> 27);
  }
  std::uint64_t& at(const Operand& o) {
    switch (o.kind) {
      case Operand::Kind::Virtual: return value_[o.index];
      case Operand::Kind::Register: return register_[static_cast<unsigned>(o.reg)];
      case Operand::Kind::SlotWord: return slot_[{o.index, o.value}];
      default: return stack_[o.value];                        // Stack
    }
  }
  std::uint64_t read(const Operand& o) {
    if (o.is(Operand::Kind::Immediate)) return static_cast<std::uint64_t>(o.value);
    if (o.is(Operand::Kind::SlotAddress)) return 0x510700000000u + o.index;
    if (o.is(Operand::Kind::StackAddress)) return 0x57ac00000000u + static_cast<std::uint64_t>(o.value);
    return at(o);
  }
  // An argument as the callee sees it: the content of a block of memory in place of its address.
  void tell(std::uint64_t argument) {
    const std::uint64_t high = argument >> 32, low = argument & 0xffffffffu;
    if (high != 0x5107 && high != 0x57ac) return answer_.push_back(argument);
    for (std::uint32_t s = 0; s < f_.source->slots.size(); ++s) {
      if (high == 0x5107 ? s != low : f_.slot_offset[s] != static_cast<std::int64_t>(low) || !open_.count(s)) continue;
      for (std::uint32_t w = 0; w < f_.source->slots[s].words; ++w)
        answer_.push_back(high == 0x5107 ? slot_[{s, w}] : stack_[f_.slot_offset[s] + 8 * std::int64_t{w}]);
    }
  }
  void epoch(std::uint32_t number, bool open) {
    for (std::uint32_t s = 0; s < f_.source->slots.size(); ++s) {
      if (f_.source->slots[s].epoch.index != number) continue;
      if (open) open_.insert({s, true});
      else open_.erase(s);
      // Nothing is left there when the epoch ends, and nothing is there when it begins.
      for (std::uint32_t w = 0; w < f_.source->slots[s].words; ++w)
        if (allocated_) stack_[f_.slot_offset[s] + 8 * std::int64_t{w}] = mix(seed_, ++poison_);
    }
  }
  void clobber() {
    for (unsigned r = 0; r < k_registers; ++r)
      if (!kept(static_cast<Register>(r))) register_[r] = mix(seed_, ++poison_ + 5000000);
  }
  static bool kept(Register r) {
    return r == Register::rbx || r == Register::rbp || r == Register::rsp || (r >= Register::r12 && r <= Register::r15);
  }
  void forget_scratch(const MInst& inst) {
    if (inst.op == Opcode::Move || inst.op == Opcode::Store) return;
    register_[static_cast<unsigned>(k_scratch)] = register_[static_cast<unsigned>(k_scratch_xmm)] = mix(seed_, ++poison_ + 9000000);
  }
  void parameters(std::uint32_t to, const MInst& jump) {
    std::vector<std::uint64_t> values;
    for (const Operand& o : jump.arguments) values.push_back(read(o));
    for (std::size_t i = 0; i < values.size(); ++i) value_[f_.blocks[to].parameters[i]] = values[i];
  }

  std::uint32_t block(std::uint32_t b, unsigned& steps) {
    for (const MInst& inst : f_.blocks[b].instructions) {
      if ((!allocated_ || inst.origin != k_inserted) && steps-- == 0) return k_no_block;
      switch (inst.op) {
        case Opcode::Entry:
          for (std::size_t i = 0; i < inst.defs.size(); ++i) {
            const std::uint64_t given = mix(seed_, i) % 2000;
            value_[inst.defs[i].value] = given;
            register_[static_cast<unsigned>(inst.defs[i].reg)] = given;
          }
          break;
        case Opcode::Move:
        case Opcode::MoveBits:
        case Opcode::Store: {
          const std::uint64_t value = read(inst.operand[1]);
          at(inst.operand[0]) = value;
          break;
        }
        case Opcode::AddI64: compute(inst, read(inst.operand[1]) + read(inst.operand[2])); break;
        case Opcode::SubtractI64: compute(inst, read(inst.operand[1]) - read(inst.operand[2])); break;
        case Opcode::XorI64: compute(inst, read(inst.operand[1]) ^ read(inst.operand[2])); break;
        case Opcode::MultiplyI64: compute(inst, read(inst.operand[1]) * read(inst.operand[2])); break;
        case Opcode::AddF64: compute(inst, mix(read(inst.operand[1]), read(inst.operand[2]))); break;
        case Opcode::EpochOpen: epoch(inst.number, true); break;
        case Opcode::EpochClose: epoch(inst.number, false); break;
        case Opcode::Call: {
          for (const FixedUse& use : inst.uses) tell(read(use.value));
          clobber();
          const std::uint64_t result = mix(seed_, answer_.size()) % 3000;
          for (const FixedDef& def : inst.defs) {
            value_[def.value] = result;
            register_[static_cast<unsigned>(def.reg)] = result;
          }
          break;
        }
        case Opcode::Jump:
          if (!inst.arguments.empty()) parameters(inst.target[0], inst);
          return inst.target[0];
        case Opcode::CompareI64Jump: {
          const auto left = static_cast<std::int64_t>(read(inst.operand[0])), right = static_cast<std::int64_t>(read(inst.operand[1]));
          return inst.target[(inst.condition == Condition::Less ? left < right : left == right) ? 0 : 1];
        }
        case Opcode::Return: {
          answer_.push_back(read(inst.uses[0].value));
          if (allocated_)
            for (unsigned r = 0; r < k_registers; ++r)
              if (kept(static_cast<Register>(r)) && register_[r] != mix(seed_, 1000 + r)) answer_.push_back(r);   // the caller's
          return k_no_block;
        }
        default: answer_.push_back(~std::uint64_t{0}); return k_no_block;
      }
      forget_scratch(inst);
    }
    return k_no_block;
  }
  void compute(const MInst& inst, std::uint64_t result) { at(inst.operand[0]) = result; }

  const MFunction& f_;
  bool allocated_;
  std::uint64_t seed_, poison_ = 0;
  std::map<std::uint32_t, std::uint64_t> value_;
  std::uint64_t register_[k_registers] = {};
  std::map<std::int64_t, std::uint64_t> stack_;
  std::map<std::pair<std::uint32_t, std::int64_t>, std::uint64_t> slot_;
  std::map<std::uint32_t, bool> open_;
  std::vector<std::uint64_t> answer_;
};

}  // namespace slisp::x64::test
