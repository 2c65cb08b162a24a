// evaluation.hpp: who evaluates forms in this process.
#pragma once
#include "runtime/api.hpp"

namespace slisp::rt {

// What the evaluator offers; failed(): an exception is pending. `context` is what was given along with it.
struct Evaluation {
  Owned (*form)(void* context, Borrowed form);                          // in the namespace that *ns* says
  Owned (*text)(void* context, Borrowed text, Borrowed name);           // all forms of a text; name: a string for messages, or nil
  Owned (*library)(void* context, Borrowed name, bool again);           // true: the namespace (symbol) or part (string) is there now; false: no file
};

// The compiler says so when it starts, and the evaluator of a program that carries one; other executables have nobody.
void set_evaluation(const Evaluation* evaluation, void* context);

}  // namespace slisp::rt
