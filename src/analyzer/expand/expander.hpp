// expander.hpp: the class behind Analyzer. Its methods stand in one file per idea:
//   expander.cpp    dispatch on forms, spans, nesting         errors.cpp       problems in words
//   scope.cpp       locals, frames, captures, recur targets   symbols.cpp      what a symbol means
//   macros.cpp      macro calls                               literals.cpp     constants, quote, collections
//   specials.cpp    if do let* loop* recur throw set! var     def.cpp fn.cpp try.cpp case.cpp
//   interop.cpp     host names -> vars of slisp.host          runtime_calls.cpp  (rt/NAME ...)
//   types.cpp       deftype* reify* interface*                fields.cpp       fields within methods
//   members.cpp     (.member x), constructors, static members of users' types
//   namespaces.cpp  ns, require, refer, import                loading.cpp      files and roots
//   top_level.cpp   forms at top level            calls.cpp        calls that cannot succeed
//   suggestions.cpp what could have been meant    evaluate.cpp     eval while compiling
//   primitives.cpp  what the JVM computes unboxed
// A method that returns null (or false) has reported why.
#pragma once
#include "src/analyzer/expand/analyzer.hpp"
#include "src/analyzer/expand/form_state.hpp"
#include "src/analyzer/expand/forms.hpp"
#include "src/reader/span_table.hpp"
#include <map>
#include <set>
#include <span>
#include <unordered_map>

namespace slisp::analyzer {

using Items = std::vector<Borrowed>;

// Where a form stands: may a recur stand here?
enum class Place : std::uint8_t { Value, Tail };

// Is a method part of fn*, or of a type?
enum class MethodKind : std::uint8_t { Function, OfType };

class Expander : private FormState {
 public:
  Expander(Session& session, MacroHost& host);

  // loading.cpp
  bool analyze_main(const reader::SourceFile& file, Program& program);
  bool analyze_namespace(const std::string& name, Program& program);
  bool analyze_text(const reader::SourceFile& file, Program& program);
  bool analyze_form(Borrowed form, Program& program);
  // evaluate.cpp: for the program that runs in this process, macros included; failed(): an exception is pending
  Owned evaluate_form(Borrowed form);
  Owned evaluate_text(Borrowed text, Borrowed name);
  Owned load_library(Borrowed name, bool again);
  void program_runs() { running_ = true; }
  const reader::SourceFile* open_file(const std::string& path, Span from, std::string name = {});
  reader::ReaderOptions reader_options(std::uint32_t file);
  bool enter_namespace(std::string_view name);
  const std::vector<std::string>& library_namespaces() const { return library_namespaces_; }
  const std::vector<std::pair<std::string, std::string>>& library_requires() const { return library_requires_; }
  const std::vector<std::string>& files() const { return files_; }
  const std::vector<std::string>& absent_files() const { return absent_; }
  Environment& environment() { return environment_; }
  Session& session() { return session_; }

 private:
  friend struct ReaderHooks;
  friend struct TagHooks;
  using Special = Node* (Expander::*)(Borrowed form, const Items& items, Place place);

  // loading.cpp
  void find_data_readers();
  Owned read_tagged(const std::string& tag, Owned form);
  Owned read_evaluated(Borrowed form);
  void use(Program& program);
  bool analyze_file(const reader::SourceFile& file);
  bool analyze_forms(const reader::SourceFile& file);
  void note_unreadable(const reader::ReadError& error, std::string_view text);
  bool analyze_separately(const std::string& name, Program& program);
  bool load_namespace(const std::string& name, Span from);
  bool include_file(const Items& items);
  void note_library_file(const reader::SourceFile& file);
  std::string find_file(const std::vector<std::string>& roots, const std::string& relative);
  std::vector<std::string> all_roots() const;
  bool can_load(const std::string& name);
  std::string find_source(const std::string& name, Span from, std::string& relative);
  void set_main_root(const std::string& ns_name);
  bool refer_core();
  void note_library_namespace(const std::string& name);

  // top_level.cpp
  bool top_level(Borrowed form);
  bool top_level_form(Borrowed form);
  void note_failed_definition(Borrowed form);
  void note_macro_flag(const Items& items);
  bool top_level_head(Borrowed form, const Items& items, bool& handled);
  bool finish_top_level(Node* node);

  // expander.cpp
  Node* analyze(Borrowed form, Place place);
  Node* analyze_call_form(Borrowed form, Place place);
  Node* analyze_invoke(const Items& items);
  bool analyze_all(const Items& items, std::size_t from, std::vector<Node*>& out);
  Node* analyze_body(const Items& items, std::size_t from, Place place);
  Span narrow(Borrowed form) const;
  bool is_written(Borrowed form) const;          // in the source, within the form at hand: no macro made it
  // The form as a List: other seqs are walked into one, which lives until the top-level form is done.
  bool as_list(Borrowed form, Borrowed& list);
  Special find_special(Borrowed head) const;
  template <class T, class... A> T* make(A&&... arguments) { return program_->arena.make<T>(span_, std::forward<A>(arguments)...); }
  Node* nil_node() { return make<ConstNode>(Owned()); }

  // scope.cpp
  Local* bind(Borrowed symbol, LocalKind kind);
  void bind_self(Borrowed symbol, FnNode* fn, Local* local);
  Local* find_local(Borrowed symbol);
  ScopeEntry* find_entry(Borrowed symbol);
  void leave_scope(std::size_t size);
  static void add_capture(FnNode* fn, Local* local);
  Owned local_environment();
  std::uint32_t take_frame_index();
  FnNode* current_fn() const { return context_ ? context_->fn : nullptr; }

  // symbols.cpp
  Node* analyze_symbol(Borrowed symbol);
  enum class Meaning : std::uint8_t { Nothing, Var, Class, Reported };
  struct Resolved {
    Meaning meaning = Meaning::Nothing;
    VarInfo* var = nullptr;
    Owned class_object;
  };
  Resolved resolve(Borrowed symbol, bool private_too = false);
  Node* unresolved(Borrowed symbol);
  Node* var_reference(VarInfo* var);

  // suggestions.cpp
  std::string near_hint(std::string_view name) const;
  std::string elsewhere_hint(std::string_view name) const;
  std::string namespace_hint(std::string_view ns, std::string_view name) const;
  std::string near_namespace(const std::string& name, const std::vector<std::string>& roots) const;
  std::uint32_t line_of_later_definition(std::string_view name) const;

  // macros.cpp
  enum class Expansion : std::uint8_t { NotMacro, Expanded, Failed };
  Expansion expand_macro(Borrowed form, const Items& items, Owned& expansion);
  Owned form_with_position(Borrowed form);
  bool expand_quoted(Borrowed head, Borrowed argument, Owned& result);
  Node* eval_of_constant(Borrowed head, Borrowed argument);

  // literals.cpp
  Node* analyze_literal(Borrowed form);
  Node* analyze_vector(Borrowed form);
  Node* analyze_map(Borrowed form);
  Node* analyze_set(Borrowed form);
  Node* with_literal_metadata(Node* node, Borrowed form);
  bool constant(Borrowed form, Owned& out);
  bool constant_parts(Borrowed form, Owned& out);
  Node* special_quote(Borrowed form, const Items& items, Place place);

  // specials.cpp
  Node* special_if(Borrowed form, const Items& items, Place place);
  Node* special_do(Borrowed form, const Items& items, Place place);
  Node* special_let(Borrowed form, const Items& items, Place place);
  Node* special_loop(Borrowed form, const Items& items, Place place);
  Node* special_recur(Borrowed form, const Items& items, Place place);
  Node* special_throw(Borrowed form, const Items& items, Place place);
  Node* special_var(Borrowed form, const Items& items, Place place);
  Node* special_set(Borrowed form, const Items& items, Place place);
  Node* special_misplaced(Borrowed form, const Items& items, Place place);

  // compiler_settings.cpp
  bool compiler_setting(Borrowed symbol, Borrowed value);
  bool unchecked_call(const Items& items, Owned& made);
  bool check_bindings(Borrowed name, const Items& items, Items& bindings);

  // def.cpp, fn.cpp, try.cpp, case.cpp
  Node* special_def(Borrowed form, const Items& items, Place place);
  Node* def_metadata(Borrowed symbol, Borrowed docstring);
  void note_function(VarInfo& var, const FnNode& fn);
  Node* special_fn(Borrowed form, const Items& items, Place place);
  bool fn_methods(FnNode* fn, const Items& items, std::size_t from);
  bool fn_method(FnNode* fn, Borrowed form, const Items& items, MethodKind kind = MethodKind::Function);
  static bool has_primitive_hints(Borrowed parameters);
  Node* converting_body(FnMethod& method, const Items& items);
  bool check_methods(FnNode* fn);
  Node* special_letfn(Borrowed form, const Items& items, Place place);
  Node* special_try(Borrowed form, const Items& items, Place place);
  bool catch_clause(TryNode* node, Borrowed form, const Items& items);
  Node* special_case(Borrowed form, const Items& items, Place place);

  // evaluate.cpp
  template <class Run> Owned evaluate_aside(Run run);
  bool finish_evaluated(Node* node);
  Owned throw_problem(Problem problem, const std::string& what);
  void note_problem(std::string_view phase, std::string_view code, const std::string& what, Owned cause);
  void place_problem(Problem& problem) const;
  void wrap_thrown(std::string_view symbol);
  bool acts_while_running() const { return evaluating_ && running_; }

  // calls.cpp
  void note_call(const InvokeNode& node);
  void note_local_function(const Local* local, Node* init);
  void check_calls();
  void wrong_arity(const std::string& name, std::size_t given, const std::string& takes, std::string hint,
                   std::vector<reader::DiagnosticNote> notes);

  // primitives.cpp
  void note_primitive(const Local* local, const Node* init);
  Primitive primitive_of(const Node& node) const;
  Node* loop_value(Node* value);                          // what a local of a loop is given, and a case tests: of an int a long
  Primitive primitive_of_call(const VarInfo& var, const std::vector<Node*>& arguments) const;
  Node* primitive_division(const VarInfo& var, const std::vector<Node*>& arguments);

  // pairs.cpp
  Node* in_pairs(InvokeNode* node);

  // interop.cpp
  Node* special_dot(Borrowed form, const Items& items, Place place);
  Node* special_new(Borrowed form, const Items& items, Place place);
  Node* member_call(Borrowed target, std::string_view member, const Items& items, std::size_t from, bool field);
  Node* host_call(const std::string& name, const std::string& description, Node* first, const Items& items, std::size_t from);
  Node* new_instance(std::string_view class_name, const Items& items, std::size_t from);
  VarInfo* host_var(const std::string& name);
  bool names_class(std::string_view name) const;
  bool has_members(std::string_view name) const;
  Owned class_named(std::string_view name);
  std::nullptr_t unknown_class(const std::string& name);
  Node* refuse(std::string what, std::string hint, std::vector<Node*> arguments);
  Node* made_field(std::string_view class_name, std::string_view member);
  Node* static_member(Borrowed symbol, bool& is_host);

  // types.cpp
  Node* special_deftype(Borrowed form, const Items& items, Place place);
  Node* special_reify(Borrowed form, const Items& items, Place place);
  Node* special_interface(Borrowed form, const Items& items, Place place);
  struct MethodForms {
    Borrowed name;
    std::vector<std::pair<Borrowed, Items>> arities;     // the form, then parameters and body
  };
  struct Field {
    Borrowed name;
    bool is_mutable;
  };
  bool type_interfaces(Borrowed vector, std::vector<Owned>& interfaces);
  bool type_methods(const Items& items, std::size_t from, std::vector<MethodForms>& methods);
  bool check_declared(const std::vector<Owned>& interfaces, const std::vector<MethodForms>& methods);
  FnNode* type_method(const MethodForms& method, const std::string& type_name, Borrowed type, std::span<const Field> fields);
  Owned make_class(const std::string& name, std::span<Owned> interfaces, std::span<Owned> fields, std::span<Owned> methods, std::int64_t flags);

  // fields.cpp
  void bind_field(const Field& field, std::uint32_t index, FnNode* home);
  Node* field_reference(const ScopeEntry& entry);
  Node* field_assignment(const ScopeEntry& entry, Borrowed symbol, Borrowed value);
  bool collects_fields(std::vector<FieldCapture>& fields);
  Node* close_over_fields(Node* node, std::vector<FieldCapture>& fields);
  Node* constant_index(std::int64_t index);

  // members.cpp
  Owned user_class(std::string_view name);
  KnownType known_type(Node* object, Borrowed form);
  KnownType hinted_type(Borrowed form);
  VarInfo* host_helper(const char* name);
  bool member_comes_later(std::string_view name) const;
  std::int64_t field_index(Borrowed type, std::string_view name);
  bool has_host_class(const Node* object, Borrowed form);
  void note_type(Local* local, Borrowed symbol, Node* init);
  Node* new_object(Borrowed type, const Items& items, std::size_t from);
  Node* type_static(Borrowed type, std::string_view member, const Items& items, std::size_t from, bool& known);
  Node* ask_member(Node* object, const std::string& name, const Items& items, std::size_t from, bool field, VarInfo* host);
  Node* known_field(Node* object, const KnownType& known, std::int64_t index, std::string_view name);
  Node* member_assignment(const Items& target, Borrowed value);
  Node* static_assignment(std::string_view class_name, std::string_view member, Borrowed value);
  struct Kept;

  // runtime_calls.cpp
  bool is_runtime_call(Borrowed head) const;
  Node* runtime_call(const Items& items);

  // namespaces.cpp
  bool form_ns(Borrowed form, const Items& items);
  bool form_in_ns(const Items& items);
  void enter_when_run();
  bool form_require(const Items& items, bool use);
  bool form_refer(const Items& items);
  bool form_refer_core(const Items& items, std::size_t from);
  bool form_import(const Items& items);
  bool form_alias(const Items& items);
  bool nested_namespace_form(const Items& items, Node*& node);
  Node* missing_namespace(const std::string& name);
  void note_namespace_call(std::string_view function, const Items& items);
  bool form_load(const Items& items);
  bool form_load_file(const Items& items);
  bool load_part(const std::string& path);
  bool add_alias(const std::string& alias, Borrowed ns);
  bool require_spec(Borrowed spec, bool use, std::string_view prefix);
  bool require_library(Borrowed symbol, const Items& options, bool use, std::string_view prefix);
  struct Filter {
    bool all = false;
    std::vector<std::string> only;
    std::set<std::string, std::less<>> exclude;
    std::map<std::string, std::string, std::less<>> rename;
  };
  bool read_filter(const Items& options, Filter& filter, std::string& alias, bool& only_alias, bool use);
  bool refer_names(const std::string& name, Borrowed ns, const Filter& filter);
  bool import_spec(Borrowed spec);
  bool quoted(Borrowed form, Borrowed& inside) const;

  // errors.cpp
  std::nullptr_t error(std::string_view code, std::string what, std::string why = {}, std::string hint = {});
  std::vector<reader::DiagnosticNote> notes_here() const;
  void warning(std::string_view code, std::string what, std::string why, std::string hint = {});
  std::nullptr_t error_at(Borrowed form, std::string_view code, std::string what, std::string why = {}, std::string hint = {});
  bool exception_is(std::string_view class_name) const;
  // Takes the pending exception and tells of it.
  std::nullptr_t pending_error(std::string_view code, const std::string& before, std::string why,
                               std::vector<reader::DiagnosticNote> notes = {});
  std::string take_exception_text();

  Session& session_;
  Environment& environment_;
  MacroHost& host_;
  Program* program_ = nullptr;
  reader::SpanTable prompt_spans_;               // of texts that the caller reads
  reader::SpanTable* spans_ = &prompt_spans_;    // of the top-level form at hand; each file that is being read has its own
  Owned features_;
  Span span_;                                    // of the form at hand
  std::size_t nesting_ = 0;
  std::map<std::string, std::uint32_t> reify_count_;      // by namespace, for the names of classes

  // Calls whose callee may still be defined again: looked at when the whole program is known.
  struct Call {
    Span span;
    std::vector<reader::DiagnosticNote> notes;
    const VarInfo* var;                          // one of the two
    const Local* local;
    std::size_t given;
  };
  std::vector<Call> calls_;
  std::set<std::string, std::less<>> told_classes_;
  std::set<const VarInfo*> failed_definitions_;  // told of; what fails for want of them is not
  std::map<const Local*, const FnNode*> local_functions_;
  std::set<const VarInfo*> mentioned_;           // as #'x: whoever has a var may give it another function
  bool unchecked_math_ = false;                  // *unchecked-math* of the file at hand

  std::map<std::string, std::string, std::less<>> data_readers_;   // tag -> name of a var
  bool running_ = false;                         // the program runs: what is evaluated now is no part of it
  std::deque<std::unique_ptr<Program>> run_programs_;   // trees of what eval has made and functions still walk
  Program run_vars_;                             // has the VarInfos of what eval defines
  std::vector<std::string> loading_parts_;       // paths that load is reading
  bool from_try_ = false;                        // a namespace without a file is no error
  std::vector<std::string> loading_;             // namespaces whose files are being read, outermost first
  std::set<std::string, std::less<>> loaded_;
  std::set<std::string, std::less<>> not_required_;   // aliases, namespaces and names that a failed require would have brought
  std::vector<std::string> library_namespaces_, files_;
  std::vector<std::pair<std::string, std::string>> library_requires_;   // while the library is built: a namespace, one that it requires
  std::vector<std::string> absent_;              // places where a source was looked for in vain
  std::uint32_t main_file_ = 0;
  std::set<std::uint32_t> library_files_;        // ids of the files that may say rt/NAME
  std::set<std::string, std::less<>> library_macros_;   // namespaces that such files define
  std::vector<std::string> roots_;               // of the main file; -I and the library's come after
  std::string main_path_;                        // until the main file's ns form was seen
  const reader::SourceFile* file_ = nullptr;     // being read
  std::int64_t next_number_ = 0;                 // of x# and % in a namespace that is a program of its own; 0: gensym's counter serves
  bool separate_namespaces_ = false;             // analyze_namespace: each namespace is a program of its own
  std::map<std::string, std::unique_ptr<Program>> required_first_;   // those that others required before they were asked for
};

// Sets a variable for a block.
template <class T> class Restore {
 public:
  Restore(T& place, T value) : place_(place), old_(std::move(place)) { place_ = std::move(value); }
  ~Restore() { place_ = std::move(old_); }
  Restore(const Restore&) = delete;
  Restore& operator=(const Restore&) = delete;

 private:
  T& place_;
  T old_;
};

}  // namespace slisp::analyzer
