// speculate_doubles.cpp: operators on unknown numbers look for two doubles first.
// In:   verified IR of a module.
// Out:  in functions that work with doubles, (- a b) of unknown a and b stands twice: behind tests that both are doubles, and as it was.
// Keeps: both ways are the operation as it was.
// Idea: fields of maps and elements of vectors have no known kind. The inline form of an operator knows fixnums; doubles took a call each.
#include "src/compiler/ir/builder.hpp"
#include "src/compiler/types/inference.hpp"
#include "src/compiler/types/speculate.hpp"

namespace slisp::compiler {
namespace {

using namespace ir;
using namespace kind;
using Rt = abi::RuntimeFunctionId;

bool has_double_form(Rt function) {
  switch (function) {
    case Rt::add:
    case Rt::subtract:
    case Rt::multiply:
    case Rt::divide:
    case Rt::divide_double:
    case Rt::less:
    case Rt::less_equal:
    case Rt::greater:
    case Rt::greater_equal: return true;
    default: return false;
  }
}

class Doubles {
 public:
  Doubles(Function& fn, FunctionKinds& kinds) : fn_(fn), kinds_(kinds) {}

  std::uint64_t run() {
    if (!works_with_doubles()) return 0;
    constexpr std::uint64_t k_most = 64;
    std::uint64_t made = 0;
    std::size_t blocks = fn_.blocks.size();
    for (std::size_t b = 0; b < blocks && made < k_most; ++b) made += split(BlockId{static_cast<std::uint32_t>(b)});
    return made;
  }

 private:
  bool works_with_doubles() const {
    for (BlockId b : kinds_.order())
      for (const Instruction& inst : fn_[b].instructions)
        if (inst.result.valid() && (fn_[inst.result].type == Type::F64 || (fn_[inst.result].type == Type::Any && kinds_.of(inst.result) == k_double)))
          return true;
    return false;
  }
  bool may_be(ValueId v, BlockId b) const {
    KindSet k = kinds_.at(v, b);
    return (k & k_double) != 0 && (k & ~k_double) != 0;
  }
  bool split(BlockId b) {
    if (!kinds_.dominators().reachable(b)) return false;
    const Instruction& last = fn_[b].instructions.back();
    if (last.op != Op::TryRtCall || !has_double_form(static_cast<Rt>(last.id))) return false;
    if (!may_be(last.operands[0], b) || !may_be(last.operands[1], b)) return false;
    Instruction operation = std::move(fn_[b].instructions.back());
    fn_[b].instructions.pop_back();
    BlockId after = operation.edges[0].target;
    Builder builder(fn_);
    builder.set_line(operation.line);
    builder.position(b);
    const BlockId others = builder.new_block();
    auto test = [&](ValueId v) {
      const BlockId next = builder.new_block();
      builder.branch_on(Rt::double_p, v, next, others);
      builder.position(next);
    };
    test(operation.operands[0]);
    if (kinds_.root(operation.operands[0]) != kinds_.root(operation.operands[1])) test(operation.operands[1]);
    for (BlockId way : {builder.current(), others}) {
      builder.position(way);
      builder.jump(after, {builder.try_call(static_cast<Rt>(operation.id), operation.operands, operation.edges[1].target)});
    }
    fn_[after].parameters = {operation.result};
    return true;
  }

  Function& fn_;
  FunctionKinds& kinds_;
};

}  // namespace

std::uint64_t speculate_doubles(Module& module) {
  Inference inference(module);
  inference.run();
  std::uint64_t made = 0;
  for (std::size_t f = 0; f < module.functions.size(); ++f) made += Doubles(module.functions[f], inference.kinds(f)).run();
  return made;
}

}  // namespace slisp::compiler
