// block_entries.cpp: where values stand when a block begins, and the moves on edges.
// Idea: a block with one way in begins as that way ended. Where ways meet, a value stays in the register most of them have it in. A loop is
//       entered with what it uses in registers, what lives across its calls in callee-saved ones; what it does not use stays in
//       a register only as long as there are more of them than the loop needs.
#include "src/codegen/x86_64_linux/register_allocator.hpp"
#include "src/compiler/check.hpp"
#include <algorithm>

namespace slisp::x64 {

namespace {
std::uint32_t bit(Register r) { return 1u << static_cast<unsigned>(r); }
constexpr std::uint32_t k_all_general = std::size(k_caller_saved) + std::size(k_callee_saved);
}  // namespace

Register RegisterAllocator::State::of(std::uint32_t v) const {
  auto at = std::lower_bound(registers.begin(), registers.end(), std::pair(v, Register::rax));
  return at != registers.end() && at->first == v ? at->second : Register::None;
}
bool RegisterAllocator::State::stored(std::uint32_t v) const { return std::binary_search(slots.begin(), slots.end(), v); }

RegisterAllocator::State RegisterAllocator::capture(std::uint32_t to) const {
  State state;
  state.known = true;
  for (const NextUse& use : flow_.at_entry[to]) {
    std::uint32_t v = use.value;
    if (flow_.def_block[v] == to) continue;        // a parameter
    if (register_of_[v] != Register::None) state.registers.emplace_back(v, register_of_[v]);
    if (here_[v] == epoch_) state.slots.push_back(v);
  }
  return state;
}

void RegisterAllocator::load(const State& state) {
  forget_all();
  ++epoch_;
  for (auto [v, r] : state.registers) hold(r, v);
  for (std::uint32_t v : state.slots) here_[v] = epoch_;
}

void RegisterAllocator::enter(std::uint32_t b) {
  const auto& predecessors = flow_.predecessors[b];
  if (b == 0) {
    at_entry_[b].known = true;
  } else if (!at_entry_[b].known) {
    bool header = false;
    for (std::uint32_t p : predecessors) header = header || flow_.rank[p] >= flow_.rank[b];
    if (header) choose_header(b);
    else choose_merge(b);
    for (std::uint32_t p : predecessors)
      if (at_end_[p].known) connect(p, b);
    code_ = &out_.blocks[b].instructions;
  }
  load(at_entry_[b]);
}

// A value that has no register at the entry of b must be in its slot on every way in.
void RegisterAllocator::want_slot_at_entry(std::uint32_t v, std::uint32_t b) {
  for (std::uint32_t p : flow_.predecessors[b]) {
    if (stored_[v] != Stored::No) return;
    if (!at_end_[p].known) continue;               // comes back from within the loop, where it stays in its slot
    bool cheap = in_.blocks[p].cold && !in_.blocks[flow_.def_block[v]].cold;
    if (!cheap && !at_end_[p].stored(v)) stored_[v] = Stored::AtDefinition;
  }
}

void RegisterAllocator::choose_merge(std::uint32_t b) {
  State& entry = at_entry_[b];
  entry.known = true;
  std::uint32_t taken = 0;
  bool cold = in_.blocks[b].cold;
  auto any_free = [&](std::uint32_t v) {           // its register was taken by another value
    if (!in_.xmm[v] && (cold || !flow_.crosses[v]))
      for (Register r : k_caller_saved)
        if (!(taken & bit(r))) return r;
    return Register::None;
  };
  for (const NextUse& use : flow_.at_entry[b]) {
    std::uint32_t v = use.value;
    if (flow_.def_block[v] == b) continue;
    std::uint32_t votes[k_registers] = {}, missing = 0;
    for (std::uint32_t p : flow_.predecessors[b]) {
      std::uint32_t weight = in_.blocks[p].cold ? 1 : 16;
      Register r = at_end_[p].of(v);
      if (r == Register::None) missing += weight;
      else votes[static_cast<unsigned>(r)] += weight;
    }
    Register best = Register::None;
    for (unsigned n = 0; n < k_registers; ++n)
      if (votes[n] != 0 && !((taken >> n) & 1) && !(cold && is_callee_saved(static_cast<Register>(n))) && (best == Register::None || votes[n] > votes[static_cast<unsigned>(best)]))
        best = static_cast<Register>(n);
    // Where paths of failure meet they leave callee-saved registers alone: some of them come from where none is saved yet.
    if (best == Register::None && cold && missing == 0) best = any_free(v);
    // Where most ways would have to load it, and its use is far, it stays in its slot.
    if (best != Register::None && missing > votes[static_cast<unsigned>(best)] && use.distance >= k_loop_exit_distance)
      best = Register::None;
    bool voted = missing < 16 * flow_.predecessors[b].size();
    if (best == Register::None && voted && use.distance < k_loop_exit_distance) best = any_free(v);
    bool stored_everywhere = true;
    for (std::uint32_t p : flow_.predecessors[b]) stored_everywhere = stored_everywhere && at_end_[p].stored(v);
    if (best != Register::None) {
      taken |= bit(best);
      entry.registers.emplace_back(v, best);
      if (stored_everywhere) entry.slots.push_back(v);
    } else {
      want_slot_at_entry(v, b);
      if (stored_[v] == Stored::No) entry.slots.push_back(v);
    }
  }
  place_parameters(b, entry, taken, nullptr);
  std::sort(entry.registers.begin(), entry.registers.end());
}

void RegisterAllocator::choose_header(std::uint32_t b) {
  State& entry = at_entry_[b];
  entry.known = true;
  const Loop& loop = flow_.loops[flow_.loop_of[b]];
  std::uint32_t taken = 0;
  std::uint32_t general = switches_.promote ? k_all_general : static_cast<std::uint32_t>(std::size(k_caller_saved));
  std::uint32_t excess = loop.pressure > general ? loop.pressure - general : 0;
  std::uint32_t excess_xmm = loop.pressure_xmm > k_xmm_count ? loop.pressure_xmm - k_xmm_count : 0;
  auto crosses = [&](std::uint32_t v) { return std::binary_search(loop.crossing.begin(), loop.crossing.end(), v); };
  auto current = [&](std::uint32_t v) {            // where the ways in have it
    for (std::uint32_t p : flow_.predecessors[b])
      if (at_end_[p].known)
        if (Register r = at_end_[p].of(v); r != Register::None) return r;
    return Register::None;
  };
  std::vector<NextUse> by_distance = flow_.at_entry[b];
  std::sort(by_distance.begin(), by_distance.end(), [](const NextUse& x, const NextUse& y) {
    return x.distance != y.distance ? x.distance < y.distance : x.value < y.value;
  });
  auto to_slot = [&](std::uint32_t v) {
    if (flow_.def_block[v] == b) return;           // parameters follow below
    want_slot_at_entry(v, b);
    if (stored_[v] == Stored::No) entry.slots.push_back(v);
  };
  // Furthest first: what the loop does not use makes room if there is too little.
  std::vector<std::uint32_t> keep;
  for (std::size_t i = by_distance.size(); i-- > 0;) {
    auto [v, distance] = by_distance[i];
    if (flow_.def_block[v] == b) continue;
    bool used = distance < k_loop_exit_distance;
    std::uint32_t& over = in_.xmm[v] ? excess_xmm : excess;
    if (!used && over > 0) {
      --over;
      to_slot(v);
    } else if (crosses(v) && (in_.xmm[v] || !switches_.promote)) {
      to_slot(v);
    } else {
      keep.push_back(v);
    }
  }
  std::reverse(keep.begin(), keep.end());          // nearest first
  auto place = [&](std::uint32_t v, Register r) {
    taken |= bit(r);
    entry.registers.emplace_back(v, r);
  };
  auto pick = [&](std::uint32_t v, bool callee_saved) {
    Register now = current(v);
    if (now != Register::None && !(taken & bit(now)) && (is_callee_saved(now) || !callee_saved)) return now;
    if (in_.xmm[v]) {
      for (unsigned i = 0; i < k_xmm_count; ++i)
        if (Register r = static_cast<Register>(static_cast<unsigned>(Register::xmm0) + i); !(taken & bit(r))) return r;
      return Register::None;
    }
    if (!callee_saved)
      for (Register r : k_caller_saved)
        if (!(taken & bit(r))) return r;
    if (switches_.promote)
      for (Register r : k_callee_saved)
        if (!(taken & bit(r))) return r;
    return Register::None;
  };
  // Values that live across calls first: only callee-saved registers do for them. Parameters count among them.
  std::vector<std::uint32_t> late;
  for (std::uint32_t v : keep) {
    if (!crosses(v)) {
      late.push_back(v);
      continue;
    }
    Register r = pick(v, true);
    if (r == Register::None) to_slot(v);
    else place(v, r);
  }
  place_parameters(b, entry, taken, &loop);
  for (std::uint32_t v : late) {
    Register r = pick(v, false);
    if (r == Register::None) to_slot(v);
    else place(v, r);
  }
  for (auto [v, r] : entry.registers) {
    if (flow_.def_block[v] == b || stored_[v] != Stored::No) continue;
    bool stored_everywhere = true;
    for (std::uint32_t p : flow_.predecessors[b])
      if (at_end_[p].known) stored_everywhere = stored_everywhere && at_end_[p].stored(v);
    if (stored_everywhere) entry.slots.push_back(v);
  }
  std::sort(entry.registers.begin(), entry.registers.end());
  std::sort(entry.slots.begin(), entry.slots.end());
}

void RegisterAllocator::place_parameters(std::uint32_t b, State& entry, std::uint32_t& taken, const Loop* loop) {
  const auto& parameters = in_.blocks[b].parameters;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    std::uint32_t v = parameters[i];
    if (flow_.alive_at_entry(b, v) == nullptr) continue;          // nobody reads it
    bool crossing = flow_.crosses[v] && (loop == nullptr || std::binary_search(loop->crossing.begin(), loop->crossing.end(), v));
    auto fits = [&](Register r) {
      return r != Register::None && !(taken & bit(r)) && is_xmm(r) == in_.xmm[v] && (switches_.promote || !is_callee_saved(r));
    };
    Register best = Register::None;
    // Where an argument stands already.
    for (std::uint32_t p : flow_.predecessors[b]) {
      if (!at_end_[p].known || best != Register::None) continue;
      const Operand& argument = in_.blocks[p].instructions.back().arguments[i];
      if (!argument.is(Operand::Kind::Virtual)) continue;
      Register r = at_end_[p].of(argument.index);
      bool stays = flow_.alive_at_entry(b, argument.index) != nullptr;
      if (fits(r) && !stays && (!crossing || is_callee_saved(r))) best = r;
    }
    if (best == Register::None && in_.xmm[v] && !crossing) {
      for (unsigned n = 0; n < k_xmm_count && best == Register::None; ++n)
        if (Register r = static_cast<Register>(static_cast<unsigned>(Register::xmm0) + n); fits(r)) best = r;
    } else if (best == Register::None && !in_.xmm[v]) {
      if (crossing)
        for (Register r : k_callee_saved)
          if (best == Register::None && fits(r)) best = r;
      if (best == Register::None && (!crossing || loop == nullptr))
        for (Register r : k_caller_saved)
          if (best == Register::None && fits(r)) best = r;
      if (best == Register::None && !crossing)
        for (Register r : k_callee_saved)
          if (best == Register::None && fits(r)) best = r;
    }
    if (best == Register::None) {
      stored_[v] = Stored::AtEntry;
    } else {
      taken |= bit(best);
      entry.registers.emplace_back(v, best);
    }
  }
}

void RegisterAllocator::connect(std::uint32_t from, std::uint32_t to) {
  const State& end = at_end_[from];
  const State& entry = at_entry_[to];
  std::vector<MoveItem> moves;
  auto place = [&](std::uint32_t v) {
    Register r = end.of(v);
    if (r != Register::None) return physical(r);
    if (stored_[v] == Stored::No && !end.stored(v)) compiler::internal_error("allocate", "a value is nowhere on an edge", "v" + std::to_string(v));
    return home(v);
  };
  for (auto [v, r] : entry.registers) {
    if (flow_.def_block[v] == to) continue;
    Operand source = place(v);
    if (!source.is(Operand::Kind::Register)) bring(v);
    moves.push_back({physical(r), source});
  }
  for (std::uint32_t v : entry.slots)
    if (stored_[v] == Stored::No && !end.stored(v)) {
      moves.push_back({spill(v), place(v)});
      ++counts_.stores;
    }
  const auto& arguments = in_.blocks[from].instructions.back().arguments;
  const auto& parameters = in_.blocks[to].parameters;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    Register r = entry.of(parameters[i]);
    if (r == Register::None && stored_[parameters[i]] != Stored::AtEntry) continue;     // nobody reads it
    Operand source = arguments[i].is(Operand::Kind::Virtual) ? place(arguments[i].index) : arguments[i];
    moves.push_back({r != Register::None ? physical(r) : spill(parameters[i]), source});
  }
  // A slot that a parameter passes on to itself is moved nowhere, but read: until here nothing else may stand in it.
  std::erase_if(moves, [](const MoveItem& move) { return move.to == move.from && !move.to.is(Operand::Kind::Spill); });
  if (moves.empty()) return;
  MInst parallel;
  parallel.op = Opcode::ParallelMove;
  parallel.moves = std::move(moves);
  auto& code = out_.blocks[from].instructions;
  // The jump itself follows when this is the block at hand.
  bool ended = !code.empty() && code.back().op == Opcode::Jump && code.back().origin != k_inserted;
  parallel.line = in_.blocks[from].instructions.back().line;
  code.insert(ended ? code.end() - 1 : code.end(), std::move(parallel));
}

}  // namespace slisp::x64
