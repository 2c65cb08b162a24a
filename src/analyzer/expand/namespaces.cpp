// namespaces.cpp: ns, in-ns, require, use, refer, refer-clojure, import, as top-level forms.
#include "src/analyzer/expand/expander.hpp"
#include "src/reader/near.hpp"

namespace slisp::analyzer {

bool Expander::quoted(Borrowed form, Borrowed& inside) const {
  if (!form.is(abi::Kind::List)) return false;
  Items items = list_items(form);
  if (items.size() != 2 || !is_symbol(items[0], "quote")) return false;
  inside = items[1];
  return true;
}

bool Expander::enter_namespace(std::string_view name) {
  bool fresh = !environment_.namespace_exists(name);
  if (!environment_.enter_namespace(name)) return pending_error("e-ns", "", "names and aliases of a namespace mean one thing each") != nullptr;
  return !fresh || refer_core();
}

bool Expander::refer_core() {
  if (environment_.current_ns() == "clojure.core" || !environment_.namespace_exists("clojure.core")) return true;
  note_library_namespace("clojure.core");
  Filter everything;
  everything.all = true;
  Owned core = environment_.find_namespace("clojure.core");
  return refer_names("clojure.core", core, everything);
}

bool Expander::form_ns(Borrowed, const Items& items) {
  if (items.size() < 2 || !is_symbol(items[1]) || name_of(items[1]).qualified()) {
    return error("e-ns", "ns takes the name of the namespace, a symbol", "the name says where the file lies below its source root", "(ns my.program (:require [clojure.string :as str]))") != nullptr;
  }
  std::string name(name_of(items[1]).name);
  std::vector<Items> clauses;
  Items clause_forms;
  const Items* core_clause = nullptr;
  Owned metadata = meta_of(items[1]);
  for (std::size_t i = 2; i < items.size(); ++i) {
    if (i == 2 && is_string(items[i])) {
      metadata = rt::map_assoc(metadata.is_nil() ? rt::empty_map() : std::move(metadata), rt::keyword("", "doc"), Owned::copy(items[i]));
      continue;
    }
    if (is_map(items[i]) && i <= 3) {
      rt::MapCursor cursor;
      Borrowed key = abi::k_nil, value = abi::k_nil;
      if (metadata.is_nil()) metadata = rt::empty_map();
      while (rt::next_entry(items[i], cursor, key, value)) metadata = rt::map_assoc(std::move(metadata), Owned::copy(key), Owned::copy(value));
      continue;
    }
    Borrowed list = abi::k_nil;
    if (is_vector(items[i])) {
      clauses.push_back(vector_items(items[i]));
    } else if (is_seq(items[i]) && as_list(items[i], list)) {
      clauses.push_back(list_items(list));
    } else {
      return error_at(items[i], "e-ns", "ns clauses are lists such as (:require ...), got: " + form_text(items[i]), "behind the name, docstring and attributes stand clauses") != nullptr;
    }
    clause_forms.push_back(items[i]);
    if (clauses.back().empty() || !is_keyword(clauses.back()[0])) {
      return error_at(items[i], "e-ns", "an ns clause begins with :require, :use, :import, :refer-clojure or :refer", "the keyword says what the clause does") != nullptr;
    }
  }
  for (const Items& clause : clauses) {
    if (is_keyword(clause[0], "refer-clojure")) core_clause = &clause;
  }
  bool fresh = !environment_.namespace_exists(name);
  if (!environment_.enter_namespace(name)) return pending_error("e-ns", "", "names and aliases of a namespace mean one thing each") != nullptr;
  if (!main_path_.empty() && loading_.empty()) {
    set_main_root(name);
    find_data_readers();
    loading_.push_back(name);                    // requiring the main file is a cycle; analyze_main takes it off
    main_path_.clear();
    program_->main_ns = name;
  }
  loaded_.insert(name);
  if (!metadata.is_nil()) abi::slisp_var_set_meta(environment_.current_namespace().word(), metadata.take());
  bool ok = true;
  if (core_clause != nullptr) {
    ok = form_refer_core(*core_clause, 1);
  } else if (fresh || environment_.is_linked(name)) {
    ok = refer_core();
  }
  for (std::size_t c = 0; c < clauses.size(); ++c) {
    const Items& clause = clauses[c];
    std::string_view kind = name_of(clause[0]).name;
    if (kind == "require" || kind == "use" || kind == "require-macros") {
      for (std::size_t i = 1; i < clause.size(); ++i) ok = require_spec(clause[i], kind == "use", "") && ok;
    } else if (kind == "import") {
      for (std::size_t i = 1; i < clause.size(); ++i) ok = import_spec(clause[i]) && ok;
    } else if (kind == "refer") {
      Items call = clause;
      ok = form_refer(call) && ok;
    } else if (kind == "load") {
      ok = form_load(clause) && ok;
    } else if (kind != "refer-clojure" && kind != "gen-class") {
      std::string near = reader::nearest(kind, {"require", "use", "import", "refer", "refer-clojure"});
      error_at(clause_forms[c], "e-ns", "unknown clause :" + std::string(kind) + " in ns", "ns knows :require, :use, :import, :refer, :refer-clojure",
               near.empty() ? std::string() : "did you mean :" + near + "?");
      ok = false;
    }
  }
  enter_when_run();
  return ok;
}

bool Expander::form_in_ns(const Items& items) {
  Borrowed name = abi::k_nil;
  if (items.size() != 2 || !quoted(items[1], name) || !is_symbol(name)) {
    return error("e-ns", "in-ns takes a quoted symbol: (in-ns 'name)", "namespaces are known while compiling") != nullptr;
  }
  if (!environment_.enter_namespace(name_of(name).name)) return pending_error("e-ns", "", "names and aliases of a namespace mean one thing each") != nullptr;
  enter_when_run();
  return true;
}

// What the program evaluates may have gone to another namespace: it comes back when it runs.
void Expander::enter_when_run() {
  if (!session_.options.with_eval || evaluating_ || session_.options.mode != Mode::Program) return;
  VarInfo* in_ns = environment_.find_var("clojure.core", "in-ns");
  if (in_ns == nullptr) return;
  auto* call = make<InvokeNode>();
  call->callee = var_reference(in_ns);
  call->arguments.push_back(make<ConstNode>(rt::symbol("", environment_.current_ns())));
  program_->forms.push_back({call, environment_.current_ns(), 0});
}

bool Expander::form_require(const Items& items, bool use) {
  bool ok = true;
  for (std::size_t i = 1; i < items.size(); ++i) {
    Borrowed spec = items[i];
    if (is_keyword(spec)) continue;              // :reload, :verbose
    bool is_quoted = quoted(items[i], spec);
    if (!is_quoted && !(is_vector(spec) && !vector_items(spec).empty())) {
      error_at(items[i], "e-ns", "require at top level takes quoted names: (require '[name :as n])", "files are found while compiling");
      ok = false;
      continue;
    }
    ok = require_spec(spec, use, "") && ok;
  }
  return ok;
}

bool Expander::require_spec(Borrowed spec, bool use, std::string_view prefix) {
  if (is_keyword(spec)) return true;
  Restore<Span> where(span_, narrow(spec));
  if (is_symbol(spec)) return require_library(spec, {}, use, prefix);
  Items items;
  Borrowed list = abi::k_nil;
  if (is_vector(spec)) {
    items = vector_items(spec);
  } else if (is_seq(spec) && as_list(spec, list)) {
    items = list_items(list);
  }
  Borrowed inner = abi::k_nil;
  if (!items.empty() && quoted(items[0], inner)) items[0] = inner;
  if (items.empty() || !is_symbol(items[0])) {
    return error("e-ns", "not a library specification: " + form_text(spec), "it is name, [name :as n :refer [a b]], or (prefix [name ...])") != nullptr;
  }
  if (is_vector(spec) && (items.size() == 1 || is_keyword(items[1]))) {
    Items options(items.begin() + 1, items.end());
    return require_library(items[0], options, use, prefix);
  }
  if (!prefix.empty()) return error("e-ns", "prefix lists do not nest", "(prefix [name :as n] name) prefixes plain specifications") != nullptr;
  bool ok = true;
  for (std::size_t i = 1; i < items.size(); ++i) ok = require_spec(items[i], use, name_of(items[0]).name) && ok;
  return ok;
}

bool Expander::read_filter(const Items& options, Filter& filter, std::string& alias, bool& only_alias, bool use) {
  filter.all = use;
  if (options.size() % 2 != 0) return error("e-ns", "options of require come in pairs: :as name, :refer [names]", "behind the name of the namespace stand options and their values") != nullptr;
  auto names = [&](Borrowed form, auto&& each) {
    Items items;
    Borrowed list = abi::k_nil;
    if (is_vector(form)) {
      items = vector_items(form);
    } else if (is_seq(form) && as_list(form, list)) {
      items = list_items(list);
    } else if (is_set(form)) {
      rt::MapCursor cursor;
      Borrowed element = abi::k_nil;
      while (rt::next_element(form, cursor, element)) items.push_back(element);
    } else if (!form.is_nil()) {
      return error_at(form, "e-ns", ":refer, :only and :exclude take a vector or list of names, got: " + form_text(form), "the names are those of vars of the namespace", ":refer :all takes all public names") != nullptr;
    }
    for (Borrowed item : items) {
      if (!is_symbol(item)) return error_at(form, "e-ns", "not a name: " + form_text(item), "the names are symbols without quotes") != nullptr;
      each(std::string(name_of(item).name));
    }
    return true;
  };
  for (std::size_t i = 0; i < options.size(); i += 2) {
    Borrowed key = options[i], value = options[i + 1];
    std::string_view option = is_keyword(key) ? name_of(key).name : std::string_view();
    if (option == "as" || option == "as-alias") {
      if (!is_symbol(value)) return error_at(value, "e-ns", ":as takes a symbol, got: " + form_text(value), "an alias stands before the slash of a name: alias/name") != nullptr;
      alias = name_of(value).name;
      only_alias = only_alias || option == "as-alias";
    } else if (option == "refer" && is_keyword(value, "all")) {
      filter.all = true;
    } else if (option == "refer" || option == "only") {
      filter.all = false;
      if (!names(value, [&](std::string name) { filter.only.push_back(std::move(name)); })) return false;
    } else if (option == "exclude") {
      if (!names(value, [&](std::string name) { filter.exclude.insert(std::move(name)); })) return false;
    } else if (option == "rename") {
      if (!is_map(value)) return error_at(value, "e-ns", ":rename takes a map {old new}", "a name is referred to as another name, symbols both") != nullptr;
      rt::MapCursor cursor;
      Borrowed from = abi::k_nil, to = abi::k_nil;
      while (rt::next_entry(value, cursor, from, to)) {
        if (!is_symbol(from) || !is_symbol(to)) return error_at(value, "e-ns", ":rename takes a map {old new}", "a name is referred to as another name, symbols both") != nullptr;
        filter.rename[std::string(name_of(from).name)] = name_of(to).name;
      }
    } else if (option != "include-macros" && option != "refer-macros") {
      return error("e-ns", "unknown option " + form_text(key) + " of require", "known: :as :as-alias :refer :only :exclude :rename") != nullptr;
    }
  }
  return true;
}

bool Expander::require_library(Borrowed symbol, const Items& options, bool use, std::string_view prefix) {
  SymbolName written = name_of(symbol);
  std::string name = prefix.empty() ? written.full() : std::string(prefix) + "." + written.full();
  Filter filter;
  std::string alias;
  bool only_alias = false;
  if (!read_filter(options, filter, alias, only_alias, use)) return false;
  if (only_alias && !environment_.namespace_exists(name)) {
    Owned target_name = rt::symbol("", name);
    Owned made = Owned::adopt(abi::slisp_ns_create(target_name.word()));
    if (made.failed()) return pending_error("e-ns", "", "names and aliases of a namespace mean one thing each") != nullptr;
  } else if (!only_alias && !load_namespace(name, narrow(symbol))) {
    if (evaluating_) return false;               // who evaluates is told, and may go on to other things
    not_required_.insert(name);
    not_required_.insert(alias);
    not_required_.insert(filter.only.begin(), filter.only.end());
    return false;
  }
  Owned ns = environment_.find_namespace(name);
  if (!alias.empty() && !add_alias(alias, ns)) return false;
  return refer_names(name, ns, filter);
}

bool Expander::refer_names(const std::string& name, Borrowed ns, const Filter& filter) {
  bool ok = true;
  auto refer = [&](const std::string& var_name, Borrowed var) {
    if (filter.exclude.count(var_name) != 0) return;
    auto renamed = filter.rename.find(var_name);
    const std::string& as_name = renamed == filter.rename.end() ? var_name : renamed->second;
    // A name of clojure.core gives way.
    Owned as_symbol = rt::symbol("", as_name);
    Owned now = Environment::resolve_in(environment_.current_namespace(), as_symbol);
    if (now.word() == var.word()) return;
    if (now.is(abi::Kind::Var)) {
      std::string_view now_ns = rt::text_of(rt::symbol_name(now.as<abi::Var>()->ns));
      if (name == "clojure.core") return;        // what the namespace has of its own stays
      if (now_ns == "clojure.core") environment_.unmap(as_name);
    }
    if (!environment_.refer(as_name, var)) ok = pending_error("e-ns", "", "names and aliases of a namespace mean one thing each") != nullptr;
  };
  if (filter.all) {
    for (const Environment::Public& entry : Environment::publics(ns)) refer(entry.name, entry.var);
  }
  for (const std::string& wanted : filter.only) {
    VarInfo* var = environment_.find_var(ns, wanted);
    if (var == nullptr) {
      std::string near = reader::nearest(wanted, environment_.visible_names(name));
      if (!evaluating_) not_required_.insert(wanted);
      error("e-ns", wanted + " does not exist", "the namespace " + name + " has no var of that name",
            near.empty() ? std::string() : "did you mean " + near + "?");
      ok = false;
    } else if (var->is_private) {
      if (!evaluating_) not_required_.insert(wanted);
      error("e-private", wanted + " is not public", "it is private to the namespace " + name);
      ok = false;
    } else {
      refer(wanted, var->object);
    }
  }
  return ok;
}

bool Expander::form_refer(const Items& items) {
  Borrowed name = abi::k_nil;
  if (items.size() < 2) return error("e-ns", "refer takes the quoted name of a namespace", "names are known while compiling", "(refer 'name)") != nullptr;
  if (is_keyword(items[0])) {
    name = items[1];                             // the clause (:refer name ...) of ns
  } else if (!quoted(items[1], name)) {
    return error("e-ns", "refer takes the quoted name of a namespace: (refer 'name)", "names are known while compiling") != nullptr;
  }
  if (!is_symbol(name)) return error("e-ns", "refer takes the name of a namespace, a symbol", "names are known while compiling") != nullptr;
  Items options(items.begin() + 2, items.end());
  for (Borrowed& option : options) quoted(option, option);
  Filter filter;
  std::string alias;
  bool only_alias = false;
  if (!read_filter(options, filter, alias, only_alias, true)) return false;
  Owned ns = environment_.find_namespace(name_of(name).full());
  if (ns.is_nil()) return error("e-ns", "No namespace: " + name_of(name).full(), "refer takes a namespace that was loaded", "require it first") != nullptr;
  return refer_names(name_of(name).full(), ns, filter);
}

bool Expander::form_refer_core(const Items& items, std::size_t from) {
  Items options(items.begin() + static_cast<std::ptrdiff_t>(from), items.end());
  for (Borrowed& option : options) quoted(option, option);
  Filter filter;
  std::string alias;
  bool only_alias = false;
  if (!read_filter(options, filter, alias, only_alias, true)) return false;
  Owned core = environment_.find_namespace("clojure.core");
  if (core.is_nil()) return true;
  // Names that were referred to before and are left out now.
  bool ok = true;
  for (const Environment::Public& entry : Environment::publics(core)) {
    bool wanted = filter.all ? filter.exclude.count(entry.name) == 0 : false;
    for (const std::string& only : filter.only) wanted = wanted || only == entry.name;
    wanted = wanted && filter.rename.find(entry.name) == filter.rename.end();
    if (wanted) continue;
    Owned symbol = rt::symbol("", entry.name);
    if (Environment::resolve_in(environment_.current_namespace(), symbol).word() == entry.var.word()) environment_.unmap(entry.name);
  }
  return refer_names("clojure.core", core, filter) && ok;
}

bool Expander::add_alias(const std::string& alias, Borrowed ns) {
  if (environment_.add_alias(alias, ns)) return true;
  const std::string text = take_exception_text();
  return error("e-ns", text.substr(text.find(": ") + 2), "an alias names one namespace", "choose another name behind :as") != nullptr;
}

bool Expander::form_alias(const Items& items) {
  Borrowed alias = abi::k_nil, name = abi::k_nil, made = abi::k_nil;
  if (items.size() == 3 && is_seq(items[2]) && as_list(items[2], made)) {         // (alias 'a (create-ns 'b)), (alias 'a (the-ns 'b))
    const Items call = list_items(made);
    Borrowed inner = abi::k_nil;
    if (call.size() == 2 && (is_symbol(call[0], "create-ns") || is_symbol(call[0], "the-ns") || is_symbol(call[0], "find-ns")) &&
        quoted(call[1], inner) && is_symbol(inner) && quoted(items[1], alias) && is_symbol(alias)) {
      Owned ns = environment_.find_namespace(name_of(inner).full());
      if (ns.is_nil() && is_symbol(call[0], "create-ns")) ns = Owned::adopt(abi::slisp_ns_create(inner.word()));
      if (ns.is_nil()) return error_at(items[2], "e-ns", "No namespace: " + name_of(inner).full() + " found", "alias takes a namespace that was loaded", "require it first") != nullptr;
      return add_alias(std::string(name_of(alias).name), ns);
    }
  }
  if (items.size() != 3 || !quoted(items[1], alias) || !quoted(items[2], name) || !is_symbol(alias) || !is_symbol(name)) {
    return error("e-ns", "alias takes two quoted names: (alias 'short 'the.namespace)", "aliases are known while compiling") != nullptr;
  }
  const Owned ns = environment_.find_namespace(name_of(name).full());
  if (ns.is_nil()) return error_at(items[2], "e-ns", "No namespace: " + name_of(name).full() + " found", "alias takes a namespace that was loaded", "require it first") != nullptr;
  return add_alias(std::string(name_of(alias).name), ns);
}

// As on the JVM when the namespace is not there, but at run time: the program may be prepared for it.
Node* Expander::missing_namespace(const std::string& name) {
  std::string path = name;
  for (char& c : path) c = c == '.' ? '/' : c == '-' ? '_' : c;
  auto* exception = make<RuntimeCallNode>(abi::RuntimeFunctionId::new_exception);
  exception->arguments = {make<ConstNode>(Owned::copy(rt::class_object(rt::ClassId::FileNotFoundException))),
                          make<ConstNode>(rt::make_string("Could not locate " + path + "__init.class, " + path + ".clj or " + path +
                                                          ".cljc on classpath.")),
                          nil_node()};
  return make<ThrowNode>(exception);
}

// require, use, import and requiring-resolve within a form, of names that are known: files are read now. What has no file throws when the
// form runs. True: the form was one of these.
bool Expander::nested_namespace_form(const Items& items, Node*& node) {
  const SymbolName name = name_of(items[0]);
  if (name.qualified() && name.ns != "clojure.core") return false;
  const bool requires_names = name.name == "require" || name.name == "use";
  if (!requires_names && name.name != "import" && name.name != "requiring-resolve") return false;
  if (!name.qualified()) {
    const Owned found = Environment::resolve_in(environment_.current_namespace(), items[0]);
    if (found.is(abi::Kind::Var) && environment_.info(found)->ns != "clojure.core") return false;
  }
  if (name.name == "import") {
    node = form_import(items) ? nil_node() : nullptr;
    return true;
  }
  Borrowed form = abi::k_nil;
  if (name.name == "requiring-resolve") {
    if (items.size() != 2 || !quoted(items[1], form) || !is_symbol(form) || !name_of(form).qualified()) return false;
    const std::string ns(name_of(form).ns);
    if (!environment_.namespace_exists(ns) && !can_load(ns)) {
      node = missing_namespace(ns);
    } else if (load_namespace(ns, span_)) {
      VarInfo* var = environment_.find_var(ns, name_of(form).name);
      if (var != nullptr) {
        mentioned_.insert(var);
        note_library_namespace(var->ns);
      }
      node = var != nullptr ? static_cast<Node*>(make<TheVarNode>(var)) : nil_node();
    }
    return true;
  }
  // Names that are computed, flags that are none, nothing at all: the function says what it thinks of that.
  bool names = false;
  for (std::size_t i = 1; i < items.size(); ++i) {
    if (is_keyword(items[i])) {
      if (!is_keyword(items[i], "reload") && !is_keyword(items[i], "reload-all") && !is_keyword(items[i], "verbose")) return false;
      continue;
    }
    names = true;
    if (!quoted(items[i], form)) return false;
    Items spec;
    if (is_vector(form)) spec = vector_items(form);
    const Borrowed named = spec.empty() ? form : spec[0];
    if (is_symbol(named) && !can_load(name_of(named).full()) && !environment_.namespace_exists(name_of(named).full())) {
      node = missing_namespace(name_of(named).full());
      return true;
    }
  }
  if (!names) return false;
  node = form_require(items, name.name == "use") ? nil_node() : nullptr;
  return true;
}

// What calls of functions at top level change about names while compiling; the calls themselves run with the program.
void Expander::note_namespace_call(std::string_view function, const Items& items) {
  Borrowed name = abi::k_nil;
  if (function == "create-ns") {
    if (items.size() == 2 && quoted(items[1], name) && is_symbol(name)) (void)Owned::adopt(abi::slisp_ns_create(name.word()));
    return;
  }
  if (items.size() != 3 || !quoted(items[2], name) || !is_symbol(name)) return;
  Borrowed where = abi::k_nil;
  Owned ns;
  if (is_symbol(items[1], "*ns*")) {
    ns = Owned::copy(environment_.current_namespace());
  } else if (quoted(items[1], where) && is_symbol(where)) {
    ns = environment_.find_namespace(name_of(where).full());
  }
  if (ns.is_nil()) return;
  if (function == "ns-unalias") {
    (void)abi::slisp_ns_unalias(ns.word(), name.word());
    return;
  }
  // A var of its own stays known: code above may use it.
  const Owned found = Environment::resolve_in(ns, name);
  const bool own = found.is(abi::Kind::Var) && rt::text_of(rt::symbol_name(found.as<abi::Var>()->ns)) == Environment::name_of(ns);
  if (!own) (void)abi::slisp_ns_unmap(ns.word(), name.word());
}

bool Expander::form_import(const Items& items) {
  bool ok = true;
  for (std::size_t i = 1; i < items.size(); ++i) {
    Borrowed spec = items[i];
    quoted(items[i], spec);
    ok = import_spec(spec) && ok;
  }
  return ok;
}

// An unknown class is no error: it may be mentioned where the program never goes.
bool Expander::import_spec(Borrowed spec) {
  if (is_symbol(spec)) {
    std::string full(name_of(spec).name);
    environment_.import_class(full.substr(full.rfind('.') + 1), full);
    (void)class_named(full);
    return true;
  }
  Items items;
  Borrowed list = abi::k_nil;
  if (is_vector(spec)) {
    items = vector_items(spec);
  } else if (is_seq(spec) && as_list(spec, list)) {
    items = list_items(list);
  }
  if (items.empty()) return error_at(spec, "e-ns", "import takes class names and lists (package Class ...)", "an import lets a class be named without its package") != nullptr;
  for (Borrowed item : items) {
    if (!is_symbol(item)) return error_at(spec, "e-ns", "import takes symbols, got: " + form_text(item), "an import lets a class be named without its package") != nullptr;
  }
  std::string package(name_of(items[0]).name);
  for (std::size_t i = 1; i < items.size(); ++i) {
    std::string simple(name_of(items[i]).name);
    environment_.import_class(simple, package + "." + simple);
    (void)class_named(package + "." + simple);
  }
  return true;
}

}  // namespace slisp::analyzer
