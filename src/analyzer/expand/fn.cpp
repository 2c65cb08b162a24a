// fn.cpp: functions: fn*, letfn*.
// Keeps: methods sorted by arity, the variadic one last; each method has a frame of its own.
#include "src/analyzer/expand/expander.hpp"
#include <algorithm>

namespace slisp::analyzer {
namespace {

// What ^long and ^double say of a parameter, or of a parameter vector: of the result.
Primitive primitive_hint(Borrowed form) {
  Owned tag = map_value(meta_of(form), "tag");
  if (!is_symbol(tag)) return Primitive::None;
  return is_symbol(tag, "long") ? Primitive::Long : is_symbol(tag, "double") ? Primitive::Double : Primitive::None;
}

}  // namespace

Node* Expander::special_fn(Borrowed form, const Items& items, Place) {
  std::vector<FieldCapture> fields;
  const bool collects = collects_fields(fields);
  auto* fn = make<FnNode>();
  Owned head_meta = meta_of(items[0]);
  fn->once = map_value(head_meta, "once").truthy();
  // A function without parameters that is handed on, such as #(f 1): whoever calls it may be prepared for what it throws.
  const bool written = std::exchange(written_fn_, false) || is_written(form);
  Restore<bool> thunk(thunk_, written && next_fn_name_.empty());
  std::string name = std::exchange(next_fn_name_, std::string());
  std::string outer = fn_name_.empty() ? environment_.current_ns() : fn_name_;
  std::size_t from = 1;
  Borrowed self = abi::k_nil;
  if (items.size() > 1 && is_symbol(items[1])) {
    self = items[1];
    if (name.empty()) name = outer + "/" + std::string(name_of(self).name);
    from = 2;
  }
  fn->name = name.empty() ? outer + "/fn" : name;
  Owned form_meta = meta_of(form);
  if (is_map(form_meta)) {
    Owned kept;
    rt::MapCursor cursor;
    Borrowed key = abi::k_nil, value = abi::k_nil;
    while (rt::next_entry(form_meta, cursor, key, value)) {
      bool hint = is_keyword(key, "tag") || is_keyword(key, "line") || is_keyword(key, "column") || is_keyword(key, "file") ||
                  is_keyword(key, "rettag") || is_keyword(key, "once");
      if (!hint) kept = rt::map_assoc(std::move(kept), Owned::copy(key), Owned::copy(value));
    }
    if (!kept.is_nil()) {
      Borrowed map = kept;
      kept_.push_back(std::move(kept));
      fn->metadata = analyze(map, Place::Value);
      if (fn->metadata == nullptr) {
        if (collects) context_->fields = nullptr;
        return nullptr;
      }
    }
  }
  std::size_t scope = scope_.size();
  Restore<std::string> inner_name(fn_name_, fn->name);
  if (!self.is_nil()) {
    if (name_of(self).qualified()) {
      if (collects) context_->fields = nullptr;
      return error("e-fn", "the name of a function has no namespace: " + name_of(self).full(),
                   "it is a local within the function");
    }
    fn->self = program_->arena.local();
    bind_self(self, fn, fn->self);
    note_local_function(fn->self, fn);
  }
  bool ok = fn_methods(fn, items, from);
  scope_.erase(scope_.begin() + static_cast<std::ptrdiff_t>(scope), scope_.end());
  if (!ok) local_functions_.erase(fn->self);
  if (collects) context_->fields = nullptr;
  return ok ? close_over_fields(fn, fields) : nullptr;
}

bool Expander::fn_methods(FnNode* fn, const Items& items, std::size_t from) {
  if (from >= items.size()) return error("e-fn", "a function needs a parameter vector", "(fn [params] ...) or (fn ([params] ...) ...)") != nullptr;
  if (is_vector(items[from])) {
    Items method(items.begin() + static_cast<std::ptrdiff_t>(from), items.end());
    return fn_method(fn, abi::k_nil, method) && check_methods(fn);
  }
  bool ok = true;
  for (std::size_t i = from; i < items.size(); ++i) {
    Borrowed list = abi::k_nil;
    Items method;
    if (is_seq(items[i])) {
      if (!as_list(items[i], list)) return false;
      method = list_items(list);
    }
    if (method.empty() || !is_vector(method[0])) {
      return error_at(items[i], "e-fn", "Parameter declaration " + form_text(method.empty() ? items[i] : method[0]) + " should be a vector",
                      "a function is (fn [params] ...) or (fn ([params] ...) ...)") != nullptr;
    }
    ok = fn_method(fn, items[i], method) && ok;
  }
  return ok && check_methods(fn);
}

bool Expander::fn_method(FnNode* fn, Borrowed form, const Items& items, MethodKind kind) {
  Restore<Span> where(span_, form.is_nil() ? span_ : narrow(form));
  fn->methods.push_back(std::make_unique<FnMethod>());
  FnMethod* method = fn->methods.back().get();
  method->fn = fn;
  method->span = span_;
  FnContext context{context_, fn, method, kind == MethodKind::OfType};
  Restore<FnContext*> inside(context_, &context);
  std::size_t scope = scope_.size();
  bool ok = true, rest = false;
  auto bad = [&](Borrowed parameter, std::string what, std::string why = {}) {
    error_at(parameter, "e-fn", std::move(what), std::move(why));
    ok = false;
  };
  for (Borrowed parameter : vector_items(items[0])) {
    if (!is_symbol(parameter)) {
      bad(items[0], "fn params must be Symbols, got: " + form_text(parameter), "a parameter is a local");
    } else if (name_of(parameter).qualified()) {
      bad(parameter, "Can't use qualified name as parameter: " + name_of(parameter).full(),
          "locals have no namespace; in a macro's template write ~'name or name#");
    } else if (is_symbol(parameter, "&")) {
      if (rest) bad(parameter, "Invalid parameter list", "& stands once, before the last parameter");
      rest = true;
    } else if (method->rest != nullptr) {
      bad(parameter, "Unexpected parameter", "only one parameter follows &");
    } else if (rest) {
      method->rest = bind(parameter, LocalKind::Rest);
    } else {
      method->parameters.push_back(bind(parameter, LocalKind::Parameter));
      if (kind == MethodKind::OfType && method->parameters.size() == 1) local_types_[method->parameters[0]] = {Owned::copy(method_type_), true};
      else note_type(method->parameters.back(), parameter, nullptr);
    }
    if (!ok) break;
  }
  if (ok && rest && method->rest == nullptr) bad(items[0], "Invalid parameter list", "a parameter follows &");
  if (ok && method->parameters.size() > static_cast<std::size_t>(abi::k_max_fixed_arguments)) {
    bad(items[0], "Can't specify more than 20 params", "further arguments arrive in a rest parameter: [a b & more]");
  }
  if (ok) {
    RecurTarget target{nullptr, method, method->parameters.size() + (method->rest ? 1 : 0)};
    if (kind == MethodKind::OfType) {
      target.object = method->parameters[0];
      --target.arity;
    }
    Restore<std::size_t> guarded(guards_, guards_ + (thunk_ && target.arity == 0 ? 1 : 0));
    Restore<std::string> no_name(next_fn_name_, std::string());
    if (kind == MethodKind::Function && has_primitive_hints(items[0])) {
      method->body = converting_body(*method, items);
    } else {
      Restore<const RecurTarget*> jump(recur_, &target);
      method->body = analyze_body(items, 1, Place::Tail);
    }
    ok = method->body != nullptr;
  }
  method->frame_size = context.size;
  leave_scope(scope);
  return ok;
}

bool Expander::has_primitive_hints(Borrowed parameters) {
  if (primitive_hint(parameters) != Primitive::None) return true;
  const Items items = vector_items(parameters);
  return std::any_of(items.begin(), items.end(), [](Borrowed item) { return primitive_hint(item) != Primitive::None; });
}

// ^long and ^double convert, as on the JVM: (fn ^double [^long x y] body) is (fn [x y] (result (loop* [x (convert x) y y] body))). A loop,
// because recur passes primitives as they are.
Node* Expander::converting_body(FnMethod& method, const Items& items) {
  using Row = abi::RuntimeFunctionId;
  auto convert = [&](Row row, Node* value) {
    auto* call = make<RuntimeCallNode>(row);
    call->arguments = {value};
    return call;
  };
  auto* loop = make<LoopNode>();
  std::vector<Local*> given = method.parameters;
  if (method.rest != nullptr) given.push_back(method.rest);
  std::size_t next = 0;
  for (Borrowed parameter : vector_items(items[0])) {
    if (is_symbol(parameter, "&")) continue;
    Node* value = make<LocalRefNode>(given[next++]);
    switch (primitive_hint(parameter)) {
      case Primitive::Long: value = convert(Row::parameter_long, value); break;
      case Primitive::Double: value = convert(Row::parameter_double, value); break;
      case Primitive::Int:
      case Primitive::None: break;
    }
    loop->bindings.push_back({bind(parameter, LocalKind::Loop), value});
    note_type(loop->bindings.back().local, parameter, nullptr);
    note_primitive(loop->bindings.back().local, value);
  }
  RecurTarget target{loop, nullptr, given.size()};
  Restore<const RecurTarget*> jump(recur_, &target);
  loop->body = analyze_body(items, 1, Place::Tail);
  if (loop->body == nullptr) return nullptr;
  switch (primitive_hint(items[0])) {
    case Primitive::Long: return convert(Row::result_long, loop);
    case Primitive::Double: return convert(Row::result_double, loop);
    case Primitive::Int:
    case Primitive::None: break;
  }
  return loop;
}

bool Expander::check_methods(FnNode* fn) {
  std::stable_sort(fn->methods.begin(), fn->methods.end(), [](const auto& a, const auto& b) {
    if ((a->rest == nullptr) != (b->rest == nullptr)) return a->rest == nullptr;
    return a->parameters.size() < b->parameters.size();
  });
  const FnMethod* variadic = fn->methods.back()->rest ? fn->methods.back().get() : nullptr;
  for (std::size_t i = 0; i + 1 < fn->methods.size(); ++i) {
    const FnMethod &a = *fn->methods[i], &b = *fn->methods[i + 1];
    if (a.rest != nullptr) return error("e-fn", "Can't have more than 1 variadic overload",
                                       "the number of arguments decides which method is called") != nullptr;
    if (b.rest == nullptr && a.parameters.size() == b.parameters.size()) return error("e-fn", "Can't have 2 overloads with same arity",
                                                                                        "the number of arguments decides which method is called") != nullptr;
    if (variadic != nullptr && a.parameters.size() > variadic->parameters.size()) {
      return error("e-fn", "Can't have fixed arity function with more params than variadic function",
                   "the variadic method would take the same arguments") != nullptr;
    }
  }
  return true;
}

Node* Expander::special_letfn(Borrowed, const Items& items, Place place) {
  Items bindings;
  if (!check_bindings(items[0], items, bindings)) return nullptr;
  auto* node = make<LetFnNode>();
  std::vector<FieldCapture> fields;
  const bool collects = collects_fields(fields);
  std::size_t scope = scope_.size();
  for (std::size_t i = 0; i < bindings.size(); i += 2) node->members.push_back({bind(bindings[i], LocalKind::LetFn), nullptr});
  bool ok = true;
  for (std::size_t i = 0; i < node->members.size(); ++i) {
    Node* init = analyze(bindings[2 * i + 1], Place::Value);
    node->members[i].fn = init ? as<FnNode>(init) : nullptr;
    if (init != nullptr && node->members[i].fn == nullptr) error_at(bindings[2 * i + 1], "e-letfn", "letfn* binds functions only",
                                                                                   "its names are known in all of its functions", "use let");
    note_local_function(node->members[i].local, node->members[i].fn);
    ok = ok && node->members[i].fn != nullptr;
  }
  if (collects) context_->fields = nullptr;
  node->body = analyze_body(items, 2, place);
  leave_scope(scope);
  return ok && node->body ? close_over_fields(node, fields) : nullptr;
}

}  // namespace slisp::analyzer
