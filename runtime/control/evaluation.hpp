// evaluation.hpp: who evaluates forms in this process.
#pragma once
#include "runtime/api.hpp"

namespace slisp::rt {

// Evaluates a form in the current namespace; failed(): an exception is pending. `context` is what was given along with it.
using Evaluate = Owned (*)(void* context, Borrowed form);

// The compiler says so when it starts; an executable has nobody.
void set_evaluate(Evaluate evaluate, void* context);

}  // namespace slisp::rt
