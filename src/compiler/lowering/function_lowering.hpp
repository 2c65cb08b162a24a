// function_lowering.hpp: lowers one method or one top-level form to one ir::Function.
//
// The class keeps the books of ownership while it walks:
//   held_      owned values that are alive and have not been consumed, sorted. A call that may throw lets its cleanup edge drop
//              exactly these (but what the nearest handler keeps).
//   env_       the value of each local. Locals bound to static or immediate values are Trivial and never held.
// A value that lower() returns is in hand: owned (or trivial), not in held_. Nothing may throw while something is in hand; who needs
// that holds it first.
#pragma once
#include "src/analyzer/annotate/annotate.hpp"
#include "src/compiler/ir/builder.hpp"
#include "src/compiler/lowering/cleanups.hpp"
#include "src/compiler/lowering/module_builder.hpp"
#include <map>
#include <span>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace slisp::compiler {

struct CaseKey {
  rt::Borrowed constant;
  ir::BlockId target;
};

class FunctionLowering {
 public:
  explicit FunctionLowering(ModuleBuilder& module) : module_(module), builder_(fn_) {}

  void method(analyzer::FnNode& fn, std::size_t index);
  // A function of no arguments that evaluates `node` and returns its value or, with Effect, nil.
  enum class Want : std::uint8_t { Value, Effect, Return };
  void top_level(analyzer::Node* node, const std::string& symbol, const std::string& name, Want want);

  // Bodies of a fn form, once.
  static void define(ModuleBuilder& module, analyzer::FnNode& fn);

 private:
  using Node = analyzer::Node;
  using Local = analyzer::Local;
  using ValueId = ir::ValueId;
  using BlockId = ir::BlockId;
  using RuntimeFunctionId = abi::RuntimeFunctionId;

  // ---- expressions.cpp
  ValueId lower(Node* node, Want want);
  ValueId finish(ValueId value, Want want);      // what becomes of a value in hand
  ValueId constant(rt::Borrowed value, const reader::Span& span);
  ValueId local_value(Local* local);
  ValueId acquire(analyzer::LocalRefNode* ref);  // an owned use
  ValueId var_value(analyzer::VarInfo& var);
  ValueId cell(analyzer::VarInfo& var);
  ValueId collection(analyzer::CollectionNode* node);
  void release(const std::vector<Local*>& locals);
  void at(const reader::Span& span);
  void at(const Node* node);

  // ---- bindings.cpp
  ValueId lower_let(analyzer::LetNode* node, Want want);
  ValueId lower_letfn(analyzer::LetFnNode* node, Want want);
  ValueId lower_loop(analyzer::LoopNode* node, Want want);
  void lower_recur(analyzer::RecurNode* node);
  ValueId definition(analyzer::DefNode* node);
  ValueId closure(analyzer::FnNode* fn);
  ValueId make_closure(analyzer::FnNode& fn, const std::vector<ValueId>& captured);
  ValueId sibling(Local* local);
  ValueId define_type(analyzer::TypeNode* node);
  void bind(Local* local, ValueId value);

  // ---- calls.cpp
  struct Operand {
    ValueId value;
    bool temporary = false;                      // an owned value made for this operand, held until it is used
  };
  // Reads of vars and siblings, in order; afterwards nothing of the operands can throw.
  std::vector<Operand> prepare(std::span<Node* const> nodes);
  ValueId look(Node* node, Operand& operand);    // a borrowed use
  ValueId take(Node* node, Operand& operand);    // an owned use: in hand
  void drop_temporaries(const std::vector<Operand>& operands);
  ValueId invoke(analyzer::InvokeNode* node);
  ValueId direct_call(std::span<Node* const> arguments, const std::string& name_or_label, std::uint32_t fixed, int variadic_fixed,
                      analyzer::FnNode* fn);
  ValueId runtime_call(analyzer::RuntimeCallNode* node);     // unboxed result; invalid for `nothing`
  ValueId inline_test(analyzer::RuntimeCallNode* node);      // runtime functions that are one instruction
  ValueId convert(abi::ParameterMode mode, Node* node, Operand& operand);
  ValueId boxed(ValueId raw);
  ValueId fill_block(ir::SlotId slot, std::span<const ValueId> words);

  // ---- control.cpp
  ValueId lower_if(analyzer::IfNode* node, Want want);
  ValueId lower_case(analyzer::CaseNode* node, Want want);
  ValueId test(Node* node);                      // Bool
  struct Join {
    std::vector<std::pair<BlockId, ValueId>> ways;   // where control arrives, and with which value (invalid: none)
    std::vector<ValueId> held;
    bool reached = false;
  };
  void arrive(Join& join, ValueId value);        // ends the current block (if reachable) at the join
  ValueId meet(Join& join, Want want);           // goes on after it

  // ---- case_tables.cpp
  void choose_clause(analyzer::CaseNode* node, ValueId value, const std::vector<BlockId>& blocks);
  void case_in_turn(const std::vector<CaseKey>& keys, ValueId value, const reader::Span& span, bool by_equality);
  void case_by_number(const std::vector<CaseKey>& keys, ValueId value, RuntimeFunctionId predicate);
  void case_by_map(const std::vector<CaseKey>& keys, ValueId value, const reader::Span& span);
  void case_search(ValueId number, std::span<const std::pair<std::int64_t, BlockId>> among, BlockId otherwise);
  ValueId case_matches(ValueId value, rt::Borrowed constant, const reader::Span& span);

  // ---- exceptions.cpp
  ValueId lower_throw(analyzer::ThrowNode* node);
  ValueId lower_try(analyzer::TryNode* node, Want want);
  ValueId lower_finally(analyzer::TryNode* node, Want want);
  ValueId lower_catch(analyzer::TryNode* node, Want want);
  void push_handler(BlockId entry, const std::vector<Local*>& keep);
  bool enter_handler(BlockId entry);             // exception or exit? Leaves the pending exception for exception_take
  void rethrow(ValueId exception);
  BlockId cleanup();                             // for a throwing call here: trace, drops, handler or unwind
  Cleanups::SetId drops();                       // what an edge from here to the nearest handler, or out, has to drop

  // ---- bookkeeping
  void hold(ValueId v);
  void unhold(ValueId v);
  bool owned(ValueId v) const { return fn_[v].ownership == ir::Ownership::Owned; }
  ValueId in_hand(ValueId borrowed);             // dup unless trivial
  void start(const std::string& symbol, const std::string& name, const reader::Span& span);
  void done();
  ValueId try_rt(RuntimeFunctionId f, std::vector<ValueId> operands) { return builder_.try_call(f, std::move(operands), cleanup()); }
  ValueId rt(RuntimeFunctionId f, std::vector<ValueId> operands) { return builder_.call(f, std::move(operands)); }

  struct Handler {
    BlockId entry;
    std::vector<ValueId> keep;                   // sorted; dropped by the handler, not on the way to it
    bool used = false;
  };
  struct LoopTarget {
    BlockId head;
    std::vector<ValueId> held;                   // besides the loop's own locals
  };

  ModuleBuilder& module_;
  ir::Function fn_;
  ir::Builder builder_;
  FrameMemory frame_;
  analyzer::FnNode* source_ = nullptr;
  std::unordered_map<Local*, ValueId> env_;
  std::unordered_map<Local*, std::size_t> captures_;
  std::vector<ValueId> held_;
  std::vector<ValueId> pinned_;                  // held but named by no local: an exception, a try's value during finally
  std::vector<Handler> handlers_;
  std::unordered_map<const void*, LoopTarget> loops_;
  Cleanups cleanups_;
  std::map<std::tuple<std::uint32_t, const analyzer::Inlined*, Cleanups::SetId>, BlockId> trace_blocks_;    // by place and what is dropped
  BlockId unwind_;
  reader::Span span_;
  const analyzer::Inlined* inlined_ = nullptr;   // the function that the node at hand was taken out of
  ir::EpochId open_epoch_;                       // of the argument block under construction
};

using Want = FunctionLowering::Want;

}  // namespace slisp::compiler
