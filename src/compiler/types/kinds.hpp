// kinds.hpp: what a value may be, as a set of kinds. The lattice of the inference: join is union, a test intersects.
#pragma once
#include "runtime/abi/functions.hpp"
#include "runtime/value.hpp"
#include <cstdint>
#include <optional>
#include <span>

namespace slisp::compiler {

using KindSet = std::uint32_t;

namespace kind {
inline constexpr KindSet k_nil = 1, k_false = 2, k_true = 4, k_character = 8, k_long = 16, k_double = 32,
                         k_other_number = 64,        // BigInt, Ratio, BigDecimal, Float
                         k_string = 128, k_keyword = 256, k_symbol = 512, k_vector = 1024, k_map = 2048, k_set = 4096, k_list = 8192,
                         k_function = 16384, k_other = 32768,
                         k_integer = 65536;          // Integer, Short, Byte: never raw themselves, but arithmetic takes the long out of them
inline constexpr KindSet k_nothing = 0, k_all = 131071;
inline constexpr KindSet k_boolean = k_false | k_true, k_falsy = k_nil | k_false;
inline constexpr KindSet k_number = k_long | k_integer | k_double | k_other_number;
// What arithmetic makes of integers of any width: longs.
inline constexpr KindSet widened(KindSet k) { return (k & k_integer) != 0 ? (k & ~k_integer) | k_long : k; }
}  // namespace kind

KindSet kind_of_constant(rt::Borrowed value);

// What a runtime function that returns a value may return, given what its operands may be. Nothing: it never returns.
KindSet kinds_of_result(abi::RuntimeFunctionId function, std::span<const KindSet> operands);

// The kinds that a predicate on one value says yes to, where that is exactly a set of kinds; `exact` false: it says yes to these only, but
// not to all of them.
struct Predicate {
  KindSet yes;
  bool exact;
};
std::optional<Predicate> predicate_of(abi::RuntimeFunctionId function);

// What operand `index` must have been for the function to return; all where nothing is known.
KindSet kinds_of_survivor(abi::RuntimeFunctionId function, std::size_t index);

}  // namespace slisp::compiler
