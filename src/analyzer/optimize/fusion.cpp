// fusion.cpp: (reduce + (filter odd? (map f (range n)))) and its kin become loops without seqs.
// In:   the expanded tree; VarInfo::open set.
// Out:  loops in the place of the calls.
// Keeps: results, the order of effects, and which exception is thrown. Lazy seqs work in chunks of 32: all calls of f for a chunk come before
//   the first one of odd?. So a loop that goes element by element stands only where nobody can tell:
//   - the chain has no lazy stage, or only one function of it can do anything but give a value, or
//   - the source is a range or a vector and no function has an effect: then only exceptions could tell, and when one comes all is done
//     again in the seqs' order.
//   Elsewhere the loop goes through the stages chunk by chunk.
//   What the loop cannot walk (objects of users' types that reduce themselves, ranges of other numbers) is left to the call as it was.
// Idea: from the outside in, so that the copy of a call that is kept for such cases is a copy of the source and never of a loop: the tree
//   grows by its depth at most, and nothing is fused deeper than k_deepest.
#include "runtime/api.hpp"
#include "src/analyzer/annotate/annotate.hpp"
#include "src/analyzer/annotate/children.hpp"
#include "src/analyzer/optimize/fused_loop.hpp"
#include "src/analyzer/optimize/optimize.hpp"
#include "src/analyzer/optimize/purity.hpp"
#include <algorithm>
#include <unordered_set>

namespace slisp::analyzer {
namespace {

using Rt = abi::RuntimeFunctionId;

constexpr unsigned k_deepest = 3;

bool reduces(ConsumerKind kind) {
  switch (kind) {
    case ConsumerKind::ReduceFirst:
    case ConsumerKind::Reduce:
    case ConsumerKind::Transduce: return true;
    case ConsumerKind::Build:
    case ConsumerKind::Into:
    case ConsumerKind::First:
    case ConsumerKind::Count:
    case ConsumerKind::Some:
    case ConsumerKind::Every:
    case ConsumerKind::NotAny:
    case ConsumerKind::Run: return false;
  }
  return false;
}

bool has_function(ConsumerKind kind) {
  return kind != ConsumerKind::Build && kind != ConsumerKind::Into && kind != ConsumerKind::First && kind != ConsumerKind::Count;
}

class Fusion {
 public:
  Fusion(Program& program, FusionCounts& counts) : arena_(program.arena), counts_(counts), purity_(program) {}

  void walk(Node*& node, unsigned depth) {
    if (kept_.count(node) != 0) return;
    if (auto* call = as<InvokeNode>(node); call != nullptr && depth < k_deepest && fuse(call, node)) ++depth;
    for_each_child(node, [&](Node*& child) { walk(child, depth); });
  }

 private:
  struct Facts {
    bool known = false, pure = true, exits = false;
    std::size_t loud_lazy = 0;
    bool loud_rest = false;
  };

  Facts look(const Chain& chain) {
    Facts facts;
    facts.known = chain.source.range;
    auto note = [&](const Callee& function) {
      facts.known = facts.known || function.known();
      facts.pure = facts.pure && purity_.pure(function);
      return !Purity::silent(function);
    };
    auto note_stage = [&](const Stage& stage) {
      facts.known |= stage.counts();
      return !stage.counts() && note(stage.function);
    };
    for (const Stage& stage : chain.lazy) facts.loud_lazy += note_stage(stage);
    for (const Stage& stage : chain.direct) {
      facts.loud_rest |= note_stage(stage);
      facts.exits |= stage.stops();
    }
    if (has_function(chain.consumer)) facts.loud_rest |= note(chain.function);
    facts.loud_rest |= chain.consumer == ConsumerKind::Into;
    facts.exits |= chain.consumer == ConsumerKind::First;
    facts.exits |= has_function(chain.consumer) && !(reduces(chain.consumer) && purity_.pure(chain.function));
    return facts;
  }

  bool fuse(InvokeNode* call, Node*& node) {
    TreeBuilder b(arena_, call);
    std::optional<Chain> chain = take_chain(call, b);
    if (!chain) return false;
    Facts facts = look(*chain);
    if (!facts.known) {
      node = b.let(std::move(chain->bindings), call);
      return false;
    }
    ++counts_.loops;
    counts_.stages += chain->seqs;
    bool one_loud = facts.loud_lazy + (facts.loud_rest ? 1 : 0) <= 1 && !(facts.exits && facts.loud_lazy > 0);
    Node* made;
    if (chain->lazy.empty() || one_loud) made = guarded(*chain, guard(*chain, b), call, b);
    else if (facts.pure && !facts.exits) made = tried(*chain, call, b);
    else made = in_chunks(*chain, b);
    if (Node* test = long_counts(*chain, b)) made = b.choose(test, made, as_written(call));
    node = b.let(std::move(chain->bindings), made);
    return true;
  }

  // The condition under which the loop may walk the source; null: always.
  Node* guard(const Chain& chain, TreeBuilder& b) {
    const Source& source = chain.source;
    if (!source.range) {
      bool asks = chain.seqs == 0 && chain.consumer != ConsumerKind::Some && chain.consumer != ConsumerKind::Every && chain.consumer != ConsumerKind::NotAny;
      return asks ? b.rt(Rt::not_truthy, {b.rt(Rt::user_object_p, {again(source.start, b)})}) : nullptr;
    }
    return longs_only(source, b);
  }

  // What take and drop are given is a long (and that take gives anything at all); null: it is known.
  Node* long_counts(const Chain& chain, TreeBuilder& b) {
    Node* test = nullptr;
    auto ask = [&](Node* condition) { test = test == nullptr ? condition : b.both(test, condition); };
    for (const auto* stages : {&chain.lazy, &chain.direct})
      for (const Stage& stage : *stages) {
        if (!stage.counts() || stage.count->kind == NodeKind::Const) continue;
        ask(b.rt(Rt::long_p, {again(stage.count, b)}));
        if (stage.kind == Stage::Kind::Take) ask(b.rt(Rt::less, {b.number(0), again(stage.count, b)}));
      }
    return test;
  }

  Node* as_written(InvokeNode* call) {
    Node* copy = copy_tree(arena_, call);
    kept_.insert(copy);
    return copy;
  }

  Node* guarded(const Chain& chain, Node* guard, InvokeNode* call, TreeBuilder& b) {
    Node* loop = chain.source.range ? fused_range(chain, nullptr, b) : fused_seq(chain, Order::Elements, chain.source.start, b);
    return guard == nullptr ? loop : b.choose(guard, loop, as_written(call));
  }

  // Without effects: when anything goes wrong, it is done again in the seqs' order. A range and a vector do not mind being held meanwhile.
  Node* tried(Chain& chain, InvokeNode* call, TreeBuilder& b) {
    auto nothing = [&] { return b.constant(rt::keyword("slisp.fusion", "again")); };
    const bool range = chain.source.range;
    Node* test = range ? guard(chain, b) : b.rt(Rt::native_vector_p, {again(chain.source.start, b)});
    Node* loop = range ? fused_range(chain, nothing(), b) : fused_vector(chain, nothing(), b);
    Node* other = range ? as_written(call) : in_chunks(chain, b);
    auto* attempt = b.make<TryNode>();
    attempt->body = test == nullptr ? loop : b.choose(test, loop, nothing());
    attempt->catches.push_back({rt::Owned::copy(rt::class_object(rt::ClassId::Throwable)), b.local("e", LocalKind::Catch), nothing(), {}});
    Local* result = b.local("result");
    return b.let(result, attempt, b.choose(b.rt(Rt::identical_p, {b.ref(result), nothing()}), other, b.ref(result)));
  }

  Node* in_chunks(Chain& chain, TreeBuilder& b) {
    ++counts_.in_chunks;
    Node* source = chain.source.range ? chain.source.call : chain.source.start;
    take_value(source, chain.bindings, b);
    return fused_seq(chain, Order::Chunks, source, b);
  }

  Arena& arena_;
  FusionCounts& counts_;
  Purity purity_;
  std::unordered_set<Node*> kept_;                         // calls as they were written: they stay so
};

}  // namespace

void fuse_seqs(Program& program, FusionCounts& counts) {
  Fusion fusion(program, counts);
  for (TopLevel& form : program.forms) fusion.walk(form.node, 0);
  count_ranges(program, counts);
}

}  // namespace slisp::analyzer
