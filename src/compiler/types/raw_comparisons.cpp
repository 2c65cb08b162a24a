// raw_comparisons.cpp: a number without a box is compared with an unknown value as it is.
// In:   IR behind unbox.
// Out:  =, ==, <, <=, >, >= of a value and a long that was boxed for it ask runtime functions that take the long itself; a box that nobody else looks at
//       is not made.
// Keeps: which operand comes first decides who is asked in = (a type of the program may say that it equals a long, a long never says so), and
//       who is blamed where the value is no number is the same: the long never is.
#include "src/compiler/types/raw_comparisons.hpp"
#include <optional>

namespace slisp::compiler {
namespace {

using namespace ir;
using Rt = abi::RuntimeFunctionId;

// The function that takes (value, long); long_first: of (long, value).
std::optional<Rt> raw_twin(Rt function, bool long_first) {
  switch (function) {
    case Rt::equal: return long_first ? Rt::i64_equal : Rt::equal_i64;
    case Rt::numeric_equal: return Rt::numeric_equal_i64;
    case Rt::less: return long_first ? Rt::greater_i64 : Rt::less_i64;
    case Rt::less_equal: return long_first ? Rt::greater_equal_i64 : Rt::less_equal_i64;
    case Rt::greater: return long_first ? Rt::less_i64 : Rt::greater_i64;
    case Rt::greater_equal: return long_first ? Rt::less_equal_i64 : Rt::greater_equal_i64;
    default: return std::nullopt;
  }
}

}  // namespace

std::uint64_t compare_raw(Function& fn) {
  std::vector<ValueId> raw(fn.values.size());              // of a box: what is in it
  std::vector<bool> looked_at(fn.values.size());           // by more than drop
  for (const Block& b : fn.blocks)
    for (const Instruction& i : b.instructions)
      if (i.op == Op::I64ToAny) raw[i.result.index] = i.operands[0];
  std::uint64_t changed = 0;
  for (Block& b : fn.blocks) {
    Instruction& last = b.instructions.back();
    if (last.op != Op::TryRtCall || last.operands.size() != 2) continue;
    const ValueId x = raw[last.operands[0].index], y = raw[last.operands[1].index];
    if (x.valid() == y.valid()) continue;
    const auto twin = raw_twin(static_cast<Rt>(last.id), x.valid());
    if (!twin) continue;
    last.id = static_cast<std::uint32_t>(*twin);
    last.operands = {last.operands[x.valid() ? 1 : 0], x.valid() ? x : y};
    ++changed;
  }
  if (changed == 0) return 0;
  for (const Block& b : fn.blocks)
    for (const Instruction& i : b.instructions) {
      if (i.op == Op::Drop) continue;
      for (ValueId v : i.operands) looked_at[v.index] = true;
      for (const Edge& e : i.edges)
        for (ValueId v : e.arguments) looked_at[v.index] = true;
    }
  for (Block& b : fn.blocks)
    std::erase_if(b.instructions, [&](const Instruction& i) {
      const ValueId box = i.op == Op::I64ToAny ? i.result : i.op == Op::Drop ? i.operands[0] : ValueId{};
      return box.valid() && raw[box.index].valid() && !looked_at[box.index];
    });
  return changed;
}

}  // namespace slisp::compiler
