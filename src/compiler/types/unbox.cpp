// unbox.cpp: rewrites the IR by the decisions of representation.cpp.
// Keeps: evaluation order, the exceptions and where they are thrown, and the count of every object. A raw value is Trivial: its dups and drops
//   vanish. Where a word is wanted of it, a box is made: consumed there, or dropped right behind where it is only looked at.
// Idea: one walk in reverse postorder fills new instruction lists. Calls of the runtime that cannot fail on raw numbers become plain
//   instructions and a jump; conversions that may fail split the block in front of them.
#include "src/compiler/types/unbox.hpp"
#include "src/compiler/check.hpp"
#include "src/compiler/types/representation.hpp"
#include <algorithm>
#include <cstring>
#include <deque>

namespace slisp::compiler {
namespace {

using namespace ir;
using namespace kind;
using Rt = abi::RuntimeFunctionId;

class Rewriter {
 public:
  Rewriter(Module& module, Inference& inference, const RepresentationPlan& decisions, std::size_t function, TypeCounts& counts)
      : fn_(module.functions[function]), index_(function), inference_(inference), kinds_(inference.kinds(function)), decisions_(decisions),
        plan_(decisions.of(function)), counts_(counts), values_(fn_.values.size()), raw_(values_), alias_(values_), cached_(values_) {}

  void run() {
    lists_.resize(fn_.blocks.size());
    for (BlockId b : kinds_.order()) block(b);
    fn_.result = decisions_.result_type(index_);
    counts_.raw_results += fn_.result != Type::Any;
    for (std::size_t b = 0; b < fn_.blocks.size(); ++b)
      if (!lists_[b].empty()) fn_.blocks[b].instructions = std::move(lists_[b]);
  }

 private:
  // ---- building
  BlockId new_block() {
    fn_.blocks.emplace_back();
    lists_.emplace_back();
    return BlockId{static_cast<std::uint32_t>(fn_.blocks.size() - 1)};
  }
  ValueId new_value(Type type, Ownership ownership) {
    fn_.values.push_back({type, ownership, {}, current_});
    return ValueId{static_cast<std::uint32_t>(fn_.values.size() - 1)};
  }
  Instruction made(Op op, std::vector<ValueId> operands, std::int64_t imm = 0) {
    Instruction i;
    i.op = op;
    i.operands = std::move(operands);
    i.imm = imm;
    i.line = line_;
    return i;
  }
  void append(Instruction i) {
    if (i.result.valid()) fn_[i.result].block = defines_at_edge(i.op) ? i.edges[0].target : current_;
    lists_[current_.index].push_back(std::move(i));
  }
  ValueId plain(Op op, Type type, std::vector<ValueId> operands, std::int64_t imm = 0) {
    Instruction i = made(op, std::move(operands), imm);
    ValueId v = i.result = new_value(type, type == Type::Any ? Ownership::Owned : Ownership::Trivial);
    append(std::move(i));
    return v;
  }
  void into(ValueId result, Type type, Op op, std::vector<ValueId> operands, std::int64_t imm) {
    Instruction i = made(op, std::move(operands), imm);
    i.result = result;
    fn_[result].type = type;
    fn_[result].ownership = Ownership::Trivial;
    append(std::move(i));
  }
  void jump(BlockId target) {
    Instruction i = made(Op::Jump, {});
    i.edges = {{target, {}}};
    append(std::move(i));
  }
  ValueId resolve(ValueId v) const {
    while (v.valid() && v.index < values_ && alias_[v.index].valid()) v = alias_[v.index];
    return v;
  }

  // ---- values
  bool old(ValueId v) const { return v.index < values_; }
  std::uint32_t root(ValueId v) const { return kinds_.root(v).index; }
  bool is_raw(ValueId v) const { return old(v) && plan_.of[root(v)] == Representation::Raw; }

  ValueId box(ValueId raw) {
    ++counts_.boxes;
    return plain(fn_[raw].type == Type::F64 ? Op::F64ToAny : Op::I64ToAny, Type::Any, {raw});
  }
  // v as the raw number it is known to be here.
  ValueId raw_of(ValueId v, Type type) {
    std::uint32_t r = root(v);
    if (raw_[r].valid()) {
      const ValueId raw = resolve(raw_[r]);
      // A number of the other kind: behind a test that is false for it, so nothing ever comes here.
      return fn_[raw].type == type ? raw : constant(type, 0);
    }
    auto& [block, value] = cached_[r];
    if (value.valid() && block == current_) return value;
    const Instruction* definition = kinds_.definition(ValueId{r});
    ValueId made_here = definition && definition->op == Op::ConstWord && type == Type::I64
                            ? plain(Op::ConstI64, Type::I64, {}, rt::to_fixnum(static_cast<rt::Word>(definition->imm)))
                            : plain(type == Type::F64 ? Op::UnboxF64 : Op::UnboxI64, type, {v});
    cached_[r] = {current_, made_here};
    return made_here;
  }
  ValueId constant(Type type, std::int64_t n) {
    if (type == Type::I64) return plain(Op::ConstI64, Type::I64, {}, n);
    auto d = static_cast<double>(n);
    std::int64_t bits;
    std::memcpy(&bits, &d, sizeof bits);
    return plain(Op::ConstF64, Type::F64, {}, bits);
  }
  // Behind its definition: the raw number of a value that stays boxed, for all that want it.
  void unbox_definition(ValueId v) {
    std::uint32_t r = root(v);
    if (v.index != r || raw_[r].valid() || plan_.raw_uses[r] == 0) return;
    Type type = decisions_.raw_type(index_, v);
    if (type == Type::Any) return;
    const Instruction* definition = kinds_.definition(v);
    if (definition && definition->op == Op::ConstWord) return;   // better where it is used
    raw_[r] = plain(type == Type::F64 ? Op::UnboxF64 : Op::UnboxI64, type, {v});
  }
  // The raw number `raw` is what v stands for.
  void settle(ValueId v, ValueId raw) {
    std::uint32_t r = root(v);
    raw_[r] = raw;
    ++counts_.raw_values;
    if (plan_.of[r] == Representation::Raw) return;
    Instruction i = made(fn_[raw].type == Type::F64 ? Op::F64ToAny : Op::I64ToAny, {raw});
    i.result = v;
    append(std::move(i));
    ++counts_.boxes;
  }

  // ---- blocks
  void block(BlockId b) {
    original_ = current_ = b;
    for (ValueId p : fn_[b].parameters) {
      if (is_raw(p)) {
        fn_[p].type = decisions_.raw_type(index_, p);
        fn_[p].ownership = Ownership::Trivial;
        raw_[p.index] = p;
        ++counts_.raw_values;
        counts_.raw_parameters += b.index == 0;
      }
    }
    for (ValueId p : fn_[b].parameters) unbox_definition(p);
    // The list moves away; definitions that the analysis remembers stay where they are.
    auto& instructions = originals_.emplace_back(fn_[b].instructions);
    for (Instruction& inst : instructions) {
      line_ = inst.line;
      instruction(inst);
    }
  }

  void instruction(Instruction& inst) {
    switch (inst.op) {
      case Op::Dup:
      case Op::Drop:
        if (is_raw(inst.operands[0])) return;
        append(std::move(inst));
        return;
      case Op::I64ToAny:
      case Op::F64ToAny: {
        ValueId raw = resolve(inst.operands[0]);
        raw_[root(inst.result)] = raw;
        if (is_raw(inst.result)) return;
        inst.operands[0] = raw;
        append(std::move(inst));
        return;
      }
      case Op::UnboxI64: alias_[inst.result.index] = raw_of(inst.operands[0], Type::I64); return;
      case Op::Jump: jump_on(inst); return;
      case Op::Return: give_back(inst); return;
      case Op::TryCallFn: call(inst); return;
      default: break;
    }
    if (narrow_box(&inst)) {
      ValueId raw = resolve(inst.operands[0]);
      raw_[root(inst.result)] = raw;
      if (is_raw(inst.result)) return;
      inst.operands[0] = raw;
      append(std::move(inst));
      return;
    }
    if (auto known = decisions_.answer(index_, inst, original_)) {
      ++counts_.tests;
      into(inst.result, Type::Bool, Op::ConstBool, {}, *known ? 1 : 0);
      return;
    }
    if (auto form = decisions_.form(index_, inst, original_)) {
      operation(inst, *form);
      return;
    }
    if (inst.op == Op::RtCall && static_cast<Rt>(inst.id) == Rt::math_sqrt) {
      inst.op = Op::SqrtF64;
      inst.id = 0;
    }
    known_vector(inst);
    other(inst);
  }

  // Updates of what is, or may be, a vector: their slow path starts with that kind.
  void known_vector(Instruction& inst) {
    if (inst.op != Op::TryRtCall) return;
    auto kinds = [&](std::size_t i) { return kinds_.at(inst.operands[i], original_); };
    Rt form;
    switch (static_cast<Rt>(inst.id)) {
      case Rt::assoc:
        if ((kinds(0) & k_vector) == 0 || (kinds(1) & k_long) == 0 || (kinds(1) & ~k_number) != 0) return;
        form = Rt::assoc_index;
        break;
      case Rt::conj:
        if ((kinds(0) & k_vector) == 0) return;
        form = Rt::conj_vector;
        break;
      case Rt::pop:
        if ((kinds(0) & k_vector) == 0) return;
        form = Rt::pop_vector;
        break;
      default: return;
    }
    inst.id = static_cast<std::uint32_t>(form);
    ++counts_.vector_updates;
  }

  // ---- operations on numbers
  ValueId operand(const Instruction& inst, std::size_t i, Raw how) {
    ValueId v = inst.operands[i];
    switch (how) {
      case Raw::Long: return raw_of(v, Type::I64);
      case Raw::Double: return raw_of(v, Type::F64);
      case Raw::Widened: return plain(Op::I64ToF64, Type::F64, {raw_of(v, Type::I64)});
      case Raw::Converted: {
        // May throw: the operation goes on in a block of its own.
        Instruction convert = made(Op::TryRtCall, {v});
        convert.id = static_cast<std::uint32_t>(Rt::operand_double);
        BlockId next = new_block();
        convert.edges = {{next, {}}, inst.edges[1]};
        ValueId result = convert.result = new_value(Type::F64, Ownership::Trivial);
        append(std::move(convert));
        current_ = next;
        return result;
      }
    }
    return {};
  }

  void operation(Instruction& inst, const RawForm& form) {
    ++counts_.raw_operations;
    std::vector<ValueId> operands;
    for (std::size_t i = 0; i < form.count; ++i) operands.push_back(operand(inst, i, form.operands[i]));
    if (form.constant) operands.push_back(constant(form.type, *form.constant));
    switch (form.shape) {
      case RawForm::Shape::Answer: into(inst.result, Type::Bool, Op::ConstBool, {}, form.condition); break;
      case RawForm::Shape::Comparison:
        into(inst.result, Type::Bool, form.type == Type::I64 ? Op::CompareI64 : Op::CompareF64, std::move(operands), form.condition);
        break;
      case RawForm::Shape::Parity: {
        ValueId bit = plain(Op::AndI64, Type::I64, {operands[0], constant(Type::I64, 1)});
        ValueId zero = constant(Type::I64, 0);
        into(inst.result, Type::Bool, Op::CompareI64, {bit, zero}, static_cast<std::int64_t>(Condition::Equal));
        break;
      }
      case RawForm::Shape::Truncation: {
        Instruction truncate = made(Op::TryRtCall, std::move(operands));
        truncate.id = static_cast<std::uint32_t>(Rt::double_to_long);
        truncate.result = inst.result;
        truncate.edges = inst.edges;
        append(std::move(truncate));
        return;
      }
      case RawForm::Shape::Alias:
        if (fn_[inst.result].type == Type::Any) settle(inst.result, operands[0]);
        else alias_[inst.result.index] = operands[0];
        break;
      case RawForm::Shape::Operation:
        if (defines_at_edge(form.op)) {
          checked(inst, form, std::move(operands));
          return;
        }
        settle(inst.result, computed(inst.result, form, std::move(operands)));
        break;
    }
    if (inst.op == Op::TryRtCall) jump(inst.edges[0].target);
  }

  ValueId computed(ValueId result, const RawForm& form, std::vector<ValueId> operands) {
    std::int64_t imm = form.op == Op::ShiftLeftI64 || form.op == Op::ShiftRightI64 || form.op == Op::ShiftRightU64 ? form.condition : 0;
    if (!is_raw(result)) return plain(form.op, form.type, std::move(operands), imm);
    into(result, form.type, form.op, std::move(operands), imm);
    return result;
  }

  // The result of what may overflow stands at the head of the block behind it.
  void checked(Instruction& inst, const RawForm& form, std::vector<ValueId> operands) {
    Instruction checked = made(form.op, std::move(operands));
    checked.edges = inst.edges;
    BlockId next = inst.edges[0].target;
    ValueId result = inst.result;
    if (is_raw(result)) {
      fn_[result].type = form.type;
      fn_[result].ownership = Ownership::Trivial;
      checked.result = result;
    } else {
      checked.result = new_value(form.type, Ownership::Trivial);
    }
    ValueId raw = checked.result;
    append(std::move(checked));
    BlockId here = current_;
    current_ = next;
    settle(result, raw);
    current_ = here;
  }

  // ---- the rest
  // What an owned operand becomes where a raw number is passed on: the number, and the box is given up.
  ValueId unpack(ValueId v, Type type) {
    if (fn_[v].type == type) return resolve(v);            // raw from the start
    ValueId raw = raw_of(v, type);
    if (!is_raw(v) && fn_[v].ownership == Ownership::Owned) append(made(Op::Drop, {v}));
    return raw;
  }
  ValueId pack(ValueId v) {
    if (!old(v)) return v;
    return is_raw(v) ? box(raw_of(v, decisions_.raw_type(index_, v))) : resolve(v);
  }

  void jump_on(Instruction& inst) {
    Edge& edge = inst.edges[0];
    for (std::size_t i = 0; i < edge.arguments.size(); ++i) {
      ValueId p = fn_[edge.target].parameters[i];
      ValueId v = edge.arguments[i];
      edge.arguments[i] = is_raw(p) ? unpack(v, decided_type(p)) : pack(v);
    }
    append(std::move(inst));
  }
  // Of a raw parameter, whether or not its block was rewritten already.
  Type decided_type(ValueId p) const { return fn_[p].type != Type::Any ? fn_[p].type : decisions_.raw_type(index_, p); }

  void give_back(Instruction& inst) {
    Type type = decisions_.result_type(index_);
    inst.operands[0] = type == Type::Any ? pack(inst.operands[0]) : unpack(inst.operands[0], type);
    append(std::move(inst));
  }

  void call(Instruction& inst) {
    std::size_t to = inference_.callee(inst);
    for (std::size_t i = 0; i < inst.operands.size(); ++i) {
      Type type = to == SIZE_MAX ? Type::Any : decisions_.parameter_type(to, i);
      inst.operands[i] = type == Type::Any ? pack(inst.operands[i]) : unpack(inst.operands[i], type);
    }
    Type type = to == SIZE_MAX ? Type::Any : decisions_.result_type(to);
    BlockId next = inst.edges[0].target;
    ValueId result = inst.result;
    if (type != Type::Any) {
      inst.id = static_cast<std::uint32_t>(type);
      if (is_raw(result)) {
        fn_[result].type = type;
        fn_[result].ownership = Ownership::Trivial;
      } else {
        inst.result = new_value(type, Ownership::Trivial);
      }
    }
    ValueId raw = inst.result;
    append(std::move(inst));
    BlockId here = current_;
    current_ = next;
    if (type != Type::Any) settle(result, raw);
    else unbox_definition(result);
    current_ = here;
  }

  static bool consumes(const Instruction& inst, std::size_t i) {
    switch (inst.op) {
      case Op::SlotStore: return i == 1;
      case Op::TryCallAny: return i > 0;
      case Op::RtCall:
      case Op::TryRtCall:
        return abi::runtime_function(static_cast<abi::RuntimeFunctionId>(inst.id)).parameters[i] == abi::ParameterMode::Owned;
      default: return false;
    }
  }

  void other(Instruction& inst) {
    std::vector<ValueId> looked_at;
    for (std::size_t i = 0; i < inst.operands.size(); ++i) {
      ValueId v = inst.operands[i];
      if (!old(v) || fn_[v].type == Type::None) continue;
      if (!is_raw(v)) {
        inst.operands[i] = resolve(v);
        continue;
      }
      inst.operands[i] = pack(v);
      if (!consumes(inst, i)) looked_at.push_back(inst.operands[i]);
    }
    Op op = inst.op;
    ValueId result = inst.result;
    BlockId here = current_, next = inst.edges.empty() ? BlockId{} : inst.edges[0].target;
    if (ends_block(op) && !looked_at.empty()) {
      SLISP_CHECK(inst.edges.size() == 2, "unbox", fn_.name);
      BlockId cleanup = new_block();
      BlockId after = inst.edges[1].target;
      inst.edges[1] = {cleanup, {}};
      append(std::move(inst));
      current_ = cleanup;
      for (ValueId v : looked_at) append(made(Op::Drop, {v}));
      jump(after);
      current_ = next;
      for (ValueId v : looked_at) append(made(Op::Drop, {v}));
      current_ = here;
    } else {
      append(std::move(inst));
      for (ValueId v : looked_at) append(made(Op::Drop, {v}));
    }
    if (!result.valid() || fn_[result].type != Type::Any) return;
    if (defines_at_edge(op)) current_ = next;
    unbox_definition(result);
    current_ = here;
  }

  Function& fn_;
  std::size_t index_;
  Inference& inference_;
  FunctionKinds& kinds_;
  const RepresentationPlan& decisions_;
  const Representations& plan_;
  TypeCounts& counts_;
  std::size_t values_;                             // how many there were
  std::vector<ValueId> raw_;                       // by root: its number, wherever the root is alive
  std::vector<ValueId> alias_;                     // raw results that are other names
  std::vector<std::pair<BlockId, ValueId>> cached_;   // by root: unboxed in this block
  std::vector<std::vector<Instruction>> lists_;
  std::deque<std::vector<Instruction>> originals_;
  BlockId original_, current_;
  SourceLine line_;
};

}  // namespace

void unbox(Module& module, TypeCounts& counts) {
  Inference inference(module);
  inference.run();
  RepresentationPlan decisions(module, inference);
  decisions.run();
  std::vector<std::string> typed;
  for (std::size_t f = 0; f < module.functions.size(); ++f) {
    bool raw = decisions.result_type(f) != Type::Any;
    for (std::size_t i = 0; !module.functions[f].blocks.empty() && i < module.functions[f].blocks[0].parameters.size(); ++i)
      raw = raw || decisions.parameter_type(f, i) != Type::Any;
    if (raw) typed.push_back(module.functions[f].symbol);
  }
  for (std::size_t f = 0; f < module.functions.size(); ++f) Rewriter(module, inference, decisions, f, counts).run();
  for (Function& f : module.functions) remove_dead_blocks(f);
  // No closure over them is ever made; their descriptors forget the entries.
  std::sort(typed.begin(), typed.end());
  auto is_typed = [&](const std::string& symbol) { return std::binary_search(typed.begin(), typed.end(), symbol); };
  for (Descriptor& d : module.descriptors) {
    std::erase_if(d.fixed, [&](const Descriptor::Entry& e) { return is_typed(e.symbol); });
    if (!d.variadic.empty() && is_typed(d.variadic)) {
      d.variadic.clear();
      d.variadic_fixed = -1;
    }
  }
}

void decide_tests(Module& module, TypeCounts& counts) {
  Inference inference(module);
  inference.run();
  RepresentationPlan decisions(module, inference);
  for (std::size_t f = 0; f < module.functions.size(); ++f)
    for (BlockId b : inference.kinds(f).order())
      for (Instruction& inst : module.functions[f][b].instructions)
        if (auto known = decisions.answer(f, inst, b)) {
          ++counts.tests;
          inst.op = Op::ConstBool;
          inst.operands.clear();
          inst.id = 0;
          inst.imm = *known ? 1 : 0;
        }
}

}  // namespace slisp::compiler
