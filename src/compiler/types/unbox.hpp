// unbox.hpp: numbers leave their boxes.
#pragma once
#include "src/compiler/ir/ir.hpp"
#include <cstdint>

namespace slisp::compiler {

struct TypeCounts {
  std::uint64_t raw_values = 0;          // computed or passed outside boxes
  std::uint64_t raw_operations = 0;      // calls of the runtime that became instructions
  std::uint64_t boxes = 0;               // places where a box is made of a raw number
  std::uint64_t raw_parameters = 0, raw_results = 0;   // of functions
  std::uint64_t comparisons = 0;         // of an unknown value with a long outside its box
  std::uint64_t walks = 0;               // loops along lists that somebody else may have
  std::uint64_t versions = 0;            // of functions and operators, for kinds that are likely
  std::uint64_t long_entries = 0;        // functions with an entry of their own for longs
  std::uint64_t vector_updates = 0;      // assoc, conj and pop of what is a vector, or likely one
  std::uint64_t checks = 0;              // of overflow, and comparisons, that the bounds of longs decide
  std::uint64_t tests = 0;               // that the kinds of their operands decide
};

// In:   verified IR of a module that the ownership checker accepts.
// Out:  the same, with values of exactly known kind long or double as i64 and f64 where representation.cpp says so.
void unbox(ir::Module& module, TypeCounts& counts);
// Only the tests that kinds decide (--no-unbox).
void decide_tests(ir::Module& module, TypeCounts& counts);

}  // namespace slisp::compiler
