// inference.cpp: kinds of all values, to a fixed point over the closed world.
// In:   verified IR of a module.
// Out:  FunctionKinds per function; the IR is not touched.
// Keeps: a function that somebody may call without our seeing it (through a closure, a descriptor, another object file) takes anything.
// Idea: everything starts as nothing and grows by what flows into it (Kam & Ullman's optimistic iteration): constants, results of operations,
//   arguments of jumps and of direct calls, captured values. Sets of kinds have seventeen members, so each can grow seventeen times.
#include "src/compiler/types/inference.hpp"
#include "src/compiler/types/exposure.hpp"

namespace slisp::compiler {

using namespace ir;
using namespace kind;

Inference::Inference(const Module& module) : module_(module) {
  for (std::size_t f = 0; f < module.functions.size(); ++f) {
    functions_.push_back(std::make_unique<FunctionKinds>(module, module.functions[f]));
    by_symbol_.emplace(module.functions[f].symbol, f);
  }
  callers_.resize(functions_.size());
  for (std::size_t f = 0; f < functions_.size(); ++f)
    for (BlockId b : functions_[f]->order_)
      if (const Instruction& last = module.functions[f][b].instructions.back(); last.op == Op::TryCallFn)
        if (std::size_t to = callee(last); to != SIZE_MAX && (callers_[to].empty() || callers_[to].back() != f)) callers_[to].push_back(f);
  exposed_ = exposed_functions(module);
  queued_.assign(functions_.size(), false);
  find_entries();
}

std::size_t Inference::callee(const Instruction& call) const {
  auto at = by_symbol_.find(call.symbol);
  return at == by_symbol_.end() ? SIZE_MAX : at->second;
}

// Which functions a descriptor leads to: what a closure captures, they find.
void Inference::find_entries() {
  entered_through_.resize(module_.descriptors.size());
  for (std::size_t d = 0; d < module_.descriptors.size(); ++d) {
    auto enter = [&](const std::string& symbol) {
      if (auto at = by_symbol_.find(symbol); at != by_symbol_.end()) entered_through_[d].push_back(at->second);
    };
    for (const auto& entry : module_.descriptors[d].fixed) enter(entry.symbol);
    if (!module_.descriptors[d].variadic.empty()) enter(module_.descriptors[d].variadic);
  }
}

void Inference::enqueue(std::size_t function) {
  if (queued_[function]) return;
  queued_[function] = true;
  work_.push_back(function);
}

bool Inference::join(std::size_t function, ValueId v, KindSet kinds) {
  KindSet& known = functions_[function]->kinds_[functions_[function]->root_[v.index].index];
  if ((kinds & ~known) == 0) return false;
  known |= kinds;
  return true;
}

void Inference::run() {
  for (std::size_t f = functions_.size(); f-- > 0;) enqueue(f);
  for (std::size_t f = 0; f < functions_.size(); ++f)
    if (exposed_[f] && !module_.functions[f].blocks.empty())
      for (ValueId p : module_.functions[f].blocks[0].parameters) join(f, p, k_all);
  while (!work_.empty()) {
    std::size_t f = work_.back();
    work_.pop_back();
    queued_[f] = false;
    visit(f);
  }
}

void Inference::visit(std::size_t function) {
  while (pass(function)) {
  }
}

KindSet Inference::kinds_of(std::size_t function, const Instruction& inst, BlockId block) {
  FunctionKinds& known = *functions_[function];
  switch (inst.op) {
    case Op::ConstWord: return kind_of_constant(rt::Borrowed(static_cast<rt::Word>(inst.imm)));
    case Op::Static: {
      const StaticObject& s = module_.statics[inst.id];
      if (s.kind == StaticKind::Constant) return kind_of_constant(s.value);
      if (s.kind == StaticKind::Closure) return k_function;
      return k_all;
    }
    case Op::Capture: return known.captures[static_cast<std::size_t>(inst.imm)];
    case Op::Self: return k_function;
    case Op::BoolToAny: return k_boolean;
    case Op::I64ToAny: return k_long;
    case Op::F64ToAny: return k_double;
    case Op::RtCall:
    case Op::TryRtCall: {
      KindSet operands[abi::k_max_runtime_parameters];
      std::size_t n = std::min(inst.operands.size(), std::size_t{abi::k_max_runtime_parameters});
      for (std::size_t i = 0; i < n; ++i) operands[i] = known.at(inst.operands[i], block);
      return kinds_of_result(static_cast<abi::RuntimeFunctionId>(inst.id), std::span(operands, n));
    }
    case Op::TryCallFn: {
      std::size_t to = callee(inst);
      return to == SIZE_MAX ? k_all : functions_[to]->result;
    }
    default: return k_all;
  }
}

// One walk over the blocks; true when something grew that this function itself looks at.
bool Inference::pass(std::size_t function) {
  const Function& fn = module_.functions[function];
  FunctionKinds& known = *functions_[function];
  bool again = false;
  for (BlockId b : known.order_) {
    for (const Instruction& inst : fn[b].instructions) {
      if (inst.result.valid() && inst.op != Op::Dup && fn[inst.result].type == Type::Any)
        again = join(function, inst.result, kinds_of(function, inst, b)) || again;
      for (const Edge& edge : inst.edges)
        for (std::size_t i = 0; i < edge.arguments.size(); ++i) {
          ValueId p = fn[edge.target].parameters[i];
          if (fn[p].type == Type::Any) again = join(function, p, known.at(edge.arguments[i], b)) || again;
        }
      if (inst.op == Op::TryCallFn) {
        std::size_t to = callee(inst);
        if (to == SIZE_MAX || exposed_[to] || module_.functions[to].blocks.empty()) continue;
        const auto& parameters = module_.functions[to].blocks[0].parameters;
        for (std::size_t i = 0; i < inst.operands.size() && i < parameters.size(); ++i)
          if (join(to, parameters[i], known.at(inst.operands[i], b))) enqueue(to);
      } else if (inst.op == Op::RtCall && static_cast<abi::RuntimeFunctionId>(inst.id) == abi::RuntimeFunctionId::alloc_fn) {
        capture(function, b, inst);
      } else if (inst.op == Op::Return && fn[inst.operands[0]].type == Type::Any) {
        KindSet kinds = known.at(inst.operands[0], b);
        if ((kinds & ~known.result) == 0) continue;
        known.result |= kinds;
        for (std::size_t caller : callers_[function]) enqueue(caller);
      }
    }
  }
  return again;
}

// A closure is made: what is stored into its block becomes what its functions find captured.
void Inference::capture(std::size_t function, BlockId block, const Instruction& alloc) {
  const Function& fn = module_.functions[function];
  FunctionKinds& known = *functions_[function];
  const Instruction* descriptor = known.definition(alloc.operands[0]);
  if (descriptor == nullptr || descriptor->op != Op::Descriptor) return;
  std::size_t seen = 0;
  for (const Instruction& store : fn[block].instructions) {
    if (store.op != Op::SlotStore || store.operands[0] != alloc.operands[1]) continue;
    ++seen;
    KindSet kinds = known.at(store.operands[1], block);
    for (std::size_t to : entered_through_[descriptor->id]) {
      auto index = static_cast<std::size_t>(store.imm);
      if (index >= functions_[to]->captures.size() || (kinds & ~functions_[to]->captures[index]) == 0) continue;
      functions_[to]->captures[index] |= kinds;
      enqueue(to);
    }
  }
  // Stored elsewhere: nothing is known.
  for (std::size_t to : entered_through_[descriptor->id])
    for (KindSet& kinds : functions_[to]->captures)
      if (seen < functions_[to]->captures.size() && kinds != k_all) {
        kinds = k_all;
        enqueue(to);
      }
}

}  // namespace slisp::compiler
