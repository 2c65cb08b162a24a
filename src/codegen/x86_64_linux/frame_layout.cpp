// frame_layout.cpp: the only place that assigns frame addresses.
// In:   allocated code with Spill, SlotWord and SlotAddress operands and ParallelMoves.
// Out:  only Stack and StackAddress operands; slot_offset and frame_bytes set; parallel moves in sequence.
// Keeps: slots of epochs that may be open together never overlap, and spill slots never overlap any IR slot.
// Idea: epochs nest, so IR slots lie as on a stack: an epoch's slots begin where its parent's end, and siblings share. Spill slots are
//       coloured greedily in dominance order over exact live ranges: two values conflict only if one is alive where the other
//       is defined, and everything alive there was defined, and coloured, before. Values joined by a block parameter prefer one slot.
#include "src/codegen/x86_64_linux/allocate.hpp"
#include "src/codegen/x86_64_linux/parallel_moves.hpp"
#include "src/compiler/check.hpp"
#include <algorithm>
#include <queue>

namespace slisp::x64 {

namespace {

constexpr std::uint32_t k_none = UINT32_MAX;

// ---- IR slots
std::int64_t place_ir_slots(MFunction& function) {
  const ir::Function& source = *function.source;
  function.slot_offset.assign(source.slots.size(), 0);
  std::vector<std::vector<std::uint32_t>> slots_of(source.epochs.size() + 1);   // [0]: the function's outermost epoch
  for (std::uint32_t s = 0; s < source.slots.size(); ++s)
    slots_of[source.slots[s].epoch.valid() ? source.slots[s].epoch.index + 1 : 0].push_back(s);
  std::vector<std::int64_t> end(source.epochs.size() + 1, 0);
  std::int64_t total = 0;
  auto place = [&](std::size_t epoch, std::int64_t from) {
    for (std::uint32_t s : slots_of[epoch]) {
      function.slot_offset[s] = from;
      from += 8 * static_cast<std::int64_t>(source.slots[s].words);
    }
    end[epoch] = from;
    total = std::max(total, from);
  };
  place(0, 0);
  // CompileContext numbers epochs as it opens them: a parent comes before its children.
  for (std::size_t e = 0; e < source.epochs.size(); ++e) {
    ir::EpochId parent = source.epochs[e].parent;
    if (parent.valid() && parent.index >= e) compiler::internal_error("frame layout", "an epoch before its parent", source.name);
    place(e + 1, end[parent.valid() ? parent.index + 1 : 0]);
  }
  return total;
}

// ---- live ranges of spill slots, in positions: blocks in dominance order, instruction k at start + 1 + 2k reads and one later writes
struct Range {
  std::uint32_t from, to, value;
};

class Ranges {
 public:
  explicit Ranges(const MFunction& function) : f_(function), order_(reverse_postorder(function)) {
    start_.assign(f_.blocks.size(), k_none);
    end_.assign(f_.blocks.size(), k_none);
    rank_.assign(f_.blocks.size(), k_none);
    std::uint32_t position = 0, rank = 0;
    for (std::uint32_t b : order_) {
      rank_[b] = rank++;
      start_[b] = position;
      position += 2 + 2 * static_cast<std::uint32_t>(f_.blocks[b].instructions.size());
      end_[b] = position - 1;
    }
    predecessors_.resize(f_.blocks.size());
    for (std::uint32_t b : order_)
      for_each_edge(f_.blocks[b], [&](std::uint32_t to, std::uint32_t i) { predecessors_[to].push_back({b, start_[b] + 1 + 2 * i}); });
    collect();
  }

  std::vector<Range> ranges;                       // sorted by start
  std::vector<std::vector<std::uint32_t>> hints;   // per value: values it would like to share with

 private:
  struct At {
    std::uint32_t block, position;
  };

  void collect() {
    definition_.assign(f_.xmm.size(), {k_none, k_none});
    uses_.resize(f_.xmm.size());
    hints.resize(f_.xmm.size());
    for (std::uint32_t b : order_) {
      for (std::uint32_t p : f_.blocks[b].parameters) definition_[p] = {b, start_[b]};
      std::uint32_t position = start_[b] + 1;
      for (const MInst& inst : f_.blocks[b].instructions) {
        if (inst.op == Opcode::Store && inst.operand[0].is(Operand::Kind::Spill)) definition_[inst.operand[0].index] = {b, position + 1};
        for (unsigned i = inst.op == Opcode::Store ? 1 : 0; i < 3; ++i)
          if (inst.operand[i].is(Operand::Kind::Spill)) uses_[inst.operand[i].index].push_back({b, position});
        for (const MoveItem& move : inst.moves)
          if (move.from.is(Operand::Kind::Spill)) {
            uses_[move.from.index].push_back({b, position});
            hints[move.from.index].push_back(move.to.index);
            hints[move.to.index].push_back(move.from.index);
          }
        position += 2;
      }
    }
    reached_.assign(f_.blocks.size(), 0);
    stamp_.assign(f_.blocks.size(), k_none);
    for (std::uint32_t v = 0; v < f_.xmm.size(); ++v)
      if (definition_[v].block != k_none) walk(v);
    std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) { return a.from < b.from; });
  }

  // Backwards from every use to the definition.
  void walk(std::uint32_t v) {
    At definition = definition_[v];
    visited_.clear();
    std::vector<At> work = uses_[v];
    while (!work.empty()) {
      At at = work.back();
      work.pop_back();
      if (stamp_[at.block] == v) {
        reached_[at.block] = std::max(reached_[at.block], at.position);
        continue;
      }
      stamp_[at.block] = v;
      reached_[at.block] = at.position;
      visited_.push_back(at.block);
      // A definition inside the block ends the walk, unless the use stands before it, in a loop: then it would not dominate.
      if (at.block != definition.block)
        for (At edge : predecessors_[at.block]) work.push_back(edge);
    }
    if (visited_.empty()) {                        // stored or passed, and never read: it still needs its place at that point
      ranges.push_back({definition.position, definition.position, v});
      return;
    }
    // Blocks in a row are taken as one range, which may bridge a hole; a value too much is alive there, which costs a slot at most.
    std::uint32_t first_rank = UINT32_MAX, last_rank = 0;
    for (std::uint32_t b : visited_) {
      first_rank = std::min(first_rank, rank_[b]);
      last_rank = std::max(last_rank, rank_[b]);
    }
    if (last_rank - first_rank + 1 == visited_.size() && order_[first_rank] == definition.block) {
      ranges.push_back({definition.position, reached_[order_[last_rank]], v});
      return;
    }
    std::sort(visited_.begin(), visited_.end(), [&](std::uint32_t a, std::uint32_t b) { return start_[a] < start_[b]; });
    bool first = true;
    for (std::uint32_t b : visited_) {
      std::uint32_t from = b == definition.block ? definition.position : start_[b];
      std::uint32_t to = reached_[b];
      // Alive to the end of the block before: one range. Nothing is defined between a last instruction and the next block.
      if (!first && ranges.back().to + 3 >= from) ranges.back().to = to;
      else ranges.push_back({from, to, v});
      first = false;
    }
  }

  const MFunction& f_;
  std::vector<std::uint32_t> order_, rank_, start_, end_;
  std::vector<std::vector<At>> predecessors_;
  std::vector<At> definition_;
  std::vector<std::vector<At>> uses_;
  std::vector<std::uint32_t> reached_, stamp_, visited_;
};

// ---- colours
std::vector<std::uint32_t> colour(Ranges& live, std::size_t values, std::uint32_t& colours) {
  std::vector<std::uint32_t> colour_of(values, k_none);
  using End = std::pair<std::uint32_t, std::uint32_t>;                            // where it ends, colour
  std::priority_queue<End, std::vector<End>, std::greater<>> active;
  std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, std::greater<>> free;
  std::vector<bool> occupied;
  for (std::size_t i = 0; i < live.ranges.size(); ) {
    // Ranges that begin together: first those of values that have their colour (alive into a block), then its parameters.
    std::size_t group = i;
    while (group < live.ranges.size() && live.ranges[group].from == live.ranges[i].from) ++group;
    while (!active.empty() && active.top().first < live.ranges[i].from) {
      occupied[active.top().second] = false;
      free.push(active.top().second);
      active.pop();
    }
    auto occupy = [&](const Range& range, std::uint32_t c) {
      occupied[c] = true;
      active.push({range.to, c});
    };
    for (std::size_t k = i; k < group; ++k)
      if (std::uint32_t c = colour_of[live.ranges[k].value]; c != k_none) occupy(live.ranges[k], c);
    for (std::size_t k = i; k < group; ++k) {
      std::uint32_t v = live.ranges[k].value;
      if (colour_of[v] != k_none) continue;
      std::uint32_t c = k_none;
      for (std::uint32_t other : live.hints[v])
        if (colour_of[other] != k_none && !occupied[colour_of[other]]) {
          c = colour_of[other];
          break;
        }
      while (c == k_none && !free.empty()) {                                      // entries may be stale: taken by a hint meanwhile
        if (!occupied[free.top()]) c = free.top();
        free.pop();
      }
      if (c == k_none) {
        c = static_cast<std::uint32_t>(occupied.size());
        occupied.push_back(false);
      }
      colour_of[v] = c;
      occupy(live.ranges[k], c);
    }
    i = group;
  }
  colours = static_cast<std::uint32_t>(occupied.size());
  return colour_of;
}

}  // namespace

void lay_out_frame(MFunction& function) {
  std::int64_t slots_end = place_ir_slots(function);
  Ranges live(function);
  std::uint32_t colours = 0;
  std::vector<std::uint32_t> colour_of = colour(live, function.xmm.size(), colours);
  auto address = [&](Operand& o) {
    using Kind = Operand::Kind;
    if (o.is(Kind::Spill)) {
      // Blocks that nothing reaches have no ranges; their text is never executed.
      std::uint32_t c = colour_of[o.index] == k_none ? 0 : colour_of[o.index];
      o = stack_word(slots_end + 8 * static_cast<std::int64_t>(c));
    } else if (o.is(Kind::SlotWord)) {
      o = stack_word(function.slot_offset[o.index] + 8 * o.value);
    } else if (o.is(Kind::SlotAddress)) {
      o = stack_address(function.slot_offset[o.index]);
    }
  };
  for (MBlock& block : function.blocks) {
    std::vector<MInst> code;
    code.reserve(block.instructions.size());
    for (MInst& inst : block.instructions) {
      for (Operand& o : inst.operand) address(o);
      for (MoveItem& move : inst.moves) {
        address(move.to);
        address(move.from);
      }
      if (inst.op == Opcode::ParallelMove) sequence_moves(inst.moves, inst.line, code);
      else code.push_back(std::move(inst));
    }
    block.instructions = std::move(code);
  }
  // rsp is 8 off alignment at entry: the frame makes up for it.
  std::int64_t bytes = slots_end + 8 * static_cast<std::int64_t>(colours);
  function.frame_bytes = bytes % 16 == 8 ? bytes : bytes + 8;
}

}  // namespace slisp::x64
