// isel.hpp: instruction selection, IR to machine instructions over virtual registers.
// In:   one verified ir::Function.
// Out:  an MFunction. Constants and addresses have become operands; every other IR value has one virtual register.
// Keeps: every virtual register is defined once; frame memory stays named by slot and epoch.
// Idea: an IR block that is entered from one place, by the normal edge of a call or by a jump, goes on in the machine block of its
//       predecessor, whose cleanup edges become exits from the middle. So a chain of calls is one block.
#pragma once
#include "src/codegen/x86_64_linux/codegen.hpp"
#include "src/codegen/x86_64_linux/data.hpp"
#include "src/codegen/x86_64_linux/allocate.hpp"
#include "src/codegen/x86_64_linux/instructions.hpp"
#include <unordered_map>
#include <unordered_set>

namespace slisp::x64 {

// What selection must know about the module around a function.
struct ModuleView {
  const ir::Module& module;
  SymbolTable& symbols;
  std::unordered_map<std::string_view, const ir::Function*> functions;   // by symbol
  const DataLayout& data;                                                // names of static objects and trace sites
  AllocationCounts& counts;
};

MFunction select_instructions(const ir::Function& function, ModuleView& view, const Options& options);

// Where the arguments of a slisp call stand: words 1-6 in general registers, doubles 1-8 in xmm registers, all others in the context's
// buffer, in order.
struct ArgumentPlace {
  Register reg = Register::None;
  std::int64_t offset = 0;                        // from r15, where there is no register
};
class ArgumentPlaces {
 public:
  ArgumentPlace next(bool is_double);

 private:
  unsigned words_ = 0, doubles_ = 0, buffered_ = 0;
};

// The selector's state; the members are spread over isel*.cpp by subject.
class Selector {
 public:
  Selector(const ir::Function& function, ModuleView& view, const Options& options)
      : in_(function), view_(view), options_(options) {}
  MFunction run();

 private:
  // isel.cpp: blocks
  void count_uses_and_predecessors();
  void entry();
  void select_chain(std::uint32_t machine_block, ir::BlockId start);
  std::uint32_t machine_block(ir::BlockId target);
  std::uint32_t edge_block(const ir::Edge& edge, bool cold);
  bool continues(const ir::Edge& edge) const;
  MInst& emit(Opcode op);
  // Follows the normal edge: true if the chain goes on in `edge.target`, else the block was ended by a jump.
  bool follow(const ir::Edge& edge);
  bool select(const ir::Instruction& inst, ir::BlockId& next);
  void mark_cold();
  // isel_constants.cpp
  bool select_constant(const ir::Instruction& inst);
  Operand static_operand(std::uint32_t id);
  Operand operand(ir::ValueId v) const { return place_[v.index]; }
  std::uint32_t define(ir::ValueId v);            // a new virtual register for v
  // isel_ownership.cpp
  bool select_ownership(const ir::Instruction& inst);
  // isel_conversions.cpp
  bool select_conversion(const ir::Instruction& inst);
  void end_with_branch(const ir::Instruction& inst);
  bool fusible(ir::ValueId condition, ir::BlockId block) const;   // only the branch that ends `block` uses it
  // isel_raw.cpp: numbers outside boxes
  bool select_raw(const ir::Instruction& inst);
  bool select_checked(const ir::Instruction& inst, std::uint32_t exit);
  bool select_to_raw(const ir::Instruction& inst, std::uint32_t exit);
  MInst& two_operands(const ir::Instruction& inst, Opcode op);
  // isel_calls.cpp
  void call_runtime(const ir::Instruction& inst, std::uint32_t exit);
  void call_function(const ir::Instruction& inst, std::uint32_t exit);
  void call_any(const ir::Instruction& inst, std::uint32_t exit);
  void pass_arguments(MInst& call, std::span<const ir::ValueId> arguments);
  // isel_access.cpp: true if an inline form was chosen.
  bool select_access(const ir::Instruction& inst, std::uint32_t exit);
  bool select_capture(const ir::Instruction& inst);
  bool select_update(const ir::Instruction& inst, std::uint32_t exit);
  // isel_allocation.cpp: the same; find_constructions() looks for them in a block, in front of its selection.
  struct Construction {
    abi::Kind kind;
    std::vector<ir::ValueId> words;               // of its slots
    ir::ValueId raw;                              // the word in front of them, of a closure: its descriptor
    ir::ValueId reused;                           // an emptied object, or nil
  };
  void find_constructions(ir::BlockId block);
  bool elided(const ir::Instruction& inst) const { return elided_.count(&inst) != 0; }   // a store to a block that nobody needs
  bool select_allocation(const ir::Instruction& inst, std::uint32_t exit);
  void box_double(const ir::Instruction& inst);
  void lazy_seq(const ir::Instruction& inst);
  static ir::ValueId reused_by_cons(const ir::Instruction& inst);
  void let_go(const ir::Instruction& inst);       // of an emptied object that the call at hand has no use for
  void construct(ir::ValueId result, const Construction& made);
  // isel_arithmetic.cpp: true if an inline form was chosen; `fused` then tells that the branch behind it was done as well.
  enum class Inline { No, Yes, WithBranch };
  Inline select_inline(const ir::Instruction& inst, std::uint32_t exit);
  bool compared_as_words(const Operand& a, const Operand& b) const;
  // isel_lookup.cpp
  bool select_lookup(const ir::Instruction& inst, std::uint32_t exit);

  const ir::Function& in_;
  ModuleView& view_;
  const Options& options_;
  MFunction out_;
  std::uint32_t current_ = 0;                     // machine block being filled
  ir::BlockId ir_block_;                          // the IR block at hand
  ir::SourceLine line_;
  std::vector<Operand> place_;                    // per IR value
  std::vector<std::uint32_t> uses_, predecessors_;
  std::vector<bool> cells_;                       // emptied objects that a list's cell is to be written into
  std::vector<std::uint32_t> block_map_;          // IR block -> machine block
  std::vector<std::pair<std::uint32_t, ir::BlockId>> work_;
  std::vector<const ir::Instruction*> deferred_;  // per IR value: condition that its branch will compute
  std::vector<const ir::Instruction*> definition_;   // per IR value; null: a parameter
  std::unordered_map<const ir::Instruction*, Construction> constructions_;
  std::unordered_set<const ir::Instruction*> elided_;
  Operand closure_;                               // r10 at entry
};

}  // namespace slisp::x64
