// range_loops.cpp: doseq over a range counts.
// In:   the expanded tree; VarInfo::open set.
// Out:  the loop that doseq makes (stdlib/clojure/core/iteration_macros.slisp) over (range ...) has one variable, the number, and makes no seq.
// Keeps: what the body sees, and when it runs. Ranges whose bounds are not known to be longs: the loop as it was stands beside the new one and
//   serves those that are not; so the body must be small.
#include "src/analyzer/annotate/annotate.hpp"
#include "src/analyzer/annotate/children.hpp"
#include "src/analyzer/optimize/chains.hpp"
#include "src/analyzer/optimize/optimize.hpp"
#include <unordered_set>

namespace slisp::analyzer {
namespace {

constexpr std::size_t k_largest = 400;                     // nodes of a body that may stand twice

class RangeLoops {
 public:
  RangeLoops(Program& program, FusionCounts& counts) : arena_(program.arena), counts_(counts) {}

  void walk(Node*& node, unsigned depth) {
    if (kept_.count(node) != 0) return;
    if (depth < 3)
      if (std::optional<Doseq> found = as_doseq(node); found && count(*found, node)) ++depth;
    for_each_child(node, [&](Node*& child) { walk(child, depth); });
  }

 private:
  bool count(Doseq& at, Node*& node) {
    InvokeNode* range = core_call(*at.walked, "range");
    if (range == nullptr) return false;
    TreeBuilder b(arena_, node);
    Source source;
    std::vector<Binding> bindings;
    if (!take_range(range, source, bindings, b)) return false;
    Node* guard = longs_only(source, b);
    if (guard != nullptr && count_nodes(at.body, k_largest) > k_largest) {
      node = b.let(std::move(bindings), node);
      return false;
    }
    ++counts_.loops;
    ++counts_.stages;
    Node* as_written = nullptr;
    if (guard != nullptr) kept_.insert(as_written = copy_tree(arena_, node));
    Local* i = at.loop->bindings[3].local;
    for (RecurNode* jump : jumps_of(at)) jump->arguments = {b.rt(TreeBuilder::Rt::unchecked_add, {b.ref(i), b.number(source.step)})};
    at.body->bindings[0].init = b.ref(i);
    at.loop->bindings = {{i, again(source.start, b)}};
    auto test = source.step > 0 ? TreeBuilder::Rt::less : TreeBuilder::Rt::greater;
    at.loop->body = b.choose(b.rt(test, {b.ref(i), again(source.end, b)}), at.body, b.nil());
    node = b.let(std::move(bindings), guard == nullptr ? node : b.choose(guard, node, as_written));
    return true;
  }

  Arena& arena_;
  FusionCounts& counts_;
  std::unordered_set<Node*> kept_;                         // loops as they were written: they stay so
};

}  // namespace

void count_ranges(Program& program, FusionCounts& counts) {
  RangeLoops pass(program, counts);
  for (TopLevel& form : program.forms) pass.walk(form.node, 0);
}

}  // namespace slisp::analyzer
