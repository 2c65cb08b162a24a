// case.cpp: (case* EXPR DEFAULT [[constant ...] expression] ...): the constants are data, not evaluated.
#include "src/analyzer/expand/expander.hpp"

namespace slisp::analyzer {

Node* Expander::special_case(Borrowed, const Items& items, Place place) {
  if (items.size() < 3) return error("e-case", "case* takes an expression, a default and clauses", "it is what the macro case expands to", "use case");
  auto* node = make<CaseNode>();
  node->test = loop_value(analyze(items[1], Place::Value));      // whether it is an int or a long makes no difference
  bool ok = node->test != nullptr;
  for (std::size_t i = 3; i < items.size(); ++i) {
    Items clause;
    if (is_vector(items[i])) clause = vector_items(items[i]);
    if (clause.size() != 2 || !is_vector(clause[0])) return error_at(items[i], "e-case", "a clause of case* is [[constant ...] expression]",
                                                          "it is what the macro case expands to", "use case");
    CaseNode::Clause made;
    for (Borrowed form : vector_items(clause[0])) {
      made.constants.emplace_back();
      ok = constant(form, made.constants.back()) && ok;
    }
    made.body = analyze(clause[1], place);
    ok = ok && made.body != nullptr;
    node->clauses.push_back(std::move(made));
  }
  node->otherwise = analyze(items[2], place);
  return ok && node->otherwise ? node : nullptr;
}

}  // namespace slisp::analyzer
