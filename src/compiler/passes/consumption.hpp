// consumption.hpp: which operands an instruction consumes (ir.hpp, ops.def and the rows of the runtime functions say so).
#pragma once
#include "src/compiler/ir/ir.hpp"
#include <algorithm>

namespace slisp::compiler {

inline bool consumes_operand(const ir::Instruction& i, std::size_t k) {
  using ir::Op;
  switch (i.op) {
    case Op::Drop:
    case Op::Shell:
    case Op::Return: return true;
    case Op::SlotStore: return k == 1;
    case Op::RtCall:
    case Op::TryRtCall: {
      const auto& row = abi::runtime_function(static_cast<abi::RuntimeFunctionId>(i.id));
      return k >= row.parameter_count || row.parameters[k] == abi::ParameterMode::Owned;
    }
    case Op::TryCallFn: return k >= 64 || (static_cast<std::uint64_t>(i.imm) >> k & 1) == 0;
    case Op::TryCallAny: return k != 0;
    default: return false;
  }
}
// Also by passing it along an edge.
inline bool consumes(const ir::Instruction& i, ir::ValueId v) {
  for (std::size_t k = 0; k < i.operands.size(); ++k)
    if (i.operands[k] == v && consumes_operand(i, k)) return true;
  for (const ir::Edge& e : i.edges)
    if (std::find(e.arguments.begin(), e.arguments.end(), v) != e.arguments.end()) return true;
  return false;
}

}  // namespace slisp::compiler
