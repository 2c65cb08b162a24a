// take_fields.cpp: an element that is looked at for the last time moves out of its vector or list cell.
// In:   IR after borrow-arguments; the ownership checker accepts it.
// Out:  nth_look and first_look whose place nobody reads again are nth_take and first_take: where nobody else has the collection, no count
//       changes, and the element's memory is not touched; nil stays behind for the release of the collection.
// Keeps: after a take x is used only by looks at other places and by what releases it. So whoever would see the nil is excluded.
// Idea: for each look, walk forward from its normal edge as far as x lives and see what x is used for.
#include "src/compiler/passes/passes.hpp"
#include <algorithm>
#include <optional>

namespace slisp::compiler {
namespace {

using namespace ir;
using Rt = abi::RuntimeFunctionId;

constexpr std::int64_t k_first = -1;           // the place that `first` looks at
constexpr std::size_t k_most_blocks = 256;     // looked at for one question: keeps large functions linear

// How an instruction uses x.
struct Use {
  enum class How : std::uint8_t { Harmless, Place, Rest, Bad } how = How::Bad;
  std::int64_t place = 0;
  bool ends = false;                           // x is consumed
};

class Taker {
 public:
  explicit Taker(Function& fn) : fn_(fn), definition_(fn.values.size(), nullptr), lent_(fn.values.size(), false) {
    for (const Block& b : fn_.blocks)
      for (const Instruction& i : b.instructions)
        if (i.result.valid()) definition_[i.result.index] = &i;
    for (const Value& v : fn_.values)
      if (v.owner.valid()) lent_[v.owner.index] = true;
  }

  bool run() {
    bool changed = false;
    for (std::size_t b = 0; b < fn_.blocks.size(); ++b) {
      Instruction& last = fn_.blocks[b].instructions.back();
      if (last.op != Op::TryRtCall) continue;
      Rt f = static_cast<Rt>(last.id);
      if (f != Rt::nth_look && f != Rt::first_look) continue;
      ValueId x = last.operands[0];
      if (fn_[x].ownership != Ownership::Owned || lent_[x.index]) continue;
      auto place = place_of(last);
      if (!place || !last_look(x, *place, last.edges[0].target)) continue;
      last.id = static_cast<std::uint32_t>(f == Rt::nth_look ? Rt::nth_take : Rt::first_take);
      changed = true;
    }
    return changed;
  }

 private:
  std::optional<std::int64_t> place_of(const Instruction& i) const {
    if (i.operands.size() == 1) return k_first;
    const Instruction* index = definition_[i.operands[1].index];
    if (index == nullptr || index->op != Op::ConstI64 || index->imm < 0 || index->imm > 31) return std::nullopt;
    return index->imm;
  }

  Use use_of(const Instruction& i, ValueId x) const {
    if (std::count(i.operands.begin(), i.operands.end(), x) != 1) return {};       // twice, or as an edge's argument
    if (i.op == Op::Drop || i.op == Op::Shell) return {Use::How::Harmless, 0, true};
    if (i.op == Op::IsNil || i.op == Op::Truthy) return {Use::How::Harmless};
    if (i.op != Op::RtCall && i.op != Op::TryRtCall) return {};
    if (i.operands[0] != x) return {};
    switch (static_cast<Rt>(i.id)) {
      case Rt::nth:
      case Rt::nth_look:
      case Rt::nth_take: {
        auto place = place_of(i);
        if (!place) return {};
        return {Use::How::Place, *place, static_cast<Rt>(i.id) == Rt::nth};
      }
      case Rt::first_look:
      case Rt::first_take: return {Use::How::Place, k_first, false};
      case Rt::rest:
      case Rt::next: return {Use::How::Rest, 0, true};
      case Rt::rest_look:
      case Rt::next_look: return {Use::How::Rest, 0, false};
      case Rt::nil_p:
      case Rt::count_look:
      case Rt::empty_look: return {Use::How::Harmless};
      default: return {};
    }
  }

  bool last_look(ValueId x, std::int64_t place, BlockId from) const {
    std::vector<BlockId> work{from};
    std::vector<char> seen(fn_.blocks.size(), 0);
    seen[from.index] = 1;
    for (std::size_t n = 0; n < work.size(); ++n) {
      if (n > k_most_blocks) return false;
      bool lives = true;
      for (const Instruction& i : fn_[work[n]].instructions) {
        bool mentioned = std::find(i.operands.begin(), i.operands.end(), x) != i.operands.end();
        for (const Edge& e : i.edges) mentioned = mentioned || std::find(e.arguments.begin(), e.arguments.end(), x) != e.arguments.end();
        if (!mentioned) continue;
        Use use = use_of(i, x);
        bool fits = use.how == Use::How::Harmless || (use.how == Use::How::Rest && place == k_first) ||
                    (use.how == Use::How::Place && place != k_first && use.place != k_first && use.place != place);
        if (!fits) return false;
        lives = !use.ends;
        if (!lives) break;
      }
      if (!lives) continue;
      for (const Edge& e : fn_[work[n]].instructions.back().edges)
        if (!seen[e.target.index]) {
          seen[e.target.index] = 1;
          work.push_back(e.target);
        }
    }
    return true;
  }

  Function& fn_;
  std::vector<const Instruction*> definition_;
  std::vector<char> lent_;                     // something is borrowed from it
};

}  // namespace

bool take_fields(ir::Function& function) { return Taker(function).run(); }

}  // namespace slisp::compiler
