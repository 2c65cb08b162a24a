// callee.hpp: functions that are known where they are handed on.
#pragma once
#include "src/analyzer/optimize/tree_builder.hpp"

namespace slisp::analyzer {

// A function as an argument: what is known of it.
struct Callee {
  enum class Kind : std::uint8_t {
    Literal,     // (fn [x] ...): its body takes the place of the call
    Var,         // of a function that nothing redefines
    Keyword,
    Value,       // anything else, in a local
    Composed,    // comp: the parts from left to right
    Partial,     // one part, and the arguments it has got
    Complement,  // one part
  };
  Kind kind = Kind::Value;
  Node* node = nullptr;                  // Literal: the fn; Var, Keyword, Value: an expression without effect
  std::vector<Callee> parts;
  std::vector<Node*> given;              // Partial: constants and locals

  bool known() const;
};

// Whether `node` is a call of this function of clojure.core, which nothing redefines, and with how many arguments.
InvokeNode* core_call(Node* node, std::string_view name);
bool is_core(const VarInfo& var, std::string_view name);

// What stands in `slot`, which is called with `arity` arguments. What must be computed goes to `bindings`, and a local into its place.
Callee take_callee(Node*& slot, std::size_t arity, std::vector<Binding>& bindings, TreeBuilder& builder);
// The same for any value: a constant, a local or a var that does not change.
void take_value(Node*& slot, std::vector<Binding>& bindings, TreeBuilder& builder);
Node* again(Node* simple, TreeBuilder& builder);           // another mention of what take_value left

// The call. Bodies of literals are copied: the callee can be applied any number of times.
Node* apply_callee(const Callee& callee, std::vector<Node*> arguments, TreeBuilder& builder);

// ---- what this is made of
// The method of that many parameters, or null.
FnMethod* method_for(const FnNode& fn, std::size_t arity);
// Nodes at and below this one; stops counting behind `most`.
std::size_t count_nodes(Node* node, std::size_t most);
// Small enough, and nothing in it needs the function itself.
bool can_be_placed(const FnNode& fn, std::size_t arity);
// The body, a copy of it, in the place of a call.
Node* place_function(const FnNode& fn, std::vector<Node*> arguments, TreeBuilder& builder);

}  // namespace slisp::analyzer
