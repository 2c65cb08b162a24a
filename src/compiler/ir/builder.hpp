// builder.hpp: append instructions to a function. It keeps operand, edge and result conventions of ops.def in one place.
#pragma once
#include "src/compiler/ir/ir.hpp"
#include <initializer_list>
#include <string>
#include <vector>

namespace slisp::ir {

class Builder {
 public:
  explicit Builder(Function& function) : fn_(function) {}

  Function& function() { return fn_; }
  BlockId new_block();
  ValueId new_value(Type type, Ownership ownership, BlockId block, ValueId owner = {});
  BlockId move_to_new_block(BlockId block);              // all instructions of a block; the values they define move too
  ValueId add_parameter(BlockId block, Type type, Ownership ownership);

  BlockId current() const { return current_; }
  bool reachable() const { return current_.valid(); }    // false after a terminator, until the next position()
  void position(BlockId block) { current_ = block; }
  void set_line(SourceLine line) { line_ = line; }
  SourceLine line() const { return line_; }

  // Plain instructions; the result's type and ownership come from ops.def.
  ValueId constant_word(rt::Word word) { return plain(Op::ConstWord, {}, static_cast<std::int64_t>(word)); }
  ValueId constant_i64(std::int64_t n) { return plain(Op::ConstI64, {}, n); }
  ValueId constant_f64(double d);
  ValueId constant_bool(bool b) { return plain(Op::ConstBool, {}, b ? 1 : 0); }
  ValueId with_id(Op op, std::uint32_t id) { return plain(op, {}, 0, id); }
  ValueId plain(Op op, std::vector<ValueId> operands, std::int64_t imm = 0, std::uint32_t id = 0);
  void slot_store(ValueId block, std::uint32_t index, ValueId value) { plain(Op::SlotStore, {block, value}, index); }
  // A runtime function that cannot throw. Invalid when it returns nothing.
  ValueId call(abi::RuntimeFunctionId function, std::vector<ValueId> operands);

  // Terminators. Afterwards reachable() is false, except for the try_ ones: they go on in a new block with the result defined.
  void jump(BlockId target, std::vector<ValueId> arguments = {});
  void branch(ValueId condition, BlockId then, BlockId otherwise);
  // To `yes` if the predicate of one value holds.
  void branch_on(abi::RuntimeFunctionId predicate, ValueId value, BlockId yes, BlockId no) { branch(call(predicate, {value}), yes, no); }
  void ret(ValueId value);
  void unwind();
  void unreachable();
  void stack_check(BlockId cleanup);
  ValueId try_call(abi::RuntimeFunctionId function, std::vector<ValueId> operands, BlockId cleanup);
  ValueId try_direct(std::string symbol, std::vector<ValueId> arguments, BlockId cleanup);
  ValueId try_invoke(std::vector<ValueId> callee_and_arguments, BlockId cleanup);

 private:
  Instruction& append(Op op);
  ValueId try_end(Instruction instruction, Type type, Ownership ownership, ValueId owner, BlockId cleanup);

  Function& fn_;
  BlockId current_;
  SourceLine line_;
};

// Type and ownership of the value that an op defines, by ops.def and, for calls, the runtime table.
struct ResultShape {
  Type type = Type::None;
  Ownership ownership = Ownership::Trivial;
  bool owner_is_first_operand = false;   // Borrowed, from operand 0
};
ResultShape result_shape(Op op, std::uint32_t id);
Type type_of(abi::ParameterMode mode);

}  // namespace slisp::ir
