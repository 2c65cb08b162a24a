// walk_lists.hpp: loops along lists that somebody else has.
#pragma once
#include "src/compiler/ir/ir.hpp"
#include <cstdint>

namespace slisp::compiler {

// Gives how many loops stand twice now.
std::uint64_t walk_lists(ir::Function& function);

}  // namespace slisp::compiler
