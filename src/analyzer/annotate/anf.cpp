// anf.cpp: A-normal form: every temporary is a binding, so that liveness and ownership are facts about names.
// In:   the tree as expand/ and optimize/ leave it; closed_world has set VarInfo::open.
// Out:  operands (arguments of calls and recur, items of literals, tests of if and case) are Const, LocalRef, VarRef or TheVar;
//       the test of an if may also be a RuntimeCall with boolean result. Lets inside operands and inits are flattened outwards.
// Keeps: evaluation order, left to right. A var that may change is read at its place: if a later operand computes something, the
//       read is bound too.
// Idea: normalise(node) rewrites a node in place; operand(node) makes it simple by pushing a binding to the list at hand.
#include "src/analyzer/annotate/annotate.hpp"
#include <iterator>

namespace slisp::analyzer {
namespace {

using Bindings = std::vector<Binding>;

bool is_simple(const Node* n) {
  return n->kind == NodeKind::Const || n->kind == NodeKind::LocalRef || n->kind == NodeKind::VarRef || n->kind == NodeKind::TheVar;
}
bool may_change(const Node* n) { return n->kind == NodeKind::VarRef && static_cast<const VarRefNode*>(n)->var->open; }
// Without effect and without an answer that anybody sees.
bool is_idle(const Node* n) { return is_simple(n) && !may_change(n); }

class Normaliser {
 public:
  explicit Normaliser(Arena& arena) : arena_(arena) {}

  Node* normalise(Node* node) {
    switch (node->kind) {
      case NodeKind::Const:
      case NodeKind::LocalRef:
      case NodeKind::VarRef:
      case NodeKind::TheVar: return node;
      case NodeKind::If: return normalise_if(static_cast<IfNode*>(node));
      case NodeKind::Do: return normalise_do(static_cast<DoNode*>(node));
      case NodeKind::Let: {
        auto* n = static_cast<LetNode*>(node);
        Bindings out;
        for (Binding& b : n->bindings) bind(out, b.local, normalise(b.init));
        return wrap(std::move(out), normalise(n->body), n->span);
      }
      case NodeKind::Loop: {
        auto* n = static_cast<LoopNode*>(node);
        for (Binding& b : n->bindings) b.init = normalise(b.init);
        n->body = normalise(n->body);
        return n;
      }
      case NodeKind::Recur: return with_operands(node, static_cast<RecurNode*>(node)->arguments);
      case NodeKind::Fn: {
        auto* n = static_cast<FnNode*>(node);
        Bindings out;
        if (n->metadata) n->metadata = operand(n->metadata, out);
        for (auto& method : n->methods) {
          FnMethod* before = std::exchange(method_, method.get());
          method->body = normalise(method->body);
          method_ = before;
        }
        return wrap(std::move(out), n, n->span);
      }
      case NodeKind::LetFn: {
        auto* n = static_cast<LetFnNode*>(node);
        for (auto& member : n->members) {
          member.fn->metadata = nullptr;     // letfn gives none; functions that come and go with each reference carry none
          normalise(member.fn);
        }
        n->body = normalise(n->body);
        return n;
      }
      case NodeKind::Invoke: return normalise_invoke(static_cast<InvokeNode*>(node));
      case NodeKind::RuntimeCall: return with_operands(node, static_cast<RuntimeCallNode*>(node)->arguments);
      case NodeKind::VectorLiteral:
      case NodeKind::MapLiteral:
      case NodeKind::SetLiteral: return with_operands(node, static_cast<CollectionNode*>(node)->items);
      case NodeKind::Def: {
        auto* n = static_cast<DefNode*>(node);
        if (n->init) n->init = normalise(n->init);
        if (n->metadata) n->metadata = normalise(n->metadata);
        return n;
      }
      case NodeKind::SetVar: {
        auto* n = static_cast<SetVarNode*>(node);
        n->value = normalise(n->value);
        return n;
      }
      case NodeKind::Throw: {
        auto* n = static_cast<ThrowNode*>(node);
        n->value = normalise(n->value);
        return n;
      }
      case NodeKind::Try: {
        auto* n = static_cast<TryNode*>(node);
        n->body = normalise(n->body);
        for (auto& c : n->catches) c.body = normalise(c.body);
        if (n->finally) n->finally = normalise(n->finally);
        return n;
      }
      case NodeKind::Case: {
        auto* n = static_cast<CaseNode*>(node);
        Bindings out;
        n->test = operand(n->test, out);
        if (n->test->kind == NodeKind::VarRef || n->test->kind == NodeKind::TheVar) n->test = temporary(n->test, out);
        for (auto& c : n->clauses) c.body = normalise(c.body);
        n->otherwise = normalise(n->otherwise);
        return wrap(std::move(out), n, n->span);
      }
      case NodeKind::Type:
        for (FnNode* method : static_cast<TypeNode*>(node)->methods) normalise(method);
        return node;
    }
    return node;
  }

 private:
  // Adds local = init; the bindings of an init that is a let come first, in the same list.
  void bind(Bindings& out, Local* local, Node* init) {
    if (auto* inner = as<LetNode>(init)) {
      std::move(inner->bindings.begin(), inner->bindings.end(), std::back_inserter(out));
      init = inner->body;
    }
    out.push_back({local, init});
  }

  Node* temporary(Node* init, Bindings& out) {
    Local* local = arena_.local();
    local->kind = LocalKind::Temporary;
    local->span = init->span;
    local->owner = method_;
    out.push_back({local, init});
    return arena_.make<LocalRefNode>(init->span, local);
  }

  Node* operand(Node* node, Bindings& out) {
    node = normalise(node);
    if (auto* inner = as<LetNode>(node)) {
      std::move(inner->bindings.begin(), inner->bindings.end(), std::back_inserter(out));
      node = inner->body;
    }
    return is_simple(node) ? node : temporary(node, out);
  }

  void operands(std::vector<Node*>& list, Bindings& out) {
    std::size_t computed = 0;                // operands before this index precede something that is computed
    for (std::size_t i = 0; i < list.size(); ++i)
      if (!is_simple(list[i])) computed = i;
    for (std::size_t i = 0; i < list.size(); ++i) {
      list[i] = operand(list[i], out);
      if (i < computed && may_change(list[i])) list[i] = temporary(list[i], out);
    }
  }

  Node* with_operands(Node* node, std::vector<Node*>& list) {
    Bindings out;
    operands(list, out);
    return wrap(std::move(out), node, node->span);
  }

  Node* normalise_invoke(InvokeNode* n) {
    Bindings out;
    bool computes = false;
    for (Node* a : n->arguments) computes |= !is_simple(a);
    n->callee = operand(n->callee, out);
    if (computes && may_change(n->callee)) n->callee = temporary(n->callee, out);
    operands(n->arguments, out);
    return wrap(std::move(out), n, n->span);
  }

  // (let bindings body); a body that is a let joins the list.
  Node* wrap(Bindings bindings, Node* body, Span span) {
    if (bindings.empty()) return body;
    auto* let = arena_.make<LetNode>(span);
    if (auto* inner = as<LetNode>(body)) {
      std::move(inner->bindings.begin(), inner->bindings.end(), std::back_inserter(bindings));
      body = inner->body;
    }
    let->bindings = std::move(bindings);
    let->body = body;
    return let;
  }

  Node* normalise_if(IfNode* n) {
    Bindings out;
    Node* test = normalise(n->test);
    if (auto* inner = as<LetNode>(test)) {
      out = std::move(inner->bindings);
      test = inner->body;
    }
    if (auto* constant = as<ConstNode>(test))
      return wrap(std::move(out), normalise(constant->value.truthy() ? n->then : n->otherwise), n->span);
    auto* call = as<RuntimeCallNode>(test);
    bool direct = is_simple(test) || (call && abi::runtime_function(call->function).result == abi::ResultMode::Bool);
    n->test = direct ? test : temporary(test, out);
    n->then = normalise(n->then);
    n->otherwise = normalise(n->otherwise);
    return wrap(std::move(out), n, n->span);
  }

  Node* normalise_do(DoNode* n) {
    std::vector<Node*> flat;
    for (std::size_t i = 0; i < n->body.size(); ++i) {
      Node* statement = normalise(n->body[i]);
      bool last = i + 1 == n->body.size();
      if (auto* inner = as<DoNode>(statement)) {
        flat.insert(flat.end(), inner->body.begin(), inner->body.end());
        if (!last && is_idle(flat.back())) flat.pop_back();
      } else if (last || !is_idle(statement)) {
        flat.push_back(statement);
      }
    }
    if (flat.size() == 1) return flat[0];
    n->body = std::move(flat);
    return n;
  }

  Arena& arena_;
  FnMethod* method_ = nullptr;
};

}  // namespace

void to_a_normal_form(Program& program) {
  for (TopLevel& form : program.forms) form.node = Normaliser(program.arena).normalise(form.node);
}

}  // namespace slisp::analyzer
