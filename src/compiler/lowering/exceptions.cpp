// exceptions.cpp: throw, try, and the cleanup edges of everything that may throw.
// Keeps: a cleanup edge arrives with the exception pending. It appends the trace site, drops what is held and goes on to
//   the nearest handler, or returns with the exception still pending. System/exit unwinds the same way, past catch and finally.
// Idea: one trace block per (site, set of values to drop); the drops themselves are built at the end of the function (cleanups.hpp).
#include "src/compiler/lowering/function_lowering.hpp"
#include "runtime/api.hpp"
#include <algorithm>

namespace slisp::compiler {

using namespace analyzer;

Cleanups::SetId FunctionLowering::drops() {
  if (handlers_.empty()) return cleanups_.set(unwind_, held_);
  Handler& handler = handlers_.back();
  handler.used = true;
  std::vector<ValueId> values;
  std::set_difference(held_.begin(), held_.end(), handler.keep.begin(), handler.keep.end(), std::back_inserter(values));
  return cleanups_.set(handler.entry, values);
}

ir::BlockId FunctionLowering::cleanup() {
  Cleanups::SetId set = drops();
  ir::SiteId site = module_.site(inlined_ ? inlined_->function : fn_.name, span_);
  BlockId before = builder_.current();
  auto emit = [&](BlockId block) {
    builder_.position(block);
    if (open_epoch_.valid()) builder_.with_id(ir::Op::EpochClose, open_epoch_.index);
    rt(RuntimeFunctionId::trace, {builder_.with_id(ir::Op::Site, site.index)});
    for (const Inlined* in = inlined_; in != nullptr; in = in->outer) {
      ir::SiteId call = module_.site(in->outer ? in->outer->function : fn_.name, in->call);
      rt(RuntimeFunctionId::trace, {builder_.with_id(ir::Op::Site, call.index)});
    }
    builder_.jump(unwind_);
    cleanups_.lead(block, 0, set);
    builder_.position(before);
    return block;
  };
  if (open_epoch_.valid()) return emit(builder_.new_block());
  auto [entry, is_new] = trace_blocks_.try_emplace({site.index, inlined_, set});
  if (is_new) emit(entry->second = builder_.new_block());
  return entry->second;
}

ir::ValueId FunctionLowering::lower_throw(ThrowNode* node) {
  ValueId value = lower(node->value, Want::Value);
  if (!builder_.reachable()) return {};
  at(node);
  try_rt(RuntimeFunctionId::throw_value, {value});
  builder_.unreachable();
  return {};
}

void FunctionLowering::push_handler(BlockId entry, const std::vector<Local*>& keep) {
  Handler handler{entry, pinned_, false};
  for (Local* l : keep) {
    ValueId v = local_value(l);
    if (owned(v)) handler.keep.push_back(v);
  }
  // What an outer handler keeps is not dropped on the way to an inner one either.
  if (!handlers_.empty()) handler.keep.insert(handler.keep.end(), handlers_.back().keep.begin(), handlers_.back().keep.end());
  std::sort(handler.keep.begin(), handler.keep.end());
  handler.keep.erase(std::unique(handler.keep.begin(), handler.keep.end()), handler.keep.end());
  handlers_.push_back(std::move(handler));
}

// At the handler: System/exit goes on by cleanup. Afterwards an ordinary exception is pending.
bool FunctionLowering::enter_handler(BlockId entry) {
  builder_.position(entry);
  ValueId exits = rt(RuntimeFunctionId::exit_pending, {});
  BlockId caught = builder_.new_block();
  cleanups_.lead(builder_.current(), 0, drops());
  builder_.branch(exits, unwind_, caught);
  builder_.position(caught);
  return true;
}

// Throws the exception again; it must not be held.
void FunctionLowering::rethrow(ValueId exception) {
  cleanups_.lead(builder_.current(), 1, drops());   // without a trace site: it passes this function already
  builder_.try_call(RuntimeFunctionId::throw_value, {exception}, unwind_);
  builder_.unreachable();
}

ir::ValueId FunctionLowering::lower_try(TryNode* node, Want want) {
  Want inner = want == Want::Return ? Want::Value : want;
  ValueId value = node->finally ? lower_finally(node, inner) : node->catches.empty() ? lower(node->body, inner) : lower_catch(node, inner);
  return want == Want::Return ? finish(value, want) : value;
}

ir::ValueId FunctionLowering::lower_finally(TryNode* node, Want want) {
  BlockId entry = builder_.new_block();
  push_handler(entry, node->keep_finally);
  ValueId value = node->catches.empty() ? lower(node->body, want) : lower_catch(node, want);
  Handler handler = std::move(handlers_.back());
  handlers_.pop_back();
  Join join;
  if (builder_.reachable()) {
    bool pins = value.valid() && owned(value);
    if (pins) {
      hold(value);
      pinned_.push_back(value);
    }
    lower(node->finally, Want::Effect);
    if (pins) {
      pinned_.pop_back();
      if (builder_.reachable()) unhold(value);
    }
    arrive(join, value);
  }
  if (handler.used) {
    held_ = handler.keep;
    enter_handler(entry);
    ValueId exception = rt(RuntimeFunctionId::exception_take, {});
    hold(exception);
    pinned_.push_back(exception);
    lower(node->finally, Want::Effect);
    pinned_.pop_back();
    if (builder_.reachable()) {
      unhold(exception);
      rethrow(exception);
    }
  } else {
    builder_.position(entry);                    // nothing in the body throws; dead code, removed later
    builder_.unreachable();
  }
  return meet(join, want);
}

ir::ValueId FunctionLowering::lower_catch(TryNode* node, Want want) {
  BlockId entry = builder_.new_block();
  push_handler(entry, node->keep_catch);
  ValueId value = lower(node->body, want);
  Handler handler = std::move(handlers_.back());
  handlers_.pop_back();
  Join join;
  if (builder_.reachable()) {
    release(node->release_normal);
    arrive(join, value);
  }
  if (!handler.used) {
    builder_.position(entry);
    builder_.unreachable();
    return meet(join, want);
  }
  held_ = handler.keep;
  enter_handler(entry);
  ValueId exception = rt(RuntimeFunctionId::exception_take, {});
  hold(exception);
  bool open = true;                              // some exceptions are still not caught
  for (auto& c : node->catches) {
    if (!open) break;
    // Whatever is thrown is a Throwable.
    bool always = c.exception_class.word() == rt::class_object(rt::ClassId::Throwable).word() ||
                  c.exception_class.word() == rt::class_object(rt::ClassId::Object).word();
    BlockId next;
    if (!always) {
      ValueId type = constant(c.exception_class, c.body->span);
      ValueId matches = rt(RuntimeFunctionId::instance_p, {type, exception});
      BlockId body = builder_.new_block();
      next = builder_.new_block();
      builder_.branch(matches, body, next);
      builder_.position(body);
    }
    std::vector<ValueId> before = held_;
    if (c.local) env_[c.local] = exception;
    release(c.release);
    arrive(join, lower(c.body, want));
    held_ = std::move(before);
    open = !always;
    if (open) builder_.position(next);
  }
  if (open) {
    unhold(exception);
    rethrow(exception);
  }
  return meet(join, want);
}

}  // namespace slisp::compiler
