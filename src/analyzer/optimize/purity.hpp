// purity.hpp: what a call of a known function may do besides giving its value.
#pragma once
#include "src/analyzer/optimize/callee.hpp"
#include <unordered_map>

namespace slisp::analyzer {

class Purity {
 public:
  explicit Purity(const Program& program);

  // Nothing besides throwing: no effect, and its value depends on its arguments (and on values that never change) alone.
  bool pure(const Callee& callee);
  // Not even that: whether, how often and when it is called is nobody's business.
  static bool silent(const Callee& callee);

 private:
  bool pure_node(Node* node);
  bool pure_call(InvokeNode* call);
  bool pure_var(VarInfo& var);
  bool pure_function(FnNode& fn);
  static bool silent_node(Node* node);

  bool own_lookups_;                                      // some type of the program answers (get x :k) itself
  std::unordered_map<const VarInfo*, bool> known_;       // true also while a function is being looked at: it may call itself
};

}  // namespace slisp::analyzer
