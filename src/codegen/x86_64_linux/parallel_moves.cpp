// parallel_moves.cpp: order parallel moves so that nothing is overwritten before it is read.
// Idea: a destination that no pending move reads may be written; if none is left, only cycles are left: one of their locations is
//       saved in a scratch register, which its reader then reads instead, and the cycle has become a chain.
#include "src/codegen/x86_64_linux/parallel_moves.hpp"
#include <unordered_map>

namespace slisp::x64 {

namespace {
bool is_memory(const Operand& o) {
  using Kind = Operand::Kind;
  return o.is(Kind::Stack) || o.is(Kind::Spill) || o.is(Kind::Memory) || o.is(Kind::SlotWord) || o.is(Kind::SymbolMemory);
}
// Location -> key; constants have none.
bool location_key(const Operand& o, std::uint64_t& key) {
  using Kind = Operand::Kind;
  if (o.is(Kind::Register)) key = static_cast<std::uint64_t>(o.reg);
  else if (o.is(Kind::Spill)) key = (std::uint64_t{1} << 32) | o.index;
  else if (o.is(Kind::Stack)) key = (std::uint64_t{1} << 33) + static_cast<std::uint64_t>(o.value);
  else return false;
  return true;
}
void move_instruction(const Operand& to, const Operand& from, ir::SourceLine line, std::vector<MInst>& out) {
  MInst& inst = out.emplace_back();
  inst.op = is_memory(to) ? Opcode::Store : Opcode::Move;
  inst.operand[0] = to;
  inst.operand[1] = from;
  inst.line = line;
}
}  // namespace

void append_move(const Operand& to, const Operand& from, ir::SourceLine line, std::vector<MInst>& out) {
  if (to == from) return;
  using Kind = Operand::Kind;
  bool direct = !is_memory(to) || from.is(Kind::Register) || from.is(Kind::Symbol) ||
                (from.is(Kind::Immediate) && fits_32_bits(from.value));
  if (!direct || (to.is(Kind::Register) && is_xmm(to.reg) && from.is(Kind::Immediate))) {
    move_instruction(physical(k_scratch), from, line, out);
    move_instruction(to, physical(k_scratch), line, out);
    return;
  }
  move_instruction(to, from, line, out);
}

void sequence_moves(std::span<const MoveItem> items, ir::SourceLine line, std::vector<MInst>& out) {
  std::unordered_map<std::uint64_t, std::uint32_t> readers;       // pending reads of a location
  std::unordered_map<std::uint64_t, std::uint32_t> writer;        // the pending item that writes it
  std::vector<MoveItem> pending;
  pending.reserve(items.size());
  for (const MoveItem& item : items)
    if (item.to != item.from) pending.push_back(item);
  std::uint64_t key = 0;
  for (std::uint32_t i = 0; i < pending.size(); ++i) {
    if (location_key(pending[i].from, key)) ++readers[key];
    if (location_key(pending[i].to, key)) writer[key] = i;
  }
  std::vector<bool> done(pending.size());
  std::vector<std::uint32_t> ready;
  auto read_by = [&](const Operand& location) -> std::uint32_t {
    std::uint64_t k = 0;
    if (!location_key(location, k)) return 0;
    auto it = readers.find(k);
    return it == readers.end() ? 0 : it->second;
  };
  for (std::uint32_t i = 0; i < pending.size(); ++i)
    if (read_by(pending[i].to) == 0) ready.push_back(i);
  auto perform_ready = [&] {
    while (!ready.empty()) {
      std::uint32_t i = ready.back();
      ready.pop_back();
      done[i] = true;
      append_move(pending[i].to, pending[i].from, line, out);
      std::uint64_t k = 0;
      if (!location_key(pending[i].from, k)) continue;
      auto count = readers.find(k);
      if (count == readers.end() || --count->second != 0) continue;
      auto w = writer.find(k);
      if (w != writer.end() && !done[w->second]) ready.push_back(w->second);
    }
  };
  perform_ready();
  for (std::uint32_t i = 0; i < pending.size(); ++i) {
    if (done[i]) continue;
    // Every location of a pure cycle has one reader and one writer. Save what item i will overwrite; its reader takes it from there.
    Operand saved = pending[i].to;
    bool xmm = saved.is(Operand::Kind::Register) && is_xmm(saved.reg);
    Operand holder = physical(xmm ? k_scratch : k_scratch_xmm);
    append_move(holder, saved, line, out);
    for (std::uint32_t j = i; j < pending.size(); ++j)
      if (!done[j] && pending[j].from == saved) pending[j].from = holder;
    location_key(saved, key);
    readers[key] = 0;
    ready.push_back(i);
    perform_ready();
  }
}

}  // namespace slisp::x64
