// live_ranges.cpp: liveness of spill slots in allocated code, as ranges.
// In:   code whose operands name spill slots.
// Out:  ranges in positions. A value's slot counts as taken from the value's definition on, even where it is stored later, or in several
//       places: so its range is that of a value in SSA form, which colouring relies on.
// Idea: live-in sets by the usual backward iteration, over sets that share structure (live_sets.hpp); then one backward sweep over the
//       blocks in order, in which only what changes from one point to the next opens or closes a range. So the time depends on the
//       number of ranges, not on how many values are alive in how many blocks.
#include "src/codegen/x86_64_linux/live_ranges.hpp"
#include "src/codegen/x86_64_linux/live_sets.hpp"
#include <algorithm>

namespace slisp::x64 {

namespace {

// Where the range of a slot begins: the definition of the value; of what has none, like the caller's registers, its store.
template <class Visit> void for_each_slot_definition(const MInst& inst, const std::vector<bool>& defined_somewhere, Visit visit) {
  if (inst.defined != k_no_value) visit(inst.defined);
  for (const FixedDef& def : inst.defs) visit(def.value);
  if (inst.op == Opcode::Store && inst.operand[0].is(Operand::Kind::Spill) && !defined_somewhere[inst.operand[0].index])
    visit(inst.operand[0].index);
}

// What needs its slot here. A store does, even of what nobody reads afterwards, and however far behind the definition it stands.
template <class Visit> void for_each_spill_use(const MInst& inst, const std::vector<bool>& defined_somewhere, Visit visit) {
  for (unsigned i = 0; i < 3; ++i) {
    const Operand& o = inst.operand[i];
    if (o.is(Operand::Kind::Spill) && (i > 0 || inst.op != Opcode::Store || defined_somewhere[o.index])) visit(o.index);
  }
  for (const MoveItem& move : inst.moves)
    if (move.from.is(Operand::Kind::Spill)) visit(move.from.index);
}

class Sweep {
 public:
  explicit Sweep(const MFunction& function)
      : f_(function), order_(reverse_postorder(function)), sets_(function.xmm.size()), live_in_(function.blocks.size()),
        end_of_(function.xmm.size()), defined_(function.xmm.size()), spilled_(function.xmm.size()) {
    for (std::uint32_t b : order_) {
      for (std::uint32_t p : f_.blocks[b].parameters) defined_[p] = true;
      for (const MInst& inst : f_.blocks[b].instructions) {
        if (inst.defined != k_no_value) defined_[inst.defined] = true;
        for (const FixedDef& def : inst.defs) defined_[def.value] = true;
        for (const Operand& o : inst.operand)
          if (o.is(Operand::Kind::Spill)) spilled_[o.index] = true;
        for (const MoveItem& move : inst.moves)
          for (const Operand* o : {&move.to, &move.from})
            if (o->is(Operand::Kind::Spill)) spilled_[o->index] = true;
      }
    }
  }

  std::vector<Range> run() {
    bool changed = true;
    while (changed) {
      changed = false;
      for (std::size_t i = order_.size(); i-- > 0;) {
        LiveSets::Set before = backwards(order_[i]);
        changed = changed || before != live_in_[order_[i]];
        live_in_[order_[i]] = before;
      }
    }
    std::uint32_t position = 0;
    std::vector<std::uint32_t> start(f_.blocks.size());
    for (std::uint32_t b : order_) {
      start[b] = position;
      position += 1 + 2 * static_cast<std::uint32_t>(f_.blocks[b].instructions.size());
    }
    LiveSets::Set carried = LiveSets::k_empty;         // alive at the head of the block behind the one at hand
    std::uint32_t head = position;                     // and where that is
    for (std::size_t i = order_.size(); i-- > 0;) {
      std::uint32_t b = order_[i];
      LiveSets::Set out = live_out(b);
      sets_.difference(carried, out, [&](std::uint32_t v) { close(v, head); });
      sets_.difference(out, carried, [&](std::uint32_t v) { end_of_[v] = head - 1; });
      ranges_in(b, start[b], out);
      carried = live_in_[b];
      head = start[b];
    }
    sets_.difference(carried, LiveSets::k_empty, [&](std::uint32_t v) { close(v, head); });
    std::sort(ranges_.begin(), ranges_.end(), [](const Range& a, const Range& b) {
      return a.from != b.from ? a.from < b.from : a.value < b.value;
    });
    return std::move(ranges_);
  }

 private:
  LiveSets::Set live_out(std::uint32_t b) {
    LiveSets::Set live = LiveSets::k_empty;
    for (std::uint32_t target : f_.blocks[b].instructions.back().target)
      if (target != k_no_block) live = sets_.unite(live, live_in_[target]);
    return live;
  }
  // Parameters are defined at the head, so they are not alive on the way in.
  LiveSets::Set backwards(std::uint32_t b) {
    LiveSets::Set live = live_out(b);
    const auto& code = f_.blocks[b].instructions;
    for (std::size_t i = code.size(); i-- > 0;) {
      for_each_slot_definition(code[i], defined_, [&](std::uint32_t v) { live = sets_.remove(live, v); });
      if (code[i].exit != k_no_block) live = sets_.unite(live, live_in_[code[i].exit]);
      for_each_spill_use(code[i], defined_, [&](std::uint32_t v) { live = sets_.insert(live, v); });
    }
    for (std::uint32_t p : f_.blocks[b].parameters) live = sets_.remove(live, p);
    return live;
  }

  void close(std::uint32_t v, std::uint32_t from) { ranges_.push_back({from, end_of_[v], v}); }

  void ranges_in(std::uint32_t b, std::uint32_t start, LiveSets::Set live) {
    const auto& code = f_.blocks[b].instructions;
    for (std::size_t i = code.size(); i-- > 0;) {
      std::uint32_t reads = start + 1 + 2 * static_cast<std::uint32_t>(i);
      for_each_slot_definition(code[i], defined_, [&](std::uint32_t v) { define(live, v, reads + 1); });
      if (code[i].exit != k_no_block) {
        LiveSets::Set there = live_in_[code[i].exit];
        sets_.difference(there, live, [&](std::uint32_t v) { end_of_[v] = reads; });
        live = sets_.unite(live, there);
      }
      for_each_spill_use(code[i], defined_, [&](std::uint32_t v) {
        LiveSets::Set with = sets_.insert(live, v);
        if (with != live) end_of_[v] = reads;
        live = with;
      });
    }
    for (std::uint32_t p : f_.blocks[b].parameters) define(live, p, start);
  }
  void define(LiveSets::Set& live, std::uint32_t v, std::uint32_t at) {
    if (!spilled_[v]) return;
    LiveSets::Set without = sets_.remove(live, v);
    if (without == live) end_of_[v] = at + 1;          // never read: it still needs its place where it is stored
    live = without;
    close(v, at);
  }

  const MFunction& f_;
  std::vector<std::uint32_t> order_;
  LiveSets sets_;
  std::vector<LiveSets::Set> live_in_;
  std::vector<std::uint32_t> end_of_;                  // of the open range of a value
  std::vector<bool> defined_, spilled_;                // values with a definition; values whose slot is mentioned
  std::vector<Range> ranges_;
};

}  // namespace

std::vector<Range> live_ranges(const MFunction& function) { return Sweep(function).run(); }

}  // namespace slisp::x64
