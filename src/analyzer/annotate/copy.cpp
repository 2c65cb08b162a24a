// copy.cpp: a deep copy of the tree.
// Keeps: identity: each Local, loop and method of the copy stands for exactly one of the original; VarInfos are shared, their
//   `definitions` still point to the original.
#include "src/analyzer/annotate/annotate.hpp"
#include "src/analyzer/annotate/children.hpp"
#include <unordered_map>
#include <unordered_set>

namespace slisp::analyzer {
namespace {

class Copier {
 public:
  explicit Copier(Arena& arena) : arena_(arena) {}

  // Only what the tree itself binds becomes new; other locals, and the targets of jumps out of it, stay.
  void stay_inside(Node* tree) {
    inside_ = true;
    for_each_node(tree, [&](Node* n) {
      for_each_local(n, [&](Local* l) { bound_.insert(l); });
    });
  }

  Node* copy(const Node* node) {
    if (!node) return nullptr;
    Node* made = copy_node(node);
    made->inlined = node->inlined;
    return made;
  }

 private:
  Node* copy_node(const Node* node) {
    switch (node->kind) {
      case NodeKind::Const: {
        auto* n = static_cast<const ConstNode*>(node);
        return arena_.make<ConstNode>(n->span, rt::Owned::copy(n->value));
      }
      case NodeKind::LocalRef: {
        auto* n = static_cast<const LocalRefNode*>(node);
        return arena_.make<LocalRefNode>(n->span, local(n->local));
      }
      case NodeKind::VarRef: return arena_.make<VarRefNode>(node->span, static_cast<const VarRefNode*>(node)->var);
      case NodeKind::TheVar: return arena_.make<TheVarNode>(node->span, static_cast<const TheVarNode*>(node)->var);
      case NodeKind::If: {
        auto* n = static_cast<const IfNode*>(node);
        Node* test = copy(n->test);
        Node* then = copy(n->then);
        return arena_.make<IfNode>(n->span, test, then, copy(n->otherwise));
      }
      case NodeKind::Do: {
        auto* out = arena_.make<DoNode>(node->span);
        list(out->body, static_cast<const DoNode*>(node)->body);
        return out;
      }
      case NodeKind::Let: {
        auto* n = static_cast<const LetNode*>(node);
        auto* out = arena_.make<LetNode>(n->span);
        bindings(out->bindings, n->bindings);
        out->body = copy(n->body);
        return out;
      }
      case NodeKind::Loop: {
        auto* n = static_cast<const LoopNode*>(node);
        auto* out = arena_.make<LoopNode>(n->span);
        loops_[n] = out;
        out->stands_for_calls = n->stands_for_calls;
        bindings(out->bindings, n->bindings);
        out->body = copy(n->body);
        return out;
      }
      case NodeKind::Recur: {
        auto* n = static_cast<const RecurNode*>(node);
        auto* out = arena_.make<RecurNode>(n->span);
        if (n->loop) out->loop = moved(loops_, n->loop);
        if (n->method) out->method = moved(methods_, n->method);
        list(out->arguments, n->arguments);
        return out;
      }
      case NodeKind::Fn: return function(static_cast<const FnNode*>(node));
      case NodeKind::LetFn: {
        auto* n = static_cast<const LetFnNode*>(node);
        auto* out = arena_.make<LetFnNode>(n->span);
        for (const auto& m : n->members) out->members.push_back({local(m.local), function(m.fn)});
        out->body = copy(n->body);
        return out;
      }
      case NodeKind::Invoke: {
        auto* n = static_cast<const InvokeNode*>(node);
        auto* out = arena_.make<InvokeNode>(n->span);
        out->callee = copy(n->callee);
        list(out->arguments, n->arguments);
        return out;
      }
      case NodeKind::RuntimeCall: {
        auto* n = static_cast<const RuntimeCallNode*>(node);
        auto* out = arena_.make<RuntimeCallNode>(n->span, n->function);
        list(out->arguments, n->arguments);
        return out;
      }
      case NodeKind::VectorLiteral:
      case NodeKind::MapLiteral:
      case NodeKind::SetLiteral: {
        auto* out = arena_.make<CollectionNode>(node->kind, node->span);
        list(out->items, static_cast<const CollectionNode*>(node)->items);
        return out;
      }
      case NodeKind::Def: {
        auto* n = static_cast<const DefNode*>(node);
        auto* out = arena_.make<DefNode>(n->span, n->var);
        out->init = copy(n->init);
        out->metadata = copy(n->metadata);
        return out;
      }
      case NodeKind::SetVar: {
        auto* n = static_cast<const SetVarNode*>(node);
        return arena_.make<SetVarNode>(n->span, n->var, copy(n->value));
      }
      case NodeKind::Throw: {
        auto* n = static_cast<const ThrowNode*>(node);
        auto* out = arena_.make<ThrowNode>(n->span, copy(n->value));
        out->refusal = n->refusal;
        return out;
      }
      case NodeKind::Try: {
        auto* n = static_cast<const TryNode*>(node);
        auto* out = arena_.make<TryNode>(n->span);
        out->body = copy(n->body);
        for (const auto& c : n->catches) {
          TryNode::Catch mine{rt::Owned::copy(c.exception_class), local(c.local), nullptr, {}};
          mine.body = copy(c.body);
          out->catches.push_back(std::move(mine));
        }
        out->finally = copy(n->finally);
        return out;
      }
      case NodeKind::Case: {
        auto* n = static_cast<const CaseNode*>(node);
        auto* out = arena_.make<CaseNode>(n->span);
        out->test = copy(n->test);
        for (const auto& c : n->clauses) {
          CaseNode::Clause mine;
          for (const auto& constant : c.constants) mine.constants.push_back(rt::Owned::copy(constant));
          mine.body = copy(c.body);
          out->clauses.push_back(std::move(mine));
        }
        out->otherwise = copy(n->otherwise);
        return out;
      }
      case NodeKind::Type: {
        auto* n = static_cast<const TypeNode*>(node);
        auto* out = arena_.make<TypeNode>(n->span, rt::Owned::copy(n->type));
        for (const FnNode* method : n->methods) out->methods.push_back(function(method));
        out->names = n->names;
        return out;
      }
    }
    return nullptr;
  }

  template <class T> static T* moved(const std::unordered_map<const T*, T*>& map, T* from) {
    auto at = map.find(from);
    return at == map.end() ? from : at->second;
  }

  Local* local(const Local* from) {
    if (!from) return nullptr;
    if (inside_ && bound_.count(from) == 0) return const_cast<Local*>(from);
    Local*& to = locals_[from];
    if (!to) {
      to = arena_.local();
      to->name = from->name;
      to->kind = from->kind;
      to->span = from->span;
      to->captured = from->captured;
      auto owner = methods_.find(from->owner);
      if (owner != methods_.end()) to->owner = owner->second;
    }
    return to;
  }

  FnNode* function(const FnNode* n) {
    auto* out = arena_.make<FnNode>(n->span);
    out->name = n->name;
    out->once = n->once;
    out->metadata = copy(n->metadata);
    for (const auto& m : n->methods) {
      out->methods.push_back(std::make_unique<FnMethod>());
      methods_[m.get()] = out->methods.back().get();
    }
    out->self = local(n->self);
    for (std::size_t i = 0; i < n->methods.size(); ++i) {
      const FnMethod& from = *n->methods[i];
      FnMethod& to = *out->methods[i];
      to.fn = out;
      to.span = from.span;
      for (const Local* p : from.parameters) to.parameters.push_back(local(p));
      to.rest = local(from.rest);
      to.body = copy(from.body);
    }
    return out;
  }

  void list(std::vector<Node*>& to, const std::vector<Node*>& from) {
    to.reserve(from.size());
    for (const Node* n : from) to.push_back(copy(n));
  }
  void bindings(std::vector<Binding>& to, const std::vector<Binding>& from) {
    to.reserve(from.size());
    for (const Binding& b : from) {
      Node* init = copy(b.init);
      to.push_back({local(b.local), init});
    }
  }

  Arena& arena_;
  bool inside_ = false;
  std::unordered_set<const Local*> bound_;
  std::unordered_map<const Local*, Local*> locals_;
  std::unordered_map<const LoopNode*, LoopNode*> loops_;
  std::unordered_map<const FnMethod*, FnMethod*> methods_;
};

}  // namespace

Node* copy_tree(Arena& arena, Node* tree) {
  Copier copier(arena);
  copier.stay_inside(tree);
  return copier.copy(tree);
}

void copy_program(const Program& from, Program& to) {
  for (const TopLevel& form : from.forms) {
    Copier copier(to.arena);
    to.forms.push_back({copier.copy(form.node), form.ns, form.frame_size});
  }
  to.main_ns = from.main_ns;
  to.main = from.main;
  to.member_names = from.member_names;
}

}  // namespace slisp::analyzer
