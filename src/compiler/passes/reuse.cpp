// reuse.cpp: an object that dies shortly before one of its size is made becomes that object.
// In:   IR after take-fields; the ownership checker accepts it.
// Out:  drop x ... vector a, b   is   t = shell x ... vector a, b, t: where nobody else has x, its block, emptied, is t, and the construction
//       writes into it; else t is nil and a new block is taken. A last nth, first, rest or next becomes a take and a shell. So for cons and the cell of
//       a list, whichever sort of cell it is.
// Keeps: t is an owned value like any other: emptied, but whole. It is consumed once on every way; cleanup edges drop it.
// Idea: forward from where x dies, along blocks with one way in. At a branch t goes on to where it is wanted and is dropped elsewhere. What x is, is
//       guessed by how it was looked at; a wrong guess costs a comparison.
#include "src/compiler/ir/cfg.hpp"
#include "src/compiler/passes/passes.hpp"
#include <algorithm>
#include <map>

namespace slisp::compiler {
namespace {

using namespace ir;
using Rt = abi::RuntimeFunctionId;

constexpr int k_most_blocks = 24;              // from the death to the construction
constexpr int k_most_calls = 1;                // across which the block waits: it takes a callee-saved register
constexpr std::int64_t k_most_words = 15;      // of objects that are made inline

enum class Shape : std::uint8_t { None, Vector, Cell };

class Reuser {
 public:
  explicit Reuser(Function& fn) : fn_(fn), definition_(fn.values.size()), places_(fn.values.size(), -1), walked_(fn.values.size(), false) {}

  bool run() {
    for (const Block& b : fn_.blocks)
      for (const Instruction& i : b.instructions) note(i);
    ways_.assign(fn_.blocks.size(), 0);
    for (const Block& b : fn_.blocks)
      for (const Edge& e : b.instructions.back().edges) ++ways_[e.target.index];
    bool changed = false;
    std::size_t blocks = fn_.blocks.size();
    for (std::size_t b = 0; b < blocks; ++b) {
      BlockId here{static_cast<std::uint32_t>(b)};
      for (std::size_t k = 0; k < fn_[here].instructions.size(); ++k) {
        const Instruction& i = fn_[here].instructions[k];
        if (i.op == Op::Drop && i.operands[0].index < shape_limit() && shape(i.operands[0]) != Shape::None) {
          changed = from_drop(here, k) || changed;
        } else if (is_last_look(i)) {
          changed = from_last_look(here) || changed;
        }
      }
    }
    return changed;
  }

 private:
  std::size_t shape_limit() const { return places_.size(); }
  void note(const Instruction& i) {
    if (i.result.valid()) definition_[i.result.index] = i.op == Op::ConstI64 ? std::pair{true, i.imm} : std::pair{false, std::int64_t{0}};
    if (i.op != Op::TryRtCall) return;
    switch (static_cast<Rt>(i.id)) {
      case Rt::nth:
      case Rt::nth_look:
      case Rt::nth_take:
        if (auto [constant, place] = definition_[i.operands[1].index]; constant && place >= 0 && place < k_most_words)
          places_[i.operands[0].index] = std::max(places_[i.operands[0].index], place);
        return;
      case Rt::first:
      case Rt::first_look:
      case Rt::first_take:
      case Rt::rest:
      case Rt::rest_look:
      case Rt::rest_take:
      case Rt::next:
      case Rt::next_look:
      case Rt::next_take: walked_[i.operands[0].index] = true; return;
      default: return;
    }
  }
  Shape shape(ValueId x) const {
    if (fn_[x].ownership != Ownership::Owned) return Shape::None;
    return places_[x.index] >= 0 ? Shape::Vector : walked_[x.index] ? Shape::Cell : Shape::None;
  }
  bool is_last_look(const Instruction& i) const {
    if (i.op != Op::TryRtCall || i.operands[0].index >= shape_limit()) return false;
    Rt f = static_cast<Rt>(i.id);
    if (f == Rt::first || f == Rt::rest || f == Rt::next) return shape(i.operands[0]) == Shape::Cell;
    return f == Rt::nth && shape(i.operands[0]) == Shape::Vector && i.operands[1].index < definition_.size() && definition_[i.operands[1].index].first;
  }

  // Is this the construction of what x could become?
  bool fits(const Instruction& i, ValueId x) const {
    if (shape(x) == Shape::Cell) return i.op == Op::TryRtCall && static_cast<Rt>(i.id) == Rt::cons && i.operands.size() == 2;
    if (i.op != Op::RtCall || static_cast<Rt>(i.id) != Rt::vector || i.operands.size() != 2) return false;
    auto [constant, words] = definition_[i.operands[1].index];
    return constant && words > places_[x.index] && words <= k_most_words;
  }

  struct Wanted {
    BlockId block;
    std::size_t instruction;
  };
  // Where the block goes from (block, instruction) on. Blocks where it is not wanted although others want it: `given_up`.
  bool search(ValueId x, BlockId block, std::size_t from, int calls, int& budget, std::vector<Wanted>& wanted, std::vector<BlockId>& given_up,
              std::vector<BlockId>& crossed) {
    if (--budget < 0) return false;
    const auto& list = fn_[block].instructions;
    for (std::size_t k = from; k < list.size(); ++k)
      if (list[k].result.index != UINT32_MAX || !list[k].operands.empty())
        if (fits_checked(list[k], x)) {
          wanted.push_back({block, k});
          return true;
        }
    const Instruction& last = list.back();
    if (last.op == Op::TryCallFn || last.op == Op::TryCallAny) --calls;
    if (calls < 0) return false;
    if (last.op == Op::Branch) {
      std::size_t before = wanted.size(), before_up = given_up.size(), before_crossed = crossed.size();
      bool any = false;
      std::vector<BlockId> without;
      for (const Edge& e : last.edges) {
        bool found = ways_[e.target.index] == 1 && search(x, e.target, 0, calls, budget, wanted, given_up, crossed);
        any = any || found;
        if (!found) without.push_back(e.target);
        if (!found && ways_[e.target.index] != 1) {           // nowhere to drop it
          wanted.resize(before);
          given_up.resize(before_up);
          crossed.resize(before_crossed);
          return false;
        }
      }
      if (!any) return false;
      given_up.insert(given_up.end(), without.begin(), without.end());
      return true;
    }
    if (last.edges.empty() || (last.op == Op::Jump && ways_[last.edges[0].target.index] != 1)) return false;
    std::size_t mark = crossed.size();
    if (last.edges.size() == 2) crossed.push_back(block);       // its cleanup edge drops the block
    if (search(x, last.edges[0].target, 0, calls, budget, wanted, given_up, crossed)) return true;
    crossed.resize(mark);
    return false;
  }
  bool fits_checked(const Instruction& i, ValueId x) const {
    if (i.op == Op::RtCall && i.operands.size() == 2 && i.operands[1].index >= definition_.size()) return false;
    return fits(i, x);
  }

  Instruction made(Op op, ValueId operand, SourceLine line) const {
    Instruction i;
    i.op = op;
    i.operands = {operand};
    i.line = line;
    return i;
  }
  ValueId token(BlockId block) {
    ValueId t{static_cast<std::uint32_t>(fn_.values.size())};
    fn_.values.push_back({Type::Any, Ownership::Owned, {}, block});
    return t;
  }
  // On the cleanup edge of `block` v is dropped.
  void drop_on_cleanup(BlockId block, ValueId v) {
    Instruction& last = fn_[block].instructions.back();
    Block between;
    between.instructions.push_back(made(Op::Drop, v, last.line));
    Instruction jump;
    jump.op = Op::Jump;
    jump.line = last.line;
    jump.edges = {last.edges[1]};
    between.instructions.push_back(std::move(jump));
    last.edges[1] = {BlockId{static_cast<std::uint32_t>(fn_.blocks.size())}, {}};
    fn_.blocks.push_back(std::move(between));
    ways_.push_back(1);
  }

  void hand_over(ValueId t, const std::vector<Wanted>& wanted, const std::vector<BlockId>& given_up, const std::vector<BlockId>& crossed) {
    for (const Wanted& w : wanted) fn_[w.block].instructions[w.instruction].operands.push_back(t);
    for (BlockId b : given_up) {
      auto& list = fn_[b].instructions;
      list.insert(list.begin(), made(Op::Drop, t, list.front().line));
    }
    for (BlockId b : crossed) drop_on_cleanup(b, t);
  }

  bool from_drop(BlockId block, std::size_t at) {
    ValueId x = fn_[block].instructions[at].operands[0];
    int budget = k_most_blocks;
    std::vector<Wanted> wanted;
    std::vector<BlockId> given_up, crossed;
    if (!search(x, block, at + 1, k_most_calls, budget, wanted, given_up, crossed)) return false;
    ValueId t = token(block);
    Instruction& drop = fn_[block].instructions[at];
    drop.op = Op::Shell;
    drop.result = t;
    hand_over(t, wanted, given_up, crossed);
    return true;
  }

  static Rt taking(Rt look) {
    return look == Rt::first ? Rt::first_take : look == Rt::rest ? Rt::rest_take : look == Rt::next ? Rt::next_take : Rt::nth_take;
  }
  bool from_last_look(BlockId block) {
    ValueId x = fn_[block].instructions.back().operands[0];
    BlockId after = fn_[block].instructions.back().edges[0].target;
    int budget = k_most_blocks;
    std::vector<Wanted> wanted;
    std::vector<BlockId> given_up, crossed;
    if (!search(x, after, 0, k_most_calls, budget, wanted, given_up, crossed)) return false;
    ValueId t = token(after);
    Instruction& look = fn_[block].instructions.back();
    look.id = static_cast<std::uint32_t>(taking(static_cast<Rt>(look.id)));
    hand_over(t, wanted, given_up, crossed);
    drop_on_cleanup(block, x);
    Instruction shell = made(Op::Shell, x, fn_[block].instructions.back().line);
    shell.result = t;
    auto& list = fn_[after].instructions;
    list.insert(list.begin(), std::move(shell));
    return true;
  }

  Function& fn_;
  std::vector<std::pair<bool, std::int64_t>> definition_;      // constants
  std::vector<std::int64_t> places_;           // the last place of a vector that is looked at
  std::vector<char> walked_;                   // looked at as a list is
  std::vector<std::uint32_t> ways_;            // edges into each block
};

}  // namespace

bool reuse(ir::Function& function) { return Reuser(function).run(); }

}  // namespace slisp::compiler
