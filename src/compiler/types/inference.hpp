// inference.hpp: which kinds the values of a module may have.
#pragma once
#include "src/compiler/ir/cfg.hpp"
#include "src/compiler/ir/ir.hpp"
#include "src/compiler/types/kinds.hpp"
#include <memory>
#include <unordered_map>
#include <vector>

namespace slisp::compiler {

// What is known about one function.
class FunctionKinds {
 public:
  FunctionKinds(const ir::Module& module, const ir::Function& function);

  // A dup is another name of what it copies.
  ir::ValueId root(ir::ValueId v) const { return root_[v.index]; }
  // What v may be wherever it is alive, and where it is used in this block (branches and survived operations tell more).
  KindSet of(ir::ValueId v) const { return kinds_[root_[v.index].index]; }
  KindSet at(ir::ValueId v, ir::BlockId block) const;
  const ir::Dominators& dominators() const { return *dominators_; }
  const std::vector<ir::BlockId>& order() const { return order_; }
  const ir::Instruction* definition(ir::ValueId v) const { return definition_[v.index]; }

  std::vector<KindSet> captures;         // by index
  KindSet result = kind::k_nothing;      // of all returns
  bool returns_raw = false;

 private:
  friend class Inference;
  struct Refinement {
    ir::BlockId block;                   // and all that it dominates
    KindSet mask;
  };
  void refine(ir::ValueId v, ir::BlockId block, KindSet mask);
  void refine_branch(const ir::Instruction& branch, ir::BlockId block);

  const ir::Function& fn_;
  std::vector<ir::ValueId> root_;
  std::vector<KindSet> kinds_;           // of roots
  std::vector<const ir::Instruction*> definition_;
  std::vector<std::vector<Refinement>> refinements_;   // by root
  std::unique_ptr<ir::Dominators> dominators_;
  std::vector<ir::BlockId> order_;
  std::vector<std::size_t> ways_in_;
};

// Over a whole module: parameters of functions that only known calls reach, results of direct calls, captured values.
class Inference {
 public:
  explicit Inference(const ir::Module& module);
  void run();

  FunctionKinds& kinds(std::size_t function) { return *functions_[function]; }
  bool exposed(std::size_t function) const { return exposed_[function]; }
  // The function of this module that a direct call enters, or SIZE_MAX.
  std::size_t callee(const ir::Instruction& call) const;

 private:
  void find_entries();
  void capture(std::size_t function, ir::BlockId block, const ir::Instruction& alloc);
  void visit(std::size_t function);
  bool pass(std::size_t function);
  KindSet kinds_of(std::size_t function, const ir::Instruction& inst, ir::BlockId block);
  void enqueue(std::size_t function);
  bool join(std::size_t function, ir::ValueId v, KindSet kinds);

  const ir::Module& module_;
  std::vector<std::unique_ptr<FunctionKinds>> functions_;
  std::vector<bool> exposed_, queued_;
  std::unordered_map<std::string_view, std::size_t> by_symbol_;
  std::vector<std::vector<std::size_t>> callers_;
  std::vector<std::vector<std::size_t>> entered_through_;   // functions by descriptor
  std::vector<std::size_t> work_;
};

}  // namespace slisp::compiler
