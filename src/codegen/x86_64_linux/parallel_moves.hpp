// parallel_moves.hpp: many moves that happen at once, as a sequence.
#pragma once
#include "src/codegen/x86_64_linux/instructions.hpp"
#include <span>
#include <vector>

namespace slisp::x64 {

// Appends moves to `out` (marked k_inserted) which together put every `from` into its `to`. Destinations are registers or memory,
// distinct; sources anything. Uses r11 and xmm15, which therefore must not be sources.
void sequence_moves(std::span<const MoveItem> items, ir::SourceLine line, std::vector<MInst>& out);
// One move that the machine may not have as an instruction (memory to memory, wide constants to memory): through r11.
void append_move(const Operand& to, const Operand& from, ir::SourceLine line, std::vector<MInst>& out);

}  // namespace slisp::x64
