// speculate.hpp: functions of unknown arguments get a version for longs, operators on unknown numbers one for doubles.
#pragma once
#include "src/compiler/ir/ir.hpp"
#include <cstdint>

namespace slisp::compiler {

// Each gives the number of functions, of operators, that got a second version. With `entries`, functions that longs are seen to reach directly
// get it as a function of its own, which is counted there.
std::uint64_t speculate(ir::Module& module, bool entries, std::uint64_t& long_entries);
std::uint64_t speculate_doubles(ir::Module& module);

}  // namespace slisp::compiler
