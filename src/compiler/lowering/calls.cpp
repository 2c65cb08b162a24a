// calls.cpp: calls of functions, of the runtime, and their operands.
// Idea: three steps. prepare() reads vars (which may throw) and holds what it got; conversions of borrowed operands may throw too; then
//   owned operands are taken in hand and the call follows at once, so its cleanup edge drops exactly what is held.
#include "src/compiler/lowering/function_lowering.hpp"
#include "src/compiler/symbols.hpp"
#include "runtime/api.hpp"
#include <algorithm>

namespace slisp::compiler {

using namespace analyzer;

std::vector<FunctionLowering::Operand> FunctionLowering::prepare(std::span<Node* const> nodes) {
  std::vector<Operand> operands(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (auto* ref = as<VarRefNode>(nodes[i])) operands[i].value = var_value(*ref->var);
    else if (auto* local = as<LocalRefNode>(nodes[i]); local && local->local->kind == LocalKind::Sibling)
      operands[i].value = sibling(local->local);
    else continue;
    operands[i].temporary = owned(operands[i].value);
    hold(operands[i].value);
  }
  return operands;
}

ir::ValueId FunctionLowering::look(Node* node, Operand& operand) {
  if (operand.value.valid()) return operand.value;
  if (auto* ref = as<LocalRefNode>(node)) return operand.value = local_value(ref->local);
  if (auto* the = as<TheVarNode>(node)) return operand.value = cell(*the->var);
  return operand.value = constant(static_cast<ConstNode*>(node)->value, node->span);
}

ir::ValueId FunctionLowering::take(Node* node, Operand& operand) {
  if (operand.value.valid()) {
    if (operand.temporary) unhold(operand.value);
    operand.temporary = false;
    return operand.value;
  }
  if (auto* ref = as<LocalRefNode>(node)) return acquire(ref);
  return look(node, operand);
}

void FunctionLowering::drop_temporaries(const std::vector<Operand>& operands) {
  for (const Operand& o : operands)
    if (o.temporary) {
      unhold(o.value);
      builder_.plain(ir::Op::Drop, {o.value});
    }
}

namespace {

// Label of the entry for n arguments; arity < 0 means the variadic one.
struct Target {
  bool found = false;
  int arity = 0;
};
Target pick(std::uint32_t fixed, int variadic_fixed, std::size_t n) {
  if (n < 32 && (fixed >> n & 1)) return {true, static_cast<int>(n)};
  if (variadic_fixed >= 0 && n >= static_cast<std::size_t>(variadic_fixed)) return {true, -1};
  return {};
}

}  // namespace

// A call whose entry is known. `label_of` is a var's qualified name, or empty for `fn`, a function of this module. Invalid: no such arity.
ir::ValueId FunctionLowering::direct_call(std::span<Node* const> arguments, const std::string& name, std::uint32_t fixed, int variadic_fixed,
                                          FnNode* fn) {
  Target target = pick(fixed, variadic_fixed, arguments.size());
  if (!target.found) return {};
  std::string entry;
  if (fn) {
    const FnCode& code = module_.code_of(*fn);
    for (std::size_t i = 0; i < fn->methods.size(); ++i) {
      const FnMethod& m = *fn->methods[i];
      if (target.arity < 0 ? m.rest != nullptr : !m.rest && m.parameters.size() == arguments.size()) entry = code.entries[i];
    }
  } else {
    entry = entry_label(name, target.arity);
  }
  std::vector<Operand> operands = prepare(arguments);
  std::vector<ValueId> values;
  std::size_t plain = target.arity < 0 ? static_cast<std::size_t>(variadic_fixed) : arguments.size();
  for (std::size_t i = 0; i < plain; ++i) values.push_back(take(arguments[i], operands[i]));
  if (target.arity < 0) {
    if (arguments.size() == plain) {
      values.push_back(builder_.constant_word(abi::k_nil));
    } else {
      std::vector<ValueId> rest;
      for (std::size_t i = plain; i < arguments.size(); ++i) rest.push_back(take(arguments[i], operands[i]));
      ir::EpochId epoch = frame_.open();
      builder_.with_id(ir::Op::EpochOpen, epoch.index);
      ValueId block = fill_block(frame_.slot(static_cast<std::uint32_t>(rest.size())), rest);
      ValueId count = builder_.constant_i64(static_cast<std::int64_t>(rest.size()));
      values.push_back(rt(RuntimeFunctionId::rest_list, {block, count}));
      builder_.with_id(ir::Op::EpochClose, epoch.index);
      frame_.close(epoch);
    }
  }
  return builder_.try_direct(std::move(entry), std::move(values), cleanup());
}

ir::ValueId FunctionLowering::invoke(InvokeNode* node) {
  at(node);
  ValueId result;
  if (auto* ref = as<VarRefNode>(node->callee); ref && !ref->var->open && ref->var->is_function) {
    VarInfo& var = *ref->var;
    const VarPlan* plan = module_.world().find(&var);
    result = direct_call(node->arguments, var.ns + "/" + var.name, var.fixed_arities, var.variadic_fixed, plan ? plan->function : nullptr);
  } else if (auto* local = as<LocalRefNode>(node->callee)) {
    // The own name, or a sibling of a letfn, without captures: nothing needs the closure register.
    FnNode* known = local->local->kind == LocalKind::Sibling ? local->local->sibling
                    : local->local->kind == LocalKind::Self || (source_ && local->local == source_->self) ? source_ : nullptr;
    if (known && known->captures.empty()) {
      std::uint32_t fixed = 0;
      int variadic = -1;
      for (auto& m : known->methods)
        if (m->rest) variadic = static_cast<int>(m->parameters.size());
        else fixed |= 1u << m->parameters.size();
      result = direct_call(node->arguments, "", fixed, variadic, known);
    }
  }
  if (!result.valid()) {
    std::vector<Node*> all{node->callee};
    all.insert(all.end(), node->arguments.begin(), node->arguments.end());
    std::vector<Operand> operands = prepare(all);
    ValueId callee = look(all[0], operands[0]);
    std::vector<ValueId> values;
    for (std::size_t i = 1; i < all.size(); ++i) values.push_back(take(all[i], operands[i]));
    if (values.size() <= static_cast<std::size_t>(abi::k_max_fixed_arguments)) {
      values.insert(values.begin(), callee);
      result = builder_.try_invoke(std::move(values), cleanup());
    } else {
      ir::EpochId epoch = frame_.open();
      builder_.with_id(ir::Op::EpochOpen, epoch.index);
      ValueId block = fill_block(frame_.slot(static_cast<std::uint32_t>(values.size())), values);
      ValueId list = rt(RuntimeFunctionId::list, {block, builder_.constant_i64(static_cast<std::int64_t>(values.size()))});
      builder_.with_id(ir::Op::EpochClose, epoch.index);
      frame_.close(epoch);
      result = try_rt(RuntimeFunctionId::apply, {callee, list});
    }
    drop_temporaries(operands);
  }
  release(node->release_after);
  return result;
}

ir::ValueId FunctionLowering::boxed(ValueId raw) {
  switch (fn_[raw].type) {
    case ir::Type::I64: return builder_.plain(ir::Op::I64ToAny, {raw});
    case ir::Type::F64: return builder_.plain(ir::Op::F64ToAny, {raw});
    case ir::Type::Bool: return builder_.plain(ir::Op::BoolToAny, {raw});
    case ir::Type::Any: return fn_[raw].ownership == ir::Ownership::Borrowed ? in_hand(raw) : raw;
    case ir::Type::Block:
    case ir::Type::None: break;
  }
  return raw;
}

// An unboxed operand; constants are converted now, the rest may throw when it runs.
ir::ValueId FunctionLowering::convert(abi::ParameterMode mode, Node* node, Operand& operand) {
  auto* constant_node = as<ConstNode>(node);
  rt::Borrowed value = constant_node ? rt::Borrowed(constant_node->value) : rt::Borrowed(abi::k_nil);
  switch (mode) {
    case abi::ParameterMode::I64:
      if (constant_node && rt::is_fixnum(value.word())) return builder_.constant_i64(rt::to_fixnum(value.word()));
      return try_rt(RuntimeFunctionId::to_long, {look(node, operand)});
    case abi::ParameterMode::F64:
      if (constant_node && rt::is_fixnum(value.word())) return builder_.constant_f64(static_cast<double>(rt::to_fixnum(value.word())));
      if (constant_node && value.is(rt::Kind::Double)) return builder_.constant_f64(value.as<abi::Double>()->value);
      return try_rt(RuntimeFunctionId::to_double, {look(node, operand)});
    case abi::ParameterMode::Bool:
      if (constant_node) return builder_.constant_bool(value.truthy());
      return builder_.plain(ir::Op::Truthy, {look(node, operand)});
    case abi::ParameterMode::Owned:
    case abi::ParameterMode::Borrowed:
    case abi::ParameterMode::Block: break;
  }
  return {};
}

ir::ValueId FunctionLowering::inline_test(RuntimeCallNode* node) {
  RuntimeFunctionId f = node->function;
  bool known = f == RuntimeFunctionId::nil_p || f == RuntimeFunctionId::not_truthy || f == RuntimeFunctionId::identical_p;
  if (!known) return {};
  std::vector<Operand> operands = prepare(node->arguments);
  std::vector<ValueId> values;
  for (std::size_t i = 0; i < operands.size(); ++i) values.push_back(look(node->arguments[i], operands[i]));
  ValueId result = f == RuntimeFunctionId::nil_p        ? builder_.plain(ir::Op::IsNil, {values.at(0)})
                   : f == RuntimeFunctionId::not_truthy ? builder_.plain(ir::Op::Not, {builder_.plain(ir::Op::Truthy, {values.at(0)})})
                                                        : builder_.plain(ir::Op::Identical, {values.at(0), values.at(1)});
  drop_temporaries(operands);
  release(node->release_after);
  return result;
}

namespace {

// Casts whose result has a class of its own are two steps here, so that what only computes with the number needs no box.
using abi::RuntimeFunctionId;
struct NarrowCast {
  RuntimeFunctionId whole, cast, box;
};
const NarrowCast* narrow_cast(RuntimeFunctionId function) {
  static constexpr NarrowCast k_casts[] = {
      {RuntimeFunctionId::int_cast, RuntimeFunctionId::to_int, RuntimeFunctionId::box_int},
      {RuntimeFunctionId::short_cast, RuntimeFunctionId::to_short, RuntimeFunctionId::box_short},
      {RuntimeFunctionId::byte_cast, RuntimeFunctionId::to_byte, RuntimeFunctionId::box_byte},
      {RuntimeFunctionId::unchecked_int_cast, RuntimeFunctionId::unchecked_int, RuntimeFunctionId::box_int}};
  for (const NarrowCast& cast : k_casts)
    if (cast.whole == function) return &cast;
  return nullptr;
}

}  // namespace

ir::ValueId FunctionLowering::runtime_call(RuntimeCallNode* node) {
  at(node);
  if (ValueId simple = inline_test(node); simple.valid()) return simple;
  const auto& row = abi::runtime_function(node->function);
  std::size_t n = node->arguments.size();
  std::size_t block_at = n;                       // arguments from here on fill the row's block
  for (std::size_t i = 0; i < row.parameter_count; ++i)
    if (row.parameters[i] == abi::ParameterMode::Block) block_at = i;
  std::vector<Operand> operands = prepare(node->arguments);
  std::vector<ValueId> values(std::min(n, block_at));
  for (std::size_t i = 0; i < values.size(); ++i) {
    abi::ParameterMode mode = argument_mode(row, i);
    if (mode == abi::ParameterMode::Borrowed) values[i] = look(node->arguments[i], operands[i]);
    else if (mode != abi::ParameterMode::Owned) values[i] = convert(mode, node->arguments[i], operands[i]);
  }
  for (std::size_t i = 0; i < values.size(); ++i)
    if (argument_mode(row, i) == abi::ParameterMode::Owned) values[i] = take(node->arguments[i], operands[i]);
  ir::EpochId epoch;
  bool has_block = values.size() < row.parameter_count && row.parameters[values.size()] == abi::ParameterMode::Block;
  if (has_block) {
    std::vector<ValueId> words;
    for (std::size_t i = block_at; i < n; ++i) words.push_back(take(node->arguments[i], operands[i]));
    epoch = frame_.open();
    builder_.with_id(ir::Op::EpochOpen, epoch.index);
    values.push_back(fill_block(frame_.slot(static_cast<std::uint32_t>(words.size())), words));
    values.push_back(builder_.constant_i64(static_cast<std::int64_t>(words.size())));
  }
  ValueId result;
  if (row.may_throw) {
    open_epoch_ = epoch;
    const NarrowCast* narrow = narrow_cast(node->function);
    result = try_rt(narrow == nullptr ? node->function : narrow->cast, std::move(values));
    if (narrow != nullptr) result = rt(narrow->box, {result});
    open_epoch_ = {};
  } else {
    result = rt(node->function, std::move(values));
  }
  if (has_block) {
    builder_.with_id(ir::Op::EpochClose, epoch.index);
    frame_.close(epoch);
  }
  // What the result is borrowed from must not be dropped under it.
  if (result.valid() && fn_[result].ownership == ir::Ownership::Borrowed) result = in_hand(result);
  drop_temporaries(operands);
  release(node->release_after);
  return result;
}

}  // namespace slisp::compiler
