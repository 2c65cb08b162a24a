// ast.hpp: the abstract syntax tree.
//
// Three floors work on it, each filling more of it:
//   expand/    forms -> AST: namespaces, macro expansion, name resolution, scopes. Nodes as Clojure's special forms.
//   optimize/  AST -> AST.
//   annotate/  A-normal form (arguments of calls, literals, tests are Const, LocalRef or VarRef only; everything else is bound by
//              Let), captures, then liveness and ownership: every LocalRef is marked with its Use, every branch lists what it
//              releases at its start.
// The evaluator runs the tree as expand/ leaves it.
#pragma once
#include "runtime/abi/functions.hpp"
#include "runtime/value.hpp"
#include "src/reader/span.hpp"
#include <cstdint>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace slisp::reader {
struct Diagnostic;
}

namespace slisp::analyzer {

using reader::Span;

struct Node;
struct FnNode;
struct FnMethod;
struct DefNode;

enum class LocalKind : std::uint8_t {
  Parameter, Rest, Let, Loop, Catch, LetFn, Self, Temporary,
  Field,                                 // expand/: a field of a deftype within its methods; reads become runtime calls
  Captured,                              // annotate: a captured value inside the function; the closure keeps it alive
  Sibling                                // annotate: inside a function of a LetFn, another (or the same) one, made from the own captures
};

// A local name; one object per binding, so identity is resolution.
struct Local {
  std::uint32_t id = 0;                  // unique within its top-level form
  std::string name;                      // as written (without namespace); temporaries have an empty name
  LocalKind kind = LocalKind::Let;
  Span span;
  FnMethod* owner = nullptr;             // the method whose frame holds it; null at top level
  std::uint32_t frame_index = 0;         // expand/: index in that frame, for the evaluator
  bool captured = false;                 // some inner function uses it
  FnNode* sibling = nullptr;             // annotate: of kind Sibling: which function
};

// What a LocalRef does with the count (annotate/ownership).
enum class Use : std::uint8_t {
  Unmarked,
  Move,    // the last use: the count goes along
  Copy,    // a new count is made; the local stays
  Borrow,  // the reader only looks; the local stays alive until after the call
};

// A var as the compiler knows it. One per namespace-qualified name and compilation.
struct VarInfo {
  std::string ns, name;
  rt::Owned object;                      // the runtime's Var (root: what compile-time evaluation made of it)
  bool dynamic = false, macro = false, is_private = false, redef = false, declared_only = false;
  std::vector<DefNode*> definitions;     // in program order; empty for library vars that are linked in
  bool from_library = false;             // defined by a linked-in library: symbols by name (compiler/symbols.hpp)
  bool open = false;                     // closed world: false when the value is a constant
  // Known arities of a function, for direct calls and for arity errors; from the definition or from the library's index.
  bool is_function = false;
  std::uint32_t fixed_arities = 0;       // bit n
  int variadic_fixed = -1;               // -1: not variadic
  // Bit n: the method of n parameters is just (rt/f p0 ... pn-1): calls become that runtime call.
  struct Wrapper { std::uint8_t arity; abi::RuntimeFunctionId function; };
  std::vector<Wrapper> wrappers;
};

enum class NodeKind : std::uint8_t {
  Const, LocalRef, VarRef, TheVar, If, Do, Let, Loop, Recur, Fn, LetFn, Invoke, RuntimeCall,
  VectorLiteral, MapLiteral, SetLiteral, Def, SetVar, Throw, Try, Case, Type
};

// The body of a function stands in the place of its call: traces name the function, and then the place of the call.
struct Inlined {
  std::string function;
  Span call;
  const Inlined* outer;                  // where the call itself stands, or null: in the function that is being compiled
};

struct Node {
  explicit Node(NodeKind k, Span s) : kind(k), span(s) {}
  virtual ~Node() = default;
  NodeKind kind;
  Span span;                             // of the form; of the macro call for forms that a macro made
  const Inlined* inlined = nullptr;      // optimize/: the function that it was written in, when it was taken out of it
};

struct ConstNode : Node {                // nil, numbers, strings, keywords, quoted data, class objects, regexes, ()
  static constexpr NodeKind k_kind = NodeKind::Const;
  ConstNode(Span s, rt::Owned v) : Node(k_kind, s), value(std::move(v)) {}
  rt::Owned value;
};
struct LocalRefNode : Node {
  static constexpr NodeKind k_kind = NodeKind::LocalRef;
  LocalRefNode(Span s, Local* l) : Node(k_kind, s), local(l) {}
  Local* local;
  Use use = Use::Unmarked;
};
struct VarRefNode : Node {               // the var's value
  static constexpr NodeKind k_kind = NodeKind::VarRef;
  VarRefNode(Span s, VarInfo* v) : Node(k_kind, s), var(v) {}
  VarInfo* var;
};
struct TheVarNode : Node {               // #'x
  static constexpr NodeKind k_kind = NodeKind::TheVar;
  TheVarNode(Span s, VarInfo* v) : Node(k_kind, s), var(v) {}
  VarInfo* var;
};
struct IfNode : Node {
  static constexpr NodeKind k_kind = NodeKind::If;
  IfNode(Span s, Node* c, Node* t, Node* e) : Node(k_kind, s), test(c), then(t), otherwise(e) {}
  Node* test;
  Node* then;
  Node* otherwise;                       // never null
  std::vector<Local*> release_then, release_otherwise;   // annotate: dead on entry to that branch
};
struct DoNode : Node {                   // value of the last; never empty
  static constexpr NodeKind k_kind = NodeKind::Do;
  explicit DoNode(Span s) : Node(k_kind, s) {}
  std::vector<Node*> body;
};
struct Binding {
  Local* local;
  Node* init;
  bool unused = false;                   // annotate: nobody reads it; released at once
};
struct LetNode : Node {
  static constexpr NodeKind k_kind = NodeKind::Let;
  explicit LetNode(Span s) : Node(k_kind, s) {}
  std::vector<Binding> bindings;         // sequential, as let*
  Node* body = nullptr;
};
struct LoopNode : Node {
  static constexpr NodeKind k_kind = NodeKind::Loop;
  explicit LoopNode(Span s) : Node(k_kind, s) {}
  std::vector<Binding> bindings;
  Node* body = nullptr;
  bool stands_for_calls = false;         // optimize/: as those would, it asks at its start whether the thread is to go on
  std::vector<Local*> release_entry;     // annotate: loop locals that the body never uses
};
struct RecurNode : Node {
  static constexpr NodeKind k_kind = NodeKind::Recur;
  explicit RecurNode(Span s) : Node(k_kind, s) {}
  LoopNode* loop = nullptr;              // exactly one of the two is set
  FnMethod* method = nullptr;            // of a variadic method the last argument is the rest seq
  std::vector<Node*> arguments;
  std::vector<Local*> release;           // annotate: locals of inner scopes still held when jumping
};
struct FnMethod {
  FnNode* fn = nullptr;
  std::vector<Local*> parameters;        // fixed
  Local* rest = nullptr;                 // after &
  Node* body = nullptr;
  Span span;
  std::uint32_t frame_size = 0;          // expand/: locals in the frame, for the evaluator
  std::vector<Local*> release_entry;     // annotate: parameters never used
};
struct Capture {
  Local* outer;                          // in the enclosing frame
  Local* inner;                          // the same name inside (annotate: the body refers to this one)
  Use use = Use::Copy;                   // how the closure takes it from the enclosing frame
};
struct FnNode : Node {
  static constexpr NodeKind k_kind = NodeKind::Fn;
  explicit FnNode(Span s) : Node(k_kind, s) {}
  std::string name;                      // for traces, printing: "ns/outer/name"
  Local* self = nullptr;                 // (fn name [...]): refers to the closure itself
  std::vector<std::unique_ptr<FnMethod>> methods;   // fixed ones by arity, the variadic one last
  std::vector<Capture> captures;         // annotate: in order of first use; all functions of a LetFn share one list
  bool once = false;                     // ^{:once true}: runs at most once, captures may move out
  Node* metadata = nullptr;              // literal metadata of the fn form, or null
};
struct LetFnNode : Node {                // mutually recursive functions
  static constexpr NodeKind k_kind = NodeKind::LetFn;
  explicit LetFnNode(Span s) : Node(k_kind, s) {}
  struct Member {
    Local* local;
    FnNode* fn;
    bool unused = false;                 // annotate: the body never refers to it
  };
  std::vector<Member> members;
  Node* body = nullptr;
};
struct InvokeNode : Node {
  static constexpr NodeKind k_kind = NodeKind::Invoke;
  explicit InvokeNode(Span s) : Node(k_kind, s) {}
  Node* callee = nullptr;
  std::vector<Node*> arguments;
  std::vector<Local*> release_after;     // annotate: borrowed arguments that die with this call
};
struct RuntimeCallNode : Node {          // a row of the runtime-function table
  static constexpr NodeKind k_kind = NodeKind::RuntimeCall;
  RuntimeCallNode(Span s, abi::RuntimeFunctionId f) : Node(k_kind, s), function(f) {}
  abi::RuntimeFunctionId function;
  std::vector<Node*> arguments;          // without `block` parameters: those are built by lowering only
  std::vector<Local*> release_after;     // annotate: borrowed arguments that die with this call
};
struct CollectionNode : Node {           // VectorLiteral, MapLiteral (k v k v ...), SetLiteral with some non-constant item
  CollectionNode(NodeKind k, Span s) : Node(k, s) {}
  std::vector<Node*> items;
};
struct DefNode : Node {
  static constexpr NodeKind k_kind = NodeKind::Def;
  DefNode(Span s, VarInfo* v) : Node(k_kind, s), var(v) {}
  VarInfo* var;
  Node* init = nullptr;                  // null: (def x) / declare
  Node* metadata = nullptr;              // map expression, or null
};
struct SetVarNode : Node {               // (set! *x* v)
  static constexpr NodeKind k_kind = NodeKind::SetVar;
  SetVarNode(Span s, VarInfo* v, Node* x) : Node(k_kind, s), var(v), value(x) {}
  VarInfo* var;
  Node* value;
};
struct ThrowNode : Node {
  static constexpr NodeKind k_kind = NodeKind::Throw;
  ThrowNode(Span s, Node* v) : Node(k_kind, s), value(v) {}
  Node* value;
  // Stands for something that slisp does not offer: an error of the program where code that can be reached comes here.
  std::shared_ptr<const reader::Diagnostic> refusal;
};
struct TryNode : Node {
  static constexpr NodeKind k_kind = NodeKind::Try;
  explicit TryNode(Span s) : Node(k_kind, s) {}
  struct Catch {
    rt::Owned exception_class;           // class object
    Local* local;
    Node* body;
    std::vector<Local*> release;         // annotate: dead on entry to the handler (may include `local`)
  };
  Node* body = nullptr;
  std::vector<Catch> catches;
  Node* finally = nullptr;               // or null
  // annotate: what handlers find alive (bound outside the try), and what dies when the body ends normally.
  std::vector<Local*> keep_catch, keep_finally, release_normal;
};
struct CaseNode : Node {
  static constexpr NodeKind k_kind = NodeKind::Case;
  explicit CaseNode(Span s) : Node(k_kind, s) {}
  struct Clause {
    std::vector<rt::Owned> constants;
    Node* body;
    std::vector<Local*> release;         // annotate: dead on entry to the clause
  };
  Node* test = nullptr;
  std::vector<Clause> clauses;
  Node* otherwise = nullptr;             // never null
  std::vector<Local*> release_otherwise;
};

// deftype*: gives a class its methods. The class itself, with its fields and interfaces, is made when the form is analyzed: what comes
// after refers to it as a constant.
struct TypeNode : Node {
  static constexpr NodeKind k_kind = NodeKind::Type;
  TypeNode(Span s, rt::Owned t) : Node(k_kind, s), type(std::move(t)) {}
  rt::Owned type;                        // class object
  std::vector<FnNode*> methods;          // one per name, all its arities; without captures
  std::vector<std::string> names;        // of the methods
};

template <class T> T* as(Node* node) { return node->kind == T::k_kind ? static_cast<T*>(node) : nullptr; }
template <class T> const T* as(const Node* node) { return node->kind == T::k_kind ? static_cast<const T*>(node) : nullptr; }
inline CollectionNode* as_collection(Node* n) {
  return n->kind == NodeKind::VectorLiteral || n->kind == NodeKind::MapLiteral || n->kind == NodeKind::SetLiteral
             ? static_cast<CollectionNode*>(n) : nullptr;
}

// Owns nodes and locals.
class Arena {
 public:
  template <class T, class... A> T* make(A&&... arguments) {
    auto node = std::make_unique<T>(std::forward<A>(arguments)...);
    T* raw = node.get();
    nodes_.push_back(std::move(node));
    return raw;
  }
  Local* local() { locals_.emplace_back(); locals_.back().id = static_cast<std::uint32_t>(locals_.size()); return &locals_.back(); }
  const Inlined* inlined(Inlined place) { return &inlined_.emplace_back(std::move(place)); }

 private:
  std::deque<std::unique_ptr<Node>> nodes_;
  std::deque<Local> locals_;
  std::deque<Inlined> inlined_;
};

// One top-level form, analyzed.
struct TopLevel {
  Node* node;
  std::string ns;                        // current namespace
  std::uint32_t frame_size = 0;          // locals outside functions, for the evaluator
};

// A whole program (or library): its forms in execution order.
struct Program {
  Arena arena;
  std::deque<TopLevel> forms;
  std::string main_ns;                   // namespace of the main file
  VarInfo* main = nullptr;               // its -main, or null
  const std::set<std::string, std::less<>>* member_names = nullptr;   // of methods and fields of all users' types; the session's
  std::deque<std::unique_ptr<VarInfo>> vars;
};

}  // namespace slisp::analyzer
