// members.cpp: members of users' types: (Foo. x), (.-field object), (.method object x), (set! (.-field object) x), Foo/create.
// Idea: where the type is seen (the constructor stands there, or it is the object of the method at hand), a field is a load. Where a hint
//       names it, the load is behind a test, for hints may lie. Otherwise the object is asked for a method of that name first, and the table
//       of host names (interop.cpp) is for all that is no object of a user's type.
#include "src/analyzer/expand/expander.hpp"
#include <algorithm>
#include <iterator>

namespace slisp::analyzer {

using abi::RuntimeFunctionId;

// Values that are used more than once, each evaluated once, in order.
struct Expander::Kept {
  explicit Kept(Expander& e) : expander(e), let(e.make<LetNode>()) {}
  ~Kept() { (expander.context_ ? expander.context_->next : expander.top_next_) -= static_cast<std::uint32_t>(let->bindings.size()); }
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;

  // A node that again() can repeat.
  Node* keep(Node* value) {
    if (value->kind == NodeKind::LocalRef || value->kind == NodeKind::Const) return value;
    Local* local = expander.program_->arena.local();
    local->kind = LocalKind::Let;
    local->span = value->span;
    local->owner = expander.context_ ? expander.context_->method : nullptr;
    local->frame_index = expander.take_frame_index();
    let->bindings.push_back({local, value});
    return expander.make<LocalRefNode>(local);
  }
  Node* again(Node* kept) {
    if (auto* reference = as<LocalRefNode>(kept)) return expander.make<LocalRefNode>(reference->local);
    return expander.make<ConstNode>(Owned::copy(as<ConstNode>(kept)->value));
  }
  Node* around(Node* body) {
    if (let->bindings.empty()) return body;
    let->body = body;
    return let;
  }

  Expander& expander;
  LetNode* let;
};

// The class that a form of this program, or of a library, made under that name; nil for classes of the host.
Owned Expander::user_class(std::string_view name) {
  Owned found = environment_.find_class(name);
  return !found.is_nil() && abi::slisp_class_user_p(found.word()) != 0 ? std::move(found) : Owned();
}

KnownType Expander::hinted_type(Borrowed form) {
  const Owned meta = meta_of(form);
  const Owned tag = map_value(meta, "tag");
  if (!is_symbol(tag) || name_of(tag).qualified()) return {};
  return {user_class(name_of(tag).name), false};
}

KnownType Expander::known_type(Node* object, Borrowed form) {
  if (auto* reference = as<LocalRefNode>(object)) {
    auto known = local_types_.find(reference->local);
    if (known != local_types_.end() && !known->second.type.is_nil()) return {Owned::copy(known->second.type), known->second.exact};
  }
  auto* call = as<RuntimeCallNode>(object);
  if (call != nullptr && call->function == RuntimeFunctionId::type_new) {
    return {Owned::copy(as<ConstNode>(call->arguments[0])->value), true};
  }
  return hinted_type(form);
}

// Does the JVM's compiler know a class of this value? By a hint, or because it was made right here.
bool Expander::has_host_class(const Node* object, Borrowed form) {
  if (const Owned tag = map_value(meta_of(form), "tag"); !tag.is_nil()) return true;
  if (object == nullptr) return false;
  if (const auto* reference = as<LocalRefNode>(object)) return host_typed_.count(reference->local) != 0;
  const auto* call = as<InvokeNode>(object);
  const auto* callee = call != nullptr ? as<VarRefNode>(call->callee) : nullptr;
  return callee != nullptr && callee->var->ns == "slisp.host" && callee->var->name.starts_with("new-");
}

// What is known of the local that `symbol` names: from its value, from its hint.
void Expander::note_type(Local* local, Borrowed symbol, Node* init) {
  if (has_host_class(init, symbol)) host_typed_.insert(local);
  KnownType known = init != nullptr ? known_type(init, abi::k_nil) : KnownType();
  if (known.type.is_nil()) known = hinted_type(symbol);
  if (!known.type.is_nil()) local_types_[local] = std::move(known);
}

std::int64_t Expander::field_index(Borrowed type, std::string_view name) {
  const Owned fields = Owned::adopt(abi::slisp_class_fields(type.word()));
  if (fields.is_nil()) return -1;
  std::int64_t index = 0;
  for (Borrowed field : vector_items(fields)) {
    if (name_of(field).name == name) return index;
    ++index;
  }
  return -1;
}

Node* Expander::new_object(Borrowed type, const Items& items, std::size_t from) {
  const Owned fields = Owned::adopt(abi::slisp_class_fields(type.word()));
  const std::size_t wanted = vector_items(fields).size(), given = items.size() - from;
  const bool record = abi::slisp_class_record_p(type.word()) != 0;
  if (given != wanted && !(record && given == wanted + 2)) {
    const Owned name = Owned::adopt(abi::slisp_class_name(type.word()));
    return error("e-type", "No matching ctor found for class " + std::string(rt::text_of(name)),
                 "it takes " + std::to_string(wanted) + " arguments, got " + std::to_string(given));
  }
  auto* node = make<RuntimeCallNode>(RuntimeFunctionId::type_new);
  node->arguments.push_back(make<ConstNode>(Owned::copy(type)));
  if (given == wanted) return analyze_all(items, from, node->arguments) ? node : nullptr;
  // Of a record: the fields, then metadata and a map of further entries.
  VarInfo* helper = host_helper("new-record");
  if (helper == nullptr) return nullptr;
  auto* call = make<InvokeNode>();
  call->callee = make<VarRefNode>(helper);
  const Items own(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(from + wanted));
  bool ok = analyze_all(own, from, node->arguments);
  call->arguments.push_back(node);
  ok = analyze_all(items, from + wanted, call->arguments) && ok;
  return ok ? call : nullptr;
}

// Foo/create and Foo/getBasis.
Node* Expander::type_static(Borrowed type, std::string_view member, const Items& items, std::size_t from, bool& known) {
  known = true;
  if (member == "getBasis" && items.size() == from) return make<ConstNode>(Owned::adopt(abi::slisp_class_fields(type.word())));
  if (member == "create" && items.size() == from + 1 && abi::slisp_class_record_p(type.word()) != 0) {
    auto* node = make<RuntimeCallNode>(RuntimeFunctionId::record_create);
    node->arguments.push_back(make<ConstNode>(Owned::copy(type)));
    return analyze_all(items, from, node->arguments) ? node : nullptr;
  }
  known = false;
  return nullptr;
}

Node* Expander::known_field(Node* object, const KnownType& known, std::int64_t index, std::string_view name) {
  auto* load = make<RuntimeCallNode>(RuntimeFunctionId::type_field);
  if (known.exact) {
    load->arguments = {object, constant_index(index)};
    return load;
  }
  Kept kept(*this);
  object = kept.keep(object);
  load->arguments = {kept.again(object), constant_index(index)};
  auto* type = make<RuntimeCallNode>(RuntimeFunctionId::class_of);
  type->arguments = {object};
  auto* test = make<RuntimeCallNode>(RuntimeFunctionId::identical_p);
  test->arguments = {type, make<ConstNode>(Owned::copy(known.type))};
  auto* search = make<RuntimeCallNode>(RuntimeFunctionId::member_field);
  search->arguments = {kept.again(object), make<ConstNode>(rt::symbol("", name))};
  return kept.around(make<IfNode>(test, load, search));
}

// Types may stand below the functions that use them: does the rest of the file have the name, and a form that makes types?
bool Expander::member_comes_later(std::string_view name) const {
  if (file_ == nullptr || !span_.known() || span_.file != file_->id) return false;
  const std::string_view text = std::string_view(file_->text).substr(span_.end);
  bool makes_types = false;
  for (std::string_view form : {"(deftype ", "(defrecord ", "(reify", "(defprotocol ", "(definterface "}) {
    makes_types = makes_types || text.find(form) != std::string_view::npos;
  }
  if (!makes_types) return false;
  auto is_end = [](char c) { return std::string_view(" \t\r\n,()[]{}\"").find(c) != std::string_view::npos; };
  for (std::size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    if (at > 0 && is_end(text[at - 1]) && (end == text.size() || is_end(text[end]))) return true;
  }
  return false;
}

VarInfo* Expander::host_helper(const char* name) {
  VarInfo* var = host_var(name);
  return var != nullptr ? var : (error("e-interop", std::string("slisp.host lacks ") + name, "the library is not whole"), nullptr);
}

namespace {

bool is_constant(Node* node) { return node->kind == NodeKind::Const && !as<ConstNode>(node)->value.is_nil(); }

// Without arguments: what every record has, whatever its fields are called.
bool is_method_of_maps(std::string_view name) {
  static constexpr std::string_view k_names[] = {"count", "empty", "entrySet", "hashCode", "hasheq",   "isEmpty", "iterator",
                                                 "keySet", "meta",  "seq",      "size",     "toString", "values"};
  return std::find(std::begin(k_names), std::end(k_names), name) != std::end(k_names);
}

}  // namespace

// (.name object arguments) where `host`, if any, is what the table of host names has.
Node* Expander::ask_member(Node* object, const std::string& name, const Items& items, std::size_t from, bool field, VarInfo* host) {
  const std::size_t count = items.size() - from;
  Kept kept(*this);
  object = kept.keep(object);
  std::vector<Node*> arguments;
  for (std::size_t i = from; i < items.size(); ++i) {
    Node* argument = analyze(items[i], Place::Value);
    if (argument == nullptr) return nullptr;
    arguments.push_back(kept.keep(argument));
  }
  auto call = [&](Node* callee) {
    auto* node = make<InvokeNode>();
    node->callee = callee;
    node->arguments.push_back(kept.again(object));
    for (Node* argument : arguments) node->arguments.push_back(kept.again(argument));
    return node;
  };
  auto symbol = [&] { return make<ConstNode>(rt::symbol("", name)); };
  auto search = [&] {
    auto* node = make<RuntimeCallNode>(RuntimeFunctionId::member_field);
    node->arguments = {kept.again(object), symbol()};
    return node;
  };
  Node* otherwise = nullptr;
  if (host != nullptr) {
    otherwise = call(make<VarRefNode>(host));
    if (count == 0 && (field || environment_.is_member_name(name))) {
      auto question = [&](RuntimeFunctionId function) {
        auto* node = make<RuntimeCallNode>(function);
        node->arguments = {kept.again(object)};
        return node;
      };
      Node* of_user = search();
      if (!field && is_method_of_maps(name)) of_user = make<IfNode>(question(RuntimeFunctionId::record_p), call(make<VarRefNode>(host)), of_user);
      otherwise = make<IfNode>(question(RuntimeFunctionId::user_object_p), of_user, otherwise);
    }
  } else if (count == 0) {
    otherwise = search();
  } else {
    VarInfo* helper = host_helper("no-method");
    if (helper == nullptr) return nullptr;
    auto* node = make<InvokeNode>();
    node->callee = make<VarRefNode>(helper);
    node->arguments = {kept.again(object), make<ConstNode>(rt::make_string(name)), constant_index(static_cast<std::int64_t>(count))};
    otherwise = node;
  }
  if (!is_constant(object)) {
    // A call on nil throws, when its arguments have been evaluated.
    VarInfo* helper = host_helper("null-target");
    if (helper == nullptr) return nullptr;
    auto* null = make<InvokeNode>();
    null->callee = make<VarRefNode>(helper);
    auto* test = make<RuntimeCallNode>(RuntimeFunctionId::nil_p);
    test->arguments = {kept.again(object)};
    otherwise = make<IfNode>(test, null, otherwise);
  }
  if (field) return kept.around(otherwise);
  auto* found = make<RuntimeCallNode>(RuntimeFunctionId::method_find);
  found->arguments = {kept.again(object), symbol()};
  Node* method = kept.keep(found);
  return kept.around(make<IfNode>(method, call(kept.again(method)), otherwise));
}

// (set! (. Class member) value), (set! Class/member value): a function set-Class--member of the table of host names.
Node* Expander::static_assignment(std::string_view class_name, std::string_view member, Borrowed value) {
  VarInfo* setter = host_var("set-" + std::string(class_name.substr(class_name.rfind('.') + 1)) + "--" + std::string(member));
  Node* assigned = analyze(value, Place::Value);
  if (assigned == nullptr) return nullptr;
  if (setter == nullptr) return refuse("assignment to the member " + std::string(member) + " of class " + std::string(class_name) + " is not offered", {}, {assigned});
  auto* node = make<InvokeNode>();
  node->callee = make<VarRefNode>(setter);
  node->arguments = {assigned};
  return node;
}

// (set! (.-x object) value), (set! (. object x) value)
Node* Expander::member_assignment(const Items& target, Borrowed value) {
  std::string_view name = name_of(target[0]).name;
  if (name == "." ? target.size() != 3 || !is_symbol(target[2]) : target.size() != 2) {
    return error("e-set", "Invalid assignment target", "a field is written (.-name object)");
  }
  if (name == ".") name = name_of(target[2]).name;
  else name.remove_prefix(1);
  if (name.front() == '-') name.remove_prefix(1);
  if (is_symbol(target[1]) && find_entry(target[1]) == nullptr && names_class(name_of(target[1]).full())) return static_assignment(name_of(target[1]).full(), name, value);
  Kept kept(*this);
  Node* object = analyze(target[1], Place::Value);
  if (object == nullptr) return nullptr;
  const KnownType known = known_type(object, target[1]);
  const std::int64_t index = known.exact ? field_index(known.type, name) : -1;
  object = kept.keep(object);
  Node* assigned = analyze(value, Place::Value);
  if (assigned == nullptr) return nullptr;
  if (index >= 0) {
    auto* node = make<RuntimeCallNode>(RuntimeFunctionId::type_field_set);
    node->arguments = {object, constant_index(index), assigned};
    return kept.around(node);
  }
  VarInfo* helper = host_helper("set-field");
  if (helper == nullptr) return nullptr;
  auto* node = make<InvokeNode>();
  node->callee = make<VarRefNode>(helper);
  node->arguments = {object, make<ConstNode>(rt::symbol("", name)), assigned};
  return kept.around(node);
}

}  // namespace slisp::analyzer
