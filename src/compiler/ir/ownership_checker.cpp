// ownership_checker.cpp: every owned value is consumed exactly once on every path, and nothing borrowed outlives its owner.
// In:   verified IR (any stage after lowering).
// Out:  a list of problems; the IR is not touched.
// Idea: forward over the blocks with one state, the sorted set of what is owned right now: owned values, and words stored in
//   slots (a slot's words become owned by slot_store and are consumed together by the call that takes the block).
//   - Using an owned value that is not in the set: it was consumed before (or on no way here).
//   - Consuming takes it out; dup and results put in; at the end of the function the set must be empty.
//   - At a join all ways must bring the same set: then "exactly once on every path" holds by induction over paths.
//   - A borrowed value may be used while its owner, followed through borrowed owners, is in the set. Without an owner it is kept
//     alive by the caller (captures, self).
//   - A borrowed parameter stands for values that its own owner keeps.
//   - Trivial values are free.
//   - A block for reuse (shell) is an owned value like any other, an operand more than the row has.
// It shares no code with the lowering and knows nothing of it.
#include "src/compiler/ir/ownership_checker.hpp"
#include "runtime/abi/functions.hpp"
#include "src/compiler/ir/cfg.hpp"
#include "src/compiler/ir/text.hpp"
#include <algorithm>
#include <optional>

namespace slisp::ir {
namespace {

using State = std::vector<std::uint32_t>;     // sorted keys: value index, or slot_base_[slot] + word

class Checker {
 public:
  Checker(const Function& function, std::size_t limit) : fn_(function), limit_(limit) {
    std::uint32_t next = static_cast<std::uint32_t>(fn_.values.size());
    slots_of_epoch_.resize(fn_.epochs.size());
    for (std::size_t slot = 0; slot < fn_.slots.size(); ++slot) {
      slot_base_.push_back(next);
      next += fn_.slots[slot].words;
      slots_of_epoch_[fn_.slots[slot].epoch.index].push_back(slot);
    }
    slot_of_.resize(fn_.values.size());
    for (const Block& block : fn_.blocks)
      for (const Instruction& i : block.instructions)
        if (i.op == Op::SlotAddress) slot_of_[i.result.index] = SlotId{i.id};
        else if (i.op == Op::ConstI64) constants_.push_back({i.result, i.imm});
    std::sort(constants_.begin(), constants_.end());
  }

  std::vector<std::string> run() {
    entry_.resize(fn_.blocks.size());
    auto preds = predecessors(fn_);
    remaining_.resize(fn_.blocks.size());
    for (std::size_t b = 0; b < preds.size(); ++b) remaining_[b] = preds[b].size();
    entry_[0].emplace();
    for (BlockId b : reverse_postorder(fn_)) {
      if (problems_.size() >= limit_) break;
      if (!entry_[b.index]) continue;
      State state = *entry_[b.index];
      if (remaining_[b.index] == 0) entry_[b.index].reset();   // nobody will compare with it any more
      block_ = b;
      for (ValueId p : fn_[b].parameters)
        if (fn_[p].ownership == Ownership::Owned) insert(state, p.index);
      for (const Instruction& i : fn_[b].instructions) step(state, i);
    }
    return std::move(problems_);
  }

 private:
  void problem(const Instruction& i, std::string what) {
    if (problems_.size() < limit_)
      problems_.push_back(fn_.symbol + " (" + fn_.name + ") b" + std::to_string(block_.index) + ": " + std::move(what) +
                          "\n    in: " + print_instruction(i));
  }
  static bool contains(const State& s, std::uint32_t key) { return std::binary_search(s.begin(), s.end(), key); }
  static void insert(State& s, std::uint32_t key) {
    auto at = std::lower_bound(s.begin(), s.end(), key);
    if (at == s.end() || *at != key) s.insert(at, key);
  }
  static bool erase(State& s, std::uint32_t key) {
    auto at = std::lower_bound(s.begin(), s.end(), key);
    if (at == s.end() || *at != key) return false;
    s.erase(at);
    return true;
  }
  static std::string name(ValueId v) { return "v" + std::to_string(v.index); }

  void look(const State& s, const Instruction& i, ValueId v) {
    for (ValueId at = v; at.valid(); at = fn_[at].owner) {
      switch (fn_[at].ownership) {
        case Ownership::Trivial: return;
        case Ownership::Owned:
          if (!contains(s, at.index))
            problem(i, at == v ? name(v) + " is used after it was consumed" : name(v) + " is used after its owner " + name(at) + " was consumed");
          return;
        case Ownership::Borrowed: break;
      }
    }
  }

  // A borrowed parameter lives by its owner, and so must whatever it stands for.
  void kept(const Instruction& i, ValueId argument, ValueId parameter) {
    if (fn_[parameter].ownership != Ownership::Borrowed || fn_[argument].ownership == Ownership::Trivial) return;
    for (ValueId at = argument; at.valid(); at = fn_[at].owner)
      if (at == fn_[parameter].owner) return;
    problem(i, name(argument) + " is not kept alive by " + name(fn_[parameter].owner) + ", the owner of " + name(parameter));
  }

  void consume(State& s, const Instruction& i, ValueId v) {
    switch (fn_[v].ownership) {
      case Ownership::Trivial: return;
      case Ownership::Borrowed: return problem(i, name(v) + " is only borrowed and cannot be consumed");
      case Ownership::Owned:
        if (!erase(s, v.index)) problem(i, name(v) + " is consumed twice");
    }
  }

  void consume_block(State& s, const Instruction& i, std::size_t operand) {
    SlotId slot = slot_of_[i.operands[operand].index];
    if (!slot.valid()) return problem(i, "a block that is no slot");
    std::int64_t count = fn_.slots[slot.index].words;
    if (operand + 1 < i.operands.size()) {
      auto at = std::lower_bound(constants_.begin(), constants_.end(), std::pair{i.operands[operand + 1], INT64_MIN});
      if (at == constants_.end() || at->first != i.operands[operand + 1]) return problem(i, "the block's length is not a constant");
      if (at->second < 0 || at->second > count) return problem(i, "the block is longer than its slot");
      count = at->second;
    }
    for (std::int64_t w = 0; w < count; ++w)
      if (!erase(s, slot_base_[slot.index] + static_cast<std::uint32_t>(w)))
        return problem(i, "word " + std::to_string(w) + " of the block was not stored");
  }

  void call(State& s, const Instruction& i) {
    const auto& row = abi::runtime_function(static_cast<abi::RuntimeFunctionId>(i.id));
    // Borrowed operands must be alive also after the owned ones are gone: same value in both roles is an error.
    for (std::size_t k = 0; k < i.operands.size(); ++k)
      if (row.parameters[k] == abi::ParameterMode::Owned) consume(s, i, i.operands[k]);
      else if (row.parameters[k] == abi::ParameterMode::Block) consume_block(s, i, k);
    for (std::size_t k = 0; k < i.operands.size(); ++k)
      if (row.parameters[k] == abi::ParameterMode::Borrowed) look(s, i, i.operands[k]);
  }

  void step(State& s, const Instruction& i) {
    switch (i.op) {
      case Op::Shell:
      case Op::Drop: consume(s, i, i.operands[0]); break;
      case Op::Return:
        consume(s, i, i.operands[0]);
        at_exit(s, i);
        break;
      case Op::Unwind: at_exit(s, i); break;
      case Op::SlotStore: {
        consume(s, i, i.operands[1]);
        SlotId slot = slot_of_[i.operands[0].index];
        if (!slot.valid()) break;
        std::uint32_t key = slot_base_[slot.index] + static_cast<std::uint32_t>(i.imm);
        if (contains(s, key)) problem(i, "the word holds a value already");
        insert(s, key);
        break;
      }
      case Op::EpochClose:
        for (std::size_t slot : slots_of_epoch_[i.id]) slot_empty(s, i, slot);
        break;
      case Op::RtCall:
      case Op::TryRtCall: call(s, i); break;
      case Op::TryCallFn: {
        auto lent = [&](std::size_t k) { return (static_cast<std::uint64_t>(i.imm) >> k & 1) != 0; };
        for (std::size_t k = 0; k < i.operands.size(); ++k)
          if (!lent(k)) consume(s, i, i.operands[k]);
        for (std::size_t k = 0; k < i.operands.size(); ++k)     // also after the owned ones are gone
          if (lent(k)) look(s, i, i.operands[k]);
        break;
      }
      case Op::TryCallAny:
        for (std::size_t k = 1; k < i.operands.size(); ++k) consume(s, i, i.operands[k]);
        look(s, i, i.operands[0]);
        break;
      default:
        for (ValueId v : i.operands) look(s, i, v);
        break;
    }
    if (i.result.valid() && !ends_block(i.op) && fn_[i.result].ownership == Ownership::Owned) insert(s, i.result.index);
    for (std::size_t e = 0; e < i.edges.size(); ++e) {
      State out = s;
      for (std::size_t k = 0; k < i.edges[e].arguments.size(); ++k) {
        ValueId parameter = fn_[i.edges[e].target].parameters[k];
        if (fn_[parameter].ownership == Ownership::Owned) consume(out, i, i.edges[e].arguments[k]);
        else look(out, i, i.edges[e].arguments[k]), kept(i, i.edges[e].arguments[k], parameter);
      }
      if (e == 0 && i.result.valid() && ends_block(i.op) && fn_[i.result].ownership == Ownership::Owned)
        insert(out, i.result.index);
      flow(std::move(out), i, i.edges[e].target);
    }
  }

  void slot_empty(const State& s, const Instruction& i, std::size_t slot) {
    auto at = std::lower_bound(s.begin(), s.end(), slot_base_[slot]);
    if (at != s.end() && *at < slot_base_[slot] + fn_.slots[slot].words)
      problem(i, "the epoch closes over a stored word that nobody consumed");
  }

  void at_exit(const State& s, const Instruction& i) {
    for (std::uint32_t key : s) problem(i, describe(key) + " is still owned");
  }
  std::string describe(std::uint32_t key) const {
    return key < fn_.values.size() ? "v" + std::to_string(key) : "a word of a slot";
  }

  void flow(State out, const Instruction& i, BlockId target) {
    auto& entry = entry_[target.index];
    if (remaining_[target.index]) --remaining_[target.index];
    if (!entry) {
      entry = std::move(out);
      return;
    }
    if (*entry != out) {
      State difference;
      std::set_symmetric_difference(entry->begin(), entry->end(), out.begin(), out.end(), std::back_inserter(difference));
      for (std::uint32_t key : difference)
        problem(i, describe(key) + (contains(out, key) ? " is owned here but not on another way" : " is owned on another way but not here") +
                       " to b" + std::to_string(target.index));
    }
  }

  const Function& fn_;
  std::size_t limit_;
  std::vector<std::uint32_t> slot_base_;
  std::vector<std::vector<std::size_t>> slots_of_epoch_;
  std::vector<SlotId> slot_of_;                 // of values that are slot addresses
  std::vector<std::pair<ValueId, std::int64_t>> constants_;
  std::vector<std::optional<State>> entry_;
  std::vector<std::size_t> remaining_;          // edges into a block not yet seen
  BlockId block_;
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> check_ownership(const Function& function, std::size_t limit) {
  if (function.blocks.empty()) return {};
  return Checker(function, limit).run();
}

std::vector<std::string> check_ownership(const Module& module) {
  std::vector<std::string> all;
  for (const Function& f : module.functions)
    for (std::string& p : check_ownership(f)) all.push_back(std::move(p));
  return all;
}

}  // namespace slisp::ir
