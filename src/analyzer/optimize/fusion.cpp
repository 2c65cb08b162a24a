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
constexpr std::size_t k_largest_twice = 400;               // nodes of the body of a doseq that may stand twice

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
    case ConsumerKind::Run:
    case ConsumerKind::Each: return false;
  }
  return false;
}

bool has_function(ConsumerKind kind) {
  return kind != ConsumerKind::Build && kind != ConsumerKind::Into && kind != ConsumerKind::First && kind != ConsumerKind::Count && kind != ConsumerKind::Each;
}

std::string_view consumer_name(ConsumerKind kind) {
  switch (kind) {
    case ConsumerKind::ReduceFirst:
    case ConsumerKind::Reduce: return "reduce";
    case ConsumerKind::Transduce: return "transduce";
    case ConsumerKind::Build:
    case ConsumerKind::Into: return "into";
    case ConsumerKind::First: return "first";
    case ConsumerKind::Count: return "count";
    case ConsumerKind::Some: return "some";
    case ConsumerKind::Every: return "every?";
    case ConsumerKind::NotAny: return "not-any?";
    case ConsumerKind::Run: return "run!";
    case ConsumerKind::Each: return "doseq";
  }
  return "";
}

class Fusion {
 public:
  Fusion(Program& program, FusionCounts& counts, const std::function<void(const std::string&)>& explain)
      : arena_(program.arena), counts_(counts), explain_(explain), purity_(program) {}

  void walk(Node*& node, unsigned depth) {
    if (kept_.count(node) != 0) return;
    if (auto* fn = as<FnNode>(node); fn != nullptr && !fn->name.empty()) function_ = fn->name;
    if (depth < k_deepest && fuse(node)) ++depth;
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
    facts.loud_rest |= chain.consumer == ConsumerKind::Into || chain.consumer == ConsumerKind::Each;
    facts.exits |= chain.consumer == ConsumerKind::First || chain.consumer == ConsumerKind::Each;
    facts.exits |= has_function(chain.consumer) && !(reduces(chain.consumer) && purity_.pure(chain.function));
    return facts;
  }

  bool fuse(Node*& node) {
    TreeBuilder b(arena_, node);
    std::optional<Chain> chain;
    if (auto* call = as<InvokeNode>(node)) chain = take_chain(call, b);
    else if (std::optional<Doseq> doseq = as_doseq(node)) chain = take_chain(*doseq, b);
    if (!chain) return false;
    Facts facts = look(*chain);
    Node* counts = long_counts(*chain, b);
    // The body of a doseq is moved, not copied; where all of it must stand twice it has to be small.
    bool small = !chain->doseq || counts == nullptr || count_nodes(chain->doseq->body, k_largest_twice) <= k_largest_twice;
    if (!facts.known || !small) {
      say(*chain, b.span().line, facts.known ? "stays: its body is too big to stand twice" : "stays: no function of it is known here");
      node = b.let(std::move(chain->bindings), node);
      return false;
    }
    ++counts_.loops;
    counts_.stages += chain->seqs;
    Node* written = counts == nullptr ? nullptr : as_written(node);
    const std::uint64_t in_chunks_before = counts_.in_chunks;
    Node* made = loop_for(*chain, facts, node, b);
    if (counts_.in_chunks == in_chunks_before) say(*chain, b.span().line, "becomes a loop, element by element");
    else say(*chain, b.span().line, facts.exits ? "becomes a loop, chunk by chunk: it may end early" : "becomes a loop, chunk by chunk: the order of effects can be seen");
    if (counts != nullptr) made = b.choose(counts, made, written);
    node = b.let(std::move(chain->bindings), made);
    return true;
  }

  Node* loop_for(Chain& chain, const Facts& facts, Node* call, TreeBuilder& b) {
    const bool one_loud = facts.loud_lazy + (facts.loud_rest ? 1 : 0) <= 1 && !(facts.exits && facts.loud_lazy > 0);
    if (chain.lazy.empty() || one_loud) {
      Node* test = guard(chain, b);
      if (test == nullptr || !chain.doseq) return guarded(chain, test, call, b);
    } else if (facts.pure && !facts.exits) {
      return tried(chain, call, b);
    }
    return in_chunks(chain, b);
  }

  void say(const Chain& chain, std::uint32_t line, const char* what) const {
    if (!explain_) return;
    std::string text = function_ + ":" + std::to_string(line) + ": " + std::string(consumer_name(chain.consumer)) + " over";
    for (const auto* stages : {&chain.direct, &chain.lazy})
      for (auto stage = stages->rbegin(); stage != stages->rend(); ++stage) text += " " + std::string(stage_name(stage->kind));
    explain_(text + (chain.source.range ? " a range " : " a collection ") + what);
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

  Node* as_written(Node* call) {
    Node* copy = copy_tree(arena_, call);
    kept_.insert(copy);
    return copy;
  }

  Node* guarded(const Chain& chain, Node* guard, Node* call, TreeBuilder& b) {
    Node* loop = chain.source.range ? fused_range(chain, nullptr, b) : fused_seq(chain, Order::Elements, chain.source.start, b);
    return guard == nullptr ? loop : b.choose(guard, loop, as_written(call));
  }

  // Without effects: when anything goes wrong, it is done again in the seqs' order. A range and a vector do not mind being held meanwhile.
  Node* tried(Chain& chain, Node* call, TreeBuilder& b) {
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
  const std::function<void(const std::string&)>& explain_;
  std::string function_ = "top level";                     // that the walk is in, or was last
  Purity purity_;
  std::unordered_set<Node*> kept_;                         // calls as they were written: they stay so
};

}  // namespace

void fuse_seqs(Program& program, FusionCounts& counts, const std::function<void(const std::string&)>& explain) {
  Fusion fusion(program, counts, explain);
  for (TopLevel& form : program.forms) fusion.walk(form.node, 0);
  count_ranges(program, counts);
}

}  // namespace slisp::analyzer
