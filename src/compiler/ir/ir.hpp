// ir.hpp: the intermediate representation. Functions of basic blocks with parameters, in SSA form.
//
// Ownership is part of a value. An Owned value is consumed exactly once on every path (drop, return, slot_store, an owned operand of
// a call, a jump argument to an Owned block parameter); a Borrowed value has an owner and is not used after the owner is consumed; a
// Trivial value (immediates, static objects, unboxed numbers) may be used any number of times, also where Owned is asked for. A block parameter may be
// Borrowed: its owner is defined before the block, and keeps all that is handed to it.
// `dup` borrows its operand and gives a new Owned value.
//
// A call that may throw ends its block: edge 0 is taken with the result, edge 1 (cleanup) with the exception pending and without a
// result. Owned operands are consumed on both. The result is defined at the head of edge 0's target, which has no other
// predecessor and no parameters. verifier.cpp states all rules; printer.cpp and parser.cpp the text form.
#pragma once
#include "runtime/abi/functions.hpp"
#include "runtime/value.hpp"
#include <cstdint>
#include <string>
#include <vector>

namespace slisp::ir {

template <class Tag> struct Id {
  std::uint32_t index = UINT32_MAX;
  bool valid() const { return index != UINT32_MAX; }
  friend bool operator==(Id, Id) = default;
  friend auto operator<=>(Id, Id) = default;
};
using ValueId = Id<struct ValueTag>;
using BlockId = Id<struct BlockTag>;
using FunctionId = Id<struct FunctionTag>;
using DescriptorId = Id<struct DescriptorTag>;
using StaticId = Id<struct StaticTag>;
using SiteId = Id<struct SiteTag>;
using EpochId = Id<struct EpochTag>;
using SlotId = Id<struct SlotTag>;

enum class Type : std::uint8_t { Any, I64, F64, Bool, Block, None };
enum class Ownership : std::uint8_t { Owned, Borrowed, Trivial };
enum class Condition : std::uint8_t { Less, LessEqual, Greater, GreaterEqual, Equal, NotEqual };

constexpr Condition opposite(Condition c) {
  switch (c) {
    case Condition::Less: return Condition::GreaterEqual;
    case Condition::LessEqual: return Condition::Greater;
    case Condition::Greater: return Condition::LessEqual;
    case Condition::GreaterEqual: return Condition::Less;
    case Condition::Equal: return Condition::NotEqual;
    case Condition::NotEqual: return Condition::Equal;
  }
  return c;
}
// Of the operands the other way round.
constexpr Condition mirrored(Condition c) {
  switch (c) {
    case Condition::Less: return Condition::Greater;
    case Condition::LessEqual: return Condition::GreaterEqual;
    case Condition::Greater: return Condition::Less;
    case Condition::GreaterEqual: return Condition::LessEqual;
    case Condition::Equal:
    case Condition::NotEqual: break;
  }
  return c;
}

enum class Op : std::uint8_t {
#define SLISP_OP(name, text, result, ends) name,
#include "src/compiler/ir/ops.def"
#undef SLISP_OP
  k_count
};

struct Value {
  Type type = Type::None;
  Ownership ownership = Ownership::Trivial;
  ValueId owner;                         // of a Borrowed value; invalid: the closure or caller keeps it alive throughout
  BlockId block;                         // where it is defined
};

struct Edge {
  BlockId target;
  std::vector<ValueId> arguments;        // for the target's parameters
};

struct SourceLine {
  std::uint32_t file = 0;                // index into Module::files
  std::uint32_t line = 0;                // 0: none
};

struct Instruction {
  Op op = Op::Unreachable;
  ValueId result;                        // invalid when the op defines nothing
  std::vector<ValueId> operands;
  std::int64_t imm = 0;                  // constants, indexes
  std::uint32_t id = 0;                  // static, descriptor, site, epoch, slot, RuntimeFunctionId, or Type of a TryCallFn
  std::string symbol;                    // TryCallFn: the entry's label
  std::vector<Edge> edges;               // terminators
  SourceLine line;
};

struct Block {
  std::vector<ValueId> parameters;
  std::vector<Instruction> instructions; // the last one, and only that, ends the block
};

struct Epoch {
  EpochId parent;                        // invalid: the function's outermost
};
struct Slot {
  EpochId epoch;
  std::uint32_t words = 0;
};

struct Function {
  std::string symbol;                    // label of the entry
  std::string name;                      // "ns/name", for traces and dumps
  bool global = false;                   // other object files may refer to the label
  Type result = Type::Any;               // or I64, F64: what its returns give, and how it says that it failed
  std::uint32_t captures = 0;            // captured values of its closure; 0: the closure register is not read
  std::vector<Value> values;
  std::vector<Block> blocks;             // [0] is the entry; its parameters are the function's: Any and Owned, or Borrowed from the caller; or I64 or F64
  std::vector<Epoch> epochs;
  std::vector<Slot> slots;
  SourceLine line;

  Value& operator[](ValueId v) { return values[v.index]; }
  const Value& operator[](ValueId v) const { return values[v.index]; }
  Block& operator[](BlockId b) { return blocks[b.index]; }
  const Block& operator[](BlockId b) const { return blocks[b.index]; }
};

// One fn form: which code its closures enter.
struct Descriptor {
  std::string symbol;
  bool global = false;
  std::string name, file;
  std::uint32_t line = 0;
  struct Entry { std::uint32_t arity; std::string symbol; };
  std::vector<Entry> fixed;              // fixed arities -> entry label
  std::string variadic;                  // label, or empty
  std::int32_t variadic_fixed = -1;
};

enum class StaticKind : std::uint8_t {
  Constant,                              // `value`, laid out as data
  Closure,                               // a closure without captures over `descriptor`
  VarCell,                               // a var of this module
  Class,                                 // a user's type: `value` with `methods` in it
  External,                              // defined elsewhere: `symbol` only (library closures, var cells, runtime objects)
};
struct StaticObject {
  StaticKind kind = StaticKind::External;
  std::string symbol;
  bool global = false;
  rt::Owned value;                       // Constant, Class; External: the class that is meant, if it is one; VarCell: the runtime Var to take name, ns, flags from
  DescriptorId descriptor;               // Closure
  StaticId root;                         // VarCell: static object that is its root from the start; invalid: root_word
  rt::Word root_word = abi::k_unbound_root;  // VarCell: immediate root, or unbound
  StaticId metadata;                     // VarCell: constant map, or invalid
  struct Method { std::string name; StaticId closure; };
  std::vector<Method> methods;           // Class
};

struct TraceSite {
  std::string function;
  std::uint32_t file = 0, line = 0, column = 0;
};

// What one compilation produces: a program, one library namespace, or one REPL form.
struct Module {
  std::vector<std::string> files;
  std::vector<Function> functions;
  std::vector<Descriptor> descriptors;
  std::vector<StaticObject> statics;
  std::vector<TraceSite> sites;
  bool keeps_positions = false;          // lists of constants keep the {:line :column} that the reader gave them
  std::string init_symbol;               // function of no arguments that runs the top-level forms; empty: nothing to run
};

const char* op_text(Op op);
bool ends_block(Op op);
bool defines_at_edge(Op op);             // a call, or an operation that may fail: its result stands at the head of edge 0's target

}  // namespace slisp::ir
