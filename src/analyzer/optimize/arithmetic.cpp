// arithmetic.cpp: + - * and / with more than two arguments become operations on two.
// In:   the expanded tree; VarInfo::open set.
// Out:  (+ a b c) is (rt/add (rt/add a b) c), as Clojure compiles it.
// Keeps: all arguments are evaluated before anything is added, as in a call: what is no constant or local gets a name first.
#include "src/analyzer/annotate/children.hpp"
#include "src/analyzer/optimize/optimize.hpp"

namespace slisp::analyzer {
namespace {

using abi::RuntimeFunctionId;

RuntimeFunctionId operation(const VarInfo& var) {
  if (var.open || !var.from_library || var.ns != "clojure.core") return RuntimeFunctionId::k_count;
  if (var.name == "+") return RuntimeFunctionId::add;
  if (var.name == "-") return RuntimeFunctionId::subtract;
  if (var.name == "*") return RuntimeFunctionId::multiply;
  if (var.name == "/") return RuntimeFunctionId::divide;
  if (var.name == "+'") return RuntimeFunctionId::add_promoting;
  if (var.name == "-'") return RuntimeFunctionId::subtract_promoting;
  if (var.name == "*'") return RuntimeFunctionId::multiply_promoting;
  return RuntimeFunctionId::k_count;
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
    RuntimeFunctionId f = operation(*ref->var);
    if (f != RuntimeFunctionId::k_count) node = fold(call, f);
  }

 private:
  static constexpr std::size_t k_most = 16;

  Node* fold(InvokeNode* call, RuntimeFunctionId f) {
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
    Node* sum = call->arguments[0];
    for (std::size_t i = 1; i < call->arguments.size(); ++i) {
      auto* step = arena_.make<RuntimeCallNode>(call->span, f);
      step->arguments = {sum, call->arguments[i]};
      sum = step;
    }
    if (let->bindings.empty()) return sum;
    let->body = sum;
    return let;
  }

  Arena& arena_;
  FnMethod* method_ = nullptr;
};

}  // namespace

void fold_arithmetic(Program& program) {
  for (TopLevel& form : program.forms) Folder(program.arena).walk(form.node);
}

}  // namespace slisp::analyzer
