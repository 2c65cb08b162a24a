// environment.hpp: namespaces and vars as the compiler sees them.
//
// The runtime's namespace registry is the truth for interned names, refers and aliases; the environment adds what only the compiler
// knows: a VarInfo per var, imported class names, which namespaces are linked into this process or were loaded by it.
#pragma once
#include "src/analyzer/ast.hpp"
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace slisp::analyzer {

// Invariant: infos_ maps a runtime Var to the one VarInfo that stands for it; the VarInfo keeps the Var alive. VarInfos belong to
// the program that was current when they were made: programs live as long as the session.
class Environment {
 public:
  Environment();

  // The index of the linked library, one line per var: `ns/name arity:rtname ...` (wrapper methods, see VarInfo::Wrapper).
  void load_library_index(std::string_view text);
  // Nothing is library: the vars that the runtime itself brings belong to namespaces that are about to be read.
  void nothing_is_linked() { linked_.clear(); }
  // Where new VarInfos are kept.
  void use_program(Program& program) { program_ = &program; }
  // From now on vars of `ns` are what this run defines, also when the namespace is linked into the process.
  void compile_namespace(std::string_view ns);
  // All namespaces compiled so far become library: their vars are reached by name, their definitions are forgotten.
  void close_library();

  // ---- namespaces
  bool namespace_exists(std::string_view name) const;
  bool is_linked(std::string_view name) const { return linked_.find(name) != linked_.end(); }
  // Creates the namespace when it is new and makes it current. False: an exception is pending.
  bool enter_namespace(std::string_view name);
  // Names are looked up from where *ns* says in this thread; *ns* stays as it is.
  void look_from_current();
  void look_from(std::string_view name);
  bool namespace_is_bound() const;                                              // *ns* has a binding in this thread
  std::string file_name() const;                                                // what *file* says
  // The file whose forms are being read, below its source root: macros see it as *file*.
  void enter_file(const std::string& name);
  const std::string& current_ns() const { return current_name_; }
  rt::Borrowed current_namespace() const { return current_; }
  rt::Owned find_namespace(std::string_view full_name) const;                   // or nil
  // An alias of the current namespace, or the name of a namespace; nil when there is neither.
  rt::Owned find_alias_or_namespace(std::string_view name) const;
  static std::string name_of(rt::Borrowed ns);
  // Each returns false with an exception pending.
  bool add_alias(std::string_view alias, rt::Borrowed target);
  bool refer(std::string_view name, rt::Borrowed var);
  void unmap(std::string_view name);
  // All public vars that are interned in the namespace.
  struct Public { std::string name; rt::Owned var; };
  static std::vector<Public> publics(rt::Borrowed ns);

  // ---- vars and classes
  // What an unqualified name means in a namespace: Var, Class or nil.
  static rt::Owned resolve_in(rt::Borrowed ns, rt::Borrowed symbol);
  // The var interned there (not one that is merely referred to); null when there is none.
  VarInfo* find_var(rt::Borrowed ns, std::string_view name);
  VarInfo* find_var(std::string_view ns, std::string_view name);
  VarInfo* info(rt::Borrowed var);
  // The var of that name in the current namespace, made if need be; null: an exception is pending.
  VarInfo* intern(std::string_view name);
  void import_class(std::string_view simple, std::string_view full);
  // Full name of an imported class or of one that is always imported; empty when unknown.
  std::string class_name(std::string_view simple) const;
  // The class object, by simple or full name; nil when there is none.
  rt::Owned find_class(std::string_view name) const;
  // The same; for the name of a class that the runtime does not know (imported, of java.lang, or written out with its package) a class
  // that has no instances. nil: the name cannot be a class's.
  rt::Owned class_or_stand_in(std::string_view name);
  // Simple names of classes that may be meant: imported here, or known to all.
  std::vector<std::string> class_names() const;
  // Is it a class that has no instances?
  bool is_stand_in(rt::Borrowed value) const;
  // Those that are not linked in: the program's own.
  std::vector<std::string> program_namespaces() const;
  // All namespaces but the library's own inner ones; sorted.
  std::vector<std::string> all_namespaces() const;
  bool has_public(std::string_view ns, std::string_view name) const;
  std::vector<std::string> aliases() const;                                     // of the current namespace
  std::string alias_of(std::string_view ns) const;                              // in the current namespace; empty: none
  // A type, record or interface that a form made: imported into the current namespace; its members are known from now on.
  void add_user_class(std::string_view simple, std::string_view full, rt::Borrowed type);
  // Does the interface, made by a program, or one that it extends declare a method of that name?
  // Notes the classes that the linked library has.
  void note_linked_classes();
  void note_members(rt::Borrowed type);
  static bool declares(rt::Borrowed interface, std::string_view method);
  const std::set<std::string, std::less<>>& member_names() const { return member_names_; }
  bool is_member_name(const std::string& name) const { return member_names_.count(name) != 0; }
  // Names that could have been meant where `ns` stands (empty: unqualified).
  std::vector<std::string> visible_names(std::string_view ns) const;

 private:
  // Gives a var of clojure.core a value for the macros that run in this process.
  void tell_macros(std::string_view var_name, rt::Owned value) const;
  rt::Owned core_var(std::string_view name) const;

  std::unordered_map<abi::Word, VarInfo*> infos_;
  std::map<std::string, std::vector<VarInfo::Wrapper>, std::less<>> library_wrappers_;
  std::map<std::string, std::map<std::string, std::string, std::less<>>, std::less<>> imports_;
  std::map<std::string, rt::Owned, std::less<>> stand_ins_;        // full name -> class object
  std::set<std::string, std::less<>> linked_, compiled_;
  std::map<std::string, rt::Owned, std::less<>> user_classes_;     // by full name: what the program and linked libraries made
  std::set<std::string, std::less<>> member_names_;      // of methods and fields of users' classes
  Program* program_ = nullptr;
  rt::Owned current_;
  std::string current_name_;
};

}  // namespace slisp::analyzer
