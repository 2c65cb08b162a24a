// captures.cpp: closure conversion on the tree.
// In:   A-normal form.
// Out:  FnNode::captures lists what each function takes from its enclosing frame, in order of first use; inside, references go to
//       locals of its own (kind Captured; in a function that runs once, ordinary ones that a let takes out of the closure first). The
//       functions of a LetFn share one list; a reference from one of them to a sibling becomes a local of kind Sibling, which lowering
//       makes from the own captures. The own name is kind Self.
// Keeps: no function sees a local of another frame any more; code never makes cycles of objects.
// Idea: one Context per function, innermost last. resolve(local, context) walks outwards to the frame that binds it and gives each
//       function on the way a capture.
#include "src/analyzer/annotate/annotate.hpp"
#include "src/analyzer/annotate/children.hpp"
#include <unordered_map>
#include <unordered_set>

namespace slisp::analyzer {
namespace {

// What a function, or all functions of one LetFn together, take from outside.
struct Group {
  std::vector<Local*> outers;                           // locals of the enclosing frame
  std::unordered_map<Local*, std::size_t> index;        // by original local
  std::unordered_map<Local*, FnNode*> siblings;         // member locals (and the members' own names) of a LetFn
};

struct Context {
  FnNode* fn;                                           // null: top level
  Group* group;
  std::vector<Local*> inner;                            // for each of group->outers, or null
  std::unordered_map<Local*, Local*> sibling_locals;
};

class Resolver {
 public:
  explicit Resolver(Arena& arena) : arena_(arena) {}

  void run(Node* node) {
    Group none;
    contexts_.push_back({nullptr, &none, {}, {}});
    walk(node);
    contexts_.pop_back();
  }

 private:
  void bind(Local* local) { bound_[local] = contexts_.size() - 1; }

  Local* resolve(Local* local, std::size_t depth) {
    auto home = bound_.find(local);
    std::size_t at = home == bound_.end() ? 0 : home->second;
    Context& context = contexts_[depth];
    // A member of the LetFn this function belongs to: bound outside, but made from the own captures.
    if (auto sibling = context.group->siblings.find(local); sibling != context.group->siblings.end() && at < depth) {
      Local*& made = context.sibling_locals[local];
      if (!made) made = fresh(local, sibling->second == context.fn ? LocalKind::Self : LocalKind::Sibling);
      if (made->kind == LocalKind::Sibling) made->sibling = sibling->second;
      return made;
    }
    if (at >= depth) return local;
    auto [entry, is_new] = context.group->index.try_emplace(local, context.group->outers.size());
    std::size_t index = entry->second;
    if (is_new) {
      Local* outer = resolve(local, depth - 1);
      context.group->outers.push_back(outer);
      outer->captured = true;
    }
    if (context.inner.size() <= index) context.inner.resize(index + 1, nullptr);
    if (!context.inner[index]) context.inner[index] = fresh(local, LocalKind::Captured);
    return context.inner[index];
  }

  Local* fresh(Local* like, LocalKind kind) {
    Local* local = arena_.local();
    local->name = like->name;
    local->span = like->span;
    local->kind = kind;
    return local;
  }

  void function(FnNode* fn, Group& group) {
    contexts_.push_back({fn, &group, {}, {}});
    if (fn->self) bind(fn->self);
    for (auto& method : fn->methods) {
      for (Local* p : method->parameters) bind(p);
      if (method->rest) bind(method->rest);
      walk(method->body);
    }
    std::vector<Local*> inner = std::move(contexts_.back().inner);
    contexts_.pop_back();
    fn->captures.clear();
    for (std::size_t i = 0; i < inner.size(); ++i) fn->captures.push_back({nullptr, inner[i], Use::Copy});
  }

  // Once all functions of the group are walked, the list is complete.
  void complete(FnNode* fn, const Group& group) {
    fn->captures.resize(group.outers.size());
    for (std::size_t i = 0; i < group.outers.size(); ++i) {
      fn->captures[i].outer = group.outers[i];
      if (!fn->captures[i].inner) fn->captures[i].inner = fresh(group.outers[i], LocalKind::Captured);
    }
  }

  // A function that runs once takes its captures out of the closure at its start, so that the last use of each is its end: else the
  // closure of (lazy-seq (loop [s coll] ...)) would hold all of coll while the loop runs.
  void take_captures(FnNode* fn) {
    if (!fn->once || fn->captures.empty() || fn->methods.size() != 1 || recurred_.count(fn->methods[0].get()) != 0) return;
    auto* taken = arena_.make<LetNode>(fn->span);
    for (std::size_t i = 0; i < fn->captures.size(); ++i) {
      Local* local = fn->captures[i].inner;
      fn->captures[i].inner = fresh(local, LocalKind::Captured);
      local->kind = LocalKind::Let;
      auto* take = arena_.make<RuntimeCallNode>(fn->span, abi::RuntimeFunctionId::capture_take);
      take->arguments.push_back(arena_.make<LocalRefNode>(fn->span, fresh(local, LocalKind::Self)));
      take->arguments.push_back(arena_.make<ConstNode>(fn->span, rt::Owned::adopt(rt::from_fixnum(static_cast<std::int64_t>(i)))));
      taken->bindings.push_back({local, take});
    }
    taken->body = fn->methods[0]->body;
    fn->methods[0]->body = taken;
  }

  void walk(Node* node) {
    switch (node->kind) {
      case NodeKind::LocalRef: {
        auto* n = static_cast<LocalRefNode*>(node);
        n->local = resolve(n->local, contexts_.size() - 1);
        return;
      }
      case NodeKind::Recur: {
        auto* n = static_cast<RecurNode*>(node);
        if (n->method) recurred_.insert(n->method);
        for_each_child(node, [&](Node*& child) { walk(child); });
        return;
      }
      case NodeKind::Fn: {
        auto* n = static_cast<FnNode*>(node);
        if (n->metadata) walk(n->metadata);
        Group group;
        function(n, group);
        complete(n, group);
        take_captures(n);
        return;
      }
      case NodeKind::LetFn: {
        auto* n = static_cast<LetFnNode*>(node);
        Group group;
        for (auto& m : n->members) {
          bind(m.local);
          group.siblings[m.local] = m.fn;
        }
        for (auto& m : n->members) function(m.fn, group);
        for (auto& m : n->members) complete(m.fn, group);
        walk(n->body);
        return;
      }
      default: for_each_child_in_scope(node, [&](Node*& child) { walk(child); }, [&](Local* local) { bind(local); }); return;
    }
  }

  Arena& arena_;
  std::vector<Context> contexts_;
  std::unordered_set<FnMethod*> recurred_;              // whose start a recur jumps to
  std::unordered_map<Local*, std::size_t> bound_;       // context (by depth) that binds the local
};

}  // namespace

void resolve_captures(Program& program) {
  for (TopLevel& form : program.forms) Resolver(program.arena).run(form.node);
}

}  // namespace slisp::analyzer
