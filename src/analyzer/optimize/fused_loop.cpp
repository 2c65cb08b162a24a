// fused_loop.cpp: one loop for source, stages and consumer; the body of each function stands in it once.
// In:   a chain whose operands are constants, locals and known functions.
// Out:  a loop that gives the consumer's result.
// Keeps: with Order::Chunks the order of calls is that of the lazy seqs: all of a chunk goes through a stage before the next stage sees any of
//   it, the source is asked for its next chunk when the consumer has had the last one; what comes in no chunks goes through one by one.
// Idea: the loop's variables are where the walk stands (a number; or the seq, the chunk at hand, its size and an index in it), then the
//   consumer's state. An element that is in no chunk counts as a chunk of its own with index -1 and size 0, so that there is one body.
#include "src/analyzer/optimize/fused_loop.hpp"
#include <functional>

namespace slisp::analyzer {
namespace {

using Rt = abi::RuntimeFunctionId;

class FusedLoop {
 public:
  FusedLoop(const Chain& chain, Order order, Node* give_up, TreeBuilder& builder) : chain_(chain), order_(order), give_up_(give_up), b_(builder) {}

  Node* over_numbers() {
    bool up = chain_.source.step > 0;
    Local* i = b_.local("i", LocalKind::Loop);
    std::vector<Binding> bindings{{i, again(chain_.source.start, b_)}};
    remember(bindings);
    start(bindings);
    loop_ = new_loop(std::move(bindings));
    advance_ = [this, i] { return std::vector<Node*>{b_.rt(Rt::unchecked_add, {b_.ref(i), b_.number(chain_.source.step)})}; };
    loop_->body = while_wanted(b_.choose(b_.rt(up ? Rt::less : Rt::greater, {b_.ref(i), again(chain_.source.end, b_)}), element(i, first_stage()), result()));
    return loop_;
  }

  Node* over_vector() {
    Local* n = b_.local("n");
    Local* i = b_.local("i", LocalKind::Loop);
    std::vector<Binding> bindings{{i, b_.number(0)}};
    remember(bindings);
    start(bindings);
    loop_ = new_loop(std::move(bindings));
    advance_ = [this, i] { return std::vector<Node*>{b_.rt(Rt::unchecked_add, {b_.ref(i), b_.number(1)})}; };
    Local* x = b_.local("x");
    Node* one = b_.let(x, b_.rt(Rt::vector_nth, {again(chain_.source.start, b_), b_.ref(i)}), element(x, first_stage()));
    loop_->body = while_wanted(b_.choose(b_.rt(Rt::less, {b_.ref(i), b_.ref(n)}), one, result()));
    return b_.let(n, b_.rt(Rt::count, {again(chain_.source.start, b_)}), loop_);
  }

  // Vectors are walked by index where chunks do not matter; anything else as a seq.
  Node* over_seq(Node* source) {
    bool whole = order_ == Order::Elements && chain_.lazy.empty();
    Local* s = b_.local("s", LocalKind::Loop);
    Local* c = b_.local("chunk", LocalKind::Loop);
    Local* n = b_.local("n", LocalKind::Loop);
    Local* i = b_.local("i", LocalKind::Loop);
    Local* by_index = b_.local("by-index");
    std::vector<Binding> bindings;
    if (whole) {
      bindings = {{s, b_.choose(b_.ref(by_index), b_.nil(), again(source, b_))},
                  {c, b_.choose(b_.ref(by_index), again(source, b_), b_.nil())},
                  {n, b_.choose(b_.ref(by_index), b_.rt(Rt::count, {again(source, b_)}), b_.number(0))},
                  {i, b_.number(0)}};
    } else {
      bindings = {{s, again(source, b_)}, {c, b_.nil()}, {n, b_.number(0)}, {i, b_.number(0)}};
    }
    remember(bindings);
    start(bindings);
    loop_ = new_loop(std::move(bindings));
    advance_ = [=, this] { return std::vector<Node*>{b_.ref(s), b_.ref(c), b_.ref(n), b_.rt(Rt::unchecked_add, {b_.ref(i), b_.number(1)})}; };
    Local* x = b_.local("x");
    Node* at = b_.rt(Rt::vector_nth, {b_.ref(c), b_.ref(i)});
    if (order_ == Order::Elements) at = b_.choose(b_.rt(Rt::less, {b_.ref(i), b_.number(0)}), b_.ref(c), at);
    Node* one = b_.let(x, at, element(x, first_stage()));
    loop_->body = while_wanted(b_.choose(b_.rt(Rt::less, {b_.ref(i), b_.ref(n)}), one, order_ == Order::Elements ? next_chunk(s) : next_results(s)));
    return whole ? b_.let(by_index, b_.rt(Rt::native_vector_p, {again(source, b_)}), loop_) : loop_;
  }

 private:
  using Maker = std::vector<Node*>;

  // ---- what stages remember: how many are left, the index of the next element, whether elements are still dropped
  enum class Change : std::uint8_t { Same, More, Less, Over };
  Node* changed(Local* memory, Change change) {
    switch (change) {
      case Change::Same: break;
      case Change::More: return b_.rt(Rt::unchecked_add, {b_.ref(memory), b_.number(1)});
      case Change::Less: return b_.rt(Rt::unchecked_add, {b_.ref(memory), b_.number(-1)});
      case Change::Over: return b_.boolean(false);
    }
    return b_.ref(memory);
  }
  const Stage& stage(std::size_t at) const { return at < chain_.lazy.size() ? chain_.lazy[at] : chain_.direct[at - chain_.lazy.size()]; }
  std::size_t stages() const { return chain_.lazy.size() + chain_.direct.size(); }
  void remember(std::vector<Binding>& bindings) {
    memory_.assign(stages(), nullptr);
    change_.assign(stages(), Change::Same);
    for (std::size_t at = 0; at < stages(); ++at) {
      const Stage& s = stage(at);
      if (!s.remembers()) continue;
      memory_[at] = b_.local(s.counts() ? "left" : s.kind == Stage::Kind::DropWhile ? "dropping" : "index", LocalKind::Loop);
      bindings.push_back({memory_[at], s.counts() ? again(s.count, b_) : s.kind == Stage::Kind::DropWhile ? b_.boolean(true) : b_.number(0)});
    }
  }
  // take that has had all its elements asks for no other one.
  Node* while_wanted(Node* walk) {
    for (std::size_t at = 0; at < stages(); ++at)
      if (stage(at).kind == Stage::Kind::Take) walk = b_.choose(b_.rt(Rt::less, {b_.number(0), b_.ref(memory_[at])}), walk, result());
    return walk;
  }

  // ---- the walk
  LoopNode* new_loop(std::vector<Binding> bindings) {
    LoopNode* loop = b_.loop(std::move(bindings));
    loop->stands_for_calls = true;
    return loop;
  }
  Node* recur(Maker where, Maker state) { return b_.recur(loop_, all(std::move(where), std::move(state))); }
  Maker all(Maker where, Maker state) {
    for (std::size_t at = 0; at < stages(); ++at)
      if (memory_[at] != nullptr) where.push_back(changed(memory_[at], change_[at]));
    where.insert(where.end(), state.begin(), state.end());
    return where;
  }
  Node* go_on(Maker state) { return recur(advance_(), std::move(state)); }
  Node* go_on() { return go_on(same_state()); }

  Node* next_chunk(Local* s) {
    Local* t = b_.local("s");
    Local* c = b_.local("chunk");
    Node* chunk = b_.let(c, b_.rt(Rt::chunk_first, {b_.ref(t)}),
                         recur({b_.rt(Rt::chunk_rest, {b_.ref(t)}), b_.ref(c), b_.rt(Rt::count, {b_.ref(c)}), b_.number(0)}, same_state()));
    Node* single = recur({b_.rt(Rt::rest, {b_.ref(t)}), b_.rt(Rt::first, {b_.ref(t)}), b_.number(0), b_.number(-1)}, same_state());
    return b_.let(t, b_.rt(Rt::seq, {b_.ref(s)}), b_.choose(b_.ref(t), b_.choose(b_.rt(Rt::chunked_p, {b_.ref(t)}), chunk, single), result()));
  }

  // The next chunk has gone through all lazy stages when the loop sees it.
  Node* next_results(Local* s) {
    Local* t = b_.local("s");
    Local* chunked = b_.local("chunked");
    Local* c = b_.local("chunk");
    Local* more = b_.local("more");
    Node* single = b_.vector({b_.rt(Rt::first, {b_.ref(t)})});
    std::vector<Binding> bindings{{chunked, b_.rt(Rt::chunked_p, {b_.ref(t)})},
                                  {c, b_.choose(b_.ref(chunked), b_.rt(Rt::chunk_first, {b_.ref(t)}), single)},
                                  {more, b_.choose(b_.ref(chunked), b_.rt(Rt::chunk_rest, {b_.ref(t)}), b_.rt(Rt::rest, {b_.ref(t)}))}};
    const std::vector<Local*> before = memory_;
    for (std::size_t at = 0; at < chain_.lazy.size(); ++at) c = whole_chunk(at, c, bindings);
    Node* on = recur({b_.ref(more), b_.ref(c), b_.rt(Rt::count, {b_.ref(c)}), b_.number(0)}, same_state());
    memory_ = before;
    return b_.let(t, b_.rt(Rt::seq, {b_.ref(s)}), b_.choose(b_.ref(t), b_.let(std::move(bindings), on), result()));
  }

  // A chunk of the results of one stage on the elements of another chunk. What the stage remembers comes out of the loop that fills it.
  Local* whole_chunk(std::size_t at, Local* from, std::vector<Binding>& bindings) {
    Local* n = b_.local("n");
    Local* buffer = b_.local("buffer");
    Local* done = b_.local("done");
    Local* made = b_.local("chunk");
    Local* i = b_.local("i", LocalKind::Loop);
    Local* memory = memory_[at] == nullptr ? nullptr : b_.local("memory", LocalKind::Loop);
    std::vector<Binding> start{{i, b_.number(0)}};
    if (memory != nullptr) start.push_back({memory, b_.ref(memory_[at])});
    LoopNode* loop = b_.loop(std::move(start));
    auto step = [&](Change change) {
      Maker next{b_.rt(Rt::unchecked_add, {b_.ref(i), b_.number(1)})};
      if (memory != nullptr) next.push_back(changed(memory, change));
      return b_.recur(loop, std::move(next));
    };
    auto append = [&](Local* x, Change change) { return b_.in_order(b_.rt(Rt::chunk_append, {b_.ref(buffer), b_.ref(x)}), step(change)); };
    Local* x = b_.local("x");
    Node* body = through(stage(at), memory, x, append, step);
    Node* end = memory == nullptr ? b_.nil() : b_.ref(memory);
    loop->body = b_.choose(b_.rt(Rt::less, {b_.ref(i), b_.ref(n)}), b_.let(x, b_.rt(Rt::vector_nth, {b_.ref(from), b_.ref(i)}), body), end);
    bindings.push_back({n, b_.rt(Rt::count, {b_.ref(from)})});
    bindings.push_back({buffer, b_.rt(Rt::chunk_buffer, {b_.ref(n)})});
    bindings.push_back({done, loop});
    bindings.push_back({made, b_.rt(Rt::chunk, {b_.ref(buffer)})});
    if (memory != nullptr) memory_[at] = done;
    return made;
  }

  // ---- one element
  template <class Pass, class Skip> Node* through(const Stage& stage, Local* memory, Local* x, Pass pass, Skip skip) {
    auto call = [&] { return apply_callee(stage.function, {b_.ref(x)}, b_); };
    auto call_indexed = [&] { return apply_callee(stage.function, {b_.ref(memory), b_.ref(x)}, b_); };
    Local* y = b_.local("y");
    auto unless_nil = [&](Node* called, Change change) {
      return b_.let(y, called, b_.choose(b_.rt(Rt::nil_p, {b_.ref(y)}), skip(change), pass(y, change)));
    };
    switch (stage.kind) {
      case Stage::Kind::Map: return b_.let(y, call(), pass(y, Change::Same));
      case Stage::Kind::Filter: return b_.choose(call(), pass(x, Change::Same), skip(Change::Same));
      case Stage::Kind::Remove: return b_.choose(call(), skip(Change::Same), pass(x, Change::Same));
      case Stage::Kind::Keep: return unless_nil(call(), Change::Same);
      case Stage::Kind::MapIndexed: return b_.let(y, call_indexed(), pass(y, Change::More));
      case Stage::Kind::KeepIndexed: return unless_nil(call_indexed(), Change::More);
      case Stage::Kind::Take: return pass(x, Change::Less);
      case Stage::Kind::TakeWhile: return b_.choose(call(), pass(x, Change::Same), result());
      case Stage::Kind::Drop: return b_.choose(b_.rt(Rt::less, {b_.number(0), b_.ref(memory)}), skip(Change::Less), pass(x, Change::Same));
      case Stage::Kind::DropWhile: return b_.choose(b_.both(b_.ref(memory), call()), skip(Change::Same), pass(x, Change::Over));
    }
    return nullptr;
  }

  Node* element(Local* x, std::size_t at) {
    if (at == stages()) return consume(x);
    auto changing = [&](Change change, auto make) {
      change_[at] = change;
      Node* made = make();
      change_[at] = Change::Same;
      return made;
    };
    return through(stage(at), memory_[at], x, [&](Local* y, Change change) { return changing(change, [&] { return element(y, at + 1); }); },
                   [&](Change change) { return changing(change, [&] { return go_on(); }); });
  }
  std::size_t first_stage() const { return order_ == Order::Elements ? 0 : chain_.lazy.size(); }

  // ---- the consumer
  void start(std::vector<Binding>& bindings) {
    auto state = [&](const char* name, Node* init) {
      Local* local = b_.local(name, LocalKind::Loop);
      state_.push_back(local);
      bindings.push_back({local, init});
    };
    switch (chain_.consumer) {
      case ConsumerKind::ReduceFirst:                    // a number, so that numbers stay numbers; nobody reads it
        state("acc", b_.number(0));
        state("started", b_.boolean(false));
        return;
      case ConsumerKind::Reduce:
      case ConsumerKind::Transduce: state("acc", again(chain_.init, b_)); return;
      case ConsumerKind::Build:
      case ConsumerKind::Into: state("acc", b_.rt(Rt::transient, {again(chain_.init, b_)})); return;
      case ConsumerKind::Count: state("n", b_.number(0)); return;
      case ConsumerKind::First:
      case ConsumerKind::Some:
      case ConsumerKind::Every:
      case ConsumerKind::NotAny:
      case ConsumerKind::Run:
      case ConsumerKind::Each: return;
    }
  }
  Maker same_state() {
    Maker refs;
    for (Local* local : state_) refs.push_back(b_.ref(local));
    return refs;
  }

  // Goes on with `value` unless it is reduced; then `value_out` is the loop's value.
  Node* unless_reduced(Local* value, Node* value_out, Maker state) {
    Node* out = give_up_ != nullptr ? again(give_up_, b_) : value_out;
    return b_.choose(b_.rt(Rt::reduced_p, {b_.ref(value)}), out, go_on(std::move(state)));
  }

  Node* consume(Local* x) {
    Local* made = b_.local("acc");
    auto called = [&](std::vector<Node*> arguments) { return apply_callee(chain_.function, std::move(arguments), b_); };
    switch (chain_.consumer) {
      case ConsumerKind::ReduceFirst: {
        Node* step = b_.let(made, called({b_.ref(state_[0]), b_.ref(x)}), unless_reduced(made, b_.rt(Rt::unreduced, {b_.ref(made)}), {b_.ref(made), b_.boolean(true)}));
        return b_.choose(b_.ref(state_[1]), step, go_on({b_.ref(x), b_.boolean(true)}));
      }
      case ConsumerKind::Reduce:
        return b_.let(made, called({b_.ref(state_[0]), b_.ref(x)}), unless_reduced(made, b_.rt(Rt::unreduced, {b_.ref(made)}), {b_.ref(made)}));
      case ConsumerKind::Transduce:
        return b_.let(made, called({b_.ref(state_[0]), b_.ref(x)}), unless_reduced(made, called({b_.rt(Rt::unreduced, {b_.ref(made)})}), {b_.ref(made)}));
      case ConsumerKind::Build:
      case ConsumerKind::Into: return go_on({b_.rt(Rt::conj_transient, {b_.ref(state_[0]), b_.ref(x)})});
      case ConsumerKind::First: return b_.ref(x);
      case ConsumerKind::Count: return go_on({b_.rt(Rt::unchecked_add, {b_.ref(state_[0]), b_.number(1)})});
      case ConsumerKind::Some: return b_.let(made, called({b_.ref(x)}), b_.choose(b_.ref(made), b_.ref(made), go_on()));
      case ConsumerKind::NotAny: return b_.choose(called({b_.ref(x)}), b_.boolean(false), go_on());
      case ConsumerKind::Every: return b_.choose(called({b_.ref(x)}), go_on(), b_.boolean(false));
      case ConsumerKind::Each:
        for (RecurNode* jump : jumps_of(*chain_.doseq)) {
          jump->loop = loop_;
          jump->arguments = all(advance_(), {});
        }
        chain_.doseq->body->bindings[0].init = b_.ref(x);
        return chain_.doseq->body;
      case ConsumerKind::Run: return b_.let(made, called({b_.ref(x)}), unless_reduced(made, b_.nil(), {}));
    }
    return nullptr;
  }

  Node* result() {
    switch (chain_.consumer) {
      case ConsumerKind::ReduceFirst: return b_.choose(b_.ref(state_[1]), b_.ref(state_[0]), apply_callee(chain_.function, {}, b_));
      case ConsumerKind::Reduce: return b_.ref(state_[0]);
      case ConsumerKind::Transduce: return apply_callee(chain_.function, {b_.ref(state_[0])}, b_);
      case ConsumerKind::Build:
      case ConsumerKind::Into: return b_.rt(Rt::persistent, {b_.ref(state_[0])});
      case ConsumerKind::Count: return b_.ref(state_[0]);
      case ConsumerKind::First:
      case ConsumerKind::Some:
      case ConsumerKind::Run:
      case ConsumerKind::Each: return b_.nil();
      case ConsumerKind::Every:
      case ConsumerKind::NotAny: return b_.boolean(true);
    }
    return nullptr;
  }

  const Chain& chain_;
  Order order_;
  Node* give_up_;
  TreeBuilder& b_;
  LoopNode* loop_ = nullptr;
  std::vector<Local*> state_;
  std::vector<Local*> memory_;                             // by stage: where it stands, or null
  std::vector<Change> change_;                             // by stage: what the element at hand does to it
  std::function<Maker()> advance_;
};

}  // namespace

Node* fused_range(const Chain& chain, Node* give_up, TreeBuilder& builder) {
  return FusedLoop(chain, Order::Elements, give_up, builder).over_numbers();
}

Node* fused_vector(const Chain& chain, Node* give_up, TreeBuilder& builder) {
  return FusedLoop(chain, Order::Elements, give_up, builder).over_vector();
}

Node* fused_seq(const Chain& chain, Order order, Node* source, TreeBuilder& builder) {
  return FusedLoop(chain, order, nullptr, builder).over_seq(source);
}

}  // namespace slisp::analyzer
