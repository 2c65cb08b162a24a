// speculate.hpp: functions of unknown arguments get a version for longs, operators on unknown numbers one for doubles.
#pragma once
#include "src/compiler/ir/ir.hpp"
#include <cstdint>

namespace slisp::compiler {

// Each gives the number of functions, of operators, that got a second version.
std::uint64_t speculate(ir::Module& module);
std::uint64_t speculate_doubles(ir::Module& module);

}  // namespace slisp::compiler
