// scalar_replacement.cpp: maps and vectors that only their own function looks at are not made.
// In:   A-normal form.
// Out:  (let [m {:a x :b y} p (assoc m :c z)] ... (:a m) ... (count p) ... (= m n)) uses x, 3 and comparisons of items in their places, and the
//       bindings of m and p are gone. Where a collection is seen by anything else, it is made as before and its looks stay as they are: items that
//       live in a unique collection alone move out of it and are changed in place, which further names for them would prevent.
// Keeps: values. What is looked up has keys that are keywords or no objects, all of them known, so no look runs code or throws; items are locals
//        and constants, which do not change. An assoc to what is not made becomes a literal, if its result is seen.
// Idea: scalar replacement of aggregates. Candidates are locals bound to literals, to assoc of candidates, and other names of them (the look at an
//       item that is itself a candidate is one). A candidate escapes by any use but those above; so do the items of one that escapes.
#include "src/analyzer/annotate/annotate.hpp"
#include "src/analyzer/annotate/children.hpp"
#include <optional>
#include <unordered_map>

namespace slisp::analyzer {
namespace {

using Rt = abi::RuntimeFunctionId;
using rt::Word;

constexpr std::size_t k_most_entries = 8;      // as an array map has
constexpr std::size_t k_most_comparisons = 16; // that take the place of one =

struct Shape {
  NodeKind kind = NodeKind::MapLiteral;
  std::vector<Word> keys;                      // of vectors: the indices
  std::vector<Node*> key_nodes, items;
};
struct Candidate {
  Shape shape;
  Local* same_as = nullptr;                    // another name of that one
  Local* base = nullptr;                       // assoc to that one made it
  bool escapes = false;
  std::vector<Local*> takes_along;             // escape when this one does
};

Local* local_of(const Node* node) { return node->kind == NodeKind::LocalRef ? static_cast<const LocalRefNode*>(node)->local : nullptr; }
bool is_item(const Node* node) {
  if (const Local* local = local_of(node)) return local->kind != LocalKind::Field;
  return node->kind == NodeKind::Const;
}
// A key that is equal to itself alone, or 0.
Word plain_key(const Node* node) {
  if (node->kind != NodeKind::Const) return 0;
  const rt::Owned& value = static_cast<const ConstNode*>(node)->value;
  return !rt::is_pointer(value.word()) || value.is(rt::Kind::Keyword) ? value.word() : 0;
}
std::optional<std::size_t> index_of(const Shape& shape, Word key) {
  for (std::size_t i = 0; i < shape.keys.size(); ++i)
    if (shape.keys[i] == key) return i;
  return std::nullopt;
}

class Replacer {
 public:
  Replacer(Arena& arena, ReplacementCounts& counts) : arena_(arena), counts_(counts) {}

  void run(Node*& root) {
    collect(root);
    if (candidates_.empty()) return;
    judge(root);
    rewrite(root);
  }

 private:
  // ---- candidates, in the order of their bindings
  Local* root_of(Local* local) const {
    for (auto found = candidates_.find(local); found != candidates_.end(); found = candidates_.find(local)) {
      if (found->second.same_as == nullptr) return local;
      local = found->second.same_as;
    }
    return nullptr;
  }
  Local* root_of(const Node* node) const {
    Local* local = local_of(node);
    return local ? root_of(local) : nullptr;
  }
  Candidate& candidate(Local* root) { return candidates_.find(root)->second; }
  const Candidate& candidate(Local* root) const { return candidates_.find(root)->second; }
  // What is not to be made, or null.
  Local* replaced(const Node* node) const {
    Local* root = root_of(node);
    return root && !candidate(root).escapes ? root : nullptr;
  }

  void collect(Node*& node) {
    for_each_child(node, [this, node](Node*& child) {
      collect(child);
      if (node->kind != NodeKind::Let) return;
      for (Binding& b : static_cast<LetNode*>(node)->bindings)
        if (&b.init == &child) consider(b);
    });
  }

  void consider(Binding& b) {
    if (b.local->kind != LocalKind::Let && b.local->kind != LocalKind::Temporary) return;
    // Destructuring asks whether it was given a seq of keys and values.
    if (auto* choice = as<IfNode>(b.init))
      if (auto* test = as<RuntimeCallNode>(choice->test); test && test->function == Rt::seq_p && root_of(test->arguments[0])) b.init = choice->otherwise;
    Candidate made;
    if (Local* same = name_of(b.init)) made.same_as = same;
    else if (!literal(b.init, made.shape) && !extended(b.init, made)) return;
    candidates_.emplace(b.local, std::move(made));
  }

  // The candidate for which this expression is another name, or null.
  Local* name_of(Node* init) const {
    if (Local* root = root_of(init)) return root;
    const Node* item = looked_up(init);
    return item ? root_of(item) : nullptr;
  }

  static bool literal(Node* init, Shape& shape) {
    shape.kind = init->kind;
    if (init->kind == NodeKind::VectorLiteral) {
      shape.items = static_cast<CollectionNode*>(init)->items;
      for (std::size_t i = 0; i < shape.items.size(); ++i) shape.keys.push_back(rt::from_fixnum(static_cast<std::int64_t>(i)));
    } else if (init->kind == NodeKind::MapLiteral) {
      const std::vector<Node*>& items = static_cast<CollectionNode*>(init)->items;
      for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
        const Word key = plain_key(items[i]);
        if (key == 0 || index_of(shape, key)) return false;
        shape.keys.push_back(key);
        shape.key_nodes.push_back(items[i]);
        shape.items.push_back(items[i + 1]);
      }
    } else {
      return false;
    }
    if (shape.items.empty() || shape.items.size() > k_most_entries) return false;
    for (const Node* item : shape.items)
      if (!is_item(item)) return false;
    return true;
  }

  bool extended(Node* init, Candidate& made) const {
    auto* call = as<RuntimeCallNode>(init);
    if (!call || call->function != Rt::assoc) return false;
    made.base = root_of(call->arguments[0]);
    const Word key = plain_key(call->arguments[1]);
    if (!made.base || key == 0 || !is_item(call->arguments[2])) return false;
    made.shape = candidate(made.base).shape;
    if (auto i = index_of(made.shape, key)) {
      made.shape.items[*i] = call->arguments[2];
      return true;
    }
    if (made.shape.kind != NodeKind::MapLiteral || made.shape.items.size() == k_most_entries) return false;
    made.shape.keys.push_back(key);
    made.shape.key_nodes.push_back(call->arguments[1]);
    made.shape.items.push_back(call->arguments[2]);
    return true;
  }

  // ---- looks
  // The item or default that this look at a candidate finds; null: it is no such look. nil for nothing is made by the caller.
  const Node* looked_up(const Node* node, bool* nothing = nullptr) const {
    const auto* call = as<RuntimeCallNode>(node);
    if (!call || call->arguments.size() < 2) return nullptr;
    const Rt f = call->function;
    const bool by_index = f == Rt::nth || f == Rt::nth_default || f == Rt::vector_nth;
    if (!by_index && f != Rt::get && f != Rt::get_default) return nullptr;
    Local* root = root_of(call->arguments[0]);
    if (!root) return nullptr;
    const Shape& shape = candidate(root).shape;
    const Word key = plain_key(call->arguments[1]);
    if (key == 0 || (by_index && (shape.kind != NodeKind::VectorLiteral || !rt::is_fixnum(key)))) return nullptr;
    if (auto i = index_of(shape, key)) return shape.items[*i];
    if (f == Rt::get_default || f == Rt::nth_default) return is_item(call->arguments[2]) ? call->arguments[2] : nullptr;
    if (f == Rt::get && nothing) *nothing = true;
    return nullptr;
  }
  bool is_look(const Node* node) const {
    bool nothing = false;
    if (looked_up(node, &nothing) || nothing) return true;
    const auto* call = as<RuntimeCallNode>(node);
    if (!call || call->arguments.empty() || !root_of(call->arguments[0])) return false;
    return call->function == Rt::count || (call->function == Rt::contains_p && plain_key(call->arguments[1]) != 0);
  }

  // ---- who escapes
  void escape(Local* root) {
    std::vector<Local*> all{root};
    while (!all.empty()) {
      Candidate& c = candidate(all.back());
      all.pop_back();
      if (c.escapes) continue;
      c.escapes = true;
      all.insert(all.end(), c.takes_along.begin(), c.takes_along.end());
    }
  }
  void escape(const Node* node) {
    if (Local* root = root_of(node)) escape(root);
  }
  void link(Local* from, Local* to) {
    candidate(from).takes_along.push_back(to);
    if (candidate(from).escapes) escape(to);
  }
  void holds(Local* holder) {
    for (const Node* item : candidate(holder).shape.items)
      if (Local* root = root_of(item)) link(holder, root);
  }

  // Comparisons that take the place of that of two candidates; too many: more than k_most_comparisons.
  std::size_t comparisons(Local* a, Local* b) const {
    const Shape &x = candidate(a).shape, &y = candidate(b).shape;
    if (x.kind != y.kind) return k_most_comparisons + 1;
    if (x.keys.size() != y.keys.size()) return 0;
    std::size_t sum = 0;
    for (std::size_t i = 0; i < x.keys.size() && sum <= k_most_comparisons; ++i) {
      const auto j = index_of(y, x.keys[i]);
      if (!j) return 0;
      Local *p = root_of(x.items[i]), *q = root_of(y.items[*j]);
      sum += p && q ? comparisons(p, q) : 1;
    }
    return sum;
  }
  bool keys_agree(const Shape& x, const Shape& y) const {
    if (x.keys.size() != y.keys.size()) return false;
    for (Word key : x.keys)
      if (!index_of(y, key)) return false;
    return true;
  }
  void compare(Local* a, Local* b) {
    link(a, b);
    link(b, a);
    const Shape x = candidate(a).shape, y = candidate(b).shape;
    if (!keys_agree(x, y)) return;
    for (std::size_t i = 0; i < x.keys.size(); ++i) {
      Local *p = root_of(x.items[i]), *q = root_of(y.items[*index_of(y, x.keys[i])]);
      if (p && q) compare(p, q);
      else if (p || q) escape(p ? p : q);
    }
  }

  // Every use of a candidate, with where it stands. `bound`: the candidate whose binding this is the init of, or null.
  void judge(Node* node, Local* bound = nullptr) {
    if (auto* n = as<LetNode>(node)) {
      for (Binding& b : n->bindings) judge(b.init, candidates_.count(b.local) ? b.local : nullptr);
      return judge(n->body);
    }
    if (local_of(node)) {
      if (!bound) escape(node);
      return;
    }
    if (auto* call = as<RuntimeCallNode>(node)) {
      if (is_look(call)) {
        for (std::size_t i = 1; i < call->arguments.size(); ++i) escape(call->arguments[i]);
        if (const Node* item = looked_up(call); item && !bound) escape(item);
        return;
      }
      if (call->function == Rt::equal) {
        Local *a = root_of(call->arguments[0]), *b = root_of(call->arguments[1]);
        if (a && b && comparisons(a, b) <= k_most_comparisons) return compare(a, b);
      }
      if (bound && candidate(bound).base) return holds(bound);
    }
    if (bound && as_collection(node)) return holds(bound);
    for_each_child(node, [this](Node*& child) { judge(child); });
  }

  // ---- the new tree
  template <class T, class... A> T* make(const Node* like, A&&... arguments) {
    T* node = arena_.make<T>(like->span, std::forward<A>(arguments)...);
    node->inlined = like->inlined;
    return node;
  }
  Node* constant(const Node* like, Word word) { return make<ConstNode>(like, rt::Owned::adopt(word)); }
  Node* again(const Node* like, const Node* item) {
    if (Local* local = local_of(item)) {
      if (local->owner != method_) local->captured = true;
      return make<LocalRefNode>(like, local);
    }
    return make<ConstNode>(like, rt::Owned::copy(static_cast<const ConstNode*>(item)->value));
  }

  // (if (= x1 y1) (if (= x2 y2) true false) false)
  Node* comparison(const Node* like, const Node* a, const Node* b, Node* then) {
    Local *p = replaced(a), *q = replaced(b);
    if (p && p == q) return then;
    if (p && q) {
      const Shape &x = candidate(p).shape, &y = candidate(q).shape;
      if (!keys_agree(x, y)) return constant(like, abi::k_false);
      for (std::size_t i = x.keys.size(); i-- > 0;) then = comparison(like, x.items[i], y.items[*index_of(y, x.keys[i])], then);
      return then;
    }
    if (const Word x = plain_key(a), y = plain_key(b); x != 0 && y != 0) return x == y ? then : constant(like, abi::k_false);
    auto* call = make<RuntimeCallNode>(like, Rt::equal);
    call->arguments = {again(like, a), again(like, b)};
    if (auto* last = as<ConstNode>(then); last && last->value.word() == abi::k_true) return call;
    return make<IfNode>(like, call, then, constant(like, abi::k_false));
  }

  // What stands for an expression that looks at what is not made; null: it stays.
  Node* instead_of(Node* node) {
    auto* call = as<RuntimeCallNode>(node);
    if (!call || call->arguments.empty() || !replaced(call->arguments[0])) return nullptr;
    if (call->function == Rt::equal) return comparison(node, call->arguments[0], call->arguments[1], constant(node, abi::k_true));
    if (!is_look(node)) return nullptr;
    const Shape& shape = candidate(root_of(call->arguments[0])).shape;
    ++counts_.looks;
    if (call->function == Rt::count) return constant(node, rt::from_fixnum(static_cast<std::int64_t>(shape.keys.size())));
    if (call->function == Rt::contains_p) return constant(node, index_of(shape, plain_key(call->arguments[1])) ? abi::k_true : abi::k_false);
    const Node* item = looked_up(node);
    return item ? again(node, item) : constant(node, abi::k_nil);
  }

  Node* literal_of(const Node* like, const Shape& shape) {
    auto* made = make_collection(shape.kind, like);
    for (std::size_t i = 0; i < shape.items.size(); ++i) {
      if (shape.kind == NodeKind::MapLiteral) made->items.push_back(again(like, shape.key_nodes[i]));
      made->items.push_back(again(like, shape.items[i]));
    }
    return made;
  }
  CollectionNode* make_collection(NodeKind kind, const Node* like) {
    auto* made = arena_.make<CollectionNode>(kind, like->span);
    made->inlined = like->inlined;
    return made;
  }

  void rewrite(Node*& place) {
    if (auto* fn = as<FnNode>(place)) {
      for (auto& method : fn->methods) {
        FnMethod* before = std::exchange(method_, method.get());
        rewrite(method->body);
        method_ = before;
      }
      return;
    }
    if (auto* n = as<LetNode>(place)) return rewrite_let(n, place);
    if (auto* n = as<IfNode>(place)) {
      if (Node* test = instead_of(n->test)) test_by(place, n, test);
      else rewrite(n->test);
      rewrite(n->then);
      return rewrite(n->otherwise);
    }
    if (Node* other = instead_of(place)) {
      place = other;
      return;
    }
    for_each_child(place, [this](Node*& child) { rewrite(child); });
  }

  // A test is simple or a runtime call: a longer one is bound before it.
  void test_by(Node*& place, IfNode* n, Node* test) {
    if (test->kind != NodeKind::If) {
      n->test = test;
      return;
    }
    Local* answer = arena_.local();
    answer->kind = LocalKind::Temporary;
    answer->span = test->span;
    answer->owner = method_;
    auto* let = make<LetNode>(n);
    let->bindings.push_back({answer, test});
    n->test = make<LocalRefNode>(test, answer);
    let->body = n;
    place = let;
  }

  void rewrite_let(LetNode* n, Node*& place) {
    std::vector<Binding> kept;
    for (Binding& b : n->bindings) {
      auto found = candidates_.find(b.local);
      Local* root = found == candidates_.end() ? nullptr : root_of(b.local);
      if (root && !candidate(root).escapes) {
        counts_.collections += root == b.local;
        continue;
      }
      if (root == b.local && root && candidate(root).base && !candidate(candidate(root).base).escapes)
        b.init = literal_of(b.init, candidate(root).shape);
      else
        rewrite(b.init);
      kept.push_back(b);
    }
    n->bindings = std::move(kept);
    rewrite(n->body);
    if (n->bindings.empty()) place = n->body;
  }

  Arena& arena_;
  ReplacementCounts& counts_;
  FnMethod* method_ = nullptr;
  std::unordered_map<Local*, Candidate> candidates_;
};

}  // namespace

void replace_collections(Program& program, ReplacementCounts& counts) {
  for (TopLevel& form : program.forms) Replacer(program.arena, counts).run(form.node);
}

}  // namespace slisp::analyzer
