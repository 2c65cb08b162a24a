// registrations.cpp: see registrations.hpp.
#include "src/analyzer/registrations.hpp"
#include "src/analyzer/annotate/children.hpp"
#include <string_view>

namespace slisp::analyzer {
namespace {

// Functions of clojure.core that change what is known about a var's value.
constexpr std::string_view k_registering[] = {"prefer-method", "remove-method", "remove-all-methods", "extend", "alter-var-root",
                                              "alter-meta!", "reset-meta!", "add-watch"};

bool is_registering(std::string_view name) {
  for (std::string_view candidate : k_registering) {
    if (candidate == name) return true;
  }
  return false;
}

}  // namespace

const VarInfo* called_core_var(const Node* node) {
  auto* invoke = as<InvokeNode>(node);
  auto* callee = invoke ? as<VarRefNode>(invoke->callee) : nullptr;
  return callee != nullptr && callee->var->ns == "clojure.core" ? callee->var : nullptr;
}

bool is_registration(const Node* node, std::vector<VarInfo*>& targets) {
  const std::vector<Node*>* arguments = nullptr;
  if (auto* call = as<RuntimeCallNode>(node)) {
    std::string_view name = abi::runtime_function(call->function).name;
    const bool registers = (name.starts_with("multifn_") && name != "multifn_new") || name == "protocol_extend";
    if (!registers) return false;
    arguments = &call->arguments;
  } else if (const VarInfo* function = called_core_var(node)) {
    if (!is_registering(function->name)) return false;
    arguments = &as<InvokeNode>(node)->arguments;
  } else {
    return false;
  }
  for (const Node* argument : *arguments) {
    if (auto* reference = as<VarRefNode>(argument)) targets.push_back(reference->var);
    if (auto* reference = as<TheVarNode>(argument)) targets.push_back(reference->var);
  }
  return true;
}

void find_registrations(Node* node, std::vector<VarInfo*>& targets) {
  if (is_registration(node, targets)) return;
  if (node->kind == NodeKind::Fn || node->kind == NodeKind::Invoke || node->kind == NodeKind::RuntimeCall) return;
  for_each_child(node, [&](Node*& child) { find_registrations(child, targets); });
}

}  // namespace slisp::analyzer
