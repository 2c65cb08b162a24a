// representation.hpp: which values live outside boxes.
#pragma once
#include "src/compiler/types/inference.hpp"
#include "src/compiler/types/raw_forms.hpp"

namespace slisp::compiler {

enum class Representation : std::uint8_t {
  Boxed,   // as a word; where a raw number is wanted it is unboxed, once, behind its definition
  Raw,     // as a number; where a word is wanted a box is made
  Both,    // computed raw and boxed at once
};

// The decisions for one function; indexed by root (FunctionKinds::root).
struct Representations {
  std::vector<Representation> of;
  std::vector<std::uint32_t> raw_uses, boxed_uses;
  std::vector<bool> boxed_deeper;        // some boxed use stands in a loop that the definition is outside of
  std::vector<bool> pinned;              // something is borrowed from the box
  bool raw_result = false;
};

bool narrow_box(const ir::Instruction* definition);      // makes an Integer, Short or Byte of a raw number

class RepresentationPlan {
 public:
  RepresentationPlan(const ir::Module& module, Inference& inference);
  void run();

  const Representations& of(std::size_t function) const { return plans_[function]; }
  // I64 or F64 of an exactly known kind; else Any.
  ir::Type raw_type(std::size_t function, ir::ValueId v) const;
  ir::Type parameter_type(std::size_t function, std::size_t index) const;
  ir::Type result_type(std::size_t function) const;
  std::optional<RawForm> form(std::size_t function, const ir::Instruction& inst, ir::BlockId block) const;
  // The answer of a test whose operand's kinds decide it.
  std::optional<bool> answer(std::size_t function, const ir::Instruction& inst, ir::BlockId block) const;

 private:
  bool is_word(std::size_t function, ir::ValueId v) const { return types_[function][v.index] == ir::Type::Any; }
  void loops(std::size_t function);
  bool round(std::size_t function);
  void count(std::size_t function);
  void use(std::size_t function, ir::ValueId v, ir::BlockId block, bool raw);
  bool natural(std::size_t function, ir::ValueId root) const;
  bool decide(std::size_t function);

  const ir::Module& module_;
  Inference& inference_;
  std::vector<Representations> plans_;
  std::vector<std::vector<ir::Type>> types_;             // of values, as they were: the IR is rewritten while we are asked
  std::vector<std::vector<std::uint32_t>> depth_;        // of blocks, per function
  std::vector<std::vector<bool>> movable_;               // parameters that only jumps pass arguments to
};

}  // namespace slisp::compiler
