// bindings.hpp: the bindings of dynamic vars in this thread.
#pragma once
#include "runtime/api.hpp"

namespace slisp::rt {

Word* find_binding(const abi::Var* var);      // the cell of this thread's binding, or null

}  // namespace slisp::rt
