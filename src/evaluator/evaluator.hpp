// evaluator.hpp: the evaluator of the unoptimised AST.
//
// Values are counted as everywhere: eval() returns an owned value; a failed() one says that an exception is pending, or, within a
// loop or method, that a recur is on its way (Frame::jump).
#pragma once
#include "src/analyzer/macro_host.hpp"
#include "src/analyzer/session.hpp"
#include "src/evaluator/turns.hpp"
#include <map>
#include <memory>
#include <unordered_map>

namespace slisp::evaluator {

using namespace analyzer;
using rt::Borrowed;
using rt::Owned;
using abi::Word;

class Evaluator;

// What the closures of one fn form share. The descriptor comes first: a closure's descriptor is its code.
struct FnCode {
  abi::FnDescriptor descriptor;
  Evaluator* evaluator;
  const FnNode* node;
  const LetFnNode* group = nullptr;              // of a member of a letfn: captures are the whole group's
  std::vector<Local*> captures;                  // locals of outer frames, in the order of the closure's slots
  const FnMethod* fixed[abi::k_max_fixed_arguments + 1] = {};
  const FnMethod* variadic = nullptr;
  std::string name, file;
};

// One activation of a method, or of a top-level form (method and code are null there).
struct Frame {
  const FnMethod* method;
  const FnCode* code;
  Word closure;                                  // borrowed; 0 at top level
  Word* slots;                                   // owned words, by Local::frame_index
  const void* jump = nullptr;                    // LoopNode or FnMethod that a recur leads to
};

class Evaluator final : public MacroHost {
 public:
  explicit Evaluator(Session& session, Owner owner = Owner::Compiler);
  ~Evaluator() override;
  Evaluator(const Evaluator&) = delete;
  Evaluator& operator=(const Evaluator&) = delete;

  // The value of a top-level form; failed(): an exception is pending.
  Owned evaluate(const TopLevel& form) override;

  // MacroHost
  Owned call_macro(VarInfo& macro, std::span<Owned> arguments) override;
  bool top_level(TopLevel& form) override;
  void forms_were_run() override { forget_pending(); }
  void forget_top_level() override;
  void take_turn() override { evaluator::take_turn(); }
  void give_turn() override { evaluator::give_turn(); }
  Span failure_span() const override { return failure_; }

  // *ns* says so from now on.
  bool enter_namespace(const std::string& name) { return session_.environment.enter_namespace(name); }
  // Forgets all that waits to be evaluated: the program is about to be run from its beginning.
  void forget_pending();
  // For entry.asm and calls within the evaluator: consumes the arguments.
  Owned enter(const FnCode& code, Word closure, Word* arguments, std::int64_t count);
  Owned enter_variadic(const FnCode& code, Word closure, Word* arguments);

 private:
  // evaluate.cpp
  Owned eval(const Node* node, Frame& frame);
  Owned eval_let(const LetNode* node, Frame& frame);
  Owned eval_loop(const LoopNode* node, Frame& frame);
  Owned eval_recur(const RecurNode* node, Frame& frame);
  Owned eval_letfn(const LetFnNode* node, Frame& frame);
  Owned eval_invoke(const InvokeNode* node, Frame& frame);
  Owned eval_runtime_call(const RuntimeCallNode* node, Frame& frame);
  Owned eval_collection(const CollectionNode* node, Frame& frame);
  Owned eval_def(const DefNode* node, Frame& frame);
  Owned eval_try(const TryNode* node, Frame& frame);
  Owned eval_case(const CaseNode* node, Frame& frame);
  Owned eval_type(const TypeNode* node, Frame& frame);
  void give_methods(const TypeNode* node);
  Owned read_local(const Local* local, Frame& frame);
  Owned read_var(const VarInfo* var);
  bool eval_arguments(const std::vector<Node*>& nodes, Frame& frame, Word* out);
  Owned fail_at(const Node* node, const Frame& frame);

  // functions.cpp
  Owned make_closure(const FnNode* node, Frame& frame);
  FnCode& code_of(const FnNode* node, const LetFnNode* group);
  Owned closure_of(const FnCode& code, Frame& frame);
  Owned sibling(const FnCode& code, const FnNode* fn, Word closure);
  Owned run(const FnCode& code, const FnMethod& method, Word closure, Word* arguments);
  Owned call(Borrowed f, Word* block, std::int64_t count);

  // pending.cpp
  struct Pending {
    TopLevel* form;
    bool running = false, done = false;
  };
  void remember(TopLevel& form, VarInfo* target);
  bool ensure(const VarInfo* var);               // false: an exception is pending
  void run_eager();

  Session& session_;
  std::unordered_map<const FnNode*, std::unique_ptr<FnCode>> codes_;
  std::unordered_map<const VarInfo*, std::vector<std::shared_ptr<Pending>>> pending_;
  std::vector<std::shared_ptr<Pending>> eager_;  // hierarchy changes: run before the next macro call
  struct SiteKey {
    const Node* node;
    const FnCode* code;
    auto operator<=>(const SiteKey&) const = default;
  };
  std::map<SiteKey, std::unique_ptr<abi::TraceSite>> sites_;
  std::vector<std::unique_ptr<abi::TraceSite>> old_sites_;   // of trees that are gone: traces of exceptions point to them
  Span failure_;                                 // where the newest exception arose
  Word failed_exception_ = abi::k_pending;       // which one that is (an address to compare, no count)
  bool failure_in_library_ = false;
};

// Runs the whole program from its first form, then -main with the command line, as the compiled program does, and says what an
// exception that nothing catches says. Returns the exit status.
int evaluate_program(Evaluator& evaluator, Program& program);

// runtime_call.cpp: calls a row of the table; consumes the words, `count` of them, block elements included.
Owned call_runtime(abi::RuntimeFunctionId function, Word* words, std::size_t count);

}  // namespace slisp::evaluator
