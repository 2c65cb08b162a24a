// instructions.hpp: machine code as a list, from instruction selection to the printed text.
//
// Before allocation an operand may be a virtual register (one value, defined once) or memory at a virtual base; afterwards only physical
// registers, spill slots and frame words are left. Blocks are extended: control enters at the top alone and may leave in the middle
// by an exit. Block parameters are virtual registers which the jumps that lead there define.
#pragma once
#include "src/compiler/ir/ir.hpp"
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace slisp::x64 {

enum class Register : std::uint8_t {
  rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15,
  xmm0, xmm1, xmm2, xmm3, xmm4, xmm5, xmm6, xmm7, xmm8, xmm9, xmm10, xmm11, xmm12, xmm13, xmm14, xmm15,
  None
};
inline constexpr unsigned k_registers = 32;
inline bool is_xmm(Register r) { return r >= Register::xmm0 && r < Register::None; }
std::string_view register_name(Register r, unsigned bytes = 8);
// Never allocated: templates and memory-to-memory moves use them.
inline constexpr Register k_scratch = Register::r11;
inline constexpr Register k_scratch_xmm = Register::xmm15;
inline constexpr Register k_argument_registers[6] = {Register::rdi, Register::rsi, Register::rdx,
                                                     Register::rcx, Register::r8,  Register::r9};

enum class Opcode : std::uint8_t {
#define SLISP_MACHINE(name, ...) name,
#include "src/codegen/x86_64_linux/instructions.def"
#undef SLISP_MACHINE
  k_count
};
enum class Role : std::uint8_t { None, Def, Early, Use, UseImm, Any, To };
enum class Property : std::uint8_t { Plain, Clobbers, Ends };
struct OpcodeInfo {
  std::string_view name;
  Role roles[3];
  std::uint8_t bytes;
  Property property;
};
const OpcodeInfo& info(Opcode op);

using ir::Condition;
enum class DivisionKind : std::uint8_t { Quotient, Remainder, Modulus };

// How a call says that it failed (functions.def); None: it cannot.
enum class ResultTest : std::uint8_t { None, Word, I64, F64, Bool };

inline constexpr std::uint32_t k_no_block = UINT32_MAX;

struct Operand {
  enum class Kind : std::uint8_t {
    None,
    Virtual,        // index
    Register,       // reg
    Immediate,      // value
    Symbol,         // index into the symbol table: its address
    SymbolMemory,   // the word at symbol + value
    Memory,         // the word at base + value; base: reg, or virtual register `index` while reg is None
    SlotWord,       // word `value` of IR slot `index`
    SlotAddress,    // address of IR slot `index`
    Spill,          // the slot of virtual register `index`
    Stack,          // the word at rsp + value
    StackAddress,   // rsp + value
  };
  Kind kind = Kind::None;
  Register reg = Register::None;
  std::uint32_t index = 0;
  std::int64_t value = 0;

  bool is(Kind k) const { return kind == k; }
  friend bool operator==(const Operand&, const Operand&) = default;
};
inline Operand virtual_register(std::uint32_t v) { return {Operand::Kind::Virtual, Register::None, v, 0}; }
inline Operand physical(Register r) { return {Operand::Kind::Register, r, 0, 0}; }
inline Operand immediate(std::int64_t n) { return {Operand::Kind::Immediate, Register::None, 0, n}; }
inline Operand symbol_address(std::uint32_t s) { return {Operand::Kind::Symbol, Register::None, s, 0}; }
inline Operand symbol_memory(std::uint32_t s, std::int64_t d) { return {Operand::Kind::SymbolMemory, Register::None, s, d}; }
inline Operand memory(std::uint32_t v, std::int64_t d) { return {Operand::Kind::Memory, Register::None, v, d}; }
inline Operand memory(Register base, std::int64_t d) { return {Operand::Kind::Memory, base, 0, d}; }
inline Operand slot_word(std::uint32_t s, std::int64_t w) { return {Operand::Kind::SlotWord, Register::None, s, w}; }
inline Operand slot_address(std::uint32_t s) { return {Operand::Kind::SlotAddress, Register::None, s, 0}; }
inline Operand spill(std::uint32_t v) { return {Operand::Kind::Spill, Register::None, v, 0}; }
inline Operand stack_word(std::int64_t offset) { return {Operand::Kind::Stack, Register::None, 0, offset}; }
inline Operand stack_address(std::int64_t offset) { return {Operand::Kind::StackAddress, Register::None, 0, offset}; }
inline bool fits_32_bits(std::int64_t n) { return n == static_cast<std::int32_t>(n); }

struct FixedUse {
  Operand value;
  Register reg;
};
struct FixedDef {
  std::uint32_t value;               // virtual register
  Register reg;
};
struct MoveItem {                    // of ParallelMove
  Operand to, from;
};

inline constexpr std::uint32_t k_inserted = UINT32_MAX;
inline constexpr std::uint32_t k_no_value = UINT32_MAX;

struct MInst {
  Opcode op = Opcode::Unreachable;
  Condition condition = Condition::Equal;
  ResultTest test = ResultTest::None;
  Operand operand[3];
  std::uint32_t target[2] = {k_no_block, k_no_block};
  std::uint32_t exit = k_no_block;
  std::uint32_t number = 0;
  std::uint32_t origin = k_inserted;   // after allocation: index in the block before allocation; k_inserted: made by the allocator
  std::uint32_t defined = k_no_value;  // after allocation: the virtual register that operand 0 stands for, if it is written
  bool free_result = false;            // after allocation: the register that operand 0 defines holds nothing that the exit needs
  ir::SourceLine line;
  std::vector<FixedUse> uses;
  std::vector<FixedDef> defs;
  std::vector<Operand> arguments;      // Jump: for the target's parameters
  std::vector<MoveItem> moves;         // ParallelMove
};

struct MBlock {
  std::vector<std::uint32_t> parameters;   // virtual registers
  std::vector<MInst> instructions;
  bool cold = false;                       // laid out behind the others: only failing paths lead here
};

struct MFunction {
  const ir::Function* source = nullptr;
  std::vector<MBlock> blocks;              // [0] is the entry
  std::vector<bool> xmm;                   // per virtual register: its bank
  // After frame layout:
  std::vector<std::int64_t> slot_offset;   // of IR slots, from rsp
  std::int64_t frame_bytes = 0;            // what the prologue subtracts
  std::uint32_t new_register(bool in_xmm) {
    xmm.push_back(in_xmm);
    return static_cast<std::uint32_t>(xmm.size() - 1);
  }
};

// Names that the code refers to, interned per assembly file or module.
class SymbolTable {
 public:
  std::uint32_t intern(std::string_view name);
  const std::string& name(std::uint32_t id) const { return names_[id]; }
  std::size_t size() const { return names_.size(); }

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::uint32_t> ids_;
};

// Calls visit(block, position) for every edge out of `block`: exits and targets, in the order of the instructions.
template <class Visit> void for_each_edge(const MBlock& block, Visit visit) {
  for (std::uint32_t i = 0; i < block.instructions.size(); ++i) {
    const MInst& inst = block.instructions[i];
    if (inst.exit != k_no_block) visit(inst.exit, i);
    for (std::uint32_t target : inst.target)
      if (target != k_no_block) visit(target, i);
  }
}
// Blocks reachable from the entry, each before those it dominates.
std::vector<std::uint32_t> reverse_postorder(const MFunction& function);

std::string dump(const MFunction& function, const SymbolTable& symbols);

}  // namespace slisp::x64
