// pairs.cpp: arithmetic of many arguments, which Clojure's compiler takes two at a time.
// Keeps: the order of evaluation is the JVM's: (+ a b c) is (+ (+ a b) c), so that a and b are added before c is evaluated.
//        Source: :inline of clojure.core's functions, nary-inline. A call of a local, or by apply, is a call like any other.
#include "src/analyzer/expand/expander.hpp"
#include <algorithm>

namespace slisp::analyzer {

namespace {
constexpr std::string_view k_taken_in_pairs[] = {"+",   "+'",  "-",   "-'",      "*",      "*'",      "/",
                                                 "max", "min", "bit-and", "bit-or", "bit-xor", "bit-and-not"};
}

// node: a call with analyzed arguments.
Node* Expander::in_pairs(InvokeNode* node) {
  const auto* callee = as<VarRefNode>(node->callee);
  if (callee == nullptr || node->arguments.size() < 3 || callee->var->ns != "clojure.core" ||
      std::find(std::begin(k_taken_in_pairs), std::end(k_taken_in_pairs), callee->var->name) == std::end(k_taken_in_pairs))
    return node;
  Node* result = node->arguments[0];
  for (std::size_t i = 1; i < node->arguments.size(); ++i) {
    auto* pair = make<InvokeNode>();
    pair->callee = make<VarRefNode>(callee->var);
    pair->arguments = {result, node->arguments[i]};
    result = pair;
  }
  return result;
}

}  // namespace slisp::analyzer
