// reachability.cpp: what is not offered is an error only where the running program can come to it.
// In:   an expanded program, whole or with the forms missing that had errors; each ThrowNode with a refusal stands for such a place.
// Out:  the refusals in code that can be reached, as errors.
// Keeps: what is not told of throws when it is reached after all: by a name that is computed, or from a test (functions in metadata are
//        clojure.test's, which reports what they throw).
// Idea: top-level forms run, so they are roots, but for definitions of functions (also as what a call makes) and registrations of methods:
//       these count once their var is mentioned by code that counts. A branch that asks for an instance of a class that has none does not.
#include "src/analyzer/annotate/children.hpp"
#include "src/analyzer/environment.hpp"
#include "src/analyzer/optimize/optimize.hpp"
#include "src/analyzer/registrations.hpp"
#include "src/reader/diagnostics.hpp"
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace slisp::analyzer {
namespace {

// Does evaluating the node make functions and collections and nothing else? What these functions do is not done yet.
bool only_makes(Node* node, unsigned depth) {
  constexpr unsigned k_deepest = 8;
  static constexpr std::string_view k_makers[] = {"partial", "comp", "complement", "constantly", "memoize", "fnil", "juxt", "every-pred", "some-fn",
                                                  "atom", "vector", "list", "hash-map", "array-map", "hash-set", "identity"};
  if (node == nullptr || depth == k_deepest) return false;
  auto all = [&](const std::vector<Node*>& nodes) {
    for (Node* each : nodes)
      if (!only_makes(each, depth + 1)) return false;
    return true;
  };
  switch (node->kind) {
    case NodeKind::Const: case NodeKind::VarRef: case NodeKind::TheVar: case NodeKind::LocalRef: case NodeKind::Fn: return true;
    case NodeKind::VectorLiteral: case NodeKind::MapLiteral: case NodeKind::SetLiteral: return all(static_cast<CollectionNode*>(node)->items);
    case NodeKind::RuntimeCall: {
      auto* call = as<RuntimeCallNode>(node);
      return call->function == abi::RuntimeFunctionId::multifn_new && all(call->arguments);
    }
    case NodeKind::Let: {
      auto* let = as<LetNode>(node);
      for (const Binding& binding : let->bindings)
        if (!only_makes(binding.init, depth + 1)) return false;
      return only_makes(let->body, depth + 1);
    }
    case NodeKind::Do: return all(as<DoNode>(node)->body);
    case NodeKind::Invoke: {
      auto* call = as<InvokeNode>(node);
      auto* callee = as<VarRefNode>(call->callee);
      if (callee == nullptr || !all(call->arguments)) return false;
      if (callee->var->ns == "clojure.core")
        return std::find(std::begin(k_makers), std::end(k_makers), callee->var->name) != std::end(k_makers);
      // A function of the program that makes another one.
      if (callee->var->definitions.size() != 1) return false;
      auto* fn = as<FnNode>(callee->var->definitions[0]->init);
      if (fn == nullptr) return false;
      for (const auto& method : fn->methods)
        if (!only_makes(method->body, depth + 1)) return false;
      return true;
    }
    default: return false;
  }
}

bool needs_evaluator(const VarInfo& var) {
  return runs_text_or_form(var) || (var.ns == "clojure.core" && (var.name == "macroexpand" || var.name == "macroexpand-1"));
}

class Walk {
 public:
  Walk(Program& program, const Environment& environment, reader::Diagnostics& diagnostics, bool with_eval)
      : program_(program), environment_(environment), diagnostics_(diagnostics), with_eval_(with_eval) {}

  void run() {
    for (TopLevel& form : program_.forms) top_level(form.node);
    if (program_.main != nullptr) mention(program_.main);
    while (!roots_.empty()) {
      Node* next = roots_.back();
      roots_.pop_back();
      visit(next);
    }
  }

 private:
  void top_level(Node* node) {
    if (auto* block = as<DoNode>(node)) {
      for (Node* child : block->body) top_level(child);
      return;
    }
    if (auto* def = as<DefNode>(node)) {
      if (def->init == nullptr) return;
      if (def->var->macro || only_makes(def->init, 0)) {
        waiting_[def->var].push_back(def->init);
      } else {
        roots_.push_back(def->init);
      }
      return;
    }
    // Methods of a type count once something mentions the type: its constructor does.
    if (auto* type = as<TypeNode>(node)) {
      for (FnNode* method : type->methods) methods_[type->type.word()].push_back(method);
      return;
    }
    std::vector<VarInfo*> targets;
    find_registrations(node, targets);
    bool wait = !targets.empty();
    for (VarInfo* target : targets) wait = wait && !target->from_library;
    if (!wait) {
      roots_.push_back(node);
      return;
    }
    for (VarInfo* target : targets) waiting_[target].push_back(node);
  }

  void look_at(const VarInfo* var, const Span& span) {
    if (!with_eval_ && needs_evaluator(*var)) {
      diagnostics_.error("e-eval", span, var->name + " is not offered to a running program", "an executable contains no compiler",
                         "compile it with --with-eval: the program then carries the evaluator");
    }
    mention(var);
  }

  void mention(const VarInfo* var) {
    auto found = waiting_.find(var);
    if (found == waiting_.end()) return;
    for (Node* node : found->second) roots_.push_back(node);
    waiting_.erase(found);
  }

  void visit(Node* node) {
    switch (node->kind) {
      case NodeKind::Const: {
        auto found = methods_.find(as<ConstNode>(node)->value.word());
        if (found == methods_.end()) return;
        roots_.insert(roots_.end(), found->second.begin(), found->second.end());
        methods_.erase(found);
        return;
      }
      case NodeKind::VarRef: return look_at(static_cast<VarRefNode*>(node)->var, node->span);
      case NodeKind::TheVar: return look_at(static_cast<TheVarNode*>(node)->var, node->span);
      case NodeKind::SetVar: mention(static_cast<SetVarNode*>(node)->var); break;
      case NodeKind::Throw: {
        auto* thrown = static_cast<ThrowNode*>(node);
        if (thrown->refusal == nullptr) break;
        if (told_.insert(thrown->refusal.get()).second) diagnostics_.add(*thrown->refusal);
        return;
      }
      case NodeKind::If: {
        auto* branch = static_cast<IfNode*>(node);
        visit(branch->test);
        const Known test = known(branch->test);
        if (test != Known::False) visit(branch->then);
        if (test != Known::True) visit(branch->otherwise);
        return;
      }
      case NodeKind::Let: {
        auto* let = static_cast<LetNode*>(node);
        for (Binding& binding : let->bindings) {
          visit(binding.init);
          if (const Known value = known(binding.init); value != Known::Nothing) locals_[binding.local] = value;
          if (is_instance_p(binding.init)) instance_p_.insert(binding.local);
        }
        visit(let->body);
        return;
      }
      case NodeKind::Invoke: {
        if (expands_constant(*static_cast<InvokeNode*>(node))) return;
        if (std::vector<VarInfo*> targets; is_registration(node, targets) && of_no_instance(*static_cast<InvokeNode*>(node), 0)) return;
        break;
      }
      case NodeKind::RuntimeCall: {
        // A method for, or a protocol extended to, a class without instances.
        auto* call = static_cast<RuntimeCallNode*>(node);
        const bool registers = call->function == abi::RuntimeFunctionId::multifn_add || call->function == abi::RuntimeFunctionId::protocol_extend;
        if (registers && is_stand_in(call->arguments[1])) return;
        break;
      }
      case NodeKind::Def: {
        auto* def = static_cast<DefNode*>(node);
        if (def->init != nullptr) visit(def->init);
        return;
      }
      default: break;
    }
    for_each_child(node, [&](Node*& child) { visit(child); });
  }

  // The compiler has expanded what it is given.
  static bool expands_constant(const InvokeNode& call) {
    auto* callee = as<VarRefNode>(call.callee);
    if (callee == nullptr || callee->var->ns != "clojure.core" || !callee->var->name.starts_with("macroexpand")) return false;
    for (Node* argument : call.arguments)
      if (argument->kind != NodeKind::Const) return false;
    return true;
  }

  enum class Known : std::uint8_t { Nothing, True, False };

  Known known(Node* node) const {
    switch (node->kind) {
      case NodeKind::Const: return as<ConstNode>(node)->value.truthy() ? Known::True : Known::False;
      case NodeKind::Do: return known(as<DoNode>(node)->body.back());
      case NodeKind::Let: return known(as<LetNode>(node)->body);
      case NodeKind::LocalRef: {
        auto found = locals_.find(as<LocalRefNode>(node)->local);
        return found == locals_.end() ? Known::Nothing : found->second;
      }
      case NodeKind::If: {
        auto* branch = as<IfNode>(node);
        const Known test = known(branch->test);
        if (test == Known::True) return known(branch->then);
        if (test == Known::False) return known(branch->otherwise);
        const Known then = known(branch->then);
        return then == known(branch->otherwise) ? then : Known::Nothing;
      }
      case NodeKind::Invoke: {
        auto* call = as<InvokeNode>(node);
        if (const VarInfo* core = called_core_var(node); core != nullptr && core->name == "not" && call->arguments.size() == 1) {
          const Known value = known(call->arguments[0]);
          return value == Known::Nothing ? value : value == Known::True ? Known::False : Known::True;
        }
        return is_instance_p(call->callee) && of_no_instance(*call, 0) ? Known::False : Known::Nothing;
      }
      default: return Known::Nothing;
    }
  }

  bool is_instance_p(Node* node) const {
    if (auto* reference = as<VarRefNode>(node)) return reference->var->name == "instance?" && reference->var->ns == "clojure.core";
    auto* local = as<LocalRefNode>(node);
    return local != nullptr && instance_p_.count(local->local) != 0;
  }
  bool is_stand_in(const Node* node) const {
    auto* constant = as<ConstNode>(node);
    return constant != nullptr && environment_.is_stand_in(constant->value);
  }
  bool of_no_instance(const InvokeNode& call, std::size_t argument) const {
    return call.arguments.size() > argument && is_stand_in(call.arguments[argument]);
  }

  Program& program_;
  const Environment& environment_;
  reader::Diagnostics& diagnostics_;
  bool with_eval_;
  std::vector<Node*> roots_;                                       // to be visited
  std::unordered_map<const VarInfo*, std::vector<Node*>> waiting_; // visited when the var is mentioned
  std::unordered_map<abi::Word, std::vector<Node*>> methods_;      // of types, visited when the class is mentioned
  std::unordered_map<const Local*, Known> locals_;
  std::unordered_set<const Local*> instance_p_;                    // other names for instance?
  std::unordered_set<const reader::Diagnostic*> told_;
};

}  // namespace

bool runs_text_or_form(const VarInfo& var) {
  return var.ns == "clojure.core" && (var.name == "eval" || var.name == "load-string" || var.name == "load-reader" || var.name == "load-file" || var.name == "load");
}

void report_refusals(Program& program, const Environment& environment, reader::Diagnostics& diagnostics, bool with_eval) {
  Walk(program, environment, diagnostics, with_eval).run();
}

}  // namespace slisp::analyzer
