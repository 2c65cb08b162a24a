// callee_saved.hpp: keep for the caller what it had in registers.
#pragma once
#include "src/codegen/x86_64_linux/flow.hpp"

namespace slisp::x64 {

// Adds stores and loads of the callee-saved registers that allocated code writes, around the part of the function that needs them. Returns
// how many registers that were.
unsigned save_callee_saved(MFunction& function, const Flow& flow);

}  // namespace slisp::x64
