// borrow_arguments.cpp: a runtime function that only looks is not given a count of its own.
// In:   IR that the ownership checker accepts.
// Out:  y = dup x; r = f(y) is r = f_look(x), where f_look is f's twin that borrows (runtime/abi/functions/looks.def).
// Keeps: x must be alive after the call as well: it is not consumed between the two, nor by the call itself.
// Idea: lowering copies right before it calls, so both stand in one block.
#include "src/compiler/passes/passes.hpp"
#include <algorithm>

namespace slisp::compiler {
namespace {

using namespace ir;
using Rt = abi::RuntimeFunctionId;

// The twin of f that borrows its first argument.
Rt looking_twin(Rt f) {
  switch (f) {
    case Rt::nth: return Rt::nth_look;
    case Rt::nth_default: return Rt::nth_default_look;
    case Rt::first: return Rt::first_look;
    case Rt::next: return Rt::next_look;
    case Rt::rest: return Rt::rest_look;
    case Rt::seq: return Rt::seq_look;
    case Rt::count: return Rt::count_look;
    case Rt::empty_p: return Rt::empty_look;
    default: return Rt::k_count;
  }
}

bool mentions(const Instruction& i, ValueId v) {
  if (std::find(i.operands.begin(), i.operands.end(), v) != i.operands.end()) return true;
  for (const Edge& e : i.edges)
    if (std::find(e.arguments.begin(), e.arguments.end(), v) != e.arguments.end()) return true;
  return false;
}

}  // namespace

bool borrow_arguments(ir::Function& fn) {
  std::vector<std::uint32_t> uses(fn.values.size(), 0);
  for (const Block& b : fn.blocks)
    for (const Instruction& i : b.instructions) {
      for (ValueId v : i.operands) ++uses[v.index];
      for (const Edge& e : i.edges)
        for (ValueId v : e.arguments) ++uses[v.index];
    }
  bool changed = false;
  for (Block& b : fn.blocks) {
    auto& list = b.instructions;
    for (std::size_t k = 0; k < list.size(); ++k) {
      if (list[k].op != Op::RtCall && list[k].op != Op::TryRtCall) continue;
      Rt twin = looking_twin(static_cast<Rt>(list[k].id));
      if (twin == Rt::k_count) continue;
      ValueId y = list[k].operands[0];
      if (uses[y.index] != 1) continue;
      std::size_t d = k;
      while (d > 0 && list[d - 1].result != y) --d;
      if (d == 0 || list[d - 1].op != Op::Dup) continue;
      ValueId x = list[d - 1].operands[0];
      if (fn[x].owner.valid()) continue;                     // its owner may be gone
      // Whatever mentions an owned x meanwhile may consume it; a borrowed one lives on.
      bool owned = fn[x].ownership == Ownership::Owned, kept = true;
      for (std::size_t between = d; owned && between <= k; ++between) kept = kept && !mentions(list[between], x);
      if (!kept || fn[x].ownership == Ownership::Trivial) continue;
      list[k].id = static_cast<std::uint32_t>(twin);
      list[k].operands[0] = x;
      list.erase(list.begin() + static_cast<std::ptrdiff_t>(d - 1));
      --k;
      changed = true;
    }
  }
  return changed;
}

}  // namespace slisp::compiler
