// interop.cpp: host names of portable code. Each is a var of the namespace slisp.host:
//   (Math/sqrt x) Math--sqrt     Long/MAX_VALUE Long--MAX_VALUE     (.indexOf s x) -indexOf     (.-field x) --field
//   (Exception. "x") new-Exception     (. x m args), (. x (m args)), (. Class m args), (new Class args) are the same names
// A name without such a var becomes a node that throws; it is an error of the program where code that can be reached comes there.
// A class that slisp does not know (imported, or named with its package) is a class without instances: programs mention many in code
// that never runs.
#include "src/analyzer/expand/expander.hpp"
#include "src/reader/near.hpp"

namespace slisp::analyzer {
namespace {

constexpr std::string_view k_host = "slisp.host";

constexpr std::string_view k_why = "slisp has no JVM: the table of host names (slisp.host) stands for what portable programs use, and this is not in it";

bool is_call_of(Borrowed form, std::string_view function) {
  if (!is_seq(form)) return false;
  Owned head = Owned::adopt(abi::slisp_first(Owned::copy(form).take()));
  return is_symbol(head) && name_of(head).name == function;
}

std::string simple_name(std::string_view class_name) { return std::string(class_name.substr(class_name.rfind('.') + 1)); }

}  // namespace

// Could the part before a slash or the target of a dot be a class? Known to the runtime, imported, or with members in the table.
bool Expander::names_class(std::string_view name) const { return !environment_.class_or_stand_in(name).is_nil() || has_members(name); }

bool Expander::has_members(std::string_view name) const {
  if (!environment_.namespace_exists(k_host)) return false;
  const std::string prefix = simple_name(name) + "--";
  const bool capital = prefix.front() >= 'A' && prefix.front() <= 'Z';     // new-set is a function, new-HashSet a constructor
  for (const std::string& member : environment_.visible_names(k_host)) {
    if (member.starts_with(prefix) || (capital && member.starts_with("new-") && member.compare(4, std::string::npos, prefix, 0, prefix.size() - 2) == 0)) return true;
  }
  return false;
}

// The class of that name, a class without instances for one that slisp does not know; nil when the name is no class's.
Owned Expander::class_named(std::string_view name) {
  Owned found = environment_.class_or_stand_in(name);
  if (session_.options.tell_all && environment_.is_stand_in(found) && !has_members(name) && told_classes_.insert(std::string(name)).second) {
    warning("w-class", "the class " + std::string(name) + " is not offered", "nothing is an instance of a class that slisp does not know");
  }
  return found;
}

// The arguments are evaluated, then the node throws. Told of at once where all is told, else where code that can be reached has it.
Node* Expander::refuse(std::string what, std::string hint, std::vector<Node*> arguments) {
  reader::Diagnostic diagnostic{reader::Severity::Error, "e-interop", span_, what, std::string(k_why), std::move(hint), notes_here()};
  const bool library = session_.options.mode == Mode::Library || session_.options.mode == Mode::Bootstrap;
  if (library || session_.options.tell_all) session_.diagnostics.add(diagnostic);
  if (library) return nullptr;
  auto* exception = make<RuntimeCallNode>(abi::RuntimeFunctionId::new_exception);
  exception->arguments = {make<ConstNode>(Owned::copy(rt::class_object(rt::ClassId::UnsupportedOperationException))),
                          make<ConstNode>(rt::make_string(what)), nil_node()};
  auto* thrown = make<ThrowNode>(exception);
  if (!session_.options.tell_all) thrown->refusal = std::make_shared<const reader::Diagnostic>(std::move(diagnostic));
  if (arguments.empty()) return thrown;
  auto* all = make<DoNode>();
  all->body = std::move(arguments);
  all->body.push_back(thrown);
  return all;
}

VarInfo* Expander::host_var(const std::string& name) {
  if (!environment_.namespace_exists(k_host)) {
    if (!load_namespace(std::string(k_host), span_)) return nullptr;
  }
  VarInfo* var = environment_.find_var(k_host, name);
  if (var != nullptr) note_library_namespace(std::string(k_host));
  return var;
}

Node* Expander::host_call(const std::string& name, const std::string& description, Node* first, const Items& items, std::size_t from) {
  std::size_t errors = session_.diagnostics.error_count();
  VarInfo* var = host_var(name);
  if (var == nullptr) {
    if (session_.diagnostics.error_count() != errors) return nullptr;
    std::size_t dashes = name.find("--");
    std::string prefix = name.substr(0, dashes != std::string::npos ? dashes + 2 : name.starts_with("new-") ? 4 : 1);
    std::vector<std::string> known;
    for (const std::string& candidate : environment_.visible_names(k_host)) {
      if (candidate.starts_with(prefix)) known.push_back(candidate);
    }
    std::string near = reader::nearest(name, known);
    std::vector<Node*> arguments;
    if (first != nullptr) arguments.push_back(first);
    if (!analyze_all(items, from, arguments)) return nullptr;
    return refuse(description + " is not offered", near.empty() ? std::string() : "the nearest name is " + near.substr(prefix.size()),
                  std::move(arguments));
  }
  // (Math/PI) is Math/PI.
  if (!var->is_function && first == nullptr && items.size() == from && name.find("--") != std::string::npos) return make<VarRefNode>(var);
  auto* node = make<InvokeNode>();
  node->callee = make<VarRefNode>(var);
  if (first != nullptr) node->arguments.push_back(first);
  return analyze_all(items, from, node->arguments) ? node : nullptr;
}

// A constant that is no literal is made by a function of the table, field-Class--MEMBER, where it is read.
Node* Expander::made_field(std::string_view class_name, std::string_view member) {
  VarInfo* var = host_var("field-" + simple_name(class_name) + "--" + std::string(member));
  if (var == nullptr) return nullptr;
  auto* node = make<InvokeNode>();
  node->callee = make<VarRefNode>(var);
  return node;
}

// Class/MEMBER as a value, or nothing of the kind.
Node* Expander::static_member(Borrowed symbol, bool& is_host) {
  SymbolName name = name_of(symbol);
  is_host = name.qualified() && names_class(name.ns);
  if (!is_host) return nullptr;
  if (const Owned type = user_class(name.ns); !type.is_nil()) {
    bool known = false;
    Node* node = type_static(type, name.name, {}, 0, known);
    if (known) return node;
  }
  std::size_t errors = session_.diagnostics.error_count();
  VarInfo* var = host_var(simple_name(name.ns) + "--" + std::string(name.name));
  if (var != nullptr) return make<VarRefNode>(var);
  if (session_.diagnostics.error_count() != errors) return nullptr;
  if (Node* made = made_field(name.ns, name.name)) return made;
  return refuse("the member " + std::string(name.name) + " of class " + std::string(name.ns) + " is not offered", {}, {});
}

// `items` from `from` on are the arguments behind the target.
Node* Expander::member_call(Borrowed target, std::string_view member, const Items& items, std::size_t from, bool field) {
  std::string name(member);
  std::string host_name = name;
  Node* object = analyze(target, Place::Value);
  if (object == nullptr) return nullptr;
  // Of the host's lists (.remove list (int i)) and (.remove list 0) take an index where the JVM's compiler knows the list's class; else it reflects, and
  // takes out an element.
  if (name == "remove" && !field && items.size() == from + 1 && (is_call_of(items[from], "int") || rt::is_fixnum(items[from].word())) &&
      has_host_class(object, target))
    host_name = "removeAt";
  const std::size_t count = items.size() - from;
  const KnownType known = known_type(object, target);
  if (!known.type.is_nil() && count == 0 && (field || !Environment::declares(known.type, name))) {
    if (const std::int64_t index = field_index(known.type, name); index >= 0) return known_field(object, known, index, name);
  }
  VarInfo* host = host_var((field ? "--" : "-") + host_name);
  if (host != nullptr || environment_.is_member_name(name) || member_comes_later(name)) return ask_member(object, name, items, from, field, host);
  std::string description = field ? "the field " + name + " (.-" + name + ")" : "the method " + name + " (." + name + ")";
  return host_call((field ? "--" : "-") + host_name, description, object, items, from);
}

Node* Expander::special_dot(Borrowed, const Items& items, Place) {
  if (items.size() < 3) return error("e-call", "Malformed member expression, expecting (. target member ...)", "a dot takes an object or a class, and a member");
  Items call;
  std::size_t from = 3;
  Borrowed member = items[2];
  if (is_seq(member)) {                                    // (. x (m args))
    Borrowed list = abi::k_nil;
    if (!as_list(member, list)) return nullptr;
    call = list_items(list);
    if (call.empty()) return error("e-call", "Malformed member expression", "(. target (method args...)) names the method first");
    member = call[0];
    from = 1;
  }
  const Items& arguments = call.empty() ? items : call;
  if (!is_symbol(member)) return error("e-call", "Malformed member expression, the member is a symbol", "the table of host names goes by names");
  std::string_view name = name_of(member).name;
  bool field = name.size() > 1 && name.front() == '-';
  if (field) name.remove_prefix(1);
  if (is_symbol(items[1]) && find_entry(items[1]) == nullptr) {
    SymbolName target = name_of(items[1]);
    Owned found = target.qualified() ? Owned() : Environment::resolve_in(environment_.current_namespace(), items[1]);
    if (!target.qualified() && !found.is(abi::Kind::Var) && names_class(target.name)) {
      if (const Owned type = user_class(target.name); !type.is_nil()) {
        bool known = false;
        Node* node = type_static(type, name, arguments, from, known);
        if (known) return node;
      }
      std::string host = simple_name(target.name) + "--" + std::string(name);
      std::string description = "the member " + std::string(name) + " of class " + std::string(target.name);
      bool constant_member = field || (call.empty() && items.size() == 3);
      if (VarInfo* var = host_var(host); var != nullptr && constant_member && !var->is_function) return make<VarRefNode>(var);
      if (constant_member)
        if (Node* made = made_field(target.name, name)) return made;
      return host_call(host, description, nullptr, arguments, from);
    }
  }
  return member_call(items[1], name, arguments, from, field);
}

Node* Expander::new_instance(std::string_view class_name, const Items& items, std::size_t from) {
  std::string name(class_name);
  // A class of the host may be a type of the library, which has other fields than the constructors have parameters.
  if (const Owned type = user_class(name); !type.is_nil()) {
    const Owned full = Owned::adopt(abi::slisp_class_name(type.word()));
    if (!rt::text_of(full).starts_with("java.")) return new_object(type, items, from);
  }
  if (!names_class(name) && host_var("new-" + simple_name(name)) == nullptr) return unknown_class(name);
  return host_call("new-" + simple_name(name), "the constructor of class " + name, nullptr, items, from);
}

// A name that is neither imported nor written with its package nor known to all: a mistake, on the JVM too.
std::nullptr_t Expander::unknown_class(const std::string& name) {
  if (not_required_.count(name) != 0) return nullptr;              // its definition was told of
  std::vector<std::string> known = environment_.class_names();
  const std::string near = reader::nearest(name, known);
  return error("e-class", "Unable to resolve classname: " + name,
               "a class is named with its package, or imported: (import 'package.Class)", near.empty() ? std::string() : "did you mean " + near + "?");
}

Node* Expander::special_new(Borrowed, const Items& items, Place) {
  if (items.size() < 2 || !is_symbol(items[1])) return error("e-call", "wrong number of arguments, expecting at least 1: (new Class args...)", "new takes the name of a class, a symbol");
  return new_instance(name_of(items[1]).name, items, 2);
}

}  // namespace slisp::analyzer
