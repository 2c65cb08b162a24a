// exposure.hpp: who may call the functions of a module.
#pragma once
#include "src/compiler/ir/ir.hpp"
#include <vector>

namespace slisp::compiler {

// By function: may it be entered otherwise than by the direct calls of this module? Through a closure that something refers to, a label
// that other object files see, or as the program's start.
std::vector<bool> exposed_functions(const ir::Module& module);
// Removes functions that nothing reaches, and the entries of their descriptors.
void drop_unreached_functions(ir::Module& module);

}  // namespace slisp::compiler
