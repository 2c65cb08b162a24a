// allocate.hpp: registers and frame memory. The last rung of the ladder (DESIGN: IR, epochs, registers): it always succeeds.
#pragma once
#include "src/codegen/x86_64_linux/instructions.hpp"

namespace slisp::x64 {

enum class Caching : std::uint8_t { WithinBlocks, None };

// Out: a copy of `in` whose operands are physical registers and spill slots (Operand::Spill, one per virtual register that needs
// one); moves that it added have origin k_inserted; parallel moves of edges are still one ParallelMove each.
MFunction allocate(const MFunction& in, Caching caching);

// frame_layout.cpp: gives spill slots and IR slots their addresses, and the frame its size; expands the parallel moves.
void lay_out_frame(MFunction& function);

}  // namespace slisp::x64
