// raw_forms.hpp: which runtime functions have a form on numbers outside boxes, given what their operands are.
#pragma once
#include "src/compiler/ir/ir.hpp"
#include "src/compiler/types/kinds.hpp"
#include <cstdint>
#include <optional>
#include <span>

namespace slisp::compiler {

// How an operand becomes raw.
enum class Raw : std::uint8_t {
  Long,        // unboxed: it is a long
  Double,      // unboxed: it is a double
  Widened,     // a long that becomes a double
  Converted,   // any number that becomes a double; what is none throws
};

struct RawForm {
  enum class Shape : std::uint8_t {
    Operation,   // op on the raw operands and, if `constant`, on that
    Alias,       // the raw operand itself
    Comparison,  // CompareI64 or CompareF64 by `condition`
    Parity,      // is the lowest bit clear?
    Answer,      // the boolean `condition` != 0, whatever the operands
    Truncation,  // double_to_long, which may throw
  };
  Shape shape = Shape::Operation;
  ir::Op op = ir::Op::Unreachable;
  ir::Type type = ir::Type::I64;         // of operands; of the result unless it is a boolean
  std::int64_t condition = 0;            // ir::Condition, or the distance of a shift
  Raw operands[2] = {Raw::Long, Raw::Long};
  std::size_t count = 0;                 // how many operands are read
  std::optional<std::int64_t> constant;  // a further operand: a long, or the double of that value
};

// Nothing: the call stays as it is. `shift` is the second operand where it is a constant.
std::optional<RawForm> raw_form(abi::RuntimeFunctionId function, std::span<const KindSet> operands, std::optional<std::int64_t> second);

}  // namespace slisp::compiler
