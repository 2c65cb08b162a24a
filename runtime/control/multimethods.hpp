// multimethods.hpp: isa? over a hierarchy map, and the choice of a method.
#pragma once
#include "runtime/control/objects.hpp"

namespace slisp::rt {

// Answers of questions that may run user code (equality, hash).
enum class Answer { No, Yes, Failed };

// hierarchy: {:parents {tag #{tag}} :ancestors ... :descendants ...}
Answer isa(Borrowed hierarchy, Borrowed child, Borrowed parent);
// The method for a dispatch value; nil when there is none, not even the default; failed() when an exception is pending.
Owned choose_method(MultiFnObject* multifn, Borrowed dispatch_value);
// Is x preferred to y, directly or through their parents?
Answer prefers(Borrowed hierarchy, Borrowed prefer_table, Borrowed x, Borrowed y, int depth);

}  // namespace slisp::rt
