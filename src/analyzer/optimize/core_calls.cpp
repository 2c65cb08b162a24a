// core_calls.cpp: small functions of clojure.core stand where they are called.
// In:   the expanded tree; VarInfo::open set.
// Out:  not=, some?, odd?, max, min, second and its kin, get-in, assoc-in, update and update-in along a path that is written there, assoc of several
//       keys, swap! of an atom: what the library's own functions do, with a function that is known in the place of its call.
// Keeps: evaluation order: arguments that compute are bound first, in their order. Results and exceptions are the library's.
// Idea: the library is linked, not compiled again with each program; these few are worth saying twice. tests/programs/fusion/core_calls.slisp
//   holds both to real Clojure's answers.
#include "src/analyzer/annotate/annotate.hpp"
#include "src/analyzer/annotate/children.hpp"
#include "src/analyzer/optimize/callee.hpp"
#include "src/analyzer/optimize/optimize.hpp"
#include "runtime/api.hpp"
#include <unordered_set>

namespace slisp::analyzer {
namespace {

using Rt = abi::RuntimeFunctionId;

constexpr std::size_t k_longest_path = 6;

class CoreCalls {
 public:
  CoreCalls(Program& program, SpecialisationCounts& counts) : arena_(program.arena), counts_(counts) {}

  void walk(Node*& node) {
    if (kept_.count(node) != 0) return;
    if (auto* call = as<InvokeNode>(node))
      if (auto* ref = as<VarRefNode>(call->callee); ref != nullptr && !ref->var->open && ref->var->from_library && ref->var->ns == "clojure.core") {
        TreeBuilder b(arena_, call);
        bindings_.clear();
        if (Node* made = expand(ref->var->name, call->arguments, call, b)) {
          ++counts_.core_calls;
          node = b.let(std::move(bindings_), made);
        }
      }
    for_each_child(node, [&](Node*& child) { walk(child); });
  }

 private:
  using Arguments = std::vector<Node*>;

  Node* expand(const std::string& name, Arguments& a, InvokeNode* call, TreeBuilder& b) {
    switch (a.size()) {
      case 1:
        if (name == "some?") return b.choose(b.rt(Rt::nil_p, {a[0]}), b.boolean(false), b.boolean(true));
        if (name == "odd?") return b.choose(b.rt(Rt::even_p, {a[0]}), b.boolean(false), b.boolean(true));
        if (name == "second" || name == "fnext") return b.rt(Rt::first, {b.rt(Rt::next, {a[0]})});
        if (name == "ffirst") return b.rt(Rt::first, {b.rt(Rt::first, {a[0]})});
        if (name == "nnext") return b.rt(Rt::next, {b.rt(Rt::next, {a[0]})});
        if (name == "nfirst") return b.rt(Rt::next, {b.rt(Rt::first, {a[0]})});
        if (name == "identity") return a[0];
        return nullptr;
      case 2:
        if (name == "not=") return b.choose(b.rt(Rt::equal, {a[0], a[1]}), b.boolean(false), b.boolean(true));
        if (name == "max" || name == "min") return larger(a, name == "max" ? Rt::greater : Rt::less, b);
        if (name == "get-in") return get_in(a, b);
        break;
      default: break;
    }
    if (name == "assoc" && (a.size() == 5 || a.size() == 7)) return assoc(a, b);
    if (name == "assoc-in" && a.size() == 3) return assoc_in(a, b);
    if (name == "update" && a.size() >= 3 && a.size() <= 6) return update(a, b);
    if (name == "update-in" && a.size() >= 3 && a.size() <= 6) return update_in(a, b);
    if (name == "swap!" && a.size() >= 2 && a.size() <= 4) return swap(a, call, b);
    return nullptr;
  }

  void take_all(Arguments& a, TreeBuilder& b) {
    for (Node*& argument : a) take_value(argument, bindings_, b);
  }

  Node* is_nan(Node* x, TreeBuilder& b) { return b.both(b.rt(Rt::floating_p, {again(x, b)}), b.rt(Rt::double_nan_p, {again(x, b)})); }
  Node* larger(Arguments& a, Rt than, TreeBuilder& b) {
    take_all(a, b);
    Node *x = a[0], *y = a[1];
    Node* plain = b.choose(b.rt(than, {again(x, b), again(y, b)}), again(x, b), again(y, b));
    return b.choose(is_nan(x, b), again(x, b), b.choose(is_nan(y, b), again(y, b), plain));
  }

  Node* assoc(Arguments& a, TreeBuilder& b) {
    take_all(a, b);
    Node* map = a[0];
    for (std::size_t i = 1; i < a.size(); i += 2) map = b.rt(Rt::assoc, {map, a[i], a[i + 1]});
    return map;
  }

  // The keys of a path that is written as a vector, made simple; none if it is not.
  Arguments path(Node* written, TreeBuilder& b) {
    Arguments keys;
    if (auto* constant = as<ConstNode>(written)) {
      if (!constant->value.is(rt::Kind::Vector)) return {};
      auto* header = constant->value.as<rt::Header>();
      if (header->slots == 0 || header->slots > k_longest_path || (header->flags & abi::k_flag_has_meta) != 0) return {};
      for (unsigned i = 0; i < header->slots; ++i) keys.push_back(b.constant(rt::Owned::copy(rt::Borrowed(*rt::slot_of(header, i)))));
    } else if (written->kind == NodeKind::VectorLiteral) {
      auto& items = static_cast<CollectionNode*>(written)->items;
      if (items.empty() || items.size() > k_longest_path) return {};
      for (Node*& item : items) take_value(item, bindings_, b);
      keys = items;
    }
    return keys;
  }
  static bool has_path(Node* written) {
    if (auto* constant = as<ConstNode>(written)) {
      if (!constant->value.is(rt::Kind::Vector)) return false;
      auto* header = constant->value.as<rt::Header>();
      return header->slots != 0 && header->slots <= k_longest_path && (header->flags & abi::k_flag_has_meta) == 0;
    }
    if (written->kind != NodeKind::VectorLiteral) return false;
    auto& items = static_cast<CollectionNode*>(written)->items;
    return !items.empty() && items.size() <= k_longest_path;
  }

  Node* get_in(Arguments& a, TreeBuilder& b) {
    if (!has_path(a[1])) return nullptr;
    take_value(a[0], bindings_, b);
    Node* at = a[0];
    for (Node* key : path(a[1], b)) at = b.rt(Rt::get, {at, key});
    return at;
  }

  // (assoc m k (inner (get m k))) along the keys; `last` makes the new value of the old one at the end.
  template <class Last> Node* along(Node* map, const Arguments& keys, std::size_t from, TreeBuilder& b, Last last) {
    Node* old = b.rt(Rt::get, {again(map, b), again(keys[from], b)});
    Node* value;
    if (from + 1 == keys.size()) {
      value = last(old);
    } else {
      Local* inner = b.local("inner");
      value = b.let(inner, old, along(b.ref(inner), keys, from + 1, b, last));
    }
    return b.rt(Rt::assoc, {map, keys[from], value});
  }

  Node* assoc_in(Arguments& a, TreeBuilder& b) {
    if (!has_path(a[1])) return nullptr;
    take_value(a[0], bindings_, b);
    Arguments keys = path(a[1], b);
    take_value(a[2], bindings_, b);
    // The last key is only set, not asked for.
    Node* map = a[0];
    Node* made = set_in(map, keys, 0, a[2], b);
    return made;
  }
  Node* set_in(Node* map, const Arguments& keys, std::size_t from, Node* value, TreeBuilder& b) {
    if (from + 1 == keys.size()) return b.rt(Rt::assoc, {map, keys[from], value});
    Local* inner = b.local("inner");
    Node* old = b.rt(Rt::get, {again(map, b), again(keys[from], b)});
    return b.rt(Rt::assoc, {map, keys[from], b.let(inner, old, set_in(b.ref(inner), keys, from + 1, value, b))});
  }

  // The function at `at` and what is given to it behind the old value.
  Callee take_function(Arguments& a, std::size_t at, TreeBuilder& b) {
    Callee function = take_callee(a[at], a.size() - at, bindings_, b);
    for (std::size_t i = at + 1; i < a.size(); ++i) take_value(a[i], bindings_, b);
    return function;
  }
  static Arguments behind(Node* old, const Arguments& a, std::size_t from, TreeBuilder& b) {
    Arguments all{old};
    for (std::size_t i = from; i < a.size(); ++i) all.push_back(again(a[i], b));
    return all;
  }

  Node* update(Arguments& a, TreeBuilder& b) {
    take_value(a[0], bindings_, b);
    take_value(a[1], bindings_, b);
    Callee function = take_function(a, 2, b);
    return along(a[0], {a[1]}, 0, b, [&](Node* old) { return apply_callee(function, behind(old, a, 3, b), b); });
  }
  Node* update_in(Arguments& a, TreeBuilder& b) {
    if (!has_path(a[1])) return nullptr;
    take_value(a[0], bindings_, b);
    Arguments keys = path(a[1], b);
    Callee function = take_function(a, 2, b);
    return along(a[0], keys, 0, b, [&](Node* old) { return apply_callee(function, behind(old, a, 3, b), b); });
  }

  // What the library's swap! does in place, where it may (runtime/control/cell_updates.cpp): the call stays.
  static bool is_known_update(const Node* function) {
    if (function->kind != NodeKind::VarRef) return false;
    const VarInfo* var = static_cast<const VarRefNode*>(function)->var;
    if (var->ns != "clojure.core") return false;
    for (const char* name : {"assoc", "conj", "dissoc", "disj", "pop", "update", "update-in", "assoc-in"})
      if (var->name == name) return true;
    return false;
  }
  Node* swap(Arguments& a, InvokeNode* call, TreeBuilder& b) {
    if (is_known_update(a[1])) return nullptr;
    take_value(a[0], bindings_, b);
    Callee function = take_function(a, 1, b);
    if (!function.known()) return bindings_.empty() ? nullptr : call;
    Node* written = copy_tree(arena_, call);
    kept_.insert(written);
    Local* old = b.local("old");
    Local* made = b.local("new");
    LoopNode* loop = b.loop({});
    Node* swapped = b.rt(Rt::atom_compare_and_set, {again(a[0], b), b.ref(old), b.ref(made)});
    loop->body = b.let({{old, b.rt(Rt::atom_get, {again(a[0], b)})}, {made, apply_callee(function, behind(b.ref(old), a, 2, b), b)}},
                       b.choose(swapped, b.ref(made), b.recur(loop, {})));
    return b.choose(b.rt(Rt::user_object_p, {again(a[0], b)}), written, loop);
  }

  Arena& arena_;
  SpecialisationCounts& counts_;
  std::vector<Binding> bindings_;
  std::unordered_set<Node*> kept_;                         // calls as they were written: they stay so
};

}  // namespace

void expand_core_calls(Program& program, SpecialisationCounts& counts) {
  CoreCalls pass(program, counts);
  for (TopLevel& form : program.forms) pass.walk(form.node);
}

}  // namespace slisp::analyzer
