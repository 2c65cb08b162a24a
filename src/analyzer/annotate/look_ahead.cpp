// look_ahead.cpp: a look at a collection that its update has passed already goes before the update.
// In:   A-normal form.
// Out:  (let [a (pop v) b (peek v)] ...) is (let [t (peek-ahead v) a (pop v) b (peek-settle t)] ...), where nothing else uses v after the update.
//       So the update is v's last use and may work in place. Vectors, maps and their kin answer at once: they are values, so a look gives the same
//       before and after. What else v may be is held by t and asked at its old place: a program's own type may do anything when it is asked.
// Keeps: order of all effects and exceptions.
// Idea: arguments are evaluated from left to right: (recur (pop v) (+ sum (peek v))) needs v twice, though its author does not.
#include "src/analyzer/annotate/annotate.hpp"
#include "src/analyzer/annotate/children.hpp"
#include <algorithm>

namespace slisp::analyzer {
namespace {

using Rt = abi::RuntimeFunctionId;

constexpr std::size_t k_most_bindings = 8;     // between update and look
constexpr std::size_t k_most_nodes = 2000;     // walked to count uses: keeps large functions linear

bool is_update(Rt f) { return f == Rt::pop || f == Rt::conj || f == Rt::assoc || f == Rt::dissoc || f == Rt::disj; }

struct Ahead {
  Rt ahead, settle;
};
Ahead rows_of(Rt look) {
  switch (look) {
    case Rt::peek: return {Rt::peek_ahead, Rt::peek_settle};
    case Rt::get: return {Rt::get_ahead, Rt::get_settle};
    case Rt::nth: return {Rt::nth_ahead, Rt::nth_settle};
    case Rt::count: return {Rt::count_ahead, Rt::count_settle};
    default: return {Rt::k_count, Rt::k_count};
  }
}

Local* local_of(Node* node) {
  auto* ref = as<LocalRefNode>(node);
  return ref ? ref->local : nullptr;
}
// Functions of the library that update their first argument.
bool is_update(const Node* callee) {
  if (callee->kind != NodeKind::VarRef) return false;
  const VarInfo* var = static_cast<const VarRefNode*>(callee)->var;
  if (var->open || var->ns != "clojure.core") return false;
  for (std::string_view name : {"update", "update-in", "assoc-in", "into", "merge", "assoc", "conj", "dissoc", "disj", "merge-with"})
    if (var->name == name) return true;
  return false;
}
// The local whose collection this call changes; null when it is none, or the local may live longer than its uses here.
Local* updated_by(Node* node) {
  const std::vector<Node*>* arguments = nullptr;
  if (auto* call = as<RuntimeCallNode>(node); call && is_update(call->function)) arguments = &call->arguments;
  if (auto* call = as<InvokeNode>(node); call && is_update(call->callee)) arguments = &call->arguments;
  if (!arguments || arguments->empty()) return nullptr;
  Local* x = local_of((*arguments)[0]);
  if (!x || x->captured || x->kind == LocalKind::Self || x->kind == LocalKind::Field) return nullptr;
  for (std::size_t i = 1; i < arguments->size(); ++i)
    if (local_of((*arguments)[i]) == x) return nullptr;
  return x;
}

class LookAhead {
 public:
  explicit LookAhead(Arena& arena) : arena_(arena) {}

  void walk(Node* node) {
    if (auto* fn = as<FnNode>(node)) {
      for (auto& method : fn->methods) {
        FnMethod* before = std::exchange(method_, method.get());
        walk(method->body);
        method_ = before;
      }
      return;
    }
    if (auto* n = as<LetNode>(node)) let(n);
    for_each_child(node, [this](Node*& child) { walk(child); });
  }

 private:
  // Is this a look at x that can go before binding `from` of the let?
  RuntimeCallNode* look_at(Node* node, Local* x, const LetNode* n, std::size_t from) const {
    auto* call = as<RuntimeCallNode>(node);
    if (!call || rows_of(call->function).ahead == Rt::k_count || local_of(call->arguments[0]) != x) return nullptr;
    for (std::size_t i = 1; i < call->arguments.size(); ++i) {
      if (call->arguments[i]->kind == NodeKind::Const) continue;
      Local* key = local_of(call->arguments[i]);
      if (!key || key == x) return nullptr;
      for (std::size_t k = from; k < n->bindings.size(); ++k)
        if (n->bindings[k].local == key) return nullptr;       // not known yet there
    }
    return call;
  }

  void count_uses(Node* node, Local* x, std::size_t& uses, std::size_t& nodes) const {
    if (++nodes > k_most_nodes) return;
    if (local_of(node) == x) ++uses;
    for_each_child(node, [&](Node*& child) { count_uses(child, x, uses, nodes); });
  }

  void let(LetNode* n) {
    for (std::size_t i = 0; i < n->bindings.size(); ++i) {
      Local* x = updated_by(n->bindings[i].init);
      if (!x) continue;
      std::vector<Node**> looks;
      const std::size_t end = std::min(n->bindings.size(), i + 1 + k_most_bindings);
      for (std::size_t j = i + 1; j < end; ++j)
        if (look_at(n->bindings[j].init, x, n, i)) looks.push_back(&n->bindings[j].init);
      if (look_at(n->body, x, n, i)) looks.push_back(&n->body);
      if (looks.empty()) continue;
      std::size_t uses = 0, nodes = 0;
      for (std::size_t j = i + 1; j < n->bindings.size(); ++j) count_uses(n->bindings[j].init, x, uses, nodes);
      count_uses(n->body, x, uses, nodes);
      if (nodes > k_most_nodes || uses != looks.size()) continue;
      std::vector<Binding> ahead;
      for (Node** place : looks) ahead.push_back(go_ahead(place));
      n->bindings.insert(n->bindings.begin() + static_cast<std::ptrdiff_t>(i), ahead.begin(), ahead.end());
      i += ahead.size();
    }
  }

  // Replaces the look by what settles it; the binding that looks ahead.
  Binding go_ahead(Node** place) {
    auto* look = static_cast<RuntimeCallNode*>(*place);
    const Ahead rows = rows_of(look->function);
    Local* answer = arena_.local();
    answer->kind = LocalKind::Temporary;
    answer->span = look->span;
    answer->owner = method_;
    auto* ahead = arena_.make<RuntimeCallNode>(look->span, rows.ahead);
    ahead->arguments = look->arguments;
    auto* settle = arena_.make<RuntimeCallNode>(look->span, rows.settle);
    settle->arguments = {arena_.make<LocalRefNode>(look->span, answer)};
    for (std::size_t i = 1; i < look->arguments.size(); ++i) {
      Local* key = local_of(look->arguments[i]);
      settle->arguments.push_back(key ? arena_.make<LocalRefNode>(look->span, key) : look->arguments[i]);
    }
    *place = settle;
    return {answer, ahead};
  }

  Arena& arena_;
  FnMethod* method_ = nullptr;
};

}  // namespace

void look_ahead(Program& program) {
  for (TopLevel& form : program.forms) LookAhead(program.arena).walk(form.node);
}

}  // namespace slisp::analyzer
