// cancel_counts.cpp: a dup and a drop of the same object within one block cancel.
// In:   IR that the ownership checker accepts.
// Out:  y = dup x ... drop x: gone, y is x. y = dup x ... drop y: gone.
// Keeps: x stays alive as long as something looks at it: when y is consumed between the two, nothing may look at x after that.
// Idea: one walk per block; the pair must stand in the same block, so no cleanup edge lies between.
#include "src/compiler/passes/consumption.hpp"
#include "src/compiler/passes/passes.hpp"
#include "src/compiler/passes/value_names.hpp"

namespace slisp::compiler {
namespace {

using namespace ir;

class Canceller {
 public:
  explicit Canceller(Function& fn) : fn_(fn), names_(fn.values.size()) {}

  bool run() {
    bool changed = false;
    for (Block& b : fn_.blocks) changed = block(b) || changed;
    if (!changed) return false;
    names_.resolve(fn_);
    return true;
  }

 private:
  bool depends_on(ValueId v, ValueId owner) const {
    for (; v.valid(); v = fn_[v].owner)
      if (v == owner) return true;
    return false;
  }
  bool uses(const Instruction& i, ValueId x) const {
    for (ValueId v : i.operands)
      if (depends_on(v, x)) return true;
    for (const Edge& e : i.edges)
      for (ValueId v : e.arguments)
        if (depends_on(v, x)) return true;
    return false;
  }
  bool block(Block& b) {
    bool changed = false;
    auto& list = b.instructions;
    for (std::size_t d = 0; d < list.size(); ++d) {
      if (list[d].op != Op::Dup) continue;
      ValueId x = list[d].operands[0], y = list[d].result;
      bool y_consumed = false, x_seen_after = false;
      std::size_t end = std::min(list.size(), d + 64);     // pairs stand close; a bound keeps long blocks linear
      for (std::size_t k = d + 1; k < end; ++k) {
        const Instruction& i = list[k];
        if (i.op == Op::Drop && i.operands[0] == x && !x_seen_after) {
          names_.give(y, x);
        } else if (i.op == Op::Drop && i.operands[0] == y) {
          names_.give(y, x);
        } else {
          y_consumed = y_consumed || consumes(i, y);
          if (y_consumed && uses(i, x)) x_seen_after = true;     // also by the instruction that consumes y
          if (consumes(i, x)) break;
          continue;
        }
        list.erase(list.begin() + static_cast<std::ptrdiff_t>(k));
        list.erase(list.begin() + static_cast<std::ptrdiff_t>(d));
        // Later instructions of this block see the replacement at once.
        for (std::size_t k2 = d; k2 < list.size(); ++k2) {
          for (ValueId& v : list[k2].operands) v = names_(v);
          for (Edge& e : list[k2].edges)
            for (ValueId& v : e.arguments) v = names_(v);
        }
        changed = true;
        --d;
        break;
      }
    }
    return changed;
  }

  Function& fn_;
  ValueNames names_;
};

}  // namespace

bool cancel_counts(ir::Function& function) { return Canceller(function).run(); }

}  // namespace slisp::compiler
