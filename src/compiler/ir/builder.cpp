// builder.cpp: the conventions of ops.def, applied.
#include "src/compiler/ir/builder.hpp"
#include <cstring>

namespace slisp::ir {

namespace {
enum class Shape : std::uint8_t { Any, AnyTrivial, AnyBorrowed, AnyOfFirst, I64, F64, Bool, Block, None, Call };
enum class Ending : std::uint8_t { Plain, Ends };
struct OpRow {
  const char* text;
  Shape shape;
  Ending ending;
};
constexpr OpRow k_ops[] = {
#define SLISP_OP(name, text, result, ends) {text, Shape::result, Ending::ends},
#include "src/compiler/ir/ops.def"
#undef SLISP_OP
};
}  // namespace

const char* op_text(Op op) { return k_ops[static_cast<std::size_t>(op)].text; }
bool defines_at_edge(Op op) { return ends_block(op) && k_ops[static_cast<std::size_t>(op)].shape != Shape::None; }
bool ends_block(Op op) { return k_ops[static_cast<std::size_t>(op)].ending == Ending::Ends; }

Type type_of(abi::ParameterMode mode) {
  switch (mode) {
    case abi::ParameterMode::Owned:
    case abi::ParameterMode::Borrowed: return Type::Any;
    case abi::ParameterMode::Block: return Type::Block;
    case abi::ParameterMode::I64: return Type::I64;
    case abi::ParameterMode::F64: return Type::F64;
    case abi::ParameterMode::Bool: return Type::Bool;
  }
  return Type::None;
}

ResultShape result_shape(Op op, std::uint32_t id) {
  switch (k_ops[static_cast<std::size_t>(op)].shape) {
    case Shape::Any: return {Type::Any, Ownership::Owned};
    case Shape::AnyTrivial: return {Type::Any, Ownership::Trivial};
    case Shape::AnyBorrowed: return {Type::Any, Ownership::Borrowed};
    case Shape::AnyOfFirst: return {Type::Any, Ownership::Borrowed, true};
    case Shape::I64: return {Type::I64, Ownership::Trivial};
    case Shape::F64: return {Type::F64, Ownership::Trivial};
    case Shape::Bool: return {Type::Bool, Ownership::Trivial};
    case Shape::Block: return {Type::Block, Ownership::Trivial};
    case Shape::None: return {};
    case Shape::Call: break;
  }
  if (op == Op::TryCallFn && static_cast<Type>(id) != Type::Any) return {static_cast<Type>(id), Ownership::Trivial};
  if (op == Op::TryCallFn || op == Op::TryCallAny) return {Type::Any, Ownership::Owned};
  switch (abi::runtime_function(static_cast<abi::RuntimeFunctionId>(id)).result) {
    case abi::ResultMode::Owned: return {Type::Any, Ownership::Owned};
    case abi::ResultMode::Borrowed: return {Type::Any, Ownership::Borrowed, true};
    case abi::ResultMode::I64: return {Type::I64, Ownership::Trivial};
    case abi::ResultMode::F64: return {Type::F64, Ownership::Trivial};
    case abi::ResultMode::Bool: return {Type::Bool, Ownership::Trivial};
    case abi::ResultMode::Nothing: break;
  }
  return {};
}

BlockId Builder::new_block() {
  fn_.blocks.emplace_back();
  return BlockId{static_cast<std::uint32_t>(fn_.blocks.size() - 1)};
}

ValueId Builder::new_value(Type type, Ownership ownership, BlockId block, ValueId owner) {
  fn_.values.push_back({type, ownership, owner, block});
  return ValueId{static_cast<std::uint32_t>(fn_.values.size() - 1)};
}

BlockId Builder::move_to_new_block(BlockId block) {
  const BlockId made = new_block();
  std::swap(fn_[made].instructions, fn_[block].instructions);
  for (const Instruction& inst : fn_[made].instructions)
    if (inst.result.valid() && fn_[inst.result].block == block) fn_[inst.result].block = made;
  return made;
}

ValueId Builder::add_parameter(BlockId block, Type type, Ownership ownership) {
  ValueId v = new_value(type, ownership, block);
  fn_[block].parameters.push_back(v);
  return v;
}

Instruction& Builder::append(Op op) {
  auto& list = fn_[current_].instructions;
  list.emplace_back();
  list.back().op = op;
  list.back().line = line_;
  return list.back();
}

ValueId Builder::constant_f64(double d) {
  std::int64_t bits;
  std::memcpy(&bits, &d, sizeof bits);
  return plain(Op::ConstF64, {}, bits);
}

ValueId Builder::plain(Op op, std::vector<ValueId> operands, std::int64_t imm, std::uint32_t id) {
  ResultShape shape = result_shape(op, id);
  ValueId result;
  if (shape.type != Type::None)
    result = new_value(shape.type, shape.ownership, current_, shape.owner_is_first_operand ? operands.at(0) : ValueId{});
  Instruction& i = append(op);
  i.result = result;
  i.operands = std::move(operands);
  i.imm = imm;
  i.id = id;
  return result;
}

ValueId Builder::call(abi::RuntimeFunctionId function, std::vector<ValueId> operands) {
  return plain(Op::RtCall, std::move(operands), 0, static_cast<std::uint32_t>(function));
}

void Builder::jump(BlockId target, std::vector<ValueId> arguments) {
  append(Op::Jump).edges.push_back({target, std::move(arguments)});
  current_ = {};
}

void Builder::branch(ValueId condition, BlockId then, BlockId otherwise) {
  Instruction& i = append(Op::Branch);
  i.operands = {condition};
  i.edges = {{then, {}}, {otherwise, {}}};
  current_ = {};
}

void Builder::ret(ValueId value) {
  append(Op::Return).operands = {value};
  current_ = {};
}

void Builder::unwind() {
  append(Op::Unwind);
  current_ = {};
}

void Builder::unreachable() {
  append(Op::Unreachable);
  current_ = {};
}

void Builder::stack_check(BlockId cleanup) {
  BlockId next = new_block();
  append(Op::StackCheck).edges = {{next, {}}, {cleanup, {}}};
  current_ = next;
}

ValueId Builder::try_end(Instruction instruction, Type type, Ownership ownership, ValueId owner, BlockId cleanup) {
  BlockId next = new_block();
  ValueId result;
  if (type != Type::None) result = new_value(type, ownership, next, owner);
  instruction.result = result;
  instruction.edges = {{next, {}}, {cleanup, {}}};
  instruction.line = line_;
  fn_[current_].instructions.push_back(std::move(instruction));
  current_ = next;
  return result;
}

ValueId Builder::try_call(abi::RuntimeFunctionId function, std::vector<ValueId> operands, BlockId cleanup) {
  ResultShape shape = result_shape(Op::TryRtCall, static_cast<std::uint32_t>(function));
  Instruction i;
  i.op = Op::TryRtCall;
  i.id = static_cast<std::uint32_t>(function);
  ValueId owner = shape.owner_is_first_operand ? operands.at(0) : ValueId{};
  i.operands = std::move(operands);
  return try_end(std::move(i), shape.type, shape.ownership, owner, cleanup);
}

ValueId Builder::try_direct(std::string symbol, std::vector<ValueId> arguments, BlockId cleanup) {
  Instruction i;
  i.op = Op::TryCallFn;
  i.symbol = std::move(symbol);
  i.operands = std::move(arguments);
  return try_end(std::move(i), Type::Any, Ownership::Owned, {}, cleanup);
}

ValueId Builder::try_invoke(std::vector<ValueId> callee_and_arguments, BlockId cleanup) {
  Instruction i;
  i.op = Op::TryCallAny;
  i.operands = std::move(callee_and_arguments);
  return try_end(std::move(i), Type::Any, Ownership::Owned, {}, cleanup);
}

}  // namespace slisp::ir
