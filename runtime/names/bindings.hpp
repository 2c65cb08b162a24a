// bindings.hpp: the bindings of dynamic vars in this thread.
#pragma once
#include "runtime/api.hpp"

namespace slisp::rt {

Word* find_binding(const abi::Var* var);      // the cell of this thread's binding, or null
bool binding_is_conveyed(const abi::Var* var);   // the binding is another thread's, handed on with a future: set! is not for this one

}  // namespace slisp::rt
