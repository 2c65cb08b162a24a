// inline_calls.hpp: small functions take the place of their calls.
#pragma once
#include "src/compiler/ir/ir.hpp"
#include <cstdint>
#include <functional>
#include <string>

namespace slisp::compiler {

struct InlineCounts {
  std::uint64_t direct = 0;              // calls of known closures that became direct
  std::uint64_t inlined = 0, kept = 0;   // direct calls of this module's functions
  std::uint64_t guarded = 0;             // calls of protocols' functions behind tests of classes
  std::uint64_t recursion = 0;           // calls of functions by themselves that became copies of their bodies
};

// `explain` is told each decision and its reason, if it is there.
void inline_calls(ir::Module& module, InlineCounts& counts, const std::function<void(const std::string&)>& explain);
// Functions of protocols ask for the program's classes before they look methods up.            guard_calls.cpp
void guard_calls(ir::Module& module, InlineCounts& counts, const std::function<void(const std::string&)>& explain);
// Small functions that call themselves take their own bodies in.                             inline_recursion.cpp
void inline_recursion(ir::Module& module, InlineCounts& counts, const std::function<void(const std::string&)>& explain);

}  // namespace slisp::compiler
