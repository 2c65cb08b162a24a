// counts.hpp: an interpretation of reference counts that shares nothing with the ownership checker: it runs a function along random ways and
// keeps a count per object.
#pragma once
#include "src/compiler/ir/ir.hpp"
#include <random>
#include <string>

namespace slisp::test {

// What goes wrong on some way: a count that is not zero at the end, a look at something that is gone. Empty: nothing was found on `ways` ways.
std::string count_fault(const ir::Function& function, std::mt19937_64& random, int ways);

}  // namespace slisp::test
