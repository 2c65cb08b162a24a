// frame_layout.cpp: the only place that assigns frame addresses.
// In:   allocated code with Spill, SlotWord and SlotAddress operands and ParallelMoves.
// Out:  only Stack and StackAddress operands; slot_offset and frame_bytes set; parallel moves in sequence.
// Keeps: slots of epochs that may be open together never overlap, and spill slots never overlap any IR slot.
// Idea: epochs nest, so IR slots lie as on a stack: an epoch's slots begin where its parent's end, and siblings share. Spill slots are
//       coloured greedily in dominance order over exact live ranges: two values conflict only if one is alive where the other
//       is defined, and everything alive there was defined, and coloured, before. Values joined by a block parameter prefer one slot.
#include "src/codegen/x86_64_linux/allocate.hpp"
#include "src/codegen/x86_64_linux/live_ranges.hpp"
#include "src/codegen/x86_64_linux/parallel_moves.hpp"
#include "src/compiler/check.hpp"
#include <algorithm>
#include <queue>

namespace slisp::x64 {

namespace {

constexpr std::uint32_t k_none = UINT32_MAX;

// ---- IR slots
std::int64_t place_ir_slots(MFunction& function, const RegisterSwitches& switches, AllocationCounts& counts) {
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
    place(e + 1, switches.slot_coloring ? end[parent.valid() ? parent.index + 1 : 0] : total);
  }
  for (const ir::Slot& slot : source.slots) counts.words_shared += slot.words;
  counts.words_shared -= static_cast<std::uint64_t>(total) / 8;
  return total;
}

// Values that a jump moves into one another would like to share a slot.
std::vector<std::vector<std::uint32_t>> sharing_wishes(const MFunction& function) {
  std::vector<std::vector<std::uint32_t>> wishes(function.xmm.size());
  for (const MBlock& block : function.blocks)
    for (const MInst& inst : block.instructions)
      for (const MoveItem& move : inst.moves)
        if (move.from.is(Operand::Kind::Spill)) {
          wishes[move.from.index].push_back(move.to.index);
          wishes[move.to.index].push_back(move.from.index);
        }
  return wishes;
}

// ---- colours
std::vector<std::uint32_t> colour(const MFunction& function, std::uint32_t& colours) {
  const std::vector<Range> ranges = live_ranges(function);
  const auto wishes = sharing_wishes(function);
  std::vector<std::uint32_t> colour_of(function.xmm.size(), k_none);
  using End = std::pair<std::uint32_t, std::uint32_t>;                            // where it ends, colour
  std::priority_queue<End, std::vector<End>, std::greater<>> active;
  std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, std::greater<>> free;
  std::vector<bool> occupied;
  for (std::size_t i = 0; i < ranges.size(); ) {
    // Ranges that begin together: first those of values that have their colour (alive into a block), then its parameters.
    std::size_t group = i;
    while (group < ranges.size() && ranges[group].from == ranges[i].from) ++group;
    while (!active.empty() && active.top().first < ranges[i].from) {
      occupied[active.top().second] = false;
      free.push(active.top().second);
      active.pop();
    }
    auto occupy = [&](const Range& range, std::uint32_t c) {
      occupied[c] = true;
      active.push({range.to, c});
    };
    for (std::size_t k = i; k < group; ++k)
      if (std::uint32_t c = colour_of[ranges[k].value]; c != k_none) occupy(ranges[k], c);
    for (std::size_t k = i; k < group; ++k) {
      std::uint32_t v = ranges[k].value;
      if (colour_of[v] != k_none) continue;
      std::uint32_t c = k_none;
      for (std::uint32_t other : wishes[v])
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
      occupy(ranges[k], c);
    }
    i = group;
  }
  colours = static_cast<std::uint32_t>(occupied.size());
  return colour_of;
}

// Without sharing: each value that is spilled has a slot of its own.
std::vector<std::uint32_t> number(const MFunction& function, std::uint32_t& slots) {
  std::vector<std::uint32_t> slot_of(function.xmm.size(), k_none);
  auto see = [&](const Operand& o) {
    if (o.is(Operand::Kind::Spill) && slot_of[o.index] == k_none) slot_of[o.index] = slots++;
  };
  for (const MBlock& block : function.blocks)
    for (const MInst& inst : block.instructions) {
      for (const Operand& o : inst.operand) see(o);
      for (const MoveItem& move : inst.moves) {
        see(move.to);
        see(move.from);
      }
    }
  return slot_of;
}

}  // namespace

void lay_out_frame(MFunction& function, const RegisterSwitches& switches, AllocationCounts& counts) {
  std::int64_t slots_end = place_ir_slots(function, switches, counts);
  std::uint32_t colours = 0;
  std::vector<std::uint32_t> colour_of = switches.slot_coloring ? colour(function, colours) : number(function, colours);
  counts.slots_shared += static_cast<std::uint64_t>(std::count_if(colour_of.begin(), colour_of.end(), [](std::uint32_t c) { return c != k_none; })) - colours;
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
