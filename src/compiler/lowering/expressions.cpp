// expressions.cpp: the dispatch over node kinds, values of names and constants, collection literals.
#include "src/compiler/check.hpp"
#include "src/compiler/ir/text.hpp"
#include "src/compiler/lowering/function_lowering.hpp"
#include "src/compiler/symbols.hpp"
#include <algorithm>

namespace slisp::compiler {

using namespace analyzer;

void FunctionLowering::at(const reader::Span& span) {
  if (!span.known()) return;
  span_ = span;
  builder_.set_line(module_.line(span));
}

void FunctionLowering::at(const Node* node) {
  if (!node->span.known()) return;
  at(node->span);
  inlined_ = node->inlined;
}

ir::ValueId FunctionLowering::lower(Node* node, Want want) {
  at(node);
  switch (node->kind) {
    case NodeKind::Const:
      if (want == Want::Effect) return {};
      return finish(constant(static_cast<ConstNode*>(node)->value, node->span), want);
    case NodeKind::LocalRef: return finish(acquire(static_cast<LocalRefNode*>(node)), want);
    case NodeKind::VarRef: return finish(var_value(*static_cast<VarRefNode*>(node)->var), want);
    case NodeKind::TheVar:
      if (want == Want::Effect) return {};
      return finish(cell(*static_cast<TheVarNode*>(node)->var), want);
    case NodeKind::If: return lower_if(static_cast<IfNode*>(node), want);
    case NodeKind::Do: {
      auto& body = static_cast<DoNode*>(node)->body;
      for (std::size_t i = 0; i + 1 < body.size(); ++i) {
        lower(body[i], Want::Effect);
        if (!builder_.reachable()) return {};
      }
      return lower(body.back(), want);
    }
    case NodeKind::Let: return lower_let(static_cast<LetNode*>(node), want);
    case NodeKind::Loop: return lower_loop(static_cast<LoopNode*>(node), want);
    case NodeKind::Recur: lower_recur(static_cast<RecurNode*>(node)); return {};
    case NodeKind::Fn: return finish(closure(static_cast<FnNode*>(node)), want);
    case NodeKind::LetFn: return lower_letfn(static_cast<LetFnNode*>(node), want);
    case NodeKind::Invoke: return finish(invoke(static_cast<InvokeNode*>(node)), want);
    case NodeKind::RuntimeCall: {
      ValueId raw = runtime_call(static_cast<RuntimeCallNode*>(node));
      if (!raw.valid()) return want == Want::Effect ? ValueId{} : finish(builder_.constant_word(abi::k_nil), want);
      if (want == Want::Effect && fn_[raw].type != ir::Type::Any) return {};
      return finish(boxed(raw), want);
    }
    case NodeKind::VectorLiteral:
    case NodeKind::MapLiteral:
    case NodeKind::SetLiteral: return finish(collection(static_cast<CollectionNode*>(node)), want);
    case NodeKind::Def: {
      ValueId var = definition(static_cast<DefNode*>(node));
      return builder_.reachable() && want != Want::Effect ? finish(var, want) : ValueId{};
    }
    case NodeKind::SetVar: {
      auto* n = static_cast<SetVarNode*>(node);
      ValueId value = lower(n->value, Want::Value);
      if (!builder_.reachable()) return {};
      at(node);
      return finish(try_rt(RuntimeFunctionId::var_set, {cell(*n->var), value}), want);
    }
    case NodeKind::Throw: return lower_throw(static_cast<ThrowNode*>(node));
    case NodeKind::Try: return lower_try(static_cast<TryNode*>(node), want);
    case NodeKind::Case: return lower_case(static_cast<CaseNode*>(node), want);
    case NodeKind::Type: return finish(define_type(static_cast<TypeNode*>(node)), want);
  }
  return {};
}

ir::ValueId FunctionLowering::finish(ValueId value, Want want) {
  if (!builder_.reachable()) return {};
  switch (want) {
    case Want::Value: return value;
    case Want::Effect:
      if (owned(value)) builder_.plain(ir::Op::Drop, {value});
      return {};
    case Want::Return:
      SLISP_CHECK(held_.empty(), "lowering", ir::print(fn_));
      builder_.ret(value);
      return {};
  }
  return {};
}

ir::ValueId FunctionLowering::constant(rt::Borrowed value, const reader::Span& span) {
  if (!rt::is_pointer(value.word())) return builder_.constant_word(value.word());
  return builder_.with_id(ir::Op::Static, module_.constant(value, span.known() ? span : span_).index);
}

ir::ValueId FunctionLowering::in_hand(ValueId v) {
  return fn_[v].ownership == ir::Ownership::Trivial ? v : builder_.plain(ir::Op::Dup, {v});
}

// The value of a local as it stands: owned by the books, borrowed from the closure, or trivial.
ir::ValueId FunctionLowering::local_value(Local* local) {
  if (local->kind == LocalKind::Self || (source_ && local == source_->self)) {
    if (source_->captures.empty()) return builder_.with_id(ir::Op::Static, module_.code_of(*source_).closure.index);
    return builder_.plain(ir::Op::Self, {});
  }
  if (local->kind == LocalKind::Captured) return builder_.plain(ir::Op::Capture, {}, static_cast<std::int64_t>(captures_.at(local)));
  auto found = env_.find(local);
  SLISP_CHECK(found != env_.end(), "lowering", "local " + local->name + "." + std::to_string(local->id) + " in\n" + ir::print(fn_));
  return found->second;
}

ir::ValueId FunctionLowering::acquire(LocalRefNode* ref) {
  if (ref->local->kind == LocalKind::Sibling) return sibling(ref->local);
  ValueId v = local_value(ref->local);
  if (ref->use == Use::Move && owned(v)) {
    unhold(v);
    return v;
  }
  return in_hand(v);
}

ir::ValueId FunctionLowering::cell(VarInfo& var) { return builder_.with_id(ir::Op::Static, module_.var_cell(var).index); }

ir::ValueId FunctionLowering::var_value(VarInfo& var) {
  const VarPlan* plan = module_.world().find(&var);
  if (!var.open && plan) {
    switch (plan->root) {
      case RootKind::Function: return builder_.with_id(ir::Op::Static, module_.code_of(*plan->function, &var).closure.index);
      case RootKind::Constant: return constant(plan->constant, plan->definition->span);
      case RootKind::Stream: return builder_.with_id(ir::Op::Static, module_.external(plan->stream).index);
      case RootKind::Runtime: return builder_.with_id(ir::Op::VarRoot, module_.var_cell(var).index);
    }
  }
  if (!var.open && var.is_function)
    return builder_.with_id(ir::Op::Static, module_.external(label('o', var.ns + "/" + var.name)).index);
  if (var.dynamic) return try_rt(RuntimeFunctionId::var_get, {cell(var)});
  if (!var.open) return builder_.with_id(ir::Op::VarRoot, module_.var_cell(var).index);
  return rt(RuntimeFunctionId::var_root, {cell(var)});
}

ir::ValueId FunctionLowering::fill_block(ir::SlotId slot, std::span<const ValueId> words) {
  ValueId block = builder_.with_id(ir::Op::SlotAddress, slot.index);
  for (std::size_t i = 0; i < words.size(); ++i) builder_.slot_store(block, static_cast<std::uint32_t>(i), words[i]);
  return block;
}

ir::ValueId FunctionLowering::collection(CollectionNode* node) {
  std::vector<Operand> operands = prepare(node->items);
  ir::EpochId epoch = frame_.open();
  builder_.with_id(ir::Op::EpochOpen, epoch.index);
  ir::SlotId slot = frame_.slot(static_cast<std::uint32_t>(node->items.size()));
  std::vector<ValueId> words;
  for (std::size_t i = 0; i < node->items.size(); ++i) words.push_back(take(node->items[i], operands[i]));
  ValueId block = fill_block(slot, words);
  ValueId count = builder_.constant_i64(static_cast<std::int64_t>(words.size()));
  at(node);
  ValueId result;
  if (node->kind == NodeKind::VectorLiteral) {
    result = rt(RuntimeFunctionId::vector, {block, count});
  } else {
    open_epoch_ = epoch;
    result = try_rt(node->kind == NodeKind::MapLiteral ? RuntimeFunctionId::map_literal : RuntimeFunctionId::set_literal, {block, count});
    open_epoch_ = {};
  }
  builder_.with_id(ir::Op::EpochClose, epoch.index);
  frame_.close(epoch);
  return result;
}

void FunctionLowering::release(const std::vector<Local*>& locals) {
  for (Local* l : locals) {
    ValueId v = local_value(l);
    if (!owned(v)) continue;
    unhold(v);
    builder_.plain(ir::Op::Drop, {v});
  }
}

void FunctionLowering::hold(ValueId v) {
  if (!owned(v)) return;
  held_.insert(std::lower_bound(held_.begin(), held_.end(), v), v);
}

void FunctionLowering::unhold(ValueId v) {
  if (!owned(v)) return;
  auto found = std::lower_bound(held_.begin(), held_.end(), v);
  SLISP_CHECK(found != held_.end() && *found == v, "lowering", "v" + std::to_string(v.index) + " is not held in\n" + ir::print(fn_));
  held_.erase(found);
}

}  // namespace slisp::compiler
