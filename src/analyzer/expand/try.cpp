// try.cpp: try, catch, finally.
#include "src/analyzer/expand/expander.hpp"

namespace slisp::analyzer {

Node* Expander::special_try(Borrowed, const Items& items, Place) {
  auto* node = make<TryNode>();
  Items body;
  std::vector<std::pair<Borrowed, Items>> clauses;       // catches, then finally
  bool has_finally = false;
  for (std::size_t i = 1; i < items.size(); ++i) {
    Items clause;
    Borrowed list = abi::k_nil;
    if (is_seq(items[i])) {
      if (!as_list(items[i], list)) return nullptr;
      clause = list_items(list);
    }
    bool is_catch = !clause.empty() && is_symbol(clause[0], "catch");
    bool is_finally = !clause.empty() && is_symbol(clause[0], "finally");
    if (!is_catch && !is_finally) {
      if (!clauses.empty()) return error_at(items[i], "e-try", "Only catch or finally clause can follow catch in try expression", "the forms of the body come first");
      body.push_back(items[i]);
      continue;
    }
    if (has_finally) return error_at(items[i], "e-try", "finally clause must be last in try expression", "it runs when all else is done");
    has_finally = is_finally;
    clauses.emplace_back(items[i], std::move(clause));
  }
  Restore<const RecurTarget*> no_jump(recur_, nullptr);
  bool ok = true;
  {
    Restore<NoRecur> why(no_recur_, NoRecur::AcrossTry);
    bool catches = false;
    for (const auto& [form, clause] : clauses) catches = catches || is_symbol(clause[0], "catch");
    Restore<std::size_t> guarded(guards_, guards_ + (catches ? 1 : 0));
    node->body = analyze_body(body, 0, Place::Value);
    ok = node->body != nullptr;
  }
  Restore<NoRecur> why(no_recur_, NoRecur::CatchFinally);
  for (auto& [form, clause] : clauses) {
    Restore<Span> where(span_, narrow(form));
    if (is_symbol(clause[0], "catch")) {
      ok = catch_clause(node, form, clause) && ok;
    } else {
      node->finally = analyze_body(clause, 1, Place::Value);
      ok = ok && node->finally != nullptr;
    }
  }
  if (!ok) return nullptr;
  return node->catches.empty() && node->finally == nullptr ? node->body : node;
}

bool Expander::catch_clause(TryNode* node, Borrowed, const Items& items) {
  if (items.size() < 3 || !is_symbol(items[1]) || !is_symbol(items[2])) {
    return error("e-try", "Bad catch clause: expected (catch Class name ...)", "catch takes a class and a name for the exception") != nullptr;
  }
  SymbolName name = name_of(items[1]);
  Owned type = name.qualified() ? Owned() : class_named(name.name);
  if (type.is_nil()) {
    Restore<Span> where(span_, narrow(items[1]));
    return unknown_class(name.full()) != nullptr;
  }
  if (name_of(items[2]).qualified()) return error_at(items[2], "e-try", "Can't bind qualified name:" + name_of(items[2]).full(),
                                                           "locals have no namespace", "in a macro's template write ~'e or e#") != nullptr;
  std::size_t scope = scope_.size();
  Local* local = bind(items[2], LocalKind::Catch);
  Node* body = analyze_body(items, 3, Place::Value);
  leave_scope(scope);
  if (environment_.is_stand_in(type)) return body != nullptr;      // no exception is of that class
  TryNode::Catch clause{std::move(type), local, body, {}};
  node->catches.push_back(std::move(clause));
  return body != nullptr;
}

}  // namespace slisp::analyzer
