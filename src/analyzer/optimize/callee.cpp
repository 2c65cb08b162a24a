// callee.cpp: what is known of a function that is handed on, and calls of it.
// Keeps: evaluation order: whatever computes is bound in the order in which it stood. Traces: nodes of a body that was taken out of its
//   function say so.
// Idea: a literal's body with its parameters bound by let takes the place of the call; where it jumps back to its start, by loop.
#include "src/analyzer/optimize/callee.hpp"
#include "src/analyzer/annotate/annotate.hpp"
#include "src/analyzer/annotate/children.hpp"
#include <algorithm>

namespace slisp::analyzer {
namespace {

constexpr std::size_t k_largest = 600;                     // nodes of a body that is copied to its call

bool stays(const Node* node) {
  if (node->kind == NodeKind::Const || node->kind == NodeKind::LocalRef) return true;
  auto* ref = as<VarRefNode>(node);
  return ref != nullptr && !ref->var->open;
}

// What stands in the body itself; functions within it have names of their own.
template <class F> void for_each_own_node(Node* node, F&& f) {
  f(node);
  if (node->kind == NodeKind::Fn) return;
  for_each_child(node, [&](Node*& child) { for_each_own_node(child, f); });
}

}  // namespace

FnMethod* method_for(const FnNode& fn, std::size_t arity) {
  for (auto& method : fn.methods)
    if (!method->rest && method->parameters.size() == arity) return method.get();
  return nullptr;
}

std::size_t count_nodes(Node* node, std::size_t most) {
  std::size_t nodes = 1;
  for_each_child(node, [&](Node*& child) {
    if (nodes <= most) nodes += count_nodes(child, most - nodes);
  });
  return nodes;
}

bool can_be_placed(const FnNode& fn, std::size_t arity) {
  FnMethod* method = method_for(fn, arity);
  if (method == nullptr || fn.metadata != nullptr || fn.once || count_nodes(method->body, k_largest) > k_largest) return false;
  bool itself = false;
  for_each_node(method->body, [&](Node* node) {
    auto* ref = as<LocalRefNode>(node);
    itself = itself || (ref != nullptr && fn.self != nullptr && ref->local == fn.self);
  });
  return !itself;
}

Node* place_function(const FnNode& original, std::vector<Node*> arguments, TreeBuilder& builder) {
  auto* fn = static_cast<FnNode*>(copy_tree(builder.arena(), const_cast<FnNode*>(&original)));
  FnMethod* method = method_for(*fn, arguments.size());
  const Inlined* place = builder.arena().inlined({fn->name, builder.span(), builder.inlined()});
  std::vector<RecurNode*> jumps;
  for_each_own_node(method->body, [&](Node* node) {
    if (node->inlined == nullptr || node->inlined == original.inlined) node->inlined = place;
    if (auto* recur = as<RecurNode>(node); recur != nullptr && recur->method == method) jumps.push_back(recur);
  });
  auto stays_the_same = [&](std::size_t i) {
    return std::all_of(jumps.begin(), jumps.end(), [&](RecurNode* jump) {
      auto* ref = as<LocalRefNode>(jump->arguments[i]);
      return ref != nullptr && ref->local == method->parameters[i];
    });
  };
  // Parameters that each jump leaves as they are stand outside of the loop.
  std::vector<Binding> fixed, changing;
  std::vector<bool> in_loop(arguments.size());
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    in_loop[i] = !jumps.empty() && !stays_the_same(i);
    Local* parameter = method->parameters[i];
    parameter->kind = in_loop[i] ? LocalKind::Loop : LocalKind::Let;
    Local* first = in_loop[i] ? builder.local("") : parameter;
    fixed.push_back({first, arguments[i]});
    if (in_loop[i]) changing.push_back({parameter, builder.ref(first)});
  }
  if (jumps.empty()) return builder.let(std::move(fixed), method->body);
  LoopNode* loop = builder.loop(std::move(changing));
  loop->body = method->body;
  for (RecurNode* jump : jumps) {
    jump->method = nullptr;
    jump->loop = loop;
    std::vector<Node*> kept;
    for (std::size_t i = 0; i < in_loop.size(); ++i)
      if (in_loop[i]) kept.push_back(jump->arguments[i]);
    jump->arguments = std::move(kept);
  }
  return builder.let(std::move(fixed), loop);
}

bool Callee::known() const {
  for (const Callee& part : parts)
    if (part.known()) return true;
  return kind == Kind::Literal || kind == Kind::Var || kind == Kind::Keyword;
}

bool is_core(const VarInfo& var, std::string_view name) {
  return !var.open && var.from_library && var.name == name && var.ns == "clojure.core";
}

InvokeNode* core_call(Node* node, std::string_view name) {
  auto* call = as<InvokeNode>(node);
  if (call == nullptr) return nullptr;
  auto* ref = as<VarRefNode>(call->callee);
  return ref != nullptr && is_core(*ref->var, name) ? call : nullptr;
}

void take_value(Node*& slot, std::vector<Binding>& bindings, TreeBuilder& builder) {
  if (stays(slot)) return;
  Local* local = builder.local("");
  local->kind = LocalKind::Temporary;
  bindings.push_back({local, slot});
  slot = builder.ref(local);
}

Node* again(Node* simple, TreeBuilder& builder) { return copy_tree(builder.arena(), simple); }

Callee take_callee(Node*& slot, std::size_t arity, std::vector<Binding>& bindings, TreeBuilder& builder) {
  Callee callee;
  if (auto* fn = as<FnNode>(slot); fn != nullptr && can_be_placed(*fn, arity)) {
    callee.kind = Callee::Kind::Literal;
    callee.node = fn;
    return callee;
  }
  if (auto* constant = as<ConstNode>(slot); constant != nullptr && constant->value.is(rt::Kind::Keyword)) {
    callee.kind = Callee::Kind::Keyword;
    callee.node = constant;
    return callee;
  }
  if (auto* ref = as<VarRefNode>(slot); ref != nullptr && !ref->var->open && ref->var->is_function) {
    callee.kind = Callee::Kind::Var;
    callee.node = ref;
    return callee;
  }
  if (InvokeNode* comp = core_call(slot, "comp"); comp != nullptr && comp->arguments.size() >= 2 && comp->arguments.size() <= 8) {
    callee.kind = Callee::Kind::Composed;
    for (std::size_t i = 0; i < comp->arguments.size(); ++i)
      callee.parts.push_back(take_callee(comp->arguments[i], i + 1 == comp->arguments.size() ? arity : 1, bindings, builder));
    return callee;
  }
  if (InvokeNode* partial = core_call(slot, "partial"); partial != nullptr && partial->arguments.size() >= 2 && partial->arguments.size() <= 8) {
    callee.kind = Callee::Kind::Partial;
    callee.parts.push_back(take_callee(partial->arguments[0], arity + partial->arguments.size() - 1, bindings, builder));
    for (std::size_t i = 1; i < partial->arguments.size(); ++i) {
      take_value(partial->arguments[i], bindings, builder);
      callee.given.push_back(partial->arguments[i]);
    }
    return callee;
  }
  if (InvokeNode* complement = core_call(slot, "complement"); complement != nullptr && complement->arguments.size() == 1) {
    callee.kind = Callee::Kind::Complement;
    callee.parts.push_back(take_callee(complement->arguments[0], arity, bindings, builder));
    return callee;
  }
  take_value(slot, bindings, builder);
  callee.node = slot;
  return callee;
}

Node* apply_callee(const Callee& callee, std::vector<Node*> arguments, TreeBuilder& builder) {
  switch (callee.kind) {
    case Callee::Kind::Literal: {
      auto* fn = static_cast<FnNode*>(callee.node);
      if (method_for(*fn, arguments.size()) != nullptr) return place_function(*fn, std::move(arguments), builder);
      return builder.call(copy_tree(builder.arena(), fn), std::move(arguments));
    }
    case Callee::Kind::Var:
    case Callee::Kind::Keyword:
    case Callee::Kind::Value: return builder.call(again(callee.node, builder), std::move(arguments));
    case Callee::Kind::Composed: {
      Node* value = nullptr;
      for (std::size_t i = callee.parts.size(); i-- > 0;)
        value = apply_callee(callee.parts[i], value == nullptr ? std::move(arguments) : std::vector<Node*>{value}, builder);
      return value;
    }
    case Callee::Kind::Partial: {
      std::vector<Node*> all;
      for (Node* given : callee.given) all.push_back(again(given, builder));
      all.insert(all.end(), arguments.begin(), arguments.end());
      return apply_callee(callee.parts[0], std::move(all), builder);
    }
    case Callee::Kind::Complement: return builder.rt(TreeBuilder::Rt::not_truthy, {apply_callee(callee.parts[0], std::move(arguments), builder)});
  }
  return nullptr;
}

}  // namespace slisp::analyzer
