// isel_calls.cpp: calls of runtime functions, of known entries and of unknown callees (docs/ARCHITECTURE.md, the call protocol).
#include "src/codegen/x86_64_linux/isel.hpp"
#include "src/compiler/check.hpp"

namespace slisp::x64 {

void Selector::call_runtime(const ir::Instruction& inst, std::uint32_t exit) {
  const abi::RuntimeFunction& callee = abi::runtime_function(static_cast<abi::RuntimeFunctionId>(inst.id));
  std::uint32_t result = inst.result.valid() ? define(inst.result) : 0;
  MInst& call = emit(Opcode::Call);
  call.operand[0] = symbol_address(view_.symbols.intern("slisp_" + std::string(callee.name)));
  unsigned words = 0, doubles = 0;
  for (unsigned i = 0; i < callee.parameter_count; ++i) {
    bool is_double = callee.parameters[i] == abi::ParameterMode::F64;
    Register reg = is_double ? static_cast<Register>(static_cast<unsigned>(Register::xmm0) + doubles++)
                             : k_argument_registers[words++];
    call.uses.push_back({operand(inst.operands[i]), reg});
  }
  if (inst.result.valid())
    call.defs.push_back({result, callee.result == abi::ResultMode::F64 ? Register::xmm0 : Register::rax});
  if (!callee.may_throw || exit == k_no_block) return;
  call.exit = exit;
  switch (callee.result) {
    case abi::ResultMode::Owned:
    case abi::ResultMode::Borrowed:
    case abi::ResultMode::Nothing: call.test = ResultTest::Word; break;
    case abi::ResultMode::I64: call.test = ResultTest::I64; break;
    case abi::ResultMode::F64: call.test = ResultTest::F64; break;
    case abi::ResultMode::Bool: call.test = ResultTest::Bool; break;
  }
}

ArgumentPlace ArgumentPlaces::next(bool is_double) {
  constexpr unsigned k_double_registers = 8;
  if (is_double && doubles_ < k_double_registers) return {static_cast<Register>(static_cast<unsigned>(Register::xmm0) + doubles_++), 0};
  if (!is_double && words_ < abi::k_register_arguments) return {k_argument_registers[words_++], 0};
  return {Register::None, static_cast<std::int64_t>(abi::k_offset_arguments + 8 * buffered_++)};
}

// What goes into the context's buffer is stored right before the call.
void Selector::pass_arguments(MInst& call, std::span<const ir::ValueId> arguments) {
  ArgumentPlaces places;
  for (ir::ValueId v : arguments) {
    ArgumentPlace place = places.next(in_[v].type == ir::Type::F64);
    if (place.reg != Register::None) {
      call.uses.push_back({operand(v), place.reg});
      continue;
    }
    MInst& store = emit(Opcode::Store);
    store.operand[0] = memory(Register::r15, place.offset);
    store.operand[1] = operand(v);
  }
}

void Selector::call_function(const ir::Instruction& inst, std::uint32_t exit) {
  MInst call;
  call.op = Opcode::Call;
  call.line = line_;
  call.operand[0] = symbol_address(view_.symbols.intern(inst.symbol));
  call.exit = exit;
  auto type = static_cast<ir::Type>(inst.id);
  call.test = type == ir::Type::I64 ? ResultTest::I64 : type == ir::Type::F64 ? ResultTest::F64 : ResultTest::Word;
  pass_arguments(call, inst.operands);
  // A function that reads its closure is called directly only by itself or another arity of the same form: the closure is passed on.
  auto callee = view_.functions.find(inst.symbol);
  if (callee != view_.functions.end() && callee->second->captures > 0 && closure_.is(Operand::Kind::Virtual))
    call.uses.push_back({closure_, Register::r10});
  if (inst.result.valid()) call.defs.push_back({define(inst.result), type == ir::Type::F64 ? Register::xmm0 : Register::rax});
  out_.blocks[current_].instructions.push_back(std::move(call));
}

void Selector::call_any(const ir::Instruction& inst, std::uint32_t exit) {
  std::span<const ir::ValueId> words(inst.operands.data() + 1, inst.operands.size() - 1);
  if (words.size() > abi::k_max_fixed_arguments)
    compiler::internal_error("isel", "a call of more than 20 arguments", in_.name);
  MInst call;
  call.op = options_.optimize > 0 ? Opcode::Invoke : Opcode::InvokeCall;
  call.line = line_;
  call.number = static_cast<std::uint32_t>(words.size());
  call.exit = exit;
  call.test = ResultTest::Word;
  pass_arguments(call, words);
  call.uses.push_back({operand(inst.operands[0]), Register::r10});
  if (inst.result.valid()) call.defs.push_back({define(inst.result), Register::rax});
  out_.blocks[current_].instructions.push_back(std::move(call));
}

}  // namespace slisp::x64
