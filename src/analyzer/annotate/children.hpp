// children.hpp: the direct subexpressions of a node, in evaluation order. Bodies of inner functions count as children.
#pragma once
#include "src/analyzer/ast.hpp"

namespace slisp::analyzer {

// f(Node*&) for each child; f may replace it.
template <class F> void for_each_child(Node* node, F&& f) {
  switch (node->kind) {
    case NodeKind::Const:
    case NodeKind::LocalRef:
    case NodeKind::VarRef:
    case NodeKind::TheVar: return;
    case NodeKind::If: {
      auto* n = static_cast<IfNode*>(node);
      f(n->test);
      f(n->then);
      f(n->otherwise);
      return;
    }
    case NodeKind::Do:
      for (Node*& child : static_cast<DoNode*>(node)->body) f(child);
      return;
    case NodeKind::Let: {
      auto* n = static_cast<LetNode*>(node);
      for (Binding& b : n->bindings) f(b.init);
      f(n->body);
      return;
    }
    case NodeKind::Loop: {
      auto* n = static_cast<LoopNode*>(node);
      for (Binding& b : n->bindings) f(b.init);
      f(n->body);
      return;
    }
    case NodeKind::Recur:
      for (Node*& child : static_cast<RecurNode*>(node)->arguments) f(child);
      return;
    case NodeKind::Fn: {
      auto* n = static_cast<FnNode*>(node);
      if (n->metadata) f(n->metadata);
      for (auto& method : n->methods) f(method->body);
      return;
    }
    case NodeKind::LetFn: {
      auto* n = static_cast<LetFnNode*>(node);
      for (auto& member : n->members) {
        Node* child = member.fn;
        f(child);
      }
      f(n->body);
      return;
    }
    case NodeKind::Invoke: {
      auto* n = static_cast<InvokeNode*>(node);
      f(n->callee);
      for (Node*& child : n->arguments) f(child);
      return;
    }
    case NodeKind::RuntimeCall:
      for (Node*& child : static_cast<RuntimeCallNode*>(node)->arguments) f(child);
      return;
    case NodeKind::VectorLiteral:
    case NodeKind::MapLiteral:
    case NodeKind::SetLiteral:
      for (Node*& child : static_cast<CollectionNode*>(node)->items) f(child);
      return;
    case NodeKind::Def: {
      auto* n = static_cast<DefNode*>(node);
      if (n->init) f(n->init);
      if (n->metadata) f(n->metadata);
      return;
    }
    case NodeKind::SetVar: f(static_cast<SetVarNode*>(node)->value); return;
    case NodeKind::Throw: f(static_cast<ThrowNode*>(node)->value); return;
    case NodeKind::Try: {
      auto* n = static_cast<TryNode*>(node);
      f(n->body);
      for (auto& c : n->catches) f(c.body);
      if (n->finally) f(n->finally);
      return;
    }
    case NodeKind::Case: {
      auto* n = static_cast<CaseNode*>(node);
      f(n->test);
      for (auto& c : n->clauses) f(c.body);
      f(n->otherwise);
      return;
    }
    case NodeKind::Type:
      for (FnNode* method : static_cast<TypeNode*>(node)->methods) {
        Node* child = method;
        f(child);
      }
      return;
  }
}

// The same, and bind(Local*) for each local of the node when it comes into scope. Functions and letfn bind in frames of their own: theirs
// are not told.
template <class F, class B> void for_each_child_in_scope(Node* node, F&& f, B&& bind) {
  auto let = [&](std::vector<Binding>& bindings, Node*& body) {
    for (Binding& b : bindings) {
      f(b.init);
      bind(b.local);
    }
    f(body);
  };
  if (auto* n = as<LetNode>(node)) return let(n->bindings, n->body);
  if (auto* n = as<LoopNode>(node)) return let(n->bindings, n->body);
  if (auto* n = as<TryNode>(node)) {
    f(n->body);
    for (auto& c : n->catches) {
      if (c.local) bind(c.local);
      f(c.body);
    }
    if (n->finally) f(n->finally);
    return;
  }
  for_each_child(node, f);
}

// f(Local*) for each local that the node itself binds, those of functions too.
template <class F> void for_each_local(Node* node, F&& f) {
  if (auto* let = as<LetNode>(node)) {
    for (Binding& b : let->bindings) f(b.local);
  } else if (auto* loop = as<LoopNode>(node)) {
    for (Binding& b : loop->bindings) f(b.local);
  } else if (auto* fn = as<FnNode>(node)) {
    if (fn->self) f(fn->self);
    for (auto& method : fn->methods) {
      for (Local* p : method->parameters) f(p);
      if (method->rest) f(method->rest);
    }
  } else if (auto* letfn = as<LetFnNode>(node)) {
    for (auto& member : letfn->members) f(member.local);
  } else if (auto* attempt = as<TryNode>(node)) {
    for (auto& c : attempt->catches)
      if (c.local) f(c.local);
  }
}

// f(Node*) for the node and everything below it, parents first.
template <class F> void for_each_node(Node* node, F&& f) {
  f(node);
  for_each_child(node, [&](Node*& child) { for_each_node(child, f); });
}

}  // namespace slisp::analyzer
