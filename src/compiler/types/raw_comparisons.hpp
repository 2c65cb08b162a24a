// raw_comparisons.hpp: comparisons of an unknown value with a long outside its box.
#pragma once
#include "src/compiler/ir/ir.hpp"
#include <cstdint>

namespace slisp::compiler {

// Gives how many comparisons it changed.
std::uint64_t compare_raw(ir::Function& function);

}  // namespace slisp::compiler
