// checker.hpp: does allocated code compute what the code before allocation says?
#pragma once
#include "src/codegen/x86_64_linux/instructions.hpp"
#include <optional>

namespace slisp::x64 {

// Nothing: it does. Else what is wrong, in words, with block and instruction.
std::optional<std::string> check_allocation(const MFunction& before, const MFunction& after);

}  // namespace slisp::x64
