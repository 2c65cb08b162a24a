// def.cpp: definitions of vars.
// Keeps: a var exists from its def on, also within its own init, and whether or not the init can be analyzed: later errors would only
//        repeat the first.
#include "src/analyzer/expand/expander.hpp"

namespace slisp::analyzer {
namespace {

// What the compiler itself acts upon or adds.
bool is_hint(Borrowed key) { return is_keyword(key, "tag") || is_keyword(key, "line") || is_keyword(key, "column") || is_keyword(key, "file"); }

void set_cell_flag(VarInfo& var, std::uint32_t flag, bool on) {
  auto* cell = var.object.as<abi::Var>();
  std::uint32_t flags = on ? cell->flags | flag : cell->flags & ~flag;
  if (cell->flags != flags) cell->flags = flags;
}

// The method is just (rt/f p0 ... pn-1).
bool is_wrapper(const FnMethod& method, abi::RuntimeFunctionId& function) {
  auto* call = as<RuntimeCallNode>(method.body);
  if (call == nullptr || method.rest != nullptr || call->arguments.size() != method.parameters.size()) return false;
  for (std::size_t i = 0; i < method.parameters.size(); ++i) {
    auto* argument = as<LocalRefNode>(call->arguments[i]);
    if (argument == nullptr || argument->local != method.parameters[i]) return false;
  }
  const abi::RuntimeFunction& row = abi::runtime_function(call->function);
  for (unsigned i = 0; i < row.parameter_count; ++i) {
    if (row.parameters[i] == abi::ParameterMode::Block) return false;
  }
  function = call->function;
  return true;
}

}  // namespace

void Expander::note_function(VarInfo& var, const FnNode& fn) {
  var.is_function = true;
  var.fixed_arities = 0;
  var.variadic_fixed = -1;
  var.wrappers.clear();
  for (const auto& method : fn.methods) {
    if (method->rest != nullptr) {
      var.variadic_fixed = static_cast<int>(method->parameters.size());
      continue;
    }
    var.fixed_arities |= 1u << method->parameters.size();
    abi::RuntimeFunctionId function;
    if (is_wrapper(*method, function)) var.wrappers.push_back({static_cast<std::uint8_t>(method->parameters.size()), function});
  }
}

Node* Expander::def_metadata(Borrowed symbol, Borrowed docstring) {
  Owned meta = meta_of(symbol);
  Owned kept;
  if (is_map(meta)) {
    rt::MapCursor cursor;
    Borrowed key = abi::k_nil, value = abi::k_nil;
    while (rt::next_entry(meta, cursor, key, value)) {
      if (!is_hint(key)) kept = rt::map_assoc(std::move(kept), Owned::copy(key), Owned::copy(value));
    }
  }
  // A type hint is evaluated like the rest; the classes that hints name need not exist.
  if (const Owned tag = map_value(meta, "tag"); is_string(tag)) {
    kept = rt::map_assoc(std::move(kept), rt::keyword("", "tag"), Owned::copy(tag));
  } else if (is_symbol(tag)) {
    if (Resolved found = resolve(tag); found.meaning == Meaning::Class)
      kept = rt::map_assoc(std::move(kept), rt::keyword("", "tag"), std::move(found.class_object));
  }
  if (is_string(docstring)) kept = rt::map_assoc(std::move(kept), rt::keyword("", "doc"), Owned::copy(docstring));
  if (file_ != nullptr && span_.known() && library_files_.count(file_->id) == 0) {
    kept = rt::map_assoc(std::move(kept), rt::keyword("", "line"), rt::make_long(span_.line));
    kept = rt::map_assoc(std::move(kept), rt::keyword("", "column"), rt::make_long(span_.column));
    kept = rt::map_assoc(std::move(kept), rt::keyword("", "file"), rt::make_string(file_->name.empty() ? file_->path : file_->name));
  }
  if (kept.is_nil()) return nil_node();
  Borrowed map = kept;
  kept_.push_back(std::move(kept));
  return analyze(map, Place::Value);
}

Node* Expander::special_def(Borrowed, const Items& items, Place) {
  if (items.size() > 4) return error("e-def", "Too many arguments to def", "def takes a name, maybe a docstring, and maybe a value");
  if (items.size() < 2) return error("e-def", "Too few arguments to def", "def takes a name, maybe a docstring, and maybe a value");
  if (!is_symbol(items[1])) return error("e-def", "First argument to def must be a Symbol", "it is the name of the var, and here stands " + form_text(items[1]));
  if (items.size() == 4 && !is_string(items[2])) return error("e-def", "Too many arguments to def", "between name and value stands a docstring only");
  SymbolName name = name_of(items[1]);
  if (name.qualified() && name.ns != environment_.current_ns()) {
    Owned ns = environment_.find_alias_or_namespace(name.ns);
    bool here = !ns.is_nil() && Environment::name_of(ns) == environment_.current_ns();
    if (!here) {
      bool exists = !ns.is_nil() && environment_.find_var(ns, name.name) != nullptr;
      return error("e-def", exists ? "Can't create defs outside of current ns" : "Can't refer to qualified var that doesn't exist",
                   "the current namespace is " + environment_.current_ns());
    }
  }
  std::string var_name(name.name);
  VarInfo* var = environment_.intern(var_name);
  if (var == nullptr) return pending_error("e-def", "", "a name of another namespace that is referred to cannot be defined here");
  bool defines = items.size() > 2;
  Owned meta = meta_of(items[1]);
  auto flag = [&](std::string_view key) { return map_value(meta, key).truthy(); };
  if (defines || flag("dynamic")) var->dynamic = flag("dynamic");
  if (defines || flag("macro")) var->macro = flag("macro");
  var->is_private = flag("private");
  var->redef = var->redef || flag("redef");
  if (var->macro && file_ != nullptr && library_files_.count(file_->id) != 0) library_macros_.insert(var->ns);
  set_cell_flag(*var, abi::k_var_dynamic, var->dynamic);
  set_cell_flag(*var, abi::k_var_macro, var->macro);
  set_cell_flag(*var, abi::k_var_private, var->is_private);

  auto* node = make<DefNode>(var);
  Borrowed docstring = items.size() == 4 ? items[2] : Borrowed(abi::k_nil);
  node->metadata = def_metadata(items[1], docstring);
  bool ok = node->metadata != nullptr;
  if (ok && node->metadata->kind == NodeKind::Const && as<ConstNode>(node->metadata)->value.is_nil()) node->metadata = nullptr;
  if (defines) {
    var->declared_only = false;
    std::string qualified = environment_.current_ns() + "/" + var_name;
    Restore<std::string> outer_name(fn_name_, qualified);
    Restore<std::string> next_name(next_fn_name_, qualified);
    node->init = analyze(items.back(), Place::Value);
    ok = ok && node->init != nullptr;
  }
  if (!ok) {
    if (!evaluating_) failed_definitions_.insert(var);
    return nullptr;
  }
  if (defines) {
    failed_definitions_.erase(var);
    auto* fn = as<FnNode>(node->init);
    if (fn != nullptr && context_ == nullptr && fn->metadata == nullptr) {
      note_function(*var, *fn);
    } else {
      var->is_function = false;
      var->wrappers.clear();
    }
    var->definitions.push_back(node);
  } else if (var->definitions.empty() && !var->from_library) {
    var->declared_only = true;
  }
  return node;
}

}  // namespace slisp::analyzer
