// pending.cpp: compile-time definitions. While a program is compiled, nothing of it runs but what an expansion needs.
// Idea: each top-level form that defines vars waits under those vars, each that registers a method or the like under the vars it names;
//       reading a var runs what waits under it, in order. Everything else does nothing.
#include "src/analyzer/annotate/children.hpp"
#include "src/analyzer/registrations.hpp"
#include "src/evaluator/evaluator.hpp"
#include "src/evaluator/turns.hpp"
#include <algorithm>

namespace slisp::evaluator {
namespace {

// Definitions that run when the form runs, not when a function in it is called.
void find_definitions(Node* node, std::vector<VarInfo*>& out) {
  if (node->kind == NodeKind::Fn) return;
  if (auto* def = as<DefNode>(node); def != nullptr && def->init != nullptr) out.push_back(def->var);
  for_each_child(node, [&](Node*& child) { find_definitions(child, out); });
}

constexpr std::string_view k_hierarchy[] = {"derive", "underive"};

}  // namespace

Evaluator::Evaluator(Session& session, Owner owner) : session_(session) { prepare_turns(owner); }
Evaluator::~Evaluator() = default;

bool Evaluator::top_level(TopLevel& form) {
  switch (session_.options.mode) {
    case Mode::Bootstrap: {
      Owned value = evaluate(form);
      return !value.failed();
    }
    case Mode::Library: return true;
    case Mode::Program:
    case Mode::Repl: break;
  }
  // Types have their methods at once: that runs nothing.
  for_each_node(form.node, [&](Node* node) {
    if (auto* type = as<TypeNode>(node)) give_methods(type);
  });
  auto waiting = std::make_shared<Pending>();
  waiting->form = &form;
  std::vector<VarInfo*> targets;
  find_definitions(form.node, targets);
  if (targets.empty()) find_registrations(form.node, targets);
  if (targets.empty()) {
    Node* effect = form.node;
    while (auto* group = as<DoNode>(effect)) effect = group->body.front();
    const VarInfo* function = called_core_var(effect);
    if (function != nullptr && std::find(std::begin(k_hierarchy), std::end(k_hierarchy), function->name) != std::end(k_hierarchy)) eager_.push_back(std::move(waiting));
    return true;
  }
  for (VarInfo* var : targets) pending_[var].push_back(waiting);
  // Native code of the library reads its vars without asking us: what a program registers there must be in place when a macro runs.
  // clojure.test is the namespace whose macros ask a multimethod (assert-expr).
  const bool native = std::any_of(targets.begin(), targets.end(), [&](const VarInfo* var) {
    return var->ns == "clojure.test" && session_.environment.is_linked(var->ns);
  });
  if (native) eager_.push_back(std::move(waiting));
  return true;
}

bool Evaluator::ensure(const VarInfo* var) {
  auto found = pending_.find(var);
  if (found == pending_.end()) return true;
  // Running one may read the var again, and add to the list.
  for (std::size_t i = 0; i < found->second.size(); ++i) {
    std::shared_ptr<Pending> waiting = found->second[i];
    if (waiting->running || waiting->done) continue;
    waiting->running = true;
    Owned value = evaluate(*waiting->form);
    waiting->running = false;
    if (value.failed()) return false;
    waiting->done = true;
    found = pending_.find(var);
    if (found == pending_.end()) return true;
  }
  std::erase_if(found->second, [](const std::shared_ptr<Pending>& waiting) { return waiting->done; });
  if (found->second.empty()) pending_.erase(found);
  return true;
}

// A hierarchy change that cannot run yet is left out: it fails, if at all, when the program runs.
void Evaluator::run_eager() {
  std::vector<std::shared_ptr<Pending>> now;
  std::swap(now, eager_);
  for (const auto& waiting : now) {
    if (waiting->running || waiting->done) continue;
    waiting->running = true;
    Owned value = evaluate(*waiting->form);
    waiting->running = false;
    waiting->done = !value.failed();
    if (value.failed() && abi::slisp_exit_pending() == 0) (void)Owned::adopt(abi::slisp_exception_take());
  }
}

Owned Evaluator::call_macro(VarInfo& macro, std::span<Owned> arguments) {
  failure_ = Span{};
  failed_exception_ = abi::k_pending;
  if (!eager_.empty()) run_eager();
  if (!ensure(&macro)) return Owned::pending();
  Owned function = read_var(&macro);
  if (function.failed()) return function;
  static_assert(sizeof(Owned) == sizeof(Word));
  std::vector<Word> block;
  block.reserve(arguments.size());
  for (Owned& argument : arguments) block.push_back(argument.take());
  return call(function, block.data(), static_cast<std::int64_t>(block.size()));
}

// Sites of forms, not of functions: what made functions is kept.
void Evaluator::forget_top_level() {
  for (auto site = sites_.begin(); site != sites_.end();) {
    if (site->first.code != nullptr) {
      ++site;
      continue;
    }
    old_sites_.push_back(std::move(site->second));
    site = sites_.erase(site);
  }
}

void Evaluator::forget_pending() {
  pending_.clear();
  eager_.clear();
}

}  // namespace slisp::evaluator
