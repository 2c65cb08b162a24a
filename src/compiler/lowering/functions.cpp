// functions.cpp: from a method, or a top-level form, to a finished ir::Function.
#include "src/analyzer/annotate/children.hpp"
#include "src/compiler/check.hpp"
#include "src/compiler/ir/text.hpp"
#include "src/compiler/lowering/function_lowering.hpp"

namespace slisp::compiler {

using namespace analyzer;

namespace {

// Does a method jump back to its own start? Inner functions have their own.
bool jumps_to(Node* node, const FnMethod* method) {
  if (auto* recur = as<RecurNode>(node)) return recur->method == method;
  if (node->kind == NodeKind::Fn) return false;
  bool found = false;
  for_each_child(node, [&](Node*& child) { found = found || jumps_to(child, method); });
  return found;
}

}  // namespace

void FrameMemory::close(ir::EpochId id) {
  SLISP_CHECK(id == current_, "frame memory", "epoch " + std::to_string(id.index));
  current_ = function_->epochs[id.index].parent;
}

void FunctionLowering::define(ModuleBuilder& module, FnNode& fn) {
  FnCode& code = module.code_of(fn);
  if (code.defined) return;
  code.defined = true;
  for (std::size_t i = 0; i < fn.methods.size(); ++i) FunctionLowering(module).method(fn, i);
}

void FunctionLowering::start(const std::string& symbol, const std::string& name, const reader::Span& span) {
  fn_.symbol = symbol;
  fn_.name = name;
  fn_.line = module_.line(span);
  frame_.begin_function(fn_);
  at(span);
  span_ = span;
  BlockId entry = builder_.new_block();
  unwind_ = builder_.new_block();
  builder_.position(unwind_);
  builder_.unwind();
  builder_.position(entry);
}

void FunctionLowering::done() {
  cleanups_.build(builder_);
  module_.module().functions.push_back(std::move(fn_));
}

void FunctionLowering::method(FnNode& fn, std::size_t index) {
  FnMethod& m = *fn.methods[index];
  const FnCode& code = module_.code_of(fn);
  source_ = &fn;
  for (std::size_t i = 0; i < fn.captures.size(); ++i) captures_[fn.captures[i].inner] = i;
  start(code.entries[index], fn.name, m.span.known() ? m.span : fn.span);
  fn_.captures = static_cast<std::uint32_t>(fn.captures.size());
  fn_.global = module_.module().descriptors[code.descriptor.index].global;

  std::vector<Local*> parameters = m.parameters;
  if (m.rest) parameters.push_back(m.rest);
  for (Local* p : parameters) bind(p, builder_.add_parameter(BlockId{0}, ir::Type::Any, ir::Ownership::Owned));
  builder_.stack_check(cleanup());
  if (jumps_to(m.body, &m)) {
    std::vector<ValueId> arguments = std::move(held_);
    held_.clear();
    BlockId head = builder_.new_block();
    builder_.jump(head, std::move(arguments));
    loops_[&m] = {head, {}};
    builder_.position(head);
    for (Local* p : parameters) bind(p, builder_.add_parameter(head, ir::Type::Any, ir::Ownership::Owned));
  }
  release(m.release_entry);
  lower(m.body, Want::Return);
  SLISP_CHECK(!builder_.reachable(), "lowering", ir::print(fn_));
  done();
}

void FunctionLowering::top_level(Node* node, const std::string& symbol, const std::string& name, Want want) {
  start(symbol, name, node->span);
  builder_.stack_check(cleanup());
  if (want == Want::Return) {
    lower(node, Want::Return);
  } else {
    lower(node, Want::Effect);
    if (builder_.reachable()) {
      SLISP_CHECK(held_.empty(), "lowering", ir::print(fn_));
      builder_.ret(builder_.constant_word(abi::k_nil));
    }
  }
  done();
}

}  // namespace slisp::compiler
