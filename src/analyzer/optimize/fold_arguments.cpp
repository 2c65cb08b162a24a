// fold_arguments.cpp: calls with many arguments of functions that work on two at a time.
// In:   the expanded tree; VarInfo::open set.
// Out:  (assoc m k v l w) is (rt/assoc (rt/assoc m k v) l w), as Clojure's function computes it; (< a b c) is (if (rt/less a b) (rt/less b c) false).
// Keeps: all arguments are evaluated before anything is computed, as in a call: what is no constant or local gets a name first.
#include "src/analyzer/annotate/children.hpp"
#include "src/analyzer/optimize/optimize.hpp"

namespace slisp::analyzer {
namespace {

using abi::RuntimeFunctionId;

struct Operation {
  std::string_view name;                 // in clojure.core
  RuntimeFunctionId function;
  enum { Reduce, Chain } shape;          // a result goes on as first operand; neighbours are compared until one says no
  std::size_t step;                      // arguments that each call takes besides the result so far
};
using enum RuntimeFunctionId;
constexpr Operation k_operations[] = {
    {"conj", conj, Operation::Reduce, 1},
    {"dissoc", dissoc, Operation::Reduce, 1},
    {"assoc", assoc, Operation::Reduce, 2},
    {"assoc!", assoc_transient, Operation::Reduce, 2},
    {"<", less, Operation::Chain, 1},
    {"<=", less_equal, Operation::Chain, 1},
    {">", greater, Operation::Chain, 1},
    {">=", greater_equal, Operation::Chain, 1},
    {"==", numeric_equal, Operation::Chain, 1},
    {"=", equal, Operation::Chain, 1},
};

const Operation* operation(const VarInfo& var) {
  if (var.open || !var.from_library || var.ns != "clojure.core") return nullptr;
  for (const Operation& known : k_operations)
    if (var.name == known.name) return &known;
  return nullptr;
}

bool simple(const Node* node) { return node->kind == NodeKind::Const || node->kind == NodeKind::LocalRef; }

class Folder {
 public:
  explicit Folder(Arena& arena) : arena_(arena) {}

  void walk(Node*& node) {
    if (auto* fn = as<FnNode>(node)) {
      FnMethod* outer = method_;
      if (fn->metadata) walk(fn->metadata);
      for (auto& method : fn->methods) {
        method_ = method.get();
        walk(method->body);
      }
      method_ = outer;
      return;
    }
    for_each_child(node, [&](Node*& child) { walk(child); });
    auto* call = as<InvokeNode>(node);
    if (!call || call->arguments.size() < 3 || call->arguments.size() > k_most) return;
    auto* ref = as<VarRefNode>(call->callee);
    if (!ref) return;
    const Operation* found = operation(*ref->var);
    if (found && (call->arguments.size() - 1) % found->step == 0) node = fold(call, *found);
  }

 private:
  static constexpr std::size_t k_most = 16;

  Node* fold(InvokeNode* call, const Operation& operation) {
    auto* let = arena_.make<LetNode>(call->span);
    for (Node*& argument : call->arguments) {
      if (simple(argument)) continue;
      Local* local = arena_.local();
      local->kind = LocalKind::Temporary;
      local->span = argument->span;
      local->owner = method_;
      let->bindings.push_back({local, argument});
      argument = arena_.make<LocalRefNode>(argument->span, local);
    }
    Node* folded = operation.shape == Operation::Reduce ? reduce(call, operation) : chain(call, operation);
    if (let->bindings.empty()) return folded;
    let->body = folded;
    return let;
  }

  Node* reduce(InvokeNode* call, const Operation& operation) {
    Node* result = call->arguments[0];
    for (std::size_t i = 1; i < call->arguments.size(); i += operation.step) {
      auto* step = arena_.make<RuntimeCallNode>(call->span, operation.function);
      step->arguments = {result};
      for (std::size_t k = 0; k < operation.step; ++k) step->arguments.push_back(call->arguments[i + k]);
      result = step;
    }
    return result;
  }

  // From the last pair to the first.
  Node* chain(InvokeNode* call, const Operation& operation) {
    Node* result = nullptr;
    for (std::size_t i = call->arguments.size() - 1; i > 0; --i) {
      auto* compare = arena_.make<RuntimeCallNode>(call->span, operation.function);
      compare->arguments = {again(call->arguments[i - 1]), call->arguments[i]};
      result = result ? arena_.make<IfNode>(call->span, compare, result, arena_.make<ConstNode>(call->span, rt::Owned::adopt(abi::k_false))) : static_cast<Node*>(compare);
    }
    return result;
  }
  // Another mention of a constant or local.
  Node* again(Node* node) {
    if (auto* ref = as<LocalRefNode>(node)) return arena_.make<LocalRefNode>(node->span, ref->local);
    return arena_.make<ConstNode>(node->span, rt::Owned::copy(static_cast<ConstNode*>(node)->value));
  }

  Arena& arena_;
  FnMethod* method_ = nullptr;
};

}  // namespace

void fold_arguments(Program& program) {
  for (TopLevel& form : program.forms) Folder(program.arena).walk(form.node);
}

}  // namespace slisp::analyzer
