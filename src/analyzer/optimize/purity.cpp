// purity.cpp: which functions have no effect.
// Keeps: a function counts as pure only if that is certain: it works on numbers and immediate values with functions of this list, of the
//   runtime's pure rows, and of the program if they are pure. Whatever may call a method of a user's type, or make a lazy seq go on, does not.
// Idea: one walk over a body; functions of the program are remembered, and taken as pure while they are being looked at, so that
//   recursion is no harm.
#include "src/analyzer/optimize/purity.hpp"
#include "src/analyzer/annotate/children.hpp"
#include <algorithm>
#include <array>

namespace slisp::analyzer {
namespace {

using Rt = abi::RuntimeFunctionId;

// Of clojure.core, on any number of arguments. Sorted.
constexpr std::array k_pure = std::to_array<std::string_view>({
    "*", "*'", "+", "+'", "-", "-'", "/", "<", "<=", "==", ">", ">=", "NaN?", "abs", "bit-and", "bit-and-not", "bit-not", "bit-or",
    "bit-shift-left", "bit-shift-right", "bit-xor", "boolean", "boolean?", "char?", "dec", "dec'", "double", "double?", "even?", "ex-info",
    "false?", "float?", "identity", "inc", "inc'", "int", "int?", "integer?", "keyword?", "list", "long", "map?", "max", "min", "mod",
    "nat-int?", "neg-int?", "neg?", "nil?", "not", "number?", "odd?", "pos-int?", "pos?", "quot", "rem", "set?", "some?", "string?",
    "symbol?", "true?", "unchecked-add", "unchecked-dec", "unchecked-inc", "unchecked-multiply", "unchecked-subtract",
    "unsigned-bit-shift-right", "vector", "vector?", "zero?"});
// Of one argument, and never throwing. Sorted.
constexpr std::array k_silent = std::to_array<std::string_view>(
    {"boolean", "boolean?", "char?", "double?", "false?", "float?", "identity", "int?", "integer?", "keyword?", "map?", "nil?", "not", "number?",
     "set?", "some?", "string?", "symbol?", "true?", "vector?"});

template <std::size_t N> bool among(const std::array<std::string_view, N>& names, const VarInfo& var) {
  return !var.open && var.from_library && var.ns == "clojure.core" && std::binary_search(names.begin(), names.end(), std::string_view(var.name));
}

// Equal to nothing but itself, so that = asks no method.
bool scalar(const Node* node) {
  auto* constant = as<ConstNode>(node);
  if (constant == nullptr) return false;
  const rt::Owned& value = constant->value;
  return !rt::is_pointer(value.word()) || value.is(rt::Kind::Keyword) || value.is(rt::Kind::String) || value.is(rt::Kind::Double);
}

// Its hash is in it: to look it up asks no method of its own.
bool is_keyword(const Node* node) {
  auto* constant = as<ConstNode>(node);
  return constant != nullptr && constant->value.is(rt::Kind::Keyword);
}

}  // namespace

Purity::Purity(const Program& program) : own_lookups_(program.member_names == nullptr || program.member_names->count("valAt") != 0) {}

bool Purity::pure(const Callee& callee) {
  switch (callee.kind) {
    case Callee::Kind::Literal: return pure_function(*static_cast<FnNode*>(callee.node));
    case Callee::Kind::Var: return pure_var(*static_cast<VarRefNode*>(callee.node)->var);
    case Callee::Kind::Keyword: return !own_lookups_;
    case Callee::Kind::Value: return false;
    case Callee::Kind::Composed:
    case Callee::Kind::Partial:
    case Callee::Kind::Complement: return std::all_of(callee.parts.begin(), callee.parts.end(), [&](const Callee& part) { return pure(part); });
  }
  return false;
}

bool Purity::pure_function(FnNode& fn) {
  return std::all_of(fn.methods.begin(), fn.methods.end(), [&](auto& method) { return pure_node(method->body); });
}

bool Purity::pure_var(VarInfo& var) {
  if (var.open) return false;
  if (var.from_library) return among(k_pure, var);
  auto [at, is_new] = known_.try_emplace(&var, true);
  if (!is_new) return at->second;
  bool pure = false;
  if (var.is_function && var.definitions.size() == 1 && var.definitions[0]->init != nullptr)
    if (auto* fn = as<FnNode>(var.definitions[0]->init)) pure = pure_function(*fn);
  return known_[&var] = pure;
}

bool Purity::pure_call(InvokeNode* call) {
  for (Node* argument : call->arguments)
    if (!pure_node(argument)) return false;
  if (is_keyword(call->callee)) return !own_lookups_ && call->arguments.size() <= 2;
  auto* ref = as<VarRefNode>(call->callee);
  if (ref == nullptr) return false;
  if (is_core(*ref->var, "get") && call->arguments.size() >= 2 && is_keyword(call->arguments[1])) return !own_lookups_;
  if ((is_core(*ref->var, "=") || is_core(*ref->var, "not=")) && call->arguments.size() == 2) return scalar(call->arguments[0]) || scalar(call->arguments[1]);
  return pure_var(*ref->var);
}

bool Purity::pure_node(Node* node) {
  switch (node->kind) {
    case NodeKind::Const:
    case NodeKind::LocalRef: return true;
    case NodeKind::VarRef: return !static_cast<VarRefNode*>(node)->var->open;
    case NodeKind::Fn: return static_cast<FnNode*>(node)->metadata == nullptr;      // to make a function has no effect
    case NodeKind::Invoke: return pure_call(static_cast<InvokeNode*>(node));
    case NodeKind::RuntimeCall: {
      auto* call = static_cast<RuntimeCallNode*>(node);
      if (call->function == Rt::equal && !scalar(call->arguments[0]) && !scalar(call->arguments[1])) return false;
      const bool lookup = call->function == Rt::get || call->function == Rt::get_default;
      if (lookup && (own_lookups_ || !is_keyword(call->arguments[1]))) return false;
      if (!lookup && call->function != Rt::equal && call->function != Rt::identical_p && !abi::runtime_function(call->function).pure) return false;
      break;
    }
    case NodeKind::If:
    case NodeKind::Do:
    case NodeKind::Let:
    case NodeKind::Loop:
    case NodeKind::Recur:
    case NodeKind::VectorLiteral:
    case NodeKind::Throw: break;
    case NodeKind::Case:
      for (auto& clause : static_cast<CaseNode*>(node)->clauses)
        for (auto& constant : clause.constants)
          if (rt::is_pointer(constant.word()) && !constant.is(rt::Kind::Keyword)) return false;
      break;
    case NodeKind::TheVar:
    case NodeKind::LetFn:
    case NodeKind::MapLiteral:
    case NodeKind::SetLiteral:
    case NodeKind::Def:
    case NodeKind::SetVar:
    case NodeKind::Try:
    case NodeKind::Type: return false;
  }
  bool pure = true;
  for_each_child(node, [&](Node*& child) { pure = pure && pure_node(child); });
  return pure;
}

bool Purity::silent(const Callee& callee) {
  switch (callee.kind) {
    case Callee::Kind::Literal: {
      auto* fn = static_cast<FnNode*>(callee.node);
      return std::all_of(fn->methods.begin(), fn->methods.end(), [](auto& method) { return silent_node(method->body); });
    }
    case Callee::Kind::Var: return among(k_silent, *static_cast<VarRefNode*>(callee.node)->var);
    case Callee::Kind::Keyword:
    case Callee::Kind::Value:
    case Callee::Kind::Partial: return false;
    case Callee::Kind::Composed:
    case Callee::Kind::Complement: return std::all_of(callee.parts.begin(), callee.parts.end(), [](const Callee& part) { return silent(part); });
  }
  return false;
}

bool Purity::silent_node(Node* node) {
  switch (node->kind) {
    case NodeKind::Const:
    case NodeKind::LocalRef: return true;
    case NodeKind::Fn: return static_cast<FnNode*>(node)->metadata == nullptr;
    case NodeKind::Invoke: {
      auto* call = static_cast<InvokeNode*>(node);
      auto* ref = as<VarRefNode>(call->callee);
      return ref != nullptr && among(k_silent, *ref->var) && call->arguments.size() == 1 && silent_node(call->arguments[0]);
    }
    case NodeKind::RuntimeCall: {
      const abi::RuntimeFunction& row = abi::runtime_function(static_cast<RuntimeCallNode*>(node)->function);
      if (!row.pure || row.may_throw) return false;
      for (unsigned i = 0; i < row.parameter_count; ++i)     // unboxing may throw
        if (row.parameters[i] == abi::ParameterMode::I64 || row.parameters[i] == abi::ParameterMode::F64) return false;
      break;
    }
    case NodeKind::If:
    case NodeKind::Do:
    case NodeKind::Let:
    case NodeKind::VectorLiteral: break;
    default: return false;
  }
  bool silent = true;
  for_each_child(node, [&](Node*& child) { silent = silent && silent_node(child); });
  return silent;
}

}  // namespace slisp::analyzer
