// environment.cpp: see environment.hpp.
#include "src/analyzer/environment.hpp"
#include "runtime/api.hpp"
#include "runtime/control/classes.hpp"
#include "runtime/names/bindings.hpp"
#include <algorithm>
#include "runtime/types/types.hpp"
#include <charconv>

extern "C" {
// Users' classes that are linked in; the linker gathers them.
[[gnu::weak]] extern const slisp::rt::UserClass* slisp_classes_begin[];
[[gnu::weak]] extern const slisp::rt::UserClass* slisp_classes_end[];
}

namespace slisp::analyzer {
namespace {

using abi::Kind;
using rt::Borrowed;
using rt::Owned;
using rt::Word;

std::string text(Borrowed string) { return string.is(Kind::String) ? std::string(rt::text_of(string)) : std::string(); }

// Classes that every namespace of Clojure imports besides java.lang.*.
constexpr std::pair<std::string_view, std::string_view> k_default_imports[] = {
    {"BigInteger", "java.math.BigInteger"}, {"BigDecimal", "java.math.BigDecimal"}, {"Callable", "java.util.concurrent.Callable"}};

// Those of java.lang that every namespace imports, known to the runtime or not.
constexpr std::string_view k_java_lang[] = {
    "Appendable", "ArithmeticException", "ArrayIndexOutOfBoundsException", "ArrayStoreException", "AssertionError", "Boolean", "Byte",
    "CharSequence", "Character", "Class", "ClassCastException", "ClassCircularityError", "ClassFormatError", "ClassLoader",
    "ClassNotFoundException", "CloneNotSupportedException", "Cloneable", "Comparable", "Compiler", "Deprecated", "Double", "Enum",
    "EnumConstantNotPresentException", "Error", "Exception", "ExceptionInInitializerError", "Float", "IllegalAccessError",
    "IllegalAccessException", "IllegalArgumentException", "IllegalMonitorStateException", "IllegalStateException",
    "IllegalThreadStateException", "IncompatibleClassChangeError", "IndexOutOfBoundsException", "InheritableThreadLocal",
    "InstantiationError", "InstantiationException", "Integer", "InternalError", "InterruptedException", "Iterable", "LinkageError",
    "Long", "Math", "NegativeArraySizeException", "NoClassDefFoundError", "NoSuchFieldError", "NoSuchFieldException",
    "NoSuchMethodError", "NoSuchMethodException", "NullPointerException", "Number", "NumberFormatException", "Object",
    "OutOfMemoryError", "Override", "Package", "Process", "ProcessBuilder", "Readable", "Runnable", "Runtime", "RuntimeException",
    "RuntimePermission", "SecurityException", "SecurityManager", "Short", "StackOverflowError", "StackTraceElement", "StrictMath",
    "String", "StringBuffer", "StringBuilder", "StringIndexOutOfBoundsException", "SuppressWarnings", "System", "Thread",
    "Thread$State", "Thread$UncaughtExceptionHandler", "ThreadDeath", "ThreadGroup", "ThreadLocal", "Throwable",
    "TypeNotPresentException", "UnknownError", "UnsatisfiedLinkError", "UnsupportedClassVersionError",
    "UnsupportedOperationException", "VerifyError", "VirtualMachineError", "Void"};
static_assert(std::is_sorted(std::begin(k_java_lang), std::end(k_java_lang)));

// package.Class: the last part begins with a capital, as classes do everywhere.
bool looks_like_a_class(std::string_view full) {
  const std::size_t dot = full.rfind('.');
  return dot != std::string_view::npos && dot > 0 && dot + 1 < full.size() && full[dot + 1] >= 'A' && full[dot + 1] <= 'Z' &&
         full.front() != '.' && full.find("..") == std::string_view::npos;
}

bool is_map(Borrowed value) { return value.is(Kind::ArrayMap) || value.is(Kind::HashMap) || value.is(Kind::TreeMap); }

}  // namespace

Environment::Environment() {
  // What the registry holds before anything was read is linked in.
  rt::SeqWalk walk(Owned::adopt(abi::slisp_ns_all()));
  Owned ns;
  while (walk.next(ns)) linked_.insert(name_of(ns));
  linked_.erase("user");
  note_linked_classes();
}

std::string Environment::name_of(Borrowed ns) {
  Owned name = Owned::adopt(abi::slisp_ns_name(ns.word()));
  return text(rt::symbol_name(name));
}

void Environment::load_library_index(std::string_view index) {
  while (!index.empty()) {
    std::size_t end = index.find('\n');
    std::string_view line = index.substr(0, end);
    index = end == std::string_view::npos ? std::string_view() : index.substr(end + 1);
    std::size_t at = line.find(' ');
    if (at == std::string_view::npos) continue;
    std::vector<VarInfo::Wrapper> wrappers;
    std::string_view name = line.substr(0, at);
    for (line.remove_prefix(at); !line.empty();) {
      line.remove_prefix(1);
      std::string_view item = line.substr(0, line.find(' '));
      line.remove_prefix(item.size());
      std::size_t colon = item.find(':');
      if (colon == std::string_view::npos) continue;
      unsigned arity = 0;
      std::from_chars(item.data(), item.data() + colon, arity);
      abi::RuntimeFunctionId function = abi::find_runtime_function(item.substr(colon + 1));
      if (function != abi::RuntimeFunctionId::k_count) wrappers.push_back({static_cast<std::uint8_t>(arity), function});
    }
    library_wrappers_[std::string(name)] = std::move(wrappers);
  }
}

void Environment::compile_namespace(std::string_view ns) {
  compiled_.emplace(ns);
  for (auto& [word, info] : infos_) {                      // mentioned by a namespace that was compiled before
    if (info->ns != ns || !info->from_library) continue;
    info->from_library = false;
    info->declared_only = true;
    info->is_function = false;
    info->fixed_arities = 0;
    info->variadic_fixed = -1;
    info->wrappers.clear();
  }
}

void Environment::close_library() {
  for (auto& [word, info] : infos_) {
    if (info->from_library) continue;
    info->from_library = true;
    info->definitions.clear();
  }
  compiled_.clear();
}

bool Environment::namespace_exists(std::string_view name) const { return !find_namespace(name).is_nil(); }

Owned Environment::find_namespace(std::string_view full_name) const {
  Owned symbol = rt::symbol("", full_name);
  return Owned::adopt(abi::slisp_ns_find(symbol.word()));
}

Owned Environment::find_alias_or_namespace(std::string_view name) const {
  if (!current_.is_nil()) {
    Owned aliases = Owned::adopt(abi::slisp_ns_aliases(current_.word()));
    Owned symbol = rt::symbol("", name);
    if (!aliases.failed()) {
      Owned found = rt::map_get(aliases, symbol);
      if (!found.is_nil()) return found;
    }
  }
  return find_namespace(name);
}

bool Environment::enter_namespace(std::string_view name) {
  Owned symbol = rt::symbol("", name);
  Owned ns = Owned::adopt(abi::slisp_ns_create(symbol.word()));
  if (ns.failed()) return false;
  current_ = std::move(ns);
  current_name_ = name;
  tell_macros("*ns*", Owned::copy(current_));
  return true;
}

void Environment::enter_file(const std::string& name) { tell_macros("*file*", rt::make_string(name)); }

Owned Environment::core_var(std::string_view name) const {
  Owned core = find_namespace("clojure.core");
  if (core.is_nil()) return core;
  Owned var = resolve_in(core, rt::symbol("", name));
  return var.is(Kind::Var) ? std::move(var) : Owned();
}

// A binding of the thread comes before the root.
void Environment::tell_macros(std::string_view var_name, Owned value) const {
  const Owned var = core_var(var_name);
  if (var.is_nil()) return;
  if (rt::find_binding(var.as<abi::Var>()) == nullptr) return abi::slisp_var_bind_root(var.word(), value.take());
  if (Owned::adopt(abi::slisp_var_set(var.word(), value.take())).failed()) (void)Owned::adopt(abi::slisp_exception_take());
}

bool Environment::namespace_is_bound() const {
  const Owned var = core_var("*ns*");
  return !var.is_nil() && rt::find_binding(var.as<abi::Var>()) != nullptr;
}

std::string Environment::file_name() const {
  const Owned var = core_var("*file*");
  const Owned value = var.is_nil() ? Owned() : Owned::adopt(abi::slisp_var_get(var.word()));
  return value.is(Kind::String) ? text(value) : std::string();
}

void Environment::look_from(std::string_view name) {
  Owned ns = find_namespace(name);
  if (ns.is_nil()) return;
  current_ = std::move(ns);
  current_name_ = name;
}

void Environment::look_from_current() {
  const Owned var = core_var("*ns*");
  if (var.is_nil()) return;
  Owned ns = Owned::adopt(abi::slisp_var_get(var.word()));
  if (!ns.is(Kind::Namespace)) return;
  current_name_ = name_of(ns);
  current_ = std::move(ns);
}

bool Environment::add_alias(std::string_view alias, Borrowed target) {
  Owned symbol = rt::symbol("", alias);
  return abi::slisp_ns_alias(current_.word(), symbol.word(), target.word()) != abi::k_pending;
}

bool Environment::refer(std::string_view name, Borrowed var) {
  Owned symbol = rt::symbol("", name);
  return abi::slisp_ns_refer(current_.word(), symbol.word(), var.word()) != abi::k_pending;
}

void Environment::unmap(std::string_view name) {
  Owned symbol = rt::symbol("", name);
  (void)abi::slisp_ns_unmap(current_.word(), symbol.word());
}

std::vector<Environment::Public> Environment::publics(Borrowed ns) {
  std::vector<Public> out;
  Owned interns = Owned::adopt(abi::slisp_ns_interns(ns.word()));
  if (!is_map(interns)) return out;
  rt::MapCursor cursor;
  Borrowed key = abi::k_nil, value = abi::k_nil;
  while (rt::next_entry(interns, cursor, key, value)) {
    if (!value.is(Kind::Var) || (value.as<abi::Var>()->flags & abi::k_var_private) != 0) continue;
    out.push_back({text(rt::symbol_name(key)), Owned::copy(value)});
  }
  return out;
}

Owned Environment::resolve_in(Borrowed ns, Borrowed symbol) {
  return Owned::adopt(abi::slisp_ns_resolve(ns.word(), symbol.word()));
}

VarInfo* Environment::find_var(Borrowed ns, std::string_view name) {
  Owned symbol = rt::symbol("", name);
  Owned found = resolve_in(ns, symbol);
  if (!found.is(Kind::Var)) return nullptr;
  if (text(rt::symbol_name(found.as<abi::Var>()->ns)) != name_of(ns)) return nullptr;   // referred to, not interned
  return info(found);
}

VarInfo* Environment::find_var(std::string_view ns, std::string_view name) {
  Owned found = find_namespace(ns);
  return found.is_nil() ? nullptr : find_var(found, name);
}

VarInfo* Environment::info(Borrowed var) {
  auto known = infos_.find(var.word());
  if (known != infos_.end()) return known->second;
  const auto* cell = var.as<abi::Var>();
  auto made = std::make_unique<VarInfo>();
  made->ns = text(rt::symbol_name(cell->ns));
  made->name = text(rt::symbol_name(cell->name));
  made->object = Owned::copy(var);
  made->dynamic = (cell->flags & abi::k_var_dynamic) != 0;
  made->macro = (cell->flags & abi::k_var_macro) != 0;
  made->is_private = (cell->flags & abi::k_var_private) != 0;
  bool is_static = cell->header.count == 0;
  if (is_static && is_linked(made->ns) && compiled_.find(made->ns) == compiled_.end()) {
    made->from_library = true;
    if (rt::is_kind(cell->root, Kind::Fn) && rt::header_of(cell->root)->count == 0 && !made->dynamic) {
      const abi::FnDescriptor& descriptor = *reinterpret_cast<const abi::Fn*>(cell->root)->descriptor;
      made->is_function = true;
      made->fixed_arities = descriptor.arity_mask;
      made->variadic_fixed = descriptor.variadic_fixed;
    }
    auto wrappers = library_wrappers_.find(made->ns + "/" + made->name);
    if (wrappers != library_wrappers_.end()) made->wrappers = wrappers->second;
  } else {
    made->declared_only = true;
  }
  VarInfo* raw = made.get();
  program_->vars.push_back(std::move(made));
  infos_[var.word()] = raw;
  return raw;
}

VarInfo* Environment::intern(std::string_view name) {
  Owned symbol = rt::symbol("", name);
  // A name of clojure.core gives way to the namespace's own.
  Owned now = resolve_in(current_, symbol);
  if (now.is(Kind::Var) && current_name_ != "clojure.core" && text(rt::symbol_name(now.as<abi::Var>()->ns)) == "clojure.core") unmap(name);
  Owned var = Owned::adopt(abi::slisp_ns_intern(current_.word(), symbol.word()));
  return var.failed() ? nullptr : info(var);
}

std::string Environment::class_name(std::string_view simple) const {
  if (auto ns = imports_.find(current_name_); ns != imports_.end()) {
    if (auto found = ns->second.find(simple); found != ns->second.end()) return found->second;
  }
  for (auto& [name, full] : k_default_imports) {
    if (name == simple) return std::string(full);
  }
  // What a namespace imported before this compiler began, where a program carries it.
  if (!current_.is_nil() && !simple.empty() && simple.front() >= 'A' && simple.front() <= 'Z') {
    const Owned mapped = resolve_in(current_, rt::symbol("", simple));
    if (mapped.is(Kind::Class)) return text(Owned::adopt(abi::slisp_class_name(mapped.word())));
  }
  std::string full = "java.lang." + std::string(simple);
  if (std::binary_search(std::begin(k_java_lang), std::end(k_java_lang), simple)) return full;
  Owned symbol = rt::symbol("", full);
  return Owned::adopt(abi::slisp_class_find(symbol.word())).is_nil() ? std::string() : full;
}

Owned Environment::find_class(std::string_view name) const {
  std::string full = name.find('.') == std::string_view::npos ? class_name(name) : std::string(name);
  if (full.empty()) return Owned();
  if (auto made = user_classes_.find(full); made != user_classes_.end()) return Owned::copy(made->second);
  Owned symbol = rt::symbol("", full);
  return Owned::adopt(abi::slisp_class_find(symbol.word()));
}

Owned Environment::class_or_stand_in(std::string_view name) {
  Owned known = find_class(name);
  if (!known.is_nil()) return known;
  std::string full = class_name(name);
  if (full.empty()) {
    // A type that a namespace of the program does not have is a mistake, not a class of the host.
    if (!looks_like_a_class(name)) return Owned();
    std::string package(name.substr(0, name.rfind('.')));
    if (namespace_exists(package)) return Owned();
    std::replace(package.begin(), package.end(), '_', '-');
    if (namespace_exists(package)) return Owned();
    full = name;
  }
  auto [place, fresh] = stand_ins_.try_emplace(full);
  if (fresh) place->second = rt::make_class(full);
  return Owned::copy(place->second);
}

std::vector<std::string> Environment::class_names() const {
  std::vector<std::string> out(std::begin(k_java_lang), std::end(k_java_lang));
  for (const auto& [name, full] : k_default_imports) out.emplace_back(name);
  if (auto ns = imports_.find(current_name_); ns != imports_.end()) {
    for (const auto& [name, full] : ns->second) out.push_back(name);
  }
  return out;
}

bool Environment::is_stand_in(Borrowed value) const {
  if (!value.is(Kind::Class)) return false;
  const Owned name = Owned::adopt(abi::slisp_class_name(value.word()));
  auto found = stand_ins_.find(rt::text_of(name));
  return found != stand_ins_.end() && found->second.word() == value.word();
}

std::vector<std::string> Environment::all_namespaces() const {
  std::vector<std::string> out;
  rt::SeqWalk walk(Owned::adopt(abi::slisp_ns_all()));
  Owned ns;
  while (walk.next(ns)) {
    std::string name = name_of(ns);
    if (!name.starts_with("slisp.")) out.push_back(std::move(name));
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<std::string> Environment::program_namespaces() const {
  std::vector<std::string> out = all_namespaces();
  std::erase_if(out, [&](const std::string& name) { return is_linked(name); });
  return out;
}

bool Environment::has_public(std::string_view ns, std::string_view name) const {
  const Owned found = find_namespace(ns);
  if (found.is_nil()) return false;
  const Owned var = resolve_in(found, rt::symbol("", name));
  return var.is(Kind::Var) && (var.as<abi::Var>()->flags & abi::k_var_private) == 0 &&
         text(rt::symbol_name(var.as<abi::Var>()->ns)) == ns;
}

std::vector<std::string> Environment::aliases() const {
  std::vector<std::string> out;
  if (current_.is_nil()) return out;
  const Owned map = Owned::adopt(abi::slisp_ns_aliases(current_.word()));
  if (!is_map(map)) return out;
  rt::MapCursor cursor;
  Borrowed key = abi::k_nil, value = abi::k_nil;
  while (rt::next_entry(map, cursor, key, value)) out.push_back(text(rt::symbol_name(key)));
  std::sort(out.begin(), out.end());
  return out;
}

std::string Environment::alias_of(std::string_view ns) const {
  for (const std::string& alias : aliases()) {
    if (name_of(find_alias_or_namespace(alias)) == ns) return alias;
  }
  return {};
}

void Environment::import_class(std::string_view simple, std::string_view full) {
  imports_[current_name_][std::string(simple)] = full;
  // Where names are looked up while a program runs the class must be found too.
  if (const Owned type = find_class(full); !type.is_nil()) (void)refer(simple, type);
}

void Environment::add_user_class(std::string_view simple, std::string_view full, Borrowed type) {
  user_classes_[std::string(full)] = Owned::copy(type);
  if (!simple.empty()) import_class(simple, full);
  note_members(type);
}

void Environment::note_linked_classes() {
  for (const rt::UserClass** type = slisp_classes_begin; type != slisp_classes_end; ++type) {
    const Word word = rt::word_of(*type);
    user_classes_[std::string(rt::class_name(&(*type)->base))] = Owned::copy(word);
    note_members(word);
  }
}

void Environment::note_members(Borrowed type) {
  const auto* made = rt::user_class(type.as<const rt::ClassObject>());
  const std::size_t fields = static_cast<std::size_t>(rt::counted_size(made->fields));
  for (std::size_t i = 0; i < fields; ++i) member_names_.emplace(text(rt::symbol_name(rt::vector_at(made->fields, i))));
  auto* methods = Borrowed(made->methods).as<rt::Header>();
  for (unsigned i = 0; i < methods->slots; i += 2) member_names_.emplace(text(rt::symbol_name(*rt::slot_of(methods, i))));
}

bool Environment::declares(Borrowed interface, std::string_view method) {
  const auto* type = interface.as<const rt::ClassObject>();
  if (!rt::is_user_class(type)) return true;               // of the host: not all methods are known
  auto* declared = Borrowed(rt::user_class(type)->methods).as<rt::Header>();
  for (unsigned i = 0; i < declared->slots; i += 2) {
    if (rt::text_of(rt::symbol_name(*rt::slot_of(declared, i))) == method) return true;
  }
  const Word extended = rt::user_class(type)->interfaces;
  for (std::size_t i = 0; i < static_cast<std::size_t>(rt::counted_size(extended)); ++i) {
    if (declares(rt::vector_at(extended, i), method)) return true;
  }
  return false;
}

std::vector<std::string> Environment::visible_names(std::string_view ns) const {
  std::vector<std::string> out;
  Owned where = ns.empty() ? Owned::copy(current_) : find_alias_or_namespace(ns);
  if (where.is_nil()) return out;
  Owned names = Owned::adopt(ns.empty() ? abi::slisp_ns_map(where.word()) : abi::slisp_ns_interns(where.word()));
  if (!is_map(names)) return out;
  rt::MapCursor cursor;
  Borrowed key = abi::k_nil, value = abi::k_nil;
  while (rt::next_entry(names, cursor, key, value)) out.push_back(text(rt::symbol_name(key)));
  return out;
}

}  // namespace slisp::analyzer
