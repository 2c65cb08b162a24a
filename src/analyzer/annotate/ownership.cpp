// ownership.cpp: who uses what last. Marks every LocalRef and capture with its Use and fills the release lists.
// In:   A-normal form with captures resolved.
// Out:  Use of each LocalRef; release lists of branches, clauses, handlers, loops, methods and calls; Binding::unused.
// Keeps: a local is held from its binding to its last use on each way, never longer (a lazy seq that is passed on is not kept by its
//       head) and consumed exactly once. Captured, Self and Sibling locals belong to the closure: they are copied or borrowed, never
//       moved. What a loop uses from outside is not moved inside it. What a handler needs stays alive through the try body.
// Idea: backward liveness (Perceus). `live` is the set of tracked locals that are still needed after the point at hand; an owned use
//       of a live local is a Copy, of a dead one a Move, which makes it live above. At a branch each way releases what only the other
//       ways need.
#include "src/analyzer/annotate/annotate.hpp"
#include "src/analyzer/annotate/children.hpp"
#include <algorithm>
#include <unordered_map>

namespace slisp::analyzer {

abi::ParameterMode argument_mode(const abi::RuntimeFunction& row, std::size_t position) {
  for (std::size_t i = 0; i < row.parameter_count; ++i)
    if (row.parameters[i] == abi::ParameterMode::Block) {
      if (position >= i) return abi::ParameterMode::Owned;
      break;
    }
  return position < row.parameter_count ? row.parameters[position] : abi::ParameterMode::Owned;
}

namespace {

// A set of locals, sorted by id: small, cheap to copy, in the same order on every run.
class LocalSet {
 public:
  bool contains(Local* l) const { return std::binary_search(items_.begin(), items_.end(), l, by_id); }
  bool insert(Local* l) {
    auto at = std::lower_bound(items_.begin(), items_.end(), l, by_id);
    if (at != items_.end() && *at == l) return false;
    items_.insert(at, l);
    return true;
  }
  bool erase(Local* l) {
    auto at = std::lower_bound(items_.begin(), items_.end(), l, by_id);
    if (at == items_.end() || *at != l) return false;
    items_.erase(at);
    return true;
  }
  void add(const LocalSet& other) {
    std::vector<Local*> out;
    out.reserve(items_.size() + other.items_.size());
    std::set_union(items_.begin(), items_.end(), other.items_.begin(), other.items_.end(), std::back_inserter(out), by_id);
    items_ = std::move(out);
  }
  std::vector<Local*> minus(const LocalSet& other) const {
    std::vector<Local*> out;
    std::set_difference(items_.begin(), items_.end(), other.items_.begin(), other.items_.end(), std::back_inserter(out), by_id);
    return out;
  }
  const std::vector<Local*>& items() const { return items_; }

 private:
  static bool by_id(const Local* a, const Local* b) { return a->id < b->id; }
  std::vector<Local*> items_;
};

bool tracked(const Local* l) {
  return l->kind != LocalKind::Self && l->kind != LocalKind::Captured && l->kind != LocalKind::Sibling;
}

// For each loop the locals that it uses but does not bind.
class LoopUses {
 public:
  void walk(Node* node) {
    switch (node->kind) {
      case NodeKind::LocalRef: use(static_cast<LocalRefNode*>(node)->local); return;
      case NodeKind::Loop: {
        auto* n = static_cast<LoopNode*>(node);
        for (Binding& b : n->bindings) {
          walk(b.init);
          bind(b.local);                        // later inits see it outside the loop
        }
        loops_.push_back(n);
        for (Binding& b : n->bindings) bind(b.local);
        walk(n->body);
        loops_.pop_back();
        return;
      }
      case NodeKind::Fn: {
        auto* n = static_cast<FnNode*>(node);
        if (n->metadata) walk(n->metadata);
        for (Capture& c : n->captures) use(c.outer);
        return;                                 // its body is another frame
      }
      case NodeKind::LetFn: {
        auto* n = static_cast<LetFnNode*>(node);
        for (auto& m : n->members) {
          for (Capture& c : m.fn->captures) use(c.outer);
          bind(m.local);
        }
        walk(n->body);
        return;
      }
      default: for_each_child_in_scope(node, [&](Node*& child) { walk(child); }, [&](Local* local) { bind(local); }); return;
    }
  }
  const LocalSet& of(LoopNode* loop) { return uses_[loop]; }

 private:
  void bind(Local* l) { depth_[l] = loops_.size(); }
  void use(Local* l) {
    if (!tracked(l)) return;
    auto home = depth_.find(l);
    std::size_t bound = home == depth_.end() ? 0 : home->second;
    for (std::size_t i = loops_.size(); i > bound; --i)
      if (!uses_[loops_[i - 1]].insert(l)) break;
  }
  std::vector<LoopNode*> loops_;
  std::unordered_map<Local*, std::size_t> depth_;
  std::unordered_map<LoopNode*, LocalSet> uses_;
};

// One frame: a method or a top-level form.
class Frame {
 public:
  void method(FnMethod& m) {
    uses_.walk(m.body);
    LocalSet live;
    walk(m.body, live);
    for (Local* p : m.parameters)
      if (!live.contains(p)) m.release_entry.push_back(p);
    if (m.rest && !live.contains(m.rest)) m.release_entry.push_back(m.rest);
    inner_functions();
  }
  void top_level(Node* node) {
    uses_.walk(node);
    LocalSet live;
    walk(node, live);
    inner_functions();
  }

 private:
  void inner_functions() {
    for (FnNode* fn : functions_)
      for (auto& m : fn->methods) Frame().method(*m);
  }

  // A use that consumes.
  static Use own(Local* l, LocalSet& live) {
    if (!tracked(l)) return Use::Copy;
    return live.insert(l) ? Use::Move : Use::Copy;
  }
  void own(Node* operand, LocalSet& live) {
    if (auto* ref = as<LocalRefNode>(operand)) ref->use = own(ref->local, live);
  }

  // Operands of one call. Borrowed ones live through it; those that nobody needs later are released after it.
  void call(const std::vector<Node*>& operands, const std::vector<bool>& borrowed, std::vector<Local*>& release, LocalSet& live) {
    release.clear();
    for (std::size_t i = 0; i < operands.size(); ++i) {
      auto* ref = as<LocalRefNode>(operands[i]);
      if (!ref || !borrowed[i]) continue;
      ref->use = Use::Borrow;
      if (tracked(ref->local) && live.insert(ref->local)) release.push_back(ref->local);
    }
    for (std::size_t i = operands.size(); i-- > 0;)
      if (!borrowed[i]) own(operands[i], live);
  }

  void branches(std::vector<std::pair<LocalSet, std::vector<Local*>*>>& ways, LocalSet& live, const LocalSet& extra) {
    LocalSet all = extra;
    for (auto& [set, release] : ways) all.add(set);
    for (auto& [set, release] : ways) *release = all.minus(set);
    live = std::move(all);
  }

  void walk(Node* node, LocalSet& live) {
    switch (node->kind) {
      case NodeKind::Const:
      case NodeKind::VarRef:
      case NodeKind::TheVar: return;
      case NodeKind::LocalRef: own(node, live); return;
      case NodeKind::If: return walk_if(static_cast<IfNode*>(node), live);
      case NodeKind::Do: {
        auto& body = static_cast<DoNode*>(node)->body;
        for (std::size_t i = body.size(); i-- > 0;) walk(body[i], live);
        return;
      }
      case NodeKind::Let: {
        auto* n = static_cast<LetNode*>(node);
        walk(n->body, live);
        for (std::size_t i = n->bindings.size(); i-- > 0;) {
          Binding& b = n->bindings[i];
          b.unused = !live.erase(b.local);
          walk(b.init, live);
        }
        return;
      }
      case NodeKind::Loop: return walk_loop(static_cast<LoopNode*>(node), live);
      case NodeKind::Recur: {
        auto* n = static_cast<RecurNode*>(node);
        live = n->loop ? at_recur_.at(n->loop) : LocalSet();
        for (std::size_t i = n->arguments.size(); i-- > 0;) own(n->arguments[i], live);
        return;
      }
      case NodeKind::Fn: {
        auto* n = static_cast<FnNode*>(node);
        functions_.push_back(n);
        if (n->metadata) own(n->metadata, live);
        captures(n, live);
        return;
      }
      case NodeKind::LetFn: {
        auto* n = static_cast<LetFnNode*>(node);
        walk(n->body, live);
        for (auto& m : n->members) m.unused = !live.erase(m.local);
        for (std::size_t i = n->members.size(); i-- > 0;) {
          functions_.push_back(n->members[i].fn);
          captures(n->members[i].fn, live);
        }
        return;
      }
      case NodeKind::Invoke: {
        auto* n = static_cast<InvokeNode*>(node);
        std::vector<Node*> operands{n->callee};
        operands.insert(operands.end(), n->arguments.begin(), n->arguments.end());
        std::vector<bool> borrowed(operands.size(), false);
        borrowed[0] = true;
        call(operands, borrowed, n->release_after, live);
        return;
      }
      case NodeKind::RuntimeCall: return walk_runtime_call(static_cast<RuntimeCallNode*>(node), live);
      case NodeKind::VectorLiteral:
      case NodeKind::MapLiteral:
      case NodeKind::SetLiteral: {
        auto& items = static_cast<CollectionNode*>(node)->items;
        for (std::size_t i = items.size(); i-- > 0;) own(items[i], live);
        return;
      }
      case NodeKind::Def: {
        auto* n = static_cast<DefNode*>(node);
        if (n->metadata) walk(n->metadata, live);
        if (n->init) walk(n->init, live);
        return;
      }
      case NodeKind::SetVar: walk(static_cast<SetVarNode*>(node)->value, live); return;
      // What follows never runs, but is taken as if it did: what it would use is held here, and cleanup releases it. (With an empty set a
      // try in the thrown expression would find values held that its handler does not keep.)
      case NodeKind::Throw: walk(static_cast<ThrowNode*>(node)->value, live); return;
      case NodeKind::Try: return walk_try(static_cast<TryNode*>(node), live);
      case NodeKind::Case: return walk_case(static_cast<CaseNode*>(node), live);
      case NodeKind::Type:
        for (FnNode* method : static_cast<TypeNode*>(node)->methods) functions_.push_back(method);
        return;
    }
  }

  void captures(FnNode* fn, LocalSet& live) {
    for (std::size_t i = fn->captures.size(); i-- > 0;) fn->captures[i].use = own(fn->captures[i].outer, live);
  }

  void walk_runtime_call(RuntimeCallNode* n, LocalSet& live) {
    const auto& row = abi::runtime_function(n->function);
    std::vector<bool> borrowed(n->arguments.size());
    for (std::size_t i = 0; i < borrowed.size(); ++i) borrowed[i] = argument_mode(row, i) != abi::ParameterMode::Owned;
    call(n->arguments, borrowed, n->release_after, live);
  }

  void walk_if(IfNode* n, LocalSet& live) {
    LocalSet then = live, otherwise = std::move(live);
    walk(n->then, then);
    walk(n->otherwise, otherwise);
    LocalSet test;
    if (auto* ref = as<LocalRefNode>(n->test)) {
      ref->use = Use::Borrow;
      if (tracked(ref->local)) test.insert(ref->local);
    }
    std::vector<std::pair<LocalSet, std::vector<Local*>*>> ways;
    ways.emplace_back(std::move(then), &n->release_then);
    ways.emplace_back(std::move(otherwise), &n->release_otherwise);
    branches(ways, live, test);
    if (auto* call_node = as<RuntimeCallNode>(n->test)) walk_runtime_call(call_node, live);
  }

  void walk_case(CaseNode* n, LocalSet& live) {
    std::vector<std::pair<LocalSet, std::vector<Local*>*>> ways;
    for (auto& c : n->clauses) {
      LocalSet way = live;
      walk(c.body, way);
      ways.emplace_back(std::move(way), &c.release);
    }
    walk(n->otherwise, live);
    LocalSet test;
    if (auto* ref = as<LocalRefNode>(n->test)) {
      ref->use = Use::Borrow;
      if (tracked(ref->local)) test.insert(ref->local);
    }
    ways.emplace_back(std::move(live), &n->release_otherwise);
    branches(ways, live, test);
  }

  void walk_loop(LoopNode* n, LocalSet& live) {
    // What must be there whenever the loop starts again: all it uses from outside and all that is needed after it.
    LocalSet around = live;
    around.add(uses_.of(n));
    at_recur_[n] = around;
    LocalSet body = std::move(live);
    walk(n->body, body);
    for (Binding& b : n->bindings)
      if (!body.erase(b.local)) n->release_entry.push_back(b.local);
    live = std::move(around);
    for (Binding& b : n->bindings) live.insert(b.local);     // the first values go into the loop, whatever later inits do with them
    for (std::size_t i = n->bindings.size(); i-- > 0;) {
      live.erase(n->bindings[i].local);
      walk(n->bindings[i].init, live);
    }
  }

  // try/finally around try/catch. `finally` is marked once, for the normal way; on the exceptional way lowering runs the same code and
  // lets cleanup release what is left.
  void walk_try(TryNode* n, LocalSet& live) {
    if (n->finally) {
      walk(n->finally, live);
      n->keep_finally = live.items();
    }
    LocalSet out = live;
    LocalSet keep = out;
    std::vector<LocalSet> handlers;
    for (auto& c : n->catches) {
      LocalSet handler = out;
      walk(c.body, handler);
      bool used = c.local && handler.erase(c.local);
      keep.add(handler);
      handlers.push_back(std::move(handler));
      if (c.local && !used) c.release.push_back(c.local);
    }
    for (std::size_t i = 0; i < n->catches.size(); ++i) {
      auto dead = keep.minus(handlers[i]);
      n->catches[i].release.insert(n->catches[i].release.end(), dead.begin(), dead.end());
    }
    if (!n->catches.empty()) {
      n->keep_catch = keep.items();
      n->release_normal = keep.minus(out);
    }
    live = keep;
    walk(n->body, live);
  }

  LoopUses uses_;
  std::unordered_map<LoopNode*, LocalSet> at_recur_;
  std::vector<FnNode*> functions_;
};

}  // namespace

void mark_ownership(Program& program) {
  for (TopLevel& form : program.forms) Frame().top_level(form.node);
}

}  // namespace slisp::analyzer
