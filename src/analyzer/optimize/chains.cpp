// chains.cpp: recognises calls that walk a chain of lazy seqs.
// In:   a call of a function of clojure.core that walks a collection.
// Out:  source, stages and consumer; operands that must be computed are bound in the order in which the call computes them.
// Keeps: nothing is taken apart unless the whole call is of a known shape: what does not fit stays as it was.
#include "src/analyzer/optimize/chains.hpp"
#include "runtime/api.hpp"
#include "src/analyzer/annotate/children.hpp"
#include <algorithm>
#include <cstdlib>
#include <iterator>

namespace slisp::analyzer {
namespace {

bool small_constant(const Node* node, std::int64_t& value) {
  auto* constant = as<ConstNode>(node);
  if (constant == nullptr || !rt::is_fixnum(constant->value.word())) return false;
  value = rt::to_fixnum(constant->value.word());
  return value > -(std::int64_t{1} << 31) && value < (std::int64_t{1} << 31);
}

// As what take and drop are given. The transducer (take 0) does look at an element.
bool may_count(const Node* node, std::int64_t least) {
  std::int64_t n = 0;
  return node->kind != NodeKind::Const || (small_constant(node, n) && n >= least);
}

// A literal collection that `into` and `mapv` start from.
bool empty_vector(const Node* node) {
  auto* constant = as<ConstNode>(node);
  return constant != nullptr && constant->value.is(rt::Kind::Vector) && constant->value.as<rt::Header>()->slots == 0 &&
         (constant->value.as<rt::Header>()->flags & abi::k_flag_has_meta) == 0;
}

bool literal_target(const Node* node) {
  auto* constant = as<ConstNode>(node);
  if (constant == nullptr || !rt::is_pointer(constant->value.word())) return false;
  auto* header = constant->value.as<rt::Header>();
  bool editable = constant->value.is(rt::Kind::Vector) || constant->value.is(rt::Kind::ArrayMap) || constant->value.is(rt::Kind::HashMap) ||
                  constant->value.is(rt::Kind::HashSet);
  return editable && (header->flags & abi::k_flag_has_meta) == 0;
}

struct StageName { std::string_view name; Stage::Kind kind; };
constexpr StageName k_stages[] = {{"map", Stage::Kind::Map},
                                  {"filter", Stage::Kind::Filter},
                                  {"remove", Stage::Kind::Remove},
                                  {"keep", Stage::Kind::Keep},
                                  {"map-indexed", Stage::Kind::MapIndexed},
                                  {"keep-indexed", Stage::Kind::KeepIndexed},
                                  {"take", Stage::Kind::Take},
                                  {"take-while", Stage::Kind::TakeWhile},
                                  {"drop", Stage::Kind::Drop},
                                  {"drop-while", Stage::Kind::DropWhile}};

InvokeNode* stage_call(Node* node, std::size_t arguments, Stage::Kind& kind) {
  for (const StageName& stage : k_stages)
    if (InvokeNode* call = core_call(node, stage.name); call != nullptr && call->arguments.size() == arguments) {
      kind = stage.kind;
      if (Stage{kind, {}, nullptr}.counts() && !may_count(call->arguments[0], kind == Stage::Kind::Take && arguments == 1 ? 1 : INT32_MIN)) return nullptr;
      return call;
    }
  return nullptr;
}

class Taker {
 public:
  explicit Taker(TreeBuilder& builder) : builder_(builder) {}

  std::optional<Chain> take(const Doseq& doseq) {
    Stage::Kind kind;
    if (stage_call(*doseq.walked, 2, kind) == nullptr) return std::nullopt;
    chain_.consumer = ConsumerKind::Each;
    chain_.doseq = doseq;
    collection(*doseq.walked);
    separate();
    return std::move(chain_);
  }

  std::optional<Chain> take(InvokeNode* call) {
    auto* ref = as<VarRefNode>(call->callee);
    if (ref == nullptr || ref->var->open || !ref->var->from_library || ref->var->ns != "clojure.core") return std::nullopt;
    const std::string& name = ref->var->name;
    std::vector<Node*>& a = call->arguments;
    auto function_of = [&](std::size_t arity) { chain_.function = take_callee(a[0], arity, chain_.bindings, builder_); };
    if (name == "reduce" && a.size() == 2) {
      chain_.consumer = ConsumerKind::ReduceFirst;
      function_of(2);
    } else if (name == "reduce" && a.size() == 3) {
      chain_.consumer = ConsumerKind::Reduce;
      function_of(2);
      value(a[1], chain_.init);
    } else if (name == "transduce" && a.size() == 4 && is_transducer(a[0])) {
      chain_.consumer = ConsumerKind::Transduce;
      transducer(a[0]);
      chain_.function = take_callee(a[1], 2, chain_.bindings, builder_);
      value(a[2], chain_.init);
    } else if (name == "into" && a.size() == 2 && literal_target(a[0])) {
      target(a[0]);
    } else if (name == "into" && a.size() == 3 && literal_target(a[0]) && is_transducer(a[1])) {
      target(a[0]);
      transducer(a[1]);
    } else if ((name == "mapv" || name == "filterv") && a.size() == 2) {
      chain_.consumer = ConsumerKind::Build;
      Callee function = take_callee(a[0], 1, chain_.bindings, builder_);
      chain_.direct.push_back({name == "mapv" ? Stage::Kind::Map : Stage::Kind::Filter, std::move(function)});
      chain_.init = builder_.constant(rt::empty_vector());
    } else if (name == "count" && a.size() == 1) {
      Stage::Kind kind;
      if (stage_call(a[0], 2, kind) == nullptr) return std::nullopt;
      chain_.consumer = ConsumerKind::Count;
    } else if (name == "first" && a.size() == 1) {
      Stage::Kind kind;
      if (stage_call(a[0], 2, kind) == nullptr) return std::nullopt;
      chain_.consumer = ConsumerKind::First;
    } else if ((name == "vec" || name == "set") && a.size() == 1) {
      Stage::Kind kind;
      if (stage_call(a[0], 2, kind) == nullptr) return std::nullopt;
      target(builder_.constant(name == "vec" ? rt::empty_vector() : rt::empty_set()));
    } else if ((name == "some" || name == "every?" || name == "not-any?" || name == "run!") && a.size() == 2) {
      chain_.consumer = name == "some"     ? ConsumerKind::Some
                        : name == "every?" ? ConsumerKind::Every
                        : name == "run!"   ? ConsumerKind::Run
                                           : ConsumerKind::NotAny;
      function_of(1);
    } else {
      return std::nullopt;
    }
    collection(a.back());
    separate();
    return std::move(chain_);
  }

 private:
  void value(Node*& slot, Node*& to) {
    take_value(slot, chain_.bindings, builder_);
    to = slot;
  }

  void target(Node* literal) {
    chain_.consumer = empty_vector(literal) ? ConsumerKind::Build : ConsumerKind::Into;
    chain_.init = literal;
  }

  // Arguments are computed from the outside in: the function of a stage before the collection that it walks.
  void collection(Node*& slot) {
    Stage::Kind kind;
    if (InvokeNode* call = stage_call(slot, 2, kind)) {
      Stage stage = stage_of(kind, call->arguments[0]);
      stopping_ += stage.stops();
      collection(call->arguments[1]);
      chain_.lazy.push_back(std::move(stage));
      return;
    }
    Source& source = chain_.source;
    if (InvokeNode* call = core_call(slot, "range"); call != nullptr && call->arguments.empty() && stops()) {
      source.range = source.endless = true;
      source.call = call;
      source.start = builder_.number(0);
      source.end = builder_.number(std::int64_t{1} << 60);         // nobody gets there
      return;
    }
    if (InvokeNode* call = core_call(slot, "range"); call != nullptr && take_range(call, source, chain_.bindings, builder_)) return;
    value(slot, source.start);
  }

  bool stops() const {
    auto does = [](const Stage& stage) { return stage.stops(); };
    return std::any_of(chain_.direct.begin(), chain_.direct.end(), does) || stopping_ > 0 || chain_.consumer == ConsumerKind::First;
  }

  Stage stage_of(Stage::Kind kind, Node*& argument) {
    Stage stage{kind, {}, nullptr};
    if (stage.counts()) value(argument, stage.count);
    else stage.function = take_callee(argument, kind == Stage::Kind::MapIndexed || kind == Stage::Kind::KeepIndexed ? 2 : 1, chain_.bindings, builder_);
    return stage;
  }

  // take and take-while ask for one element at a time, and what follows them sees no chunks any more.
  void separate() {
    chain_.seqs = chain_.lazy.size();
    auto from = chain_.source.endless ? chain_.lazy.begin() : std::find_if(chain_.lazy.begin(), chain_.lazy.end(), [](const Stage& s) { return s.stops(); });
    chain_.direct.insert(chain_.direct.begin(), std::make_move_iterator(from), std::make_move_iterator(chain_.lazy.end()));
    chain_.lazy.erase(from, chain_.lazy.end());
  }

  // (map f), (filter p) ... and (comp of those); nothing else computes when it is made.
  static bool is_transducer(Node* node) {
    Stage::Kind kind;
    if (stage_call(node, 1, kind) != nullptr) return true;
    InvokeNode* comp = core_call(node, "comp");
    if (comp == nullptr || comp->arguments.empty()) return false;
    for (Node* part : comp->arguments)
      if (!is_transducer(part)) return false;
    return true;
  }

  void transducer(Node* node) {
    Stage::Kind kind;
    if (InvokeNode* call = stage_call(node, 1, kind)) {
      chain_.direct.push_back(stage_of(kind, call->arguments[0]));
      return;
    }
    for (Node* part : static_cast<InvokeNode*>(node)->arguments) transducer(part);
  }

  TreeBuilder& builder_;
  Chain chain_;
  int stopping_ = 0;                                       // take and take-while around the collection
};

}  // namespace

bool take_range(InvokeNode* call, Source& source, std::vector<Binding>& bindings, TreeBuilder& builder) {
  std::vector<Node*>& a = call->arguments;
  std::int64_t step = 1;
  if (a.empty() || a.size() > 3 || (a.size() == 3 && (!small_constant(a[2], step) || step == 0))) return false;
  source.range = true;
  source.step = step;
  source.call = call;
  if (a.size() > 1) take_value(a[0], bindings, builder);
  take_value(a[a.size() == 1 ? 0 : 1], bindings, builder);
  source.start = a.size() == 1 ? builder.number(0) : a[0];
  source.end = a[a.size() == 1 ? 0 : 1];
  return true;
}

Node* longs_only(const Source& source, TreeBuilder& b) {
  using Rt = TreeBuilder::Rt;
  const std::int64_t most = std::int64_t{1} << 61;
  Node* test = nullptr;
  auto ask = [&](Node* condition) { test = test == nullptr ? condition : b.both(test, condition); };
  for (Node* bound : {source.start, source.end}) {
    auto* constant = as<ConstNode>(bound);
    if (constant != nullptr && rt::is_fixnum(constant->value.word()) && std::abs(rt::to_fixnum(constant->value.word())) < most) continue;
    ask(b.rt(Rt::long_p, {again(bound, b)}));
    if (bound == source.start || source.step == 1 || source.step == -1) continue;
    ask(source.step > 0 ? b.rt(Rt::less, {again(bound, b), b.number(most)}) : b.rt(Rt::greater, {again(bound, b), b.number(-most)}));
  }
  return test;
}

std::string_view stage_name(Stage::Kind kind) {
  for (const StageName& stage : k_stages)
    if (stage.kind == kind) return stage.name;
  return "";
}

std::optional<Doseq> as_doseq(Node* node) {
  auto* loop = as<LoopNode>(node);
  if (loop == nullptr || loop->bindings.size() != 4 || !loop->bindings[0].local->name.starts_with("seq__") || !loop->bindings[3].local->name.starts_with("i__"))
    return std::nullopt;
  InvokeNode* seq = core_call(loop->bindings[0].init, "seq");
  auto* choice = as<IfNode>(loop->body);
  if (seq == nullptr || seq->arguments.size() != 1 || choice == nullptr) return std::nullopt;
  auto* body = as<LetNode>(choice->then);
  if (body == nullptr || body->bindings.empty()) return std::nullopt;
  auto* element = as<IfNode>(body->bindings[0].init);
  if (element == nullptr) return std::nullopt;
  auto* chunk = as<LocalRefNode>(element->then);
  if (chunk == nullptr || chunk->local != loop->bindings[1].local) return std::nullopt;
  return Doseq{loop, &seq->arguments[0], body};
}

std::vector<RecurNode*> jumps_of(const Doseq& doseq) {
  std::vector<RecurNode*> jumps;
  for_each_node(doseq.body, [&](Node* node) {
    if (auto* recur = as<RecurNode>(node); recur != nullptr && recur->loop == doseq.loop) jumps.push_back(recur);
  });
  return jumps;
}

std::optional<Chain> take_chain(const Doseq& doseq, TreeBuilder& builder) {
  Taker taker(builder);
  return taker.take(doseq);
}

std::optional<Chain> take_chain(InvokeNode* call, TreeBuilder& builder) {
  Taker taker(builder);
  return taker.take(call);
}

}  // namespace slisp::analyzer
