// inline_body.hpp: what the passes that inline share: sizes, what forbids it, and the copying.
#pragma once
#include "src/compiler/ir/ir.hpp"
#include <cstddef>
#include <cstdint>
#include <vector>

namespace slisp::compiler {

// What a function costs, roughly: not what only its failures run, and not what costs nothing.
std::size_t inline_size(const ir::Function& function);
// Does it ask for its closure?
bool reads_closure(const ir::Function& function);
// Which blocks stand in a loop (some back edge spans them, in the order of the blocks' first visit), and which end inside an epoch.
void look_at_blocks(const ir::Function& function, std::vector<std::uint8_t>& in_loop, std::vector<std::uint8_t>& epoch_open);
// The call that ends block `at` becomes a copy of the callee, which must be another object than the function itself.
void inline_body(ir::Function& function, ir::BlockId at, const ir::Function& callee);

}  // namespace slisp::compiler
