// flow.hpp: what register allocation knows about a function before it begins: block order, loops, next uses, pressure.
#pragma once
#include "src/codegen/x86_64_linux/instructions.hpp"
#include <optional>
#include <vector>

namespace slisp::x64 {

// Distances are counted in instructions. Leaving a loop counts as far, a block that only failing paths reach as farther still.
inline constexpr std::uint32_t k_loop_exit_distance = 1u << 16;
inline constexpr std::uint32_t k_cold_distance = 1u << 22;
inline constexpr std::uint32_t k_never = 1u << 30;
inline constexpr std::uint32_t k_no_loop = UINT32_MAX;

struct NextUse {
  std::uint32_t value;
  std::uint32_t distance;
};

struct Loop {
  std::uint32_t header = k_no_block;
  std::uint32_t parent = k_no_loop;
  std::uint32_t depth = 1;
  std::uint32_t pressure = 0;                  // most general values alive at once in its warm blocks
  std::uint32_t pressure_xmm = 0;
  std::vector<std::uint32_t> crossing;         // values alive across a call in its warm blocks, sorted
};

struct Flow {
  std::vector<std::uint32_t> order;            // reverse postorder of the reachable blocks
  std::vector<std::uint32_t> rank;             // position in `order`
  std::vector<std::vector<std::uint32_t>> predecessors;
  std::vector<std::uint32_t> loop_of;          // innermost loop of a block, index into `loops`
  std::vector<Loop> loops;
  std::vector<std::vector<NextUse>> at_entry;  // values alive at a block's entry, its parameters included, sorted by value
  std::vector<bool> crosses;                   // value: alive across a call in a warm block
  std::vector<std::uint32_t> def_block;        // where a value is defined

  std::uint32_t depth(std::uint32_t block) const { return loop_of[block] == k_no_loop ? 0 : loops[loop_of[block]].depth; }
  bool in_loop(std::uint32_t block, std::uint32_t loop) const;
  // What is added to a distance on the way along an edge.
  std::uint32_t edge_distance(const MFunction& function, std::uint32_t from, std::uint32_t to) const;
  const NextUse* alive_at_entry(std::uint32_t block, std::uint32_t value) const;
};

// Nothing when the function is so large that knowing all this would take more than linear time.
std::optional<Flow> analyze_flow(const MFunction& function);

// Virtual registers that an instruction reads (arguments of jumps included) and defines.
template <class Visit> void for_each_use(const MInst& inst, Visit visit) {
  for (unsigned i = 0; i < 3; ++i) {
    const Operand& o = inst.operand[i];
    Role role = info(inst.op).roles[i];
    if (o.is(Operand::Kind::Virtual) && role != Role::Def && role != Role::Early) visit(o.index);
    if (o.is(Operand::Kind::Memory) && o.reg == Register::None) visit(o.index);
  }
  for (const FixedUse& use : inst.uses)
    if (use.value.is(Operand::Kind::Virtual)) visit(use.value.index);
  for (const Operand& o : inst.arguments)
    if (o.is(Operand::Kind::Virtual)) visit(o.index);
}
template <class Visit> void for_each_def(const MInst& inst, Visit visit) {
  for (unsigned i = 0; i < 3; ++i) {
    Role role = info(inst.op).roles[i];
    if (inst.operand[i].is(Operand::Kind::Virtual) && (role == Role::Def || role == Role::Early)) visit(inst.operand[i].index);
  }
  for (const FixedDef& def : inst.defs) visit(def.value);
}

}  // namespace slisp::x64
