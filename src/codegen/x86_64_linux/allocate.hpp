// allocate.hpp: registers and frame memory: a ladder of allocators, of which the last always succeeds (DESIGN: IR, epochs, registers).
#pragma once
#include "src/codegen/x86_64_linux/codegen.hpp"
#include "src/codegen/x86_64_linux/instructions.hpp"

namespace slisp::x64 {

enum class Rung : std::uint8_t {
  Full,                              // registers over the whole function
  WithoutPromotion,                  // the same without callee-saved registers
  WithinBlocks,                      // slots, cached in registers within a block
  Slots,                             // slots alone
};

// Out: a copy of `in` (critical edges split) whose operands are physical registers and spill slots (Operand::Spill, one per virtual
// register that needs one); moves that it added have origin k_inserted; parallel moves of edges are still one ParallelMove each.
MFunction allocate(const MFunction& in, Rung highest, const RegisterSwitches& switches, AllocationCounts& counts);

// name_constants.cpp, before allocation, without rematerialisation: gives constants that a block needs in registers more than once a value.
void name_constants(MFunction& function);

// slot_forwarding.cpp and dead_stores.cpp: allocated code reads registers where it can, and stores only what is read.
bool reads_slots(const MFunction& function);
void forward_slots(MFunction& function, AllocationCounts& counts);
void remove_dead_stores(MFunction& function, AllocationCounts& counts);

// The lower rungs, in slot_allocator.cpp.
enum class Caching : std::uint8_t { WithinBlocks, None };
MFunction allocate_slots(const MFunction& in, Caching caching);

// frame_layout.cpp: gives spill slots and IR slots their addresses, and the frame its size; expands the parallel moves.
void lay_out_frame(MFunction& function, const RegisterSwitches& switches, AllocationCounts& counts);

}  // namespace slisp::x64
