// macro_host.hpp: what the analyzer needs of whoever runs code at compile time. The evaluator implements it.
#pragma once
#include "src/analyzer/ast.hpp"
#include <span>

namespace slisp::analyzer {

class MacroHost {
 public:
  virtual ~MacroHost() = default;

  // Calls the macro: &form, &env, then the arguments. failed(): an exception is pending.
  virtual rt::Owned call_macro(VarInfo& macro, std::span<rt::Owned> arguments) = 0;

  // A top-level form has been analyzed. What of it later expansions may need is evaluated or remembered.
  // False: it had to be evaluated now and failed; an exception is pending.
  virtual bool top_level(TopLevel& form) = 0;

  // Evaluates a form that was analyzed; failed(): an exception is pending.
  virtual rt::Owned evaluate(const TopLevel& form) = 0;

  // All forms told of so far have been run by other means (the prompt runs each before it reads the next).
  virtual void forms_were_run() = 0;

  // Nothing walks any more what was evaluated at top level.
  virtual void forget_top_level() {}
  // Threads take turns with the tree and all tables of the compiler; a thread may take its turn several times over.
  virtual void take_turn() {}
  virtual void give_turn() {}

  // Where the last failure arose in code that the host ran; unknown when that was native code.
  virtual Span failure_span() const = 0;
};

}  // namespace slisp::analyzer
