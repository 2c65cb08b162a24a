// closed_world.cpp: which vars are constants.
// In:   the analyzed program, before A-normal form.
// Out:  a plan per var that the program defines; VarInfo::open and the arities of its functions.
// Keeps: a var is open (its root may change while the program runs) when it is defined more than once, ^:dynamic, ^:redef, mentioned as
//   #'x or set!, defined elsewhere than at top level, never defined with a value, or when a REPL is being served. Uses of all others are
//   the value itself; calls to them are direct. Within a library #'x does not open x (direct linking, as on the JVM).
// Idea: one walk collects the facts, one loop over the vars decides. Library roots that are no literals are taken from the var as the
//   evaluator has left it, if they can be laid out as data: so the library starts without running anything.
#include "src/compiler/closed_world.hpp"
#include "runtime/api.hpp"
#include "src/analyzer/annotate/children.hpp"
#include "src/analyzer/optimize/optimize.hpp"
#include <string_view>
#include <unordered_set>

namespace slisp::compiler {

using namespace analyzer;

bool is_layable(rt::Borrowed value) {
  if (!rt::is_pointer(value.word())) return value.word() != abi::k_pending;
  switch (value.as<rt::Header>()->kind) {
    case rt::Kind::String: case rt::Kind::Symbol: case rt::Kind::Keyword: case rt::Kind::Long: case rt::Kind::Integer: case rt::Kind::Double:
    case rt::Kind::BigInt: case rt::Kind::Ratio: case rt::Kind::BigDecimal: case rt::Kind::Regex: case rt::Kind::Uuid:
    case rt::Kind::Inst: case rt::Kind::EmptyList: case rt::Kind::Class: case rt::Kind::TaggedLiteral:
    case rt::Kind::ReaderConditional: case rt::Kind::List: case rt::Kind::Cons: case rt::Kind::Vector: case rt::Kind::LargeVector:
    case rt::Kind::VectorNode: case rt::Kind::ArrayMap: case rt::Kind::HashMap: case rt::Kind::MapNode: case rt::Kind::HashSet:
    case rt::Kind::SetNode: case rt::Kind::TreeMap: case rt::Kind::TreeSet: case rt::Kind::TreeNode: case rt::Kind::Queue:
    case rt::Kind::Record: break;
    default: return false;
  }
  if (value.is(rt::Kind::Class)) return true;              // a user's class is laid out with its methods
  auto* header = value.as<rt::Header>();
  for (unsigned i = 0; i < header->slots; ++i)
    if (rt::Word w = *rt::slot_of(header, i); w != 0 && !is_layable(w)) return false;
  return true;
}

namespace {

// Functions whose answers depend on *ns*: ::a and `a are read within it, clojure.test looks for its tests.
bool looks_at_ns(const VarInfo& var) {
  if (var.ns == "clojure.test") return var.name == "run-tests";
  return var.ns == "clojure.core" && (var.name == "*ns*" || var.name == "read" || var.name == "read-string");
}

// A function that clojure.test finds by its name.
bool is_test_hook(const VarInfo& var) { return var.name == "test-ns-hook"; }

// Through which a program sees metadata that it did not make itself.
bool shows_metadata(const VarInfo& var) {
  return (var.ns == "clojure.core" && (var.name == "meta" || var.name == "vary-meta" || var.name == "*print-meta*")) ||
         (var.ns == "slisp.host" && var.name == "-meta");
}

bool is_test_key(rt::Borrowed key) {
  return key.is(rt::Kind::Keyword) && rt::symbol_ns(key).is_nil() && rt::text_of(rt::symbol_name(key)) == "test";
}

// ^{:test f}: clojure.test finds such vars in their namespaces.
bool has_test(const DefNode& def) {
  if (def.metadata == nullptr) return false;
  if (auto* constant = as<ConstNode>(def.metadata)) {
    if (!constant->value.is(rt::Kind::ArrayMap) && !constant->value.is(rt::Kind::HashMap)) return false;
    rt::MapCursor cursor;
    rt::Borrowed key = abi::k_nil, value = abi::k_nil;
    while (rt::next_entry(constant->value, cursor, key, value))
      if (is_test_key(key)) return true;
    return false;
  }
  auto* map = def.metadata->kind == NodeKind::MapLiteral ? static_cast<CollectionNode*>(def.metadata) : nullptr;
  if (map == nullptr) return false;
  for (std::size_t i = 0; i < map->items.size(); i += 2)
    if (auto* key = as<ConstNode>(map->items[i]); key != nullptr && is_test_key(key->value)) return true;
  return false;
}

bool runs_tests(const VarInfo& var) {
  return var.ns == "clojure.test" && (var.name.starts_with("run-") || var.name.starts_with("test-"));
}

class Analysis {
 public:
  Analysis(const CompileContext& context, Program& program) : context_(context), program_(program) {}

  ClosedWorld run() {
    keep_all_ = context_.options.with_eval;
    world_.looks_at_metadata = world_.looks_at_ns = keep_all_;
    for (TopLevel& form : program_.forms) top_level(form.node);
    for (VarInfo* var : world_.order) decide(*var, world_.plans.at(var));
    for (auto& [var, mention] : outside_) var->open = mention || var->dynamic || var->redef || context_.options.mode == Mode::Repl || context_.options.with_eval;
    return std::move(world_);
  }

 private:
  void top_level(Node* node) {
    if (auto* block = as<DoNode>(node)) {
      for (Node* n : block->body) top_level(n);
    } else if (auto* def = as<DefNode>(node)) {
      note_def(def, false);
      for_each_child(def, [&](Node*& child) { walk(child); });
    } else {
      walk(node);
    }
  }

  VarPlan& plan(VarInfo* var) {
    auto [at, is_new] = world_.plans.try_emplace(var);
    if (is_new) world_.order.push_back(var);
    return at->second;
  }

  void note_def(DefNode* def, bool nested) {
    VarPlan& p = plan(def->var);
    if (outside_.count(def->var)) {
      p.mentioned |= outside_[def->var];
      outside_.erase(def->var);
    }
    p.nested |= nested;
    if (has_test(*def)) tests_.insert(def->var);
    if (!def->init) return;
    ++p.definitions;
    p.definition = def;
  }

  void refer(VarInfo* var, bool mention) {
    auto at = world_.plans.find(var);
    if (at != world_.plans.end()) at->second.mentioned |= mention;
    else outside_[var] |= mention;
    runs_tests_ |= runs_tests(*var);
    keep_all_ |= looks_up_names(*var);            // all public vars of the program must be there
    world_.looks_at_metadata |= keep_all_ || shows_metadata(*var);
    world_.looks_at_ns |= keep_all_ || looks_at_ns(*var);
  }

  void walk(Node* node) {
    for_each_node(node, [&](Node* n) {
      if (auto* def = as<DefNode>(n)) note_def(def, true);
      else if (auto* the = as<TheVarNode>(n)) refer(the->var, true);
      else if (auto* set = as<SetVarNode>(n)) refer(set->var, true);
      else if (auto* ref = as<VarRefNode>(n)) refer(ref->var, false);
      else if (auto* call = as<RuntimeCallNode>(n)) world_.looks_at_metadata |= call->function == abi::RuntimeFunctionId::meta;
    });
  }

  void decide(VarInfo& var, VarPlan& p) {
    bool library = context_.options.mode == Mode::Library;
    bool repl = context_.options.mode == Mode::Repl;
    bool single = p.definitions == 1 && !p.nested;
    const bool tested = runs_tests_ && context_.options.mode == Mode::Program && tests_.count(&var) != 0;
    p.mentioned |= context_.options.with_eval || tested;   // eval may do anything to it
    if (!single) p.definition = nullptr;
    var.open = repl || !single || var.dynamic || var.redef || (p.mentioned && !library);
    var.is_function = false;
    // A root that stands in the file: uses of closed vars, and the cells of library vars, need nothing at run time.
    if (single && !repl && (library || !var.open)) {
      if (auto* fn = as<FnNode>(p.definition->init); fn && !fn->metadata) {
        p.root = RootKind::Function;
        p.function = fn;
      } else if (auto* constant = as<ConstNode>(p.definition->init); constant && is_layable(constant->value)) {
        p.root = RootKind::Constant;
        p.constant = rt::Owned::copy(constant->value);
      } else if (library) {
        library_root(var, p);
      }
    }
    p.at_run_time = p.root == RootKind::Runtime;
    if (p.root == RootKind::Function) {
      describe_function(var, *p.function);
      var.is_function = !var.open;
    }
    bool kept = (keep_all_ || tested || is_test_hook(var)) && !library && !repl;
    if (kept) world_.kept.push_back(&var);
    p.cell = library || var.open || p.mentioned || kept || p.root == RootKind::Runtime;
    if (var.macro && !library && !repl && !p.mentioned && !p.nested && !keep_all_) p.cell = p.at_run_time = false;   // macros are gone after expansion
  }

  void library_root(VarInfo& var, VarPlan& p) {
    if (auto* call = as<RuntimeCallNode>(p.definition->init); call && call->arguments.empty()) {
      if (call->function == abi::RuntimeFunctionId::stdout_stream) p.stream = "slisp_stdout_object";
      if (call->function == abi::RuntimeFunctionId::stderr_stream) p.stream = "slisp_stderr_object";
      if (call->function == abi::RuntimeFunctionId::stdin_stream) p.stream = "slisp_stdin_object";
      if (p.stream) {
        p.root = RootKind::Stream;
        return;
      }
    }
    if (var.object.is_nil() || !var.object.is(rt::Kind::Var)) return;
    rt::Borrowed root = var.object.as<abi::Var>()->root;
    if (root.word() == abi::k_unbound_root || !is_layable(root)) return;
    p.root = RootKind::Constant;
    p.constant = rt::Owned::copy(root);
  }

  static void describe_function(VarInfo& var, FnNode& fn) {
    var.fixed_arities = 0;
    var.variadic_fixed = -1;
    var.wrappers.clear();
    for (auto& m : fn.methods) {
      if (m->rest) {
        var.variadic_fixed = static_cast<int>(m->parameters.size());
        continue;
      }
      var.fixed_arities |= 1u << m->parameters.size();
      Node* body = m->body;
      if (auto* block = as<DoNode>(body); block && block->body.size() == 1) body = block->body[0];
      auto* call = as<RuntimeCallNode>(body);
      if (!call || call->arguments.size() != m->parameters.size()) continue;
      bool plain = true;
      for (std::size_t i = 0; i < call->arguments.size(); ++i) {
        auto* ref = as<LocalRefNode>(call->arguments[i]);
        plain = plain && ref && ref->local == m->parameters[i];
      }
      if (plain) var.wrappers.push_back({static_cast<std::uint8_t>(m->parameters.size()), call->function});
    }
  }

  const CompileContext& context_;
  Program& program_;
  ClosedWorld world_;
  std::unordered_map<VarInfo*, bool> outside_;       // vars that this program uses but does not define: mentioned?
  bool keep_all_ = false;
  bool runs_tests_ = false;
  std::unordered_set<const VarInfo*> tests_;         // vars with a test of their own
};

}  // namespace

ClosedWorld close_world(const CompileContext& context, Program& program) { return Analysis(context, program).run(); }

}  // namespace slisp::compiler
