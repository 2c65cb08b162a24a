// ownership_checker.hpp: proof that a function neither leaks nor uses what it no longer owns.
#pragma once
#include "src/compiler/ir/ir.hpp"
#include <string>
#include <vector>

namespace slisp::ir {

// Problems, one line each; empty: the function is right. Needs verified IR.
std::vector<std::string> check_ownership(const Function& function, std::size_t limit = 10);
std::vector<std::string> check_ownership(const Module& module);

}  // namespace slisp::ir
