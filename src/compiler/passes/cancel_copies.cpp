// cancel_copies.cpp: a copy that is only looked at is the value it was made of.
// In:   IR that the ownership checker accepts.
// Out:  y = dup x, where y is dropped on every way and never consumed otherwise, and x lives as long: gone with all drops of y; y is x.
// Keeps: what is borrowed from y is borrowed from x, which nothing consumes while y would have been alive.
// Idea: mostly the arguments of calls that were inlined: the caller made the callee a count of its own, which it only gives up again. One walk over the
//       blocks where y is alive, from the dup to its drops, asks whether x is consumed there. cancel_counts does the same for a move within a block.
#include "src/compiler/passes/consumption.hpp"
#include "src/compiler/passes/passes.hpp"
#include "src/compiler/passes/value_names.hpp"
#include <algorithm>

namespace slisp::compiler {
namespace {

using namespace ir;

constexpr std::size_t k_most_blocks = 128;     // in which one copy lives: keeps large functions linear

class Canceller {
 public:
  explicit Canceller(Function& fn) : fn_(fn), names_(fn.values.size()), consumed_(fn.values.size(), false) {}

  bool run() {
    for (const Block& b : fn_.blocks)
      for (const Instruction& i : b.instructions) {
        if (i.op == Op::Drop) continue;
        for (std::size_t k = 0; k < i.operands.size(); ++k)
          if (consumes_operand(i, k)) consumed_[i.operands[k].index] = true;
        for (const Edge& e : i.edges)
          for (ValueId v : e.arguments) consumed_[v.index] = true;
      }
    bool changed = false;
    for (std::size_t b = 0; b < fn_.blocks.size(); ++b)
      for (std::size_t k = 0; k < fn_.blocks[b].instructions.size(); ++k) {
        const Instruction& i = fn_.blocks[b].instructions[k];
        if (i.op != Op::Dup || consumed_[i.result.index] || !outlives(source(i.operands[0]), i.result, b, k)) continue;
        names_.give(i.result, i.operands[0]);
        changed = true;
      }
    if (!changed) return false;
    for (Block& b : fn_.blocks) {
      std::erase_if(b.instructions, [this](const Instruction& i) {
        return (i.op == Op::Dup && names_.is_name(i.result)) || (i.op == Op::Drop && names_.is_name(i.operands[0]));
      });
    }
    names_.resolve(fn_);
    return true;
  }

 private:
  // Whose life x's life is: through copies that are gone, and what it is borrowed from.
  ValueId source(ValueId x) const {
    for (;;) {
      x = names_(x);
      if (fn_[x].ownership != Ownership::Borrowed || !fn_[x].owner.valid()) return x;
      x = fn_[x].owner;
    }
  }

  // Is x alive wherever y is, which instruction k of block b makes?
  bool outlives(ValueId x, ValueId y, std::size_t b, std::size_t k) const {
    if (fn_[x].ownership != Ownership::Owned) return true;     // it is nobody's here, or kept alive by the caller
    std::vector<std::size_t> work{b};
    std::vector<char> seen(fn_.blocks.size(), 0);
    for (std::size_t n = 0; n < work.size(); ++n) {
      if (n > k_most_blocks) return false;
      const auto& list = fn_.blocks[work[n]].instructions;
      bool lives = true;
      for (std::size_t at = n == 0 ? k + 1 : 0; at < list.size() && lives; ++at) {
        if (list[at].op == Op::Drop && list[at].operands[0] == y) lives = false;
        else if (consumes(list[at], x)) return false;
      }
      if (!lives) continue;
      for (const Edge& e : list.back().edges)
        if (!seen[e.target.index]) {
          seen[e.target.index] = 1;
          work.push_back(e.target.index);
        }
    }
    return true;
  }

  Function& fn_;
  ValueNames names_;
  std::vector<char> consumed_;                 // by other than drop
};

}  // namespace

bool cancel_copies(ir::Function& function) { return Canceller(function).run(); }

}  // namespace slisp::compiler
