// emit_raw.hpp: the text of instructions on numbers outside boxes.
#pragma once
#include "src/codegen/x86_64_linux/instructions.hpp"
#include <functional>
#include <string>

namespace slisp::x64 {

std::string_view condition_text(Condition c);

// What the printer of a function lends: places of operands, names of the runtime, numbers for labels.
struct RawText {
  std::function<std::string(const Operand&)> place;
  std::function<std::string(std::string)> stub;      // that keeps the registers this function uses
  std::function<std::string()> fresh;
  std::string code, cold;            // the instruction, and its part out of line
  // True if `inst` is one of these. Compare and jump is only compared: the flags are for `flags`.
  bool print(const MInst& inst);
  Condition flags = Condition::Equal;
};

// Quotients, remainders and moduli: emit_division.cpp.
void print_division(RawText& text, const MInst& inst);

}  // namespace slisp::x64
