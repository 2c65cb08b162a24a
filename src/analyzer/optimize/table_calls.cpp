// table_calls.cpp: calls of functions out of a table that never changes.
// In:   the expanded tree; VarInfo::open set.
// Out:  ((get table k) x), ((table k) x), where table is a var whose value is a map literal of functions by keywords, strings or other constants:
//       a case over the keys, with each function in the place of its call; what is no key goes the way that was written.
// Keeps: the key is computed before the arguments, and each of them once. Traces name the functions. What is no function, or too big to stand in
//       two places, is called as it was.
// Idea: a table of functions is a multimethod written by hand: whoever can see the table knows whom it calls.
#include "runtime/api.hpp"
#include "src/analyzer/annotate/annotate.hpp"
#include "src/analyzer/annotate/children.hpp"
#include "src/analyzer/optimize/callee.hpp"
#include "src/analyzer/optimize/optimize.hpp"
#include <unordered_map>

namespace slisp::analyzer {
namespace {

constexpr std::size_t k_most_keys = 8, k_largest = 150, k_budget = 4000;

class TableCalls {
 public:
  TableCalls(Program& program, SpecialisationCounts& counts, const std::function<void(const std::string&)>& explain)
      : arena_(program.arena), counts_(counts), explain_(explain) {}

  void walk(Node*& node) {
    for_each_child(node, [&](Node*& child) { walk(child); });
    if (auto* call = as<InvokeNode>(node)) place(call, node);
  }

 private:
  struct Lookup {
    VarInfo* table = nullptr;
    Node** key = nullptr;
  };

  static VarInfo* table_var(Node* node) {
    auto* ref = as<VarRefNode>(node);
    if (ref == nullptr || ref->var->open || ref->var->from_library || ref->var->definitions.size() != 1) return nullptr;
    Node* init = ref->var->definitions[0]->init;
    return init != nullptr && init->kind == NodeKind::MapLiteral ? ref->var : nullptr;
  }
  static Lookup lookup(Node* callee) {
    auto* call = as<InvokeNode>(callee);
    if (call == nullptr) return {};
    if (InvokeNode* get = core_call(callee, "get"); get != nullptr && get->arguments.size() == 2) return {table_var(get->arguments[0]), &get->arguments[1]};
    if (call->arguments.size() == 1) return {table_var(call->callee), &call->arguments[0]};
    return {};
  }

  // Not numbers, which are equal to numbers of other classes; a case asks a map for the rest in any case.
  static bool simple_key(const Node* node) {
    auto* constant = as<ConstNode>(node);
    return constant != nullptr && (constant->value.is(rt::Kind::Keyword) || constant->value.is(rt::Kind::String) || rt::is_character(constant->value.word()));
  }
  std::size_t size_of(FnNode& fn) {
    auto [at, is_new] = sizes_.try_emplace(&fn, 0);
    if (is_new)
      for (auto& method : fn.methods) at->second += count_nodes(method->body, k_largest);
    return at->second;
  }
  bool can_stand_here(Node* function, std::size_t arity) {
    if (auto* ref = as<VarRefNode>(function)) return !ref->var->open && ref->var->is_function;
    auto* fn = as<FnNode>(function);
    return fn != nullptr && size_of(*fn) <= k_largest && grown_ + size_of(*fn) <= k_budget && can_be_placed(*fn, arity);
  }

  void place(InvokeNode* call, Node*& node) {
    Lookup found = lookup(call->callee);
    if (found.table == nullptr) return;
    auto& items = static_cast<CollectionNode*>(found.table->definitions[0]->init)->items;
    if (items.empty() || items.size() > 2 * k_most_keys) return;
    for (std::size_t i = 0; i < items.size(); i += 2)
      if (!simple_key(items[i])) return;
    TreeBuilder b(arena_, call);
    std::vector<Binding> bindings;
    take_value(*found.key, bindings, b);
    for (Node*& argument : call->arguments) take_value(argument, bindings, b);
    auto* choice = b.make<CaseNode>();
    for (std::size_t i = 0; i < items.size(); i += 2) {
      if (!can_stand_here(items[i + 1], call->arguments.size())) continue;
      std::vector<Node*> arguments;
      for (Node* argument : call->arguments) arguments.push_back(again(argument, b));
      CaseNode::Clause clause;
      clause.constants.push_back(rt::Owned::copy(static_cast<ConstNode*>(items[i])->value));
      if (auto* fn = as<FnNode>(items[i + 1])) {
        grown_ += size_of(*fn);
        clause.body = place_function(*fn, std::move(arguments), b);
      } else {
        clause.body = b.call(again(items[i + 1], b), std::move(arguments));
      }
      choice->clauses.push_back(std::move(clause));
    }
    if (choice->clauses.empty()) {
      node = b.let(std::move(bindings), call);
      return;
    }
    counts_.table_calls += choice->clauses.size();
    if (explain_) explain_("a call out of " + found.table->ns + "/" + found.table->name + " asks for " + std::to_string(choice->clauses.size()) + " of its keys");
    choice->test = again(*found.key, b);
    choice->otherwise = call;
    node = b.let(std::move(bindings), choice);
  }

  Arena& arena_;
  SpecialisationCounts& counts_;
  const std::function<void(const std::string&)>& explain_;
  std::unordered_map<FnNode*, std::size_t> sizes_;
  std::size_t grown_ = 0;
};

}  // namespace

void place_table_calls(Program& program, SpecialisationCounts& counts, const std::function<void(const std::string&)>& explain) {
  TableCalls calls(program, counts, explain);
  for (TopLevel& form : program.forms) calls.walk(form.node);
}

}  // namespace slisp::analyzer
