// tree_builder.hpp: new nodes for passes that rewrite the tree. All stand where the call stood that they replace.
#pragma once
#include "src/analyzer/ast.hpp"
#include <utility>

namespace slisp::analyzer {

class TreeBuilder {
 public:
  using Rt = abi::RuntimeFunctionId;

  TreeBuilder(Arena& arena, const Node* at) : arena_(arena), span_(at->span), inlined_(at->inlined) {}

  Arena& arena() { return arena_; }
  const Span& span() const { return span_; }
  const Inlined* inlined() const { return inlined_; }

  template <class T, class... A> T* make(A&&... arguments) {
    T* node = arena_.make<T>(span_, std::forward<A>(arguments)...);
    node->inlined = inlined_;
    return node;
  }
  Local* local(const char* name, LocalKind kind = LocalKind::Let) {
    Local* l = arena_.local();
    l->name = name;
    l->kind = kind;
    l->span = span_;
    return l;
  }
  Node* ref(Local* l) { return make<LocalRefNode>(l); }
  Node* constant(rt::Owned value) { return make<ConstNode>(std::move(value)); }
  Node* number(std::int64_t n) { return constant(rt::Owned::adopt(rt::from_fixnum(n))); }
  Node* nil() { return constant(rt::Owned::adopt(abi::k_nil)); }
  Node* boolean(bool b) { return constant(rt::Owned::adopt(b ? abi::k_true : abi::k_false)); }
  Node* rt(Rt f, std::vector<Node*> arguments) {
    auto* call = make<RuntimeCallNode>(f);
    call->arguments = std::move(arguments);
    return call;
  }
  Node* vector(std::vector<Node*> items) {
    auto* node = arena_.make<CollectionNode>(NodeKind::VectorLiteral, span_);
    node->inlined = inlined_;
    node->items = std::move(items);
    return node;
  }
  Node* call(Node* callee, std::vector<Node*> arguments) {
    auto* invoke = make<InvokeNode>();
    invoke->callee = callee;
    invoke->arguments = std::move(arguments);
    return invoke;
  }
  Node* choose(Node* test, Node* then, Node* otherwise) { return make<IfNode>(test, then, otherwise); }
  Node* both(Node* a, Node* b) { return choose(a, b, boolean(false)); }
  Node* let(std::vector<Binding> bindings, Node* body) {
    if (bindings.empty()) return body;
    auto* node = make<LetNode>();
    node->bindings = std::move(bindings);
    node->body = body;
    return node;
  }
  Node* let(Local* local, Node* init, Node* body) { return let(std::vector<Binding>{{local, init}}, body); }
  Node* in_order(Node* first, Node* second) {
    auto* node = make<DoNode>();
    node->body = {first, second};
    return node;
  }
  LoopNode* loop(std::vector<Binding> bindings) {
    auto* node = make<LoopNode>();
    node->bindings = std::move(bindings);
    return node;
  }
  Node* recur(LoopNode* loop, std::vector<Node*> arguments) {
    auto* node = make<RecurNode>();
    node->loop = loop;
    node->arguments = std::move(arguments);
    return node;
  }

 private:
  Arena& arena_;
  Span span_;
  const Inlined* inlined_;
};

}  // namespace slisp::analyzer
