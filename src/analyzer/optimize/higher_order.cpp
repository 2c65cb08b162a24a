// higher_order.cpp: functions that are given known functions, and local functions that are only called.
// In:   the expanded tree; VarInfo::open set.
// Out:  (map-list (fn [x] ...) xs) is the body of map-list with the body of the fn in the place of its calls; so is a fn that a let names,
//       if it is only called.
// Keeps: evaluation order, exceptions, and traces, which name every function. A fn is taken only if nobody sees the function itself: each
//   mention of its name is a call, or the place where a walk over a collection takes its function. Recursive functions stay.
// Idea: placing is all (callee.cpp): the parameters become a let; where one of them is a function, its calls are placed in turn. Mentions of
//   names are counted once per form, and in what was placed; functions that stand in several places are small and place nothing; a
//   budget per form bounds the rest. So the work is linear.
#include "src/analyzer/annotate/annotate.hpp"
#include "src/analyzer/annotate/children.hpp"
#include "src/analyzer/optimize/callee.hpp"
#include "src/analyzer/optimize/optimize.hpp"
#include <algorithm>
#include <unordered_map>

namespace slisp::analyzer {
namespace {

constexpr std::size_t k_largest = 250;       // nodes of a function of the program that is placed because of what it is given
constexpr std::size_t k_repeated = 60;       // nodes of a function that is placed more than once
constexpr std::size_t k_budget = 4000;       // nodes that a form may grow by, or four times its size
constexpr unsigned k_deepest = 4;

// How the name of a function is mentioned.
struct Mentions {
  const FnNode* function = nullptr;          // null: a var
  std::size_t placeable = 0;                 // calls, and walks that take it as their function
  bool seen = false;                         // any other mention, or one with arguments that it does not take
};
using MentionsByLocal = std::unordered_map<const Local*, Mentions>;

// The arity that a walk asks of its function, which is its first argument; 0: no such walk.
std::size_t arity_in_walk(const InvokeNode* call) {
  constexpr struct { std::string_view name; std::size_t arguments, arity; } k_walks[] = {
      {"map", 2, 1}, {"filter", 2, 1}, {"remove", 2, 1}, {"keep", 2, 1}, {"mapv", 2, 1}, {"filterv", 2, 1}, {"some", 2, 1}, {"every?", 2, 1},
      {"not-any?", 2, 1}, {"run!", 2, 1}, {"reduce", 2, 2}, {"reduce", 3, 2}};
  auto* ref = as<VarRefNode>(call->callee);
  if (ref == nullptr || !ref->var->from_library) return 0;
  for (const auto& walk : k_walks)
    if (call->arguments.size() == walk.arguments && is_core(*ref->var, walk.name)) return walk.arity;
  return 0;
}

// A function that can be told by its name.
const VarRefNode* known_var(const Node* node) {
  auto* ref = as<VarRefNode>(node);
  return ref != nullptr && !ref->var->open && ref->var->is_function ? ref : nullptr;
}

const FnNode* plain_fn(const Node* node) {
  auto* fn = as<FnNode>(node);
  return fn != nullptr && fn->metadata == nullptr ? fn : nullptr;
}

// Notes each mention of the locals in the map.
void note_mentions(Node* node, MentionsByLocal& mentions) {
  auto of = [&](Node* at) -> Mentions* {
    auto* ref = as<LocalRefNode>(at);
    auto found = ref == nullptr ? mentions.end() : mentions.find(ref->local);
    return found == mentions.end() ? nullptr : &found->second;
  };
  auto placed = [](Mentions& m, std::size_t arity) {
    ++m.placeable;
    m.seen = m.seen || (m.function != nullptr && !can_be_placed(*m.function, arity));
  };
  if (Mentions* m = of(node)) {
    m->seen = true;
    return;
  }
  if (auto* call = as<InvokeNode>(node)) {
    if (Mentions* m = of(call->callee)) placed(*m, call->arguments.size());
    else note_mentions(call->callee, mentions);
    std::size_t from = 0;
    if (std::size_t arity = arity_in_walk(call); arity != 0)
      if (Mentions* m = of(call->arguments[0])) {
        placed(*m, arity);
        from = 1;
      }
    for (std::size_t i = from; i < call->arguments.size(); ++i) note_mentions(call->arguments[i], mentions);
    return;
  }
  if (auto* recur = as<RecurNode>(node); recur != nullptr && recur->method != nullptr) {
    // (recur f ...) in f's own place: place_function leaves it outside of the loop.
    for (std::size_t i = 0; i < recur->arguments.size(); ++i) {
      auto* ref = as<LocalRefNode>(recur->arguments[i]);
      bool own = ref != nullptr && i < recur->method->parameters.size() && ref->local == recur->method->parameters[i];
      if (!own) note_mentions(recur->arguments[i], mentions);
    }
    return;
  }
  auto bound = [&](const std::vector<Binding>& bindings) {
    for (const Binding& b : bindings)
      if (plain_fn(b.init) != nullptr || known_var(b.init) != nullptr) mentions[b.local].function = plain_fn(b.init);
  };
  if (auto* let = as<LetNode>(node)) bound(let->bindings);
  for_each_child(node, [&](Node*& child) { note_mentions(child, mentions); });
}

// Calls nothing but vars, so that its copies place nothing more.
bool places_nothing(Node* node) {
  bool found = false;
  for_each_node(node, [&](Node* n) {
    auto* call = as<InvokeNode>(n);
    if (call == nullptr) return;
    found = found || (call->callee->kind != NodeKind::VarRef && call->callee->kind != NodeKind::Const);
    found = found || (arity_in_walk(call) != 0 && call->arguments[0]->kind == NodeKind::LocalRef);
  });
  return !found;
}

class HigherOrder {
 public:
  HigherOrder(Program& program, SpecialisationCounts& counts) : arena_(program.arena), counts_(counts) {}

  void form(TopLevel& form) {
    budget_ = std::max(k_budget, 4 * count_nodes(form.node, k_budget * 100));
    mentions_.clear();
    taken_.clear();
    note_mentions(form.node, mentions_);
    walk(form.node, 0);
  }

 private:
  void walk(Node*& node, unsigned depth) {
    while (auto* call = as<InvokeNode>(node)) {
      if (place_local(call, node)) continue;                // always: the name is gone
      if (depth >= k_deepest || !specialise(call, node)) break;
      ++depth;
    }
    if (auto* let = as<LetNode>(node)) take_names(let);
    for_each_child(node, [&](Node*& child) { walk(child, depth); });
    if (auto* let = as<LetNode>(node); let != nullptr && let->bindings.empty()) node = let->body;
  }

  bool fits(const Mentions& m, Node* known) const {
    if (m.seen) return false;
    if (m.function == nullptr || m.placeable <= 1) return true;
    std::size_t size = count_nodes(known, k_repeated);
    return size <= k_repeated && size * m.placeable <= budget_ && m.placeable <= 6 && places_nothing(known);
  }

  // Names of functions that are only called go; walk() meets the calls.
  void take_names(LetNode* let) {
    std::erase_if(let->bindings, [&](Binding& b) {
      auto m = mentions_.find(b.local);
      if (m == mentions_.end() || (plain_fn(b.init) == nullptr && known_var(b.init) == nullptr) || !fits(m->second, b.init)) return false;
      if (m->second.function != nullptr) {
        ++counts_.functions;
        budget_ -= std::min(budget_, m->second.placeable > 1 ? m->second.placeable * k_repeated : 0);
      }
      taken_[b.local] = b.init;
      return true;
    });
  }

  Node* taken(const Node* node) const {
    auto* ref = as<LocalRefNode>(node);
    auto at = ref == nullptr ? taken_.end() : taken_.find(ref->local);
    return at == taken_.end() ? nullptr : at->second;
  }

  // True if another node stands there now.
  bool place_local(InvokeNode* call, Node*& node) {
    if (arity_in_walk(call) != 0)
      if (Node* known = taken(call->arguments[0])) call->arguments[0] = copy_tree(arena_, known);
    Node* known = taken(call->callee);
    if (auto* written = as<FnNode>(call->callee); written != nullptr && can_be_placed(*written, call->arguments.size())) known = written;
    if (known == nullptr) return false;
    const FnNode* fn = plain_fn(known);
    if (fn == nullptr) {
      call->callee = copy_tree(arena_, known);
      return true;
    }
    TreeBuilder builder(arena_, call);
    node = place_function(*fn, std::move(call->arguments), builder);
    note_placed(node);
    return true;
  }

  // The locals of a copy are new; mentions of others in it are those of the original.
  void note_placed(Node* node) {
    MentionsByLocal fresh;
    note_mentions(node, fresh);
    for (auto& [local, m] : fresh) mentions_[local] = m;
  }

  // A call of a function of the program with a known function among its arguments.
  bool specialise(InvokeNode* call, Node*& node) {
    const VarRefNode* ref = known_var(call->callee);
    if (ref == nullptr || ref->var->from_library || ref->var->definitions.size() != 1 || ref->var->definitions[0]->init == nullptr) return false;
    const FnNode* fn = plain_fn(ref->var->definitions[0]->init);
    FnMethod* method = fn == nullptr ? nullptr : method_for(*fn, call->arguments.size());
    if (method == nullptr) return false;
    MentionsByLocal given;
    for (std::size_t i = 0; i < call->arguments.size(); ++i)
      if (plain_fn(call->arguments[i]) != nullptr || known_var(call->arguments[i]) != nullptr)
        given[method->parameters[i]].function = plain_fn(call->arguments[i]);
    if (given.empty()) return false;
    std::size_t size = count_nodes(method->body, k_largest);
    if (size > k_largest || size > budget_ || !can_be_placed(*fn, call->arguments.size()) || mentions_var(method->body, *ref->var)) return false;
    note_mentions(method->body, given);
    bool worth = false;
    for (std::size_t i = 0; i < call->arguments.size(); ++i)
      if (auto m = given.find(method->parameters[i]); m != given.end()) worth = worth || (m->second.placeable > 0 && fits(m->second, call->arguments[i]));
    if (!worth) return false;
    budget_ -= size;
    ++counts_.calls;
    TreeBuilder builder(arena_, call);
    node = place_function(*fn, std::move(call->arguments), builder);
    note_placed(node);
    return true;
  }

  static bool mentions_var(Node* body, const VarInfo& var) {
    bool found = false;
    for_each_node(body, [&](Node* n) {
      auto* ref = as<VarRefNode>(n);
      found = found || (ref != nullptr && ref->var == &var);
    });
    return found;
  }

  Arena& arena_;
  SpecialisationCounts& counts_;
  std::size_t budget_ = 0;
  MentionsByLocal mentions_;                               // of locals that a let binds to functions
  std::unordered_map<const Local*, Node*> taken_;          // whose bindings are gone
};

}  // namespace

void specialise_calls(Program& program, SpecialisationCounts& counts) {
  HigherOrder pass(program, counts);
  for (TopLevel& form : program.forms) pass.form(form);
}

}  // namespace slisp::analyzer
