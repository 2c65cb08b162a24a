// dead_stores.cpp: stores to spill slots that nobody reads are left out.
// In:   allocated code whose operands name spill slots, parallel moves still as one.
// Out:  the same without stores, single or as part of a parallel move, behind which no way leads to a read of that slot.
// Idea: liveness of the slots themselves, backward over the whole function, in sets that share structure (live_sets.hpp).
#include "src/codegen/x86_64_linux/allocate.hpp"
#include "src/codegen/x86_64_linux/live_sets.hpp"

namespace slisp::x64 {

namespace {

bool is_spill(const Operand& o) { return o.is(Operand::Kind::Spill); }
bool is_store(const MInst& inst) { return inst.op == Opcode::Store && is_spill(inst.operand[0]); }

class DeadStores {
 public:
  DeadStores(MFunction& function, AllocationCounts& counts)
      : f_(function), counts_(counts), order_(reverse_postorder(function)), sets_(function.xmm.size()), live_in_(function.blocks.size()) {}

  void run() {
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t i = order_.size(); i-- > 0;) {
        const LiveSets::Set before = walk(order_[i]);
        changed = changed || before != live_in_[order_[i]];
        live_in_[order_[i]] = before;
      }
    }
    removing_ = true;
    for (std::uint32_t b : order_) walk(b);
  }

 private:
  LiveSets::Set walk(std::uint32_t b) {
    auto& code = f_.blocks[b].instructions;
    LiveSets::Set live = LiveSets::k_empty;
    for (std::uint32_t target : code.back().target)
      if (target != k_no_block) live = sets_.unite(live, live_in_[target]);
    bool removed = false;
    for (std::size_t i = code.size(); i-- > 0;) {
      MInst& inst = code[i];
      if (inst.op == Opcode::ParallelMove) {
        if (removing_)
          counts_.dead_stores += std::erase_if(inst.moves, [&](const MoveItem& item) { return is_spill(item.to) && !sets_.contains(live, item.to.index); });
        const LiveSets::Set behind = live;
        for (const MoveItem& item : inst.moves)
          if (is_spill(item.to)) live = sets_.remove(live, item.to.index);
        for (const MoveItem& item : inst.moves)
          if (is_spill(item.from) && (!is_spill(item.to) || sets_.contains(behind, item.to.index))) live = sets_.insert(live, item.from.index);
        continue;
      }
      if (is_store(inst)) {
        if (inst.origin == k_inserted && !sets_.contains(live, inst.operand[0].index)) {
          if (!removing_) continue;
          inst.op = Opcode::k_count;               // taken out below
          removed = true;
          ++counts_.dead_stores;
          continue;
        }
        live = sets_.remove(live, inst.operand[0].index);
      }
      if (inst.exit != k_no_block) live = sets_.unite(live, live_in_[inst.exit]);
      for (unsigned n = is_store(inst) ? 1 : 0; n < 3; ++n)
        if (is_spill(inst.operand[n])) live = sets_.insert(live, inst.operand[n].index);
    }
    if (removed) std::erase_if(code, [](const MInst& inst) { return inst.op == Opcode::k_count; });
    return live;
  }

  MFunction& f_;
  AllocationCounts& counts_;
  std::vector<std::uint32_t> order_;
  LiveSets sets_;
  std::vector<LiveSets::Set> live_in_;
  bool removing_ = false;
};

}  // namespace

void remove_dead_stores(MFunction& function, AllocationCounts& counts) { DeadStores(function, counts).run(); }

}  // namespace slisp::x64
