// verifier.hpp: is this well-formed IR? verifier.cpp lists the rules.
#pragma once
#include "src/compiler/ir/ir.hpp"
#include <string>
#include <vector>

namespace slisp::ir {

// What is wrong, one line per problem; empty: nothing. At most `limit` problems are collected per function.
std::vector<std::string> verify(const Module& module, const Function& function, std::size_t limit = 10);
std::vector<std::string> verify(const Module& module);

}  // namespace slisp::ir
