// tests_with_eval.cpp: do tests come to eval or its kin?
// In:   an expanded program; tests are functions in the metadata of definitions (clojure.test).
// Out:  where one of them mentions eval, itself or by a function of the program that it mentions.
// Idea: reachability.cpp leaves tests out, since what is not offered fails the one test that comes to it. But a program of tests can
//       have the evaluator: whoever runs tests asks here whether they want it.
#include "src/analyzer/annotate/children.hpp"
#include "src/analyzer/optimize/optimize.hpp"
#include "src/reader/diagnostics.hpp"
#include <unordered_set>

namespace slisp::analyzer {
namespace {

class Search {
 public:
  // The first mention below `node`, and below what it mentions in turn.
  const Node* from(Node* node) {
    to_do_.push_back(node);
    while (!to_do_.empty() && found_ == nullptr) {
      Node* next = to_do_.back();
      to_do_.pop_back();
      visit(next);
    }
    return found_;
  }

 private:
  void mention(const VarInfo* var, const Node* at) {
    if (found_ == nullptr && runs_text_or_form(*var)) found_ = at;
    if (var->from_library || !seen_.insert(var).second) return;
    for (const DefNode* definition : var->definitions)
      if (definition->init != nullptr) to_do_.push_back(definition->init);
  }
  void visit(Node* node) {
    if (found_ != nullptr) return;
    if (auto* reference = as<VarRefNode>(node)) return mention(reference->var, node);
    if (auto* reference = as<TheVarNode>(node)) return mention(reference->var, node);
    for_each_child(node, [&](Node*& child) { visit(child); });
  }

  const Node* found_ = nullptr;
  std::vector<Node*> to_do_;
  std::unordered_set<const VarInfo*> seen_;
};

void tests_of(Node* node, std::vector<Node*>& tests) {
  if (auto* block = as<DoNode>(node))
    for (Node* child : block->body) tests_of(child, tests);
  if (auto* def = as<DefNode>(node); def != nullptr && def->metadata != nullptr) tests.push_back(def->metadata);
}

}  // namespace

const Node* test_that_reaches_eval(const Program& program) {
  std::vector<Node*> tests;
  for (const TopLevel& form : program.forms) tests_of(form.node, tests);
  Search search;
  for (Node* test : tests)
    if (const Node* found = search.from(test)) return found;
  return nullptr;
}

}  // namespace slisp::analyzer
