// live_ranges.hpp: where spill slots hold something that is still read.
#pragma once
#include "src/codegen/x86_64_linux/instructions.hpp"

namespace slisp::x64 {

// Positions: blocks in dominance order; the head of a block, then for each instruction one where it reads and one where it writes.
struct Range {
  std::uint32_t from, to, value;     // inclusive
};

// The ranges of all spilled values, exact, sorted by start.
std::vector<Range> live_ranges(const MFunction& function);

}  // namespace slisp::x64
