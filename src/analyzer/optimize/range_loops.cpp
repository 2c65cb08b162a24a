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

bool is_local(const Node* node, const Local* local) {
  auto* ref = as<LocalRefNode>(node);
  return ref != nullptr && ref->local == local;
}

// The four variables of a doseq: seq, chunk, count, index.
struct SeqLoop {
  LoopNode* loop;
  InvokeNode* range;                     // what is walked
  Local* index;
  LetNode* body;                         // its first binding is the element
};

std::optional<SeqLoop> seq_loop(Node* node) {
  auto* loop = as<LoopNode>(node);
  if (loop == nullptr || loop->bindings.size() != 4 || !loop->bindings[0].local->name.starts_with("seq__") || !loop->bindings[3].local->name.starts_with("i__"))
    return std::nullopt;
  InvokeNode* seq = core_call(loop->bindings[0].init, "seq");
  auto* choice = as<IfNode>(loop->body);
  if (seq == nullptr || seq->arguments.size() != 1 || choice == nullptr) return std::nullopt;
  InvokeNode* range = core_call(seq->arguments[0], "range");
  auto* body = as<LetNode>(choice->then);
  if (range == nullptr || body == nullptr || body->bindings.empty()) return std::nullopt;
  auto* element = as<IfNode>(body->bindings[0].init);
  if (element == nullptr || !is_local(element->then, loop->bindings[1].local)) return std::nullopt;
  return SeqLoop{loop, range, loop->bindings[3].local, body};
}

class RangeLoops {
 public:
  RangeLoops(Program& program, FusionCounts& counts) : arena_(program.arena), counts_(counts) {}

  void walk(Node*& node, unsigned depth) {
    if (kept_.count(node) != 0) return;
    if (depth < 3)
      if (std::optional<SeqLoop> found = seq_loop(node); found && count(*found, node)) ++depth;
    for_each_child(node, [&](Node*& child) { walk(child, depth); });
  }

 private:
  bool count(SeqLoop& at, Node*& node) {
    TreeBuilder b(arena_, node);
    Source source;
    std::vector<Binding> bindings;
    if (!take_range(at.range, source, bindings, b)) return false;
    Node* guard = longs_only(source, b);
    if (guard != nullptr && count_nodes(at.body, k_largest) > k_largest) {
      node = b.let(std::move(bindings), node);
      return false;
    }
    ++counts_.loops;
    ++counts_.stages;
    Node* as_written = nullptr;
    if (guard != nullptr) kept_.insert(as_written = copy_tree(arena_, node));
    Local* i = at.index;
    std::vector<RecurNode*> jumps;
    for_each_node(at.body, [&](Node* n) {
      if (auto* recur = as<RecurNode>(n); recur != nullptr && recur->loop == at.loop) jumps.push_back(recur);
    });
    for (RecurNode* jump : jumps) jump->arguments = {b.rt(TreeBuilder::Rt::unchecked_add, {b.ref(i), b.number(source.step)})};
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
