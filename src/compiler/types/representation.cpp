// representation.cpp: which values live outside boxes, over a module.
// In:   kinds of all values.
// Out:  a representation per value, parameter and result.
// Keeps: only what is exactly a long or exactly a double is ever raw; functions that unseen callers reach take and return words.
// Idea: a parameter is raw when something wants it raw; that makes its arguments wanted raw, and so on, until nothing changes: the set only
//   grows. What is computed is raw unless its box would then be made more often than before: a second time, or in a deeper loop.
#include "src/compiler/types/representation.hpp"
#include <algorithm>

namespace slisp::compiler {

using namespace ir;
using namespace kind;
using Rt = abi::RuntimeFunctionId;

// The box of an Integer, Short or Byte, made here of a raw number?
bool narrow_box(const Instruction* definition) {
  if (definition == nullptr || definition->op != Op::RtCall) return false;
  const auto function = static_cast<Rt>(definition->id);
  return function == Rt::box_int || function == Rt::box_short || function == Rt::box_byte;
}

RepresentationPlan::RepresentationPlan(const Module& module, Inference& inference) : module_(module), inference_(inference) {
  plans_.resize(module.functions.size());
  depth_.resize(module.functions.size());
  movable_.resize(module.functions.size());
  for (std::size_t f = 0; f < module.functions.size(); ++f) {
    auto& types = types_.emplace_back();
    for (const Value& v : module.functions[f].values) types.push_back(v.type);
    plans_[f].of.assign(module.functions[f].values.size(), Representation::Boxed);
    loops(f);
  }
}

// Nesting by natural loops: a back edge leads to a block that dominates it.
void RepresentationPlan::loops(std::size_t function) {
  const Function& fn = module_.functions[function];
  FunctionKinds& kinds = inference_.kinds(function);
  auto& depth = depth_[function];
  depth.assign(fn.blocks.size(), 0);
  movable_[function].assign(fn.values.size(), false);
  std::vector<std::vector<BlockId>> preds;
  std::vector<std::uint32_t> seen(fn.blocks.size(), 0);
  std::uint32_t stamp = 0;
  std::size_t work_left = 64 * fn.blocks.size() + 4096;    // nests deeper than this stop counting
  for (BlockId p{0}; p.index < fn.blocks.size(); ++p.index)
    for (ValueId v : fn[p].parameters) movable_[function][v.index] = true;
  for (BlockId b : kinds.order()) {
    const Instruction& last = fn[b].instructions.back();
    if (last.op != Op::Jump)
      for (const Edge& e : last.edges)
        for (ValueId p : fn[e.target].parameters) movable_[function][p.index] = false;
    for (const Edge& e : last.edges) {
      if (!kinds.dominators().dominates(e.target, b)) continue;
      if (preds.empty()) preds = predecessors(fn);
      ++stamp;
      std::vector<BlockId> work{b};
      seen[e.target.index] = stamp;
      ++depth[e.target.index];
      while (!work.empty() && work_left > 0) {
        BlockId at = work.back();
        work.pop_back();
        if (seen[at.index] == stamp) continue;
        seen[at.index] = stamp;
        ++depth[at.index];
        --work_left;
        for (BlockId pred : preds[at.index])
          if (kinds.dominators().reachable(pred)) work.push_back(pred);
      }
    }
  }
}

Type RepresentationPlan::raw_type(std::size_t function, ValueId v) const {
  if (!is_word(function, v)) return Type::Any;
  KindSet k = inference_.kinds(function).of(v);
  if (k == k_integer && narrow_box(inference_.kinds(function).definition(inference_.kinds(function).root(v)))) return Type::I64;
  return k == k_long ? Type::I64 : k == k_double ? Type::F64 : Type::Any;
}

Type RepresentationPlan::parameter_type(std::size_t function, std::size_t index) const {
  const Function& fn = module_.functions[function];
  if (fn.blocks.empty() || index >= fn.blocks[0].parameters.size()) return Type::Any;
  ValueId p = fn.blocks[0].parameters[index];
  return plans_[function].of[p.index] == Representation::Raw ? raw_type(function, p) : Type::Any;
}

Type RepresentationPlan::result_type(std::size_t function) const {
  if (!plans_[function].raw_result) return Type::Any;
  return inference_.kinds(function).result == k_long ? Type::I64 : Type::F64;
}

std::optional<RawForm> RepresentationPlan::form(std::size_t function, const Instruction& inst, BlockId block) const {
  if (inst.op != Op::RtCall && inst.op != Op::TryRtCall) return std::nullopt;
  if (inst.operands.empty() || inst.operands.size() > 2) return std::nullopt;
  FunctionKinds& kinds = inference_.kinds(function);
  KindSet operands[2] = {};
  std::optional<std::int64_t> second;
  for (std::size_t i = 0; i < inst.operands.size(); ++i) {
    if (!is_word(function, inst.operands[i])) return std::nullopt;
    operands[i] = kinds.at(inst.operands[i], block);
    // The number lies in the box of either.
    if ((operands[i] & k_integer) != 0 && (operands[i] & ~(k_integer | k_long)) == 0) operands[i] = k_long;
    const Instruction* definition = kinds.definition(inst.operands[i]);
    if (i == 1 && definition && definition->op == Op::ConstWord && rt::is_fixnum(static_cast<rt::Word>(definition->imm)))
      second = rt::to_fixnum(static_cast<rt::Word>(definition->imm));
  }
  return raw_form(static_cast<Rt>(inst.id), std::span(operands, inst.operands.size()), second);
}

std::optional<bool> RepresentationPlan::answer(std::size_t function, const Instruction& inst, BlockId block) const {
  KindSet yes = k_nothing;
  bool exact = true;
  switch (inst.op) {
    case Op::Truthy: yes = k_all & ~k_falsy; break;
    case Op::IsNil: yes = k_nil; break;
    case Op::RtCall: {
      auto predicate = predicate_of(static_cast<Rt>(inst.id));
      if (!predicate) return std::nullopt;
      yes = predicate->yes;
      exact = predicate->exact;
      break;
    }
    default: return std::nullopt;
  }
  KindSet kinds = inference_.kinds(function).at(inst.operands[0], block);
  if (kinds == k_nothing) return std::nullopt;
  if ((kinds & yes) == 0) return false;
  if (exact && (kinds & ~yes) == 0) return true;
  return std::nullopt;
}

void RepresentationPlan::use(std::size_t function, ValueId v, BlockId block, bool raw) {
  const Function& fn = module_.functions[function];
  if (!is_word(function, v)) return;
  Representations& plan = plans_[function];
  ValueId root = inference_.kinds(function).root(v);
  if (raw) {
    ++plan.raw_uses[root.index];
    return;
  }
  ++plan.boxed_uses[root.index];
  if (fn[root].block.valid() && depth_[function][block.index] > depth_[function][fn[root].block.index]) plan.boxed_deeper[root.index] = true;
}

void RepresentationPlan::count(std::size_t function) {
  const Function& fn = module_.functions[function];
  FunctionKinds& kinds = inference_.kinds(function);
  Representations& plan = plans_[function];
  plan.raw_uses.assign(fn.values.size(), 0);
  plan.boxed_uses.assign(fn.values.size(), 0);
  plan.boxed_deeper.assign(fn.values.size(), false);
  plan.pinned.assign(fn.values.size(), false);
  for (BlockId b : kinds.order())
    for (const Instruction& inst : fn[b].instructions) {
      switch (inst.op) {
        case Op::Dup:
        case Op::Drop: break;
        case Op::TryCallFn: {
          std::size_t to = inference_.callee(inst);
          for (std::size_t i = 0; i < inst.operands.size(); ++i)
            use(function, inst.operands[i], b, to != SIZE_MAX && parameter_type(to, i) != Type::Any);
          break;
        }
        case Op::Return: use(function, inst.operands[0], b, plan.raw_result); break;
        case Op::UnboxI64: use(function, inst.operands[0], b, true); break;
        default: {
          if (answer(function, inst, b)) break;
          auto raw = form(function, inst, b);
          for (std::size_t i = 0; i < inst.operands.size(); ++i) {
            if (!raw) use(function, inst.operands[i], b, false);
            else if (i < raw->count) use(function, inst.operands[i], b, raw->operands[i] != Raw::Converted);
          }
          if (!raw && inst.op != Op::Jump && inst.result.valid() && fn[inst.result].ownership == Ownership::Borrowed && !inst.operands.empty())
            plan.pinned[kinds.root(inst.operands[0]).index] = true;
        }
      }
      for (const Edge& edge : inst.edges)
        for (std::size_t i = 0; i < edge.arguments.size(); ++i)
          use(function, edge.arguments[i], b, plan.of[fn[edge.target].parameters[i].index] == Representation::Raw);
    }
}

// Computed as a number?
bool RepresentationPlan::natural(std::size_t function, ValueId root) const {
  const Instruction* definition = inference_.kinds(function).definition(root);
  if (definition == nullptr) return plans_[function].of[root.index] == Representation::Raw;
  switch (definition->op) {
    case Op::I64ToAny:
    case Op::F64ToAny: return true;
    case Op::TryCallFn: {
      std::size_t to = inference_.callee(*definition);
      return to != SIZE_MAX && plans_[to].raw_result;
    }
    case Op::RtCall: return narrow_box(definition);
    case Op::TryRtCall: {
      // The block of the call is the one before that of its result; facts differ at most about survivors, which the operands were not yet.
      BlockId block = module_.functions[function][root].block;
      BlockId before = inference_.kinds(function).dominators().immediate(block);
      return form(function, *definition, before).has_value();
    }
    default: return false;
  }
}

bool RepresentationPlan::decide(std::size_t function) {
  const Function& fn = module_.functions[function];
  FunctionKinds& kinds = inference_.kinds(function);
  Representations& plan = plans_[function];
  bool changed = false;
  auto set = [&](ValueId v, Representation r) {
    if (plan.of[v.index] == r) return;
    plan.of[v.index] = r;
    changed = true;
  };
  for (BlockId b : kinds.order()) {
    for (ValueId p : fn[b].parameters) {
      Type type = raw_type(function, p);
      if (type == Type::Any || fn[p].ownership != Ownership::Owned || plan.raw_uses[p.index] == 0 || plan.pinned[p.index]) continue;
      if (b.index == 0 && inference_.exposed(function)) continue;
      if (!movable_[function][p.index]) continue;
      if (type == Type::F64 && plan.boxed_deeper[p.index] && plan.of[p.index] != Representation::Raw) continue;
      set(p, Representation::Raw);
    }
    for (const Instruction& inst : fn[b].instructions) {
      if (!inst.result.valid() || inst.op == Op::Dup || raw_type(function, inst.result) == Type::Any) continue;
      ValueId v = inst.result;
      if (!natural(function, v)) continue;
      // A box that keeps the class is made once, here, if anybody wants it.
      const Instruction* definition = kinds.definition(v);
      if (narrow_box(definition)) {
        set(v, plan.pinned[v.index] || plan.raw_uses[v.index] == 0 || plan.boxed_uses[v.index] > 0 ? Representation::Both : Representation::Raw);
        continue;
      }
      bool keeps_box = plan.pinned[v.index] || plan.raw_uses[v.index] == 0 || plan.boxed_uses[v.index] > 1 || plan.boxed_deeper[v.index];
      set(v, keeps_box ? Representation::Both : Representation::Raw);
    }
  }
  KindSet result = kinds.result;
  if (!plan.raw_result && !inference_.exposed(function) && (result == k_long || result == k_double)) {
    for (BlockId b : kinds.order()) {
      const Instruction& last = fn[b].instructions.back();
      if (last.op != Op::Return || fn[last.operands[0]].type != Type::Any || !natural(function, kinds.root(last.operands[0]))) continue;
      plan.raw_result = changed = true;
      break;
    }
  }
  return changed;
}

bool RepresentationPlan::round(std::size_t function) {
  count(function);
  return decide(function);
}

void RepresentationPlan::run() {
  constexpr int k_rounds = 8;
  bool changed = true;
  for (int i = 0; i < k_rounds && changed; ++i) {
    changed = false;
    for (std::size_t f = 0; f < plans_.size(); ++f) changed = round(f) || changed;
  }
  for (std::size_t f = 0; f < plans_.size(); ++f) count(f);
}

}  // namespace slisp::compiler
