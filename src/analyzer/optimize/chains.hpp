// chains.hpp: (reduce f init (map g (filter p coll))) and its kin, taken apart.
#pragma once
#include "src/analyzer/optimize/callee.hpp"
#include <optional>

namespace slisp::analyzer {

struct Source {
  bool range = false;                    // from `start` to `end` by `step`; else the elements of `start`
  bool endless = false;                  // (range): comes in no chunks
  Node* start = nullptr;                 // constants, locals, vars that do not change
  Node* end = nullptr;
  std::int64_t step = 1;
  InvokeNode* call = nullptr;            // of a range: how it was written
};

struct Stage {
  enum class Kind : std::uint8_t { Map, Filter, Remove, Keep, MapIndexed, KeepIndexed, Take, TakeWhile, Drop, DropWhile };
  Kind kind;
  Callee function;                       // of all but Take and Drop
  Node* count = nullptr;                 // of these: a constant or a local

  bool counts() const { return kind == Kind::Take || kind == Kind::Drop; }
  bool stops() const { return kind == Kind::Take || kind == Kind::TakeWhile; }
  bool remembers() const { return counts() || kind == Kind::MapIndexed || kind == Kind::KeepIndexed || kind == Kind::DropWhile; }
};

enum class ConsumerKind : std::uint8_t {
  ReduceFirst,   // (reduce f chain)
  Reduce,        // (reduce f init chain)
  Transduce,     // (transduce xform f init chain): f is asked once more at the end
  Build,         // into a vector literal, mapv, filterv
  Into,          // into another literal
  First,         // the first element, or nil
  Count, Some, Every, NotAny, Run,
  Each           // doseq: its body
};

// What doseq becomes (stdlib/clojure/core/iteration_macros.slisp): a loop over seq, chunk, count and index.
struct Doseq {
  LoopNode* loop;
  Node** walked;                         // the collection
  LetNode* body;                         // its first binding is the element; it jumps to `loop` for the next one
};
std::optional<Doseq> as_doseq(Node* node);
std::vector<RecurNode*> jumps_of(const Doseq& doseq);

std::string_view stage_name(Stage::Kind kind);

struct Chain {
  Source source;
  std::size_t seqs = 0;                  // stages that were written as seqs; none: the consumer reduces the source in its own way
  std::vector<Stage> lazy;               // seqs of seqs, innermost first: each works on a chunk before the next one sees it
  std::vector<Stage> direct;             // behind them: each element goes through all of these, and the consumer, before the next one
  ConsumerKind consumer = ConsumerKind::Reduce;
  Callee function;                       // of the consumer
  std::optional<Doseq> doseq;            // Each
  Node* init = nullptr;                  // Reduce, Transduce: the first value; Build, Into: the collection
  std::vector<Binding> bindings;         // what is computed before, in order
};

// A call of range, with locals in place of what must be computed; false, and nothing done, if it is of no use.
bool take_range(InvokeNode* call, Source& source, std::vector<Binding>& bindings, TreeBuilder& builder);
// The condition under which its numbers, and the one behind the last, are longs; null: always.
Node* longs_only(const Source& range, TreeBuilder& builder);

// The chain that this call is, with locals in place of what must be computed first: `call` is then still the same call.
std::optional<Chain> take_chain(InvokeNode* call, TreeBuilder& builder);
std::optional<Chain> take_chain(const Doseq& doseq, TreeBuilder& builder);

}  // namespace slisp::analyzer
