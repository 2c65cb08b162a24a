// long_entries.hpp: versions of functions for longs that are functions of their own.
#pragma once
#include "src/compiler/ir/ir.hpp"
#include "src/compiler/types/inference.hpp"
#include <cstdint>
#include <vector>

namespace slisp::compiler {

using ParameterSet = std::uint64_t;                // by place
inline constexpr std::size_t k_most_parameters = 64;

struct LongEntry {
  std::size_t function;
  ParameterSet parameters;                         // that are longs
};

// Per function: which parameters some direct call passes longs to, all of them where the function calls itself.
std::vector<ParameterSet> longs_in_direct_calls(const ir::Module& module, Inference& inference);
// Makes the entries and leads to them whoever is seen to have longs. Gives their number.
std::uint64_t make_long_entries(ir::Module& module, const std::vector<LongEntry>& wanted);

}  // namespace slisp::compiler
