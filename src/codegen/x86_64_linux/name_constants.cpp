// name_constants.cpp: constants as values, for a compilation without rematerialisation (--no-remat).
// In:   selected code, whose constants are operands wherever they are used.
// Out:  where a block needs a constant in a register more than once, it is a virtual register defined in front of its first use.
// Idea: with rematerialisation a constant is made again in front of each use and never occupies anything between them. Without, it is a
//       value like any other: it competes for registers, lives across calls, may be spilled.
#include "src/codegen/x86_64_linux/allocate.hpp"
#include <map>
#include <tuple>

namespace slisp::x64 {

namespace {

using Key = std::tuple<Operand::Kind, std::uint32_t, std::int64_t>;

// visit(operand) for each constant that will have to stand in a general register.
template <class Visit> void for_each_constant(const MFunction& function, MInst& inst, Visit visit) {
  auto see = [&](Operand& o) {
    if (o.is(Operand::Kind::Immediate) || o.is(Operand::Kind::Symbol)) visit(o);
  };
  for (unsigned i = 0; i < 3; ++i) {
    Operand& o = inst.operand[i];
    Role role = info(inst.op).roles[i];
    bool large = o.is(Operand::Kind::Immediate) && !fits_32_bits(o.value);
    if (role == Role::Use || (role == Role::UseImm && large)) see(o);
  }
  for (FixedUse& use : inst.uses)
    if (!is_xmm(use.reg)) see(use.value);
  for (std::size_t i = 0; i < inst.arguments.size(); ++i)
    if (!function.xmm[function.blocks[inst.target[0]].parameters[i]]) see(inst.arguments[i]);
}

}  // namespace

void name_constants(MFunction& function) {
  for (std::size_t b = 0; b < function.blocks.size(); ++b) {
    struct Named {
      unsigned uses = 0;
      std::uint32_t value = k_no_value;
    };
    std::map<Key, Named> constants;
    auto named = [&](const Operand& o) -> Named& { return constants[{o.kind, o.index, o.value}]; };
    std::vector<MInst> code = std::move(function.blocks[b].instructions), out;
    for (MInst& inst : code) for_each_constant(function, inst, [&](Operand& o) { ++named(o).uses; });
    for (MInst& inst : code) {
      for_each_constant(function, inst, [&](Operand& o) {
        Named& constant = named(o);
        if (constant.uses < 2) return;
        if (constant.value == k_no_value) {
          constant.value = function.new_register(false);
          MInst& move = out.emplace_back();
          move.op = Opcode::Move;
          move.line = inst.line;
          move.operand[0] = virtual_register(constant.value);
          move.operand[1] = o;
        }
        o = virtual_register(constant.value);
      });
      out.push_back(std::move(inst));
    }
    function.blocks[b].instructions = std::move(out);
  }
}

}  // namespace slisp::x64
