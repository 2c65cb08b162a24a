// allocate.cpp: the ladder. An allocator that gives up hands the function to the next one; no optimisation is ever the reason that a
// function does not compile.
#include "src/codegen/x86_64_linux/allocate.hpp"
#include "src/codegen/x86_64_linux/flow.hpp"
#include "src/codegen/x86_64_linux/register_allocator.hpp"

namespace slisp::x64 {

namespace {

MFunction place_values(const MFunction& in, Rung highest, const RegisterSwitches& switches, AllocationCounts& counts) {
  auto served_by = [&](Rung rung) { ++counts.functions[static_cast<unsigned>(rung)]; };
  if (!switches.allocate || highest == Rung::Slots) {
    served_by(Rung::Slots);
    return allocate_slots(in, Caching::None);
  }
  if (highest <= Rung::WithoutPromotion)
    if (std::optional<Flow> flow = analyze_flow(in)) {
      RegisterSwitches with = switches;
      with.promote = with.promote && highest == Rung::Full;
      served_by(with.promote ? Rung::Full : Rung::WithoutPromotion);
      return RegisterAllocator(in, *flow, with, counts).run();
    }
  served_by(Rung::WithinBlocks);
  return allocate_slots(in, Caching::WithinBlocks);
}

}  // namespace

MFunction allocate(const MFunction& in, Rung highest, const RegisterSwitches& switches, AllocationCounts& counts) {
  MFunction out = place_values(in, highest, switches, counts);
  if (switches.allocate && highest != Rung::Slots && switches.slot_forwarding && reads_slots(out)) {
    forward_slots(out, counts);
    remove_dead_stores(out, counts);
  }
  return out;
}

}  // namespace slisp::x64
