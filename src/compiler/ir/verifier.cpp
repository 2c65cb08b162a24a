// verifier.cpp: the law of the IR. Who adds an instruction starts here.
//
// Structure
//   - a function has an entry block (0) to which no edge leads
//   - the last instruction of a block ends it, and only the last; edges lead to existing blocks
//   - number of edges: jump 1, try_ 2, branch 2, stack_check 2, others none
//   - ids (statics, descriptors, sites, epochs, slots, runtime functions, captures) exist
// SSA
//   - each value has one definition, in the block its Value says; a call that ends its block defines its result at the head
//     of edge 0's target, which has no other predecessor and no parameters
//   - each use is dominated by the definition
// Types
//   - operands and results have the types of ops.def and of the runtime table; edge arguments those of the target's parameters
//   - parameters of the entry are `owned any`, or `borrowed any`, or unboxed numbers, and calls within the module lend just what is borrowed; a return
//     gives what the function says it returns; blocks (addresses of slots) never travel along edges
//   - an Owned parameter takes Owned or Trivial arguments, a Trivial one Trivial, a Borrowed one Borrowed or Trivial, or its owner, which is defined
//     before the block
// Calls
//   - rt calls functions that cannot throw, try_rt those that may; operands as many as the row says; `vector` and `cons` may have one
//     more, an emptied object to write into
//   - try_call has at most 21 operands (20 and a rest seq), try_invoke 1 to 21 (callee and at most 20)
//   - edges of calls and of stack_check carry no arguments on the normal side
// Frame memory
//   - epochs open inside their parent, close innermost first, are all closed at return and unwind (a cleanup edge leaves open
//     what was open at the call), and at a join all ways agree
//   - a slot's address is taken and used only while its epoch is open; slot_store stays inside the slot
// Elsewhere: every owned value consumed once, borrowed values within their owner's life, all words of a block stored before it
// is consumed (ownership_checker.cpp). Not checked yet: that `self` and `capture` are not used after a tail call consumed r10 (there
// are none).
#include "src/compiler/ir/verifier.hpp"
#include "src/compiler/ir/builder.hpp"
#include "src/compiler/ir/cfg.hpp"
#include "src/compiler/ir/text.hpp"
#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace slisp::ir {
namespace {

class Verifier {
 public:
  using Functions = std::unordered_map<std::string_view, const Function*>;
  Verifier(const Module& module, const Functions& functions, const Function& function, std::size_t limit)
      : module_(module), functions_(functions), fn_(function), limit_(limit), defined_(function.values.size(), 0) {}

  std::vector<std::string> run() {
    if (structure()) {
      Dominators dominators(fn_);
      dominators_ = &dominators;
      preds_ = predecessors(fn_);
      definitions();
      uses();
      frame_memory();
    }
    return std::move(problems_);
  }

 private:
  void problem(BlockId b, const Instruction* i, std::string what) {
    if (problems_.size() >= limit_) return;
    problems_.push_back(fn_.symbol + " (" + fn_.name + ") b" + std::to_string(b.index) + ": " + what +
                        (i ? "\n    in: " + print_instruction(*i) : ""));
  }
  bool valid(ValueId v) const { return v.index < fn_.values.size(); }

  static std::size_t edge_count(Op op) {
    switch (op) {
      case Op::Jump: return 1;
      case Op::Branch:
      case Op::StackCheck:
      case Op::TryRtCall:
      case Op::TryCallFn:
      case Op::TryCallAny:
      case Op::TryAddI64:
      case Op::TrySubtractI64:
      case Op::TryMultiplyI64:
      case Op::TryQuotientI64:
      case Op::TryRemainderI64:
      case Op::TryModulusI64:
      case Op::TryDivideF64: return 2;
      default: return 0;
    }
  }

  bool structure() {
    if (fn_.blocks.empty()) {
      problem({}, nullptr, "a function without blocks");
      return false;
    }
    bool good = true;
    for (std::size_t b = 0; b < fn_.blocks.size(); ++b) {
      BlockId id{static_cast<std::uint32_t>(b)};
      const Block& block = fn_.blocks[b];
      if (block.instructions.empty()) {
        problem(id, nullptr, "an empty block");
        good = false;
        continue;
      }
      for (std::size_t k = 0; k < block.instructions.size(); ++k) {
        const Instruction& i = block.instructions[k];
        bool last = k + 1 == block.instructions.size();
        if (ends_block(i.op) != last) problem(id, &i, last ? "the block does not end" : "a terminator in the middle"), good = false;
        if (i.edges.size() != edge_count(i.op)) problem(id, &i, "wrong number of edges"), good = false;
        for (const Edge& e : i.edges) {
          if (e.target.index >= fn_.blocks.size()) problem(id, &i, "an edge to nowhere"), good = false;
          else if (e.target.index == 0) problem(id, &i, "an edge to the entry"), good = false;
          for (ValueId v : e.arguments)
            if (!valid(v)) problem(id, &i, "an unknown value"), good = false;
        }
        for (ValueId v : i.operands)
          if (!valid(v)) problem(id, &i, "an unknown value"), good = false;
        if (i.result.valid() && !valid(i.result)) problem(id, &i, "an unknown result"), good = false;
      }
      for (ValueId v : block.parameters)
        if (!valid(v)) problem(id, nullptr, "an unknown parameter"), good = false;
    }
    for (std::size_t e = 0; e < fn_.epochs.size(); ++e)
      if (fn_.epochs[e].parent.valid() && fn_.epochs[e].parent.index >= e) problem({}, nullptr, "an epoch before its parent"), good = false;
    for (const Slot& s : fn_.slots)
      if (s.epoch.index >= fn_.epochs.size()) problem({}, nullptr, "a slot of an unknown epoch"), good = false;
    return good;
  }

  void define(BlockId at, ValueId v, const Instruction* i) {
    if (defined_[v.index]++) problem(at, i, "v" + std::to_string(v.index) + " has two definitions");
    if (fn_[v].block != at) problem(at, i, "v" + std::to_string(v.index) + " says it is defined in another block");
  }

  bool has_owner(BlockId b, ValueId p) const {
    const ValueId owner = fn_[p].owner;
    if (!valid(owner)) return false;
    return !dominators_->reachable(b) || (fn_[owner].block != b && fn_[owner].block.valid() && dominators_->dominates(fn_[owner].block, b));
  }
  void definitions() {
    for (std::size_t b = 0; b < fn_.blocks.size(); ++b) {
      BlockId id{static_cast<std::uint32_t>(b)};
      for (ValueId p : fn_.blocks[b].parameters) {
        define(id, p, nullptr);
        if (fn_[p].type == Type::Block || fn_[p].type == Type::None) problem(id, nullptr, "a parameter of this type");
        if (b != 0 && fn_[p].ownership == Ownership::Borrowed && !has_owner(id, p)) problem(id, nullptr, "a borrowed parameter whose owner is not defined before the block");
        bool raw = (fn_[p].type == Type::I64 || fn_[p].type == Type::F64) && fn_[p].ownership == Ownership::Trivial;
        bool counted = fn_[p].type == Type::Any && (fn_[p].ownership == Ownership::Owned || (fn_[p].ownership == Ownership::Borrowed && !fn_[p].owner.valid()));
        if (b == 0 && !raw && !counted) problem(id, nullptr, "parameters of the entry are owned any, borrowed from the caller, or unboxed numbers");
      }
      for (const Instruction& i : fn_.blocks[b].instructions) {
        bool is_try = defines_at_edge(i.op);
        if (is_try || i.op == Op::StackCheck) {
          BlockId target = i.edges[0].target;
          if (dominators_->reachable(id) && preds_[target.index].size() != 1)
            problem(id, &i, "the normal edge's target has another predecessor");
          if (!fn_[target].parameters.empty()) problem(id, &i, "the normal edge's target has parameters");
          if (!i.edges[0].arguments.empty()) problem(id, &i, "the normal edge carries arguments");
        }
        bool id_ok = true;
        if (i.op == Op::RtCall || i.op == Op::TryRtCall)
          id_ok = i.id < static_cast<std::uint32_t>(abi::RuntimeFunctionId::k_count);
        if (!id_ok) {
          problem(id, &i, "an unknown runtime function");
          continue;
        }
        ResultShape shape = result_shape(i.op, i.id);
        if (i.result.valid()) {
          define(is_try ? i.edges[0].target : id, i.result, &i);
          const Value& v = fn_[i.result];
          if (v.type != shape.type || v.ownership != shape.ownership) problem(id, &i, "the result has the wrong type or ownership");
        } else if (shape.type != Type::None) {
          problem(id, &i, "the result is missing");
        }
      }
    }
  }

  void use(BlockId b, std::size_t position, const Instruction& i, ValueId v) {
    if (!dominators_->reachable(b)) return;
    if (!defined_[v.index]) return problem(b, &i, "v" + std::to_string(v.index) + " is never defined");
    BlockId home = fn_[v].block;
    if (home == b) {
      if (position_.size() > v.index && position_[v.index] != SIZE_MAX && position_[v.index] >= position)
        problem(b, &i, "v" + std::to_string(v.index) + " is used before its definition");
    } else if (!dominators_->dominates(home, b)) {
      problem(b, &i, "v" + std::to_string(v.index) + " does not dominate this use");
    }
  }

  void expect(BlockId b, const Instruction& i, std::size_t operand, Type type) {
    if (operand >= i.operands.size()) return problem(b, &i, "an operand is missing");
    if (fn_[i.operands[operand]].type != type) problem(b, &i, "operand " + std::to_string(operand) + " has the wrong type");
  }
  void operands(BlockId b, const Instruction& i, std::initializer_list<Type> types) {
    if (i.operands.size() != types.size()) return problem(b, &i, "wrong number of operands");
    std::size_t k = 0;
    for (Type t : types) expect(b, i, k++, t);
  }
  void id_below(BlockId b, const Instruction& i, std::size_t bound, const char* what) {
    if (i.id >= bound) problem(b, &i, std::string("unknown ") + what);
  }

  void condition(BlockId b, const Instruction& i) {
    if (i.imm < 0 || i.imm > static_cast<std::int64_t>(Condition::NotEqual)) problem(b, &i, "unknown condition");
  }
  const Function* find(const std::string& symbol) const {
    auto at = functions_.find(symbol);
    return at == functions_.end() ? nullptr : at->second;
  }
  // A direct call passes what the entry takes, and asks for what it returns.
  void callee_fits(BlockId b, const Instruction& i, const Function& callee) {
    if (callee.blocks.empty()) return;
    const auto& parameters = callee.blocks[0].parameters;
    if (parameters.size() != i.operands.size()) return problem(b, &i, "another number of operands than parameters");
    for (std::size_t k = 0; k < parameters.size(); ++k)
      if (callee[parameters[k]].type != fn_[i.operands[k]].type) problem(b, &i, "an operand is of another type than the parameter");
    if (callee.result != static_cast<Type>(i.id)) problem(b, &i, "the callee returns another type");
  }

  void signature(BlockId b, const Instruction& i) {
    switch (i.op) {
      case Op::ConstWord:
      case Op::ConstI64:
      case Op::ConstF64:
      case Op::Self:
      case Op::Unwind:
      case Op::Unreachable:
      case Op::Jump:
      case Op::StackCheck: return operands(b, i, {});
      case Op::ConstBool:
        if (i.imm != 0 && i.imm != 1) problem(b, &i, "a bool is 0 or 1");
        return operands(b, i, {});
      case Op::Static: id_below(b, i, module_.statics.size(), "static"); return operands(b, i, {});
      case Op::Descriptor: id_below(b, i, module_.descriptors.size(), "descriptor"); return operands(b, i, {});
      case Op::Site: id_below(b, i, module_.sites.size(), "site"); return operands(b, i, {});
      case Op::Capture:
        if (i.imm < 0 || i.imm >= static_cast<std::int64_t>(fn_.captures)) problem(b, &i, "an unknown capture");
        return operands(b, i, {});
      case Op::VarRoot:
        id_below(b, i, module_.statics.size(), "static");
        if (i.id < module_.statics.size() && module_.statics[i.id].kind != StaticKind::VarCell &&
            module_.statics[i.id].kind != StaticKind::External)
          problem(b, &i, "not a var cell");
        return operands(b, i, {});
      case Op::EpochOpen:
      case Op::EpochClose: id_below(b, i, fn_.epochs.size(), "epoch"); return operands(b, i, {});
      case Op::SlotAddress: id_below(b, i, fn_.slots.size(), "slot"); return operands(b, i, {});
      case Op::SlotStore: return operands(b, i, {Type::Block, Type::Any});
      case Op::IsCell:
      case Op::CellRest:
        if (i.imm != 0 && i.imm != 1) problem(b, &i, "rest is 0, next is 1");
        return operands(b, i, {Type::Any});
      case Op::IsShared:
      case Op::CellFirst:
      case Op::Dup:
      case Op::Drop:
      case Op::Shell:
      case Op::Truthy:
      case Op::IsNil:
      case Op::UnboxI64:
      case Op::UnboxF64: return operands(b, i, {Type::Any});
      case Op::Return: return operands(b, i, {fn_.result});
      case Op::SqrtF64: return operands(b, i, {Type::F64});
      case Op::AddF64:
      case Op::SubtractF64:
      case Op::MultiplyF64:
      case Op::DivideF64:
      case Op::TryDivideF64: return operands(b, i, {Type::F64, Type::F64});
      case Op::CompareF64: condition(b, i); return operands(b, i, {Type::F64, Type::F64});
      case Op::CompareI64: condition(b, i); return operands(b, i, {Type::I64, Type::I64});
      case Op::I64ToF64: return operands(b, i, {Type::I64});
      case Op::ShiftLeftI64:
      case Op::ShiftRightI64:
      case Op::ShiftRightU64:
        if (i.imm < 0 || i.imm > 63) problem(b, &i, "a shift is by 0 to 63");
        return operands(b, i, {Type::I64});
      case Op::AddI64:
      case Op::SubtractI64:
      case Op::MultiplyI64:
      case Op::AndI64:
      case Op::OrI64:
      case Op::XorI64:
      case Op::TryAddI64:
      case Op::TrySubtractI64:
      case Op::TryMultiplyI64:
      case Op::TryQuotientI64:
      case Op::TryRemainderI64:
      case Op::TryModulusI64: return operands(b, i, {Type::I64, Type::I64});
      case Op::HasClass:
      case Op::Identical: return operands(b, i, {Type::Any, Type::Any});
      case Op::BoolToAny:
      case Op::Not:
      case Op::Branch: return operands(b, i, {Type::Bool});
      case Op::I64ToAny: return operands(b, i, {Type::I64});
      case Op::F64ToAny: return operands(b, i, {Type::F64});
      case Op::RtCall:
      case Op::TryRtCall: {
        if (i.id >= static_cast<std::uint32_t>(abi::RuntimeFunctionId::k_count)) return;
        const auto& row = abi::runtime_function(static_cast<abi::RuntimeFunctionId>(i.id));
        if (row.may_throw != (i.op == Op::TryRtCall)) problem(b, &i, "rt is for functions that cannot throw, try_rt for the others");
        const auto function = static_cast<abi::RuntimeFunctionId>(i.id);
        const bool reuses = (function == abi::RuntimeFunctionId::vector || function == abi::RuntimeFunctionId::cons) &&
                            i.operands.size() == std::size_t{row.parameter_count} + 1;
        if (reuses) expect(b, i, row.parameter_count, Type::Any);
        else if (i.operands.size() != row.parameter_count) return problem(b, &i, "wrong number of operands");
        for (std::size_t k = 0; k < row.parameter_count; ++k) expect(b, i, k, type_of(row.parameters[k]));
        return;
      }
      case Op::TryCallFn:
        if (i.symbol.empty()) problem(b, &i, "the symbol is missing");
        if (i.operands.size() > 21) problem(b, &i, "too many operands");
        for (ValueId v : i.operands)
          if (fn_[v].type != Type::Any && fn_[v].type != Type::I64 && fn_[v].type != Type::F64) problem(b, &i, "an operand of the wrong type");
        if (Type t = static_cast<Type>(i.id); t != Type::Any && t != Type::I64 && t != Type::F64) problem(b, &i, "a result of the wrong type");
        if (const Function* callee = find(i.symbol)) callee_fits(b, i, *callee), lends(b, i, *callee);
        else if (i.imm != 0) problem(b, &i, "lends to a function of another module");
        return;
      case Op::TryCallAny:
        if (i.operands.empty() || i.operands.size() > 21) problem(b, &i, "wrong number of operands");
        for (std::size_t k = 0; k < i.operands.size(); ++k) expect(b, i, k, Type::Any);
        return;
      case Op::k_count: return problem(b, &i, "unknown instruction");
    }
  }

  void lends(BlockId b, const Instruction& i, const Function& callee) {
    const auto& parameters = callee.blocks.empty() ? std::vector<ValueId>{} : callee.blocks[0].parameters;
    if (parameters.size() != i.operands.size()) return;           // an arity that is missing throws
    for (std::size_t k = 0; k < parameters.size(); ++k)
      if ((callee[parameters[k]].ownership == Ownership::Borrowed) != ((static_cast<std::uint64_t>(i.imm) >> k & 1) != 0))
        problem(b, &i, "operand " + std::to_string(k) + " is lent to a parameter that owns it, or the other way round");
  }

  void edges(BlockId b, const Instruction& i) {
    for (const Edge& e : i.edges) {
      const auto& parameters = fn_[e.target].parameters;
      if (parameters.size() != e.arguments.size()) {
        problem(b, &i, "an edge with the wrong number of arguments");
        continue;
      }
      for (std::size_t k = 0; k < parameters.size(); ++k) {
        const Value& p = fn_[parameters[k]];
        const Value& a = fn_[e.arguments[k]];
        if (p.type != a.type) problem(b, &i, "an edge argument of the wrong type");
        bool fits = a.ownership == Ownership::Trivial || a.ownership == p.ownership || (p.ownership == Ownership::Borrowed && p.owner == e.arguments[k]);
        if (!fits) problem(b, &i, "an edge argument of the wrong ownership");
      }
    }
  }

  void uses() {
    // Position of each definition within its block; results of calls that end a block stand before its first instruction.
    position_.assign(fn_.values.size(), SIZE_MAX);
    for (const Block& block : fn_.blocks)
      for (std::size_t k = 0; k < block.instructions.size(); ++k)
        if (block.instructions[k].result.valid() && !ends_block(block.instructions[k].op))
          position_[block.instructions[k].result.index] = k;
    for (std::size_t b = 0; b < fn_.blocks.size(); ++b) {
      BlockId id{static_cast<std::uint32_t>(b)};
      const auto& list = fn_.blocks[b].instructions;
      for (std::size_t k = 0; k < list.size(); ++k) {
        for (ValueId v : list[k].operands) use(id, k, list[k], v);
        for (const Edge& e : list[k].edges)
          for (ValueId v : e.arguments) use(id, k, list[k], v);
        signature(id, list[k]);
        edges(id, list[k]);
      }
    }
  }

  // Forward over the open epochs, innermost last.
  void frame_memory() {
    if (fn_.epochs.empty()) {
      for (std::size_t b = 0; b < fn_.blocks.size(); ++b)
        for (const Instruction& i : fn_.blocks[b].instructions)
          if (i.op == Op::EpochOpen || i.op == Op::EpochClose) problem({static_cast<std::uint32_t>(b)}, &i, "an unknown epoch");
      return;
    }
    std::vector<std::optional<std::vector<EpochId>>> entry(fn_.blocks.size());
    std::vector<EpochId> slot_epoch(fn_.values.size());
    for (const Block& block : fn_.blocks)
      for (const Instruction& i : block.instructions)
        if (i.op == Op::SlotAddress && i.id < fn_.slots.size() && i.result.valid()) slot_epoch[i.result.index] = fn_.slots[i.id].epoch;
    entry[0].emplace();
    for (BlockId b : reverse_postorder(fn_)) {
      if (!entry[b.index]) continue;
      std::vector<EpochId> open = *entry[b.index];
      auto is_open = [&](EpochId e) { return std::find(open.begin(), open.end(), e) != open.end(); };
      for (const Instruction& i : fn_[b].instructions) {
        if (i.op == Op::EpochOpen && i.id < fn_.epochs.size()) {
          EpochId e{i.id}, parent = fn_.epochs[i.id].parent;
          if (is_open(e)) problem(b, &i, "the epoch is open already");
          if (parent.valid() ? open.empty() || open.back() != parent : !open.empty()) problem(b, &i, "the epoch opens outside its parent");
          open.push_back(e);
        } else if (i.op == Op::EpochClose) {
          if (open.empty() || open.back().index != i.id) problem(b, &i, "not the innermost open epoch");
          else open.pop_back();
        } else if (i.op == Op::SlotAddress && i.id < fn_.slots.size() && !is_open(fn_.slots[i.id].epoch)) {
          problem(b, &i, "the slot's epoch is not open");
        }
        for (ValueId v : i.operands)
          if (fn_[v].type == Type::Block && slot_epoch[v.index].valid() && !is_open(slot_epoch[v.index]))
            problem(b, &i, "the slot's epoch is closed");
        if (i.op == Op::SlotStore) slot_bounds(b, i);
        if ((i.op == Op::Return || i.op == Op::Unwind) && !open.empty()) problem(b, &i, "an epoch is still open");
        for (const Edge& e : i.edges) {
          if (!entry[e.target.index]) entry[e.target.index] = open;
          else if (*entry[e.target.index] != open) problem(b, &i, "open epochs differ at a join");
        }
      }
    }
  }

  void slot_bounds(BlockId b, const Instruction& store) {
    if (store.operands.empty()) return;
    for (const Instruction& i : fn_[fn_[store.operands[0]].block].instructions)
      if (i.op == Op::SlotAddress && i.result == store.operands[0] && i.id < fn_.slots.size() &&
          (store.imm < 0 || store.imm >= static_cast<std::int64_t>(fn_.slots[i.id].words)))
        problem(b, &store, "outside the slot");
  }

  const Module& module_;
  const Functions& functions_;               // by symbol
  const Function& fn_;
  std::size_t limit_;
  std::vector<char> defined_;
  std::vector<std::size_t> position_;
  std::vector<std::vector<BlockId>> preds_;
  const Dominators* dominators_ = nullptr;
  std::vector<std::string> problems_;
};

Verifier::Functions by_symbol(const Module& module) {
  Verifier::Functions functions;
  for (const Function& f : module.functions) functions.emplace(f.symbol, &f);
  return functions;
}

}  // namespace

std::vector<std::string> verify(const Module& module, const Function& function, std::size_t limit) {
  return Verifier(module, by_symbol(module), function, limit).run();
}

std::vector<std::string> verify(const Module& module) {
  std::vector<std::string> all;
  const Verifier::Functions functions = by_symbol(module);
  for (const Function& f : module.functions)
    for (std::string& p : Verifier(module, functions, f, 10).run()) all.push_back(std::move(p));
  return all;
}

}  // namespace slisp::ir
