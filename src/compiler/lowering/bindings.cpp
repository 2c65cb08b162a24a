// bindings.cpp: what introduces names: let, letfn, loop and recur, fn, def.
#include "runtime/api.hpp"
#include "src/compiler/check.hpp"
#include "src/compiler/ir/text.hpp"
#include "src/compiler/lowering/function_lowering.hpp"
#include <algorithm>

namespace slisp::compiler {

using namespace analyzer;

void FunctionLowering::bind(Local* local, ValueId value) {
  env_[local] = value;
  hold(value);
}

ir::ValueId FunctionLowering::lower_let(LetNode* node, Want want) {
  for (Binding& b : node->bindings) {
    ValueId value = lower(b.init, b.unused ? Want::Effect : Want::Value);
    if (!builder_.reachable()) return {};        // the init never comes back: the rest is dead
    if (!b.unused) bind(b.local, value);
  }
  return lower(node->body, want);
}

ir::ValueId FunctionLowering::lower_letfn(LetFnNode* node, Want want) {
  // Labels first: the bodies refer to one another.
  for (auto& m : node->members) module_.code_of(*m.fn);
  for (auto& m : node->members) {
    ValueId value = closure(m.fn);
    if (m.unused) finish(value, Want::Effect);
    else bind(m.local, value);
  }
  return lower(node->body, want);
}

ir::ValueId FunctionLowering::lower_loop(LoopNode* node, Want want) {
  std::vector<ValueId> inits;
  for (Binding& b : node->bindings) {
    ValueId value = lower(b.init, Want::Value);
    if (!builder_.reachable()) return {};
    bind(b.local, value);
    inits.push_back(value);
  }
  if (node->stands_for_calls) builder_.stack_check(cleanup());
  for (ValueId v : inits) unhold(v);
  BlockId head = builder_.new_block();
  builder_.jump(head, inits);
  loops_[node] = {head, held_};
  builder_.position(head);
  for (Binding& b : node->bindings) bind(b.local, builder_.add_parameter(head, ir::Type::Any, ir::Ownership::Owned));
  release(node->release_entry);
  return lower(node->body, want);
}

void FunctionLowering::lower_recur(RecurNode* node) {
  std::vector<Operand> operands = prepare(node->arguments);
  std::vector<ValueId> values;
  for (std::size_t i = 0; i < node->arguments.size(); ++i) values.push_back(take(node->arguments[i], operands[i]));
  release(node->release);
  const LoopTarget& target = loops_.at(node->loop ? static_cast<const void*>(node->loop) : static_cast<const void*>(node->method));
  SLISP_CHECK(held_ == target.held, "lowering", "recur in\n" + ir::print(fn_));
  builder_.jump(target.head, std::move(values));
}

ir::ValueId FunctionLowering::make_closure(FnNode& fn, const std::vector<ValueId>& captured) {
  ir::EpochId epoch = frame_.open();
  builder_.with_id(ir::Op::EpochOpen, epoch.index);
  ValueId block = fill_block(frame_.slot(static_cast<std::uint32_t>(captured.size())), captured);
  ValueId descriptor = builder_.with_id(ir::Op::Descriptor, module_.code_of(fn).descriptor.index);
  ValueId count = builder_.constant_i64(static_cast<std::int64_t>(captured.size()));
  ValueId result = rt(RuntimeFunctionId::alloc_fn, {descriptor, block, count});
  builder_.with_id(ir::Op::EpochClose, epoch.index);
  frame_.close(epoch);
  return result;
}

ir::ValueId FunctionLowering::closure(FnNode* fn) {
  define(module_, *fn);
  ValueId result;
  if (fn->captures.empty()) {
    result = builder_.with_id(ir::Op::Static, module_.code_of(*fn).closure.index);
  } else {
    std::vector<ValueId> captured;
    for (const Capture& c : fn->captures) {
      LocalRefNode ref(fn->span, c.outer);
      ref.use = c.use;
      captured.push_back(acquire(&ref));
    }
    result = make_closure(*fn, captured);
  }
  if (!fn->metadata) return result;
  // with_meta may throw, so the closure is held until its metadata is in hand.
  hold(result);
  std::vector<Node*> nodes{fn->metadata};
  std::vector<Operand> operands = prepare(nodes);
  ValueId metadata = take(fn->metadata, operands[0]);
  unhold(result);
  return try_rt(RuntimeFunctionId::with_meta, {result, metadata});
}

// Another function of the LetFn that the running one belongs to: same captures, other code.
ir::ValueId FunctionLowering::sibling(Local* local) {
  FnNode& fn = *local->sibling;
  if (source_->captures.empty()) return builder_.with_id(ir::Op::Static, module_.code_of(fn).closure.index);
  std::vector<ValueId> captured;
  for (std::size_t i = 0; i < source_->captures.size(); ++i)
    captured.push_back(builder_.plain(ir::Op::Dup, {builder_.plain(ir::Op::Capture, {}, static_cast<std::int64_t>(i))}));
  return make_closure(fn, captured);
}

// Gives the var (trivial).
ir::ValueId FunctionLowering::definition(DefNode* node) {
  VarInfo& var = *node->var;
  const VarPlan& plan = module_.world().plans.at(&var);
  if (plan.root == RootKind::Function) define(module_, *plan.function);
  if (!plan.cell) return builder_.constant_word(abi::k_nil);
  if (node->init && plan.at_run_time) {
    ValueId value = lower(node->init, Want::Value);
    if (!builder_.reachable()) return {};
    at(node);
    rt(RuntimeFunctionId::var_bind_root, {cell(var), value});
  }
  bool laid_out = node->metadata && node->metadata->kind == NodeKind::Const && plan.definition == node && module_.mode() != Mode::Repl;
  bool wanted = node->metadata && !laid_out && (plan.mentioned || module_.mode() == Mode::Repl || !plan.definition);
  if (wanted) {
    ValueId metadata = lower(node->metadata, Want::Value);
    if (!builder_.reachable()) return {};
    rt(RuntimeFunctionId::var_set_meta, {cell(var), metadata});
  }
  return cell(var);
}

// The class is static data with its methods in it; at the prompt it lives in the process, and is told of its methods.
ir::ValueId FunctionLowering::define_type(TypeNode* node) {
  for (FnNode* method : node->methods) define(module_, *method);
  ValueId nil = builder_.constant_word(abi::k_nil);
  if (module_.mode() != Mode::Repl) return nil;
  std::vector<ValueId> words;
  for (std::size_t i = 0; i < node->methods.size(); ++i) {
    rt::Owned name = rt::symbol("", node->names[i]);
    words.push_back(constant(name, node->span));
    words.push_back(closure(node->methods[i]));
  }
  ir::EpochId epoch = frame_.open();
  builder_.with_id(ir::Op::EpochOpen, epoch.index);
  ValueId block = fill_block(frame_.slot(static_cast<std::uint32_t>(words.size())), words);
  ValueId table = rt(RuntimeFunctionId::vector, {block, builder_.constant_i64(static_cast<std::int64_t>(words.size()))});
  builder_.with_id(ir::Op::EpochClose, epoch.index);
  frame_.close(epoch);
  rt(RuntimeFunctionId::class_set_methods, {constant(node->type, node->span), table});
  return nil;
}

}  // namespace slisp::compiler
