// long_entries.cpp: functions that longs are seen to reach get an entry that takes only longs.
// In:   verified IR of a module; which functions, and which of their parameters.
// Out:  each of these as a second function, SYMBOL & `l`; the first tests its arguments and goes to the second when all are longs. Direct calls
//       that are seen to pass longs enter the second at once.
// Keeps: the second is a copy of the first, right for whatever it is given; so a call that is led there by mistake costs time alone.
// Idea: the worker of the worker/wrapper transformation (Gill & Hutton). A worker that only longs reach is found to have raw parameters by
//   inference, and recursion inside it passes numbers in registers. Whether the recursion has longs depends on the worker's own result, so its
//   calls enter the worker until inference says otherwise.
#include "src/compiler/types/long_entries.hpp"
#include "runtime/abi/functions.hpp"
#include "src/compiler/ir/builder.hpp"
#include "src/compiler/types/exposure.hpp"
#include <algorithm>
#include <unordered_map>

namespace slisp::compiler {

using namespace ir;
using namespace kind;
using Rt = abi::RuntimeFunctionId;

namespace {

constexpr int k_rounds = 4;

ParameterSet longs_among(const Instruction& call, FunctionKinds& kinds, BlockId block) {
  ParameterSet set = 0;
  for (std::size_t i = 0; i < call.operands.size() && i < k_most_parameters; ++i)
    if (kinds.at(call.operands[i], block) == k_long) set |= ParameterSet{1} << i;
  return set;
}

// The first function: tests behind its stack check, and a call of the second behind the tests.
void lead_to(Function& fn, const std::string& symbol, ParameterSet parameters) {
  Instruction& check = fn.blocks[0].instructions.back();
  const BlockId body = check.edges[0].target;
  const std::vector<ValueId> arguments = fn.blocks[0].parameters;
  Builder builder(fn);
  builder.set_line(check.line);
  BlockId at = builder.new_block();
  fn.blocks[0].instructions.back().edges[0].target = at;
  builder.position(at);
  for (std::size_t i = 0; i < arguments.size() && i < k_most_parameters; ++i) {
    if ((parameters >> i & 1) == 0) continue;
    const BlockId next = builder.new_block();
    builder.branch_on(Rt::long_p, arguments[i], next, body);
    builder.position(next);
  }
  const BlockId last = builder.current();
  const ValueId given = builder.try_direct(symbol, arguments, {});
  builder.ret(given);
  const BlockId failed = builder.new_block();
  fn[last].instructions.back().edges[1].target = failed;
  builder.position(failed);
  builder.unwind();
}

}  // namespace

std::vector<ParameterSet> longs_in_direct_calls(const Module& module, Inference& inference) {
  std::vector<ParameterSet> seen(module.functions.size(), 0);
  for (std::size_t f = 0; f < module.functions.size(); ++f)
    for (BlockId b : inference.kinds(f).order()) {
      const Instruction& last = module.functions[f][b].instructions.back();
      if (last.op != Op::TryCallFn) continue;
      std::size_t to = inference.callee(last);
      if (to == f) seen[to] = ~ParameterSet{0};
      else if (to != SIZE_MAX) seen[to] |= longs_among(last, inference.kinds(f), b);
    }
  return seen;
}

std::uint64_t make_long_entries(Module& module, const std::vector<LongEntry>& wanted) {
  struct Pair { std::string symbol; ParameterSet parameters; };
  std::unordered_map<std::string, Pair> second_of, first_of;
  const std::size_t first_new = module.functions.size();
  module.functions.reserve(first_new + wanted.size());
  for (const LongEntry& w : wanted) {
    Function entry = module.functions[w.function];
    entry.symbol += 'l';
    entry.global = false;
    second_of[module.functions[w.function].symbol] = {entry.symbol, w.parameters};
    first_of[entry.symbol] = {module.functions[w.function].symbol, w.parameters};
    lead_to(module.functions[w.function], entry.symbol, w.parameters);
    module.functions.push_back(std::move(entry));
  }
  auto for_each_call = [&](std::size_t from, std::size_t to, auto visit) {
    for (std::size_t f = from; f < to; ++f)
      for (std::size_t b = 0; b < module.functions[f].blocks.size(); ++b)
        if (Instruction& last = module.functions[f].blocks[b].instructions.back(); last.op == Op::TryCallFn)
          visit(f, BlockId{static_cast<std::uint32_t>(b)}, last);
  };
  for_each_call(first_new, module.functions.size(), [&](std::size_t, BlockId, Instruction& call) {
    if (auto at = second_of.find(call.symbol); at != second_of.end()) call.symbol = at->second.symbol;
  });
  for (int round = 1;; ++round) {
    Inference inference(module);
    inference.run();
    bool stable = true;
    for_each_call(first_new, module.functions.size(), [&](std::size_t f, BlockId b, Instruction& call) {
      auto at = first_of.find(call.symbol);
      if (at == first_of.end() || !inference.kinds(f).dominators().reachable(b)) return;
      const ParameterSet wanted_here = at->second.parameters;
      if (round < k_rounds && (longs_among(call, inference.kinds(f), b) & wanted_here) == wanted_here) return;
      call.symbol = at->second.symbol;
      stable = false;
    });
    if (!stable && round < k_rounds) continue;
    for_each_call(0, first_new, [&](std::size_t f, BlockId b, Instruction& call) {
      auto at = second_of.find(call.symbol);
      if (at == second_of.end() || !inference.kinds(f).dominators().reachable(b)) return;
      const ParameterSet wanted_here = at->second.parameters;
      if ((longs_among(call, inference.kinds(f), b) & wanted_here) == wanted_here) call.symbol = at->second.symbol;
    });
    break;
  }
  drop_unreached_functions(module);
  return wanted.size();
}

}  // namespace slisp::compiler
